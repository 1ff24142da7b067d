//! Build script of the console: every command of the one table gets a permission of its own, and only those.

fn main() {
    // The pages become part of the program: without this, new pages would wait for the next change of Rust code.
    println!("cargo::rerun-if-changed=ui/dist");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/*.json")
        .app_manifest(tauri_build::AppManifest::new().commands(ipc::COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
