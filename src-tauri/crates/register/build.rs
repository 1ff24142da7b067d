//! Migrations are embedded: a new file among them is a new program.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
