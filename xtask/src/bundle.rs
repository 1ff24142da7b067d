//! `cargo xtask bundle`: the Debian package, made with Debian's own tools.

mod control;
mod tree;

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome, Tried as _};
use crate::program::{self, cargo, command};
use crate::run::CONSOLE;
use crate::{needs, node, places};

/// The package's name.
const PACKAGE: &str = "countersign";
/// The command line's program.
const COMMAND_LINE: &str = "countersign";
/// What the design allows.
const BYTES_MAX: u64 = 20 * 1024 * 1024;

/// Builds for release and packs.
pub fn bundle() -> Outcome {
    if !["dpkg-deb", "dpkg-shlibdeps", "md5sum", "gzip"].into_iter().all(program::exists) {
        return Err(Failure::new(
            "a Debian package is made on Debian or Ubuntu: dpkg-deb and dpkg-shlibdeps are missing",
        ));
    }
    needs::ensure_to_build()?;
    node::ensure_packages()?;
    node::build()?;
    program::run(&mut cargo(&["build", "--locked", "--release", "--package", CONSOLE, "--package", "cli"]))?;
    let package = pack()?;
    let bytes = std::fs::metadata(&package).tried(package.display())?.len();
    println!("{} ({} KiB)", package.display(), bytes.div_ceil(1024));
    if bytes > BYTES_MAX {
        return Err(Failure::new(format!("the package is larger than {} MiB", BYTES_MAX / 1024 / 1024)));
    }
    Ok(())
}

fn pack() -> Outcome<PathBuf> {
    let version = env!("CARGO_PKG_VERSION");
    let architecture = program::answer(&mut command("dpkg", &["--print-architecture"]))?;
    let directory = places::target().join("bundle");
    let root = directory.join(PACKAGE);
    if root.exists() {
        std::fs::remove_dir_all(&root).tried(root.display())?;
    }
    tree::lay_out(&root, version)?;
    let libraries = libraries(&directory, &root)?;
    control::write(&root, &control::Fields { version, architecture: &architecture, libraries: &libraries })?;
    let package = directory.join(format!("{PACKAGE}_{version}_{architecture}.deb"));
    let mut build = command("dpkg-deb", &["--root-owner-group", "-Zxz", "--build"]);
    program::run(build.arg(&root).arg(&package))?;
    Ok(package)
}

/// The packages whose libraries the programs load, with the oldest versions that have what they use.
fn libraries(directory: &Path, root: &Path) -> Outcome<String> {
    // The tool reads a source package's control file and refuses to work without one.
    let source = directory.join("debian");
    std::fs::create_dir_all(&source).tried(source.display())?;
    std::fs::write(source.join("control"), format!("Source: {PACKAGE}\n\nPackage: {PACKAGE}\nArchitecture: any\n"))
        .tried("debian/control")?;
    let mut ask = command("dpkg-shlibdeps", &["-O", "--ignore-missing-info"]);
    for name in [CONSOLE, COMMAND_LINE] {
        ask.arg(root.join("usr/bin").join(name));
    }
    let answer = program::answer(ask.current_dir(directory))?;
    let list = answer.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    list.map(str::to_owned).ok_or_else(|| Failure::new(format!("dpkg-shlibdeps said: {answer}")))
}
