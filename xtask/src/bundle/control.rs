//! What the package says about itself.

use std::path::Path;

use super::PACKAGE;
use super::tree::write_file;
use crate::failure::{Outcome, Tried as _};
use crate::program::{self, command};

/// What differs from build to build.
pub struct Fields<'a> {
    pub version: &'a str,
    pub architecture: &'a str,
    pub libraries: &'a str,
}

const MAINTAINER: &str = "The Countersign maintainers <maintainers@countersign.example>";

/// Writes `DEBIAN/`, after everything else is in its place.
pub fn write(root: &Path, fields: &Fields<'_>) -> Outcome {
    let Fields { version, architecture, libraries } = fields;
    let size = program::answer(command("du", &["--summarize", "--block-size=1K", "--apparent-size"]).arg(root))?;
    let size = size.split_whitespace().next().unwrap_or("0");
    let control = format!(
        "\
Package: {PACKAGE}
Version: {version}
Architecture: {architecture}
Maintainer: {MAINTAINER}
Installed-Size: {size}
Depends: {libraries}
Recommends: postgresql (>= 15), gnome-keyring | org.freedesktop.secrets
Section: admin
Priority: optional
Description: key-custody console with two signatures
 Countersign is a console in which no cryptographic key is rotated, destroyed,
 recovered or excepted from policy without a second person's signature, and in
 which that fact can be proven later from a signed ledger.
 .
 PostgreSQL is needed on this computer for a local custody only; the console
 runs a private cluster of its own.
"
    );
    write_file(&root.join("DEBIAN/control"), control.as_bytes(), 0o644)?;
    write_file(&root.join("DEBIAN/md5sums"), sums(root)?.as_bytes(), 0o644)
}

fn sums(root: &Path) -> Outcome<String> {
    let mut find = command("find", &["usr", "-type", "f", "-exec", "md5sum", "{}", "+"]);
    let mut lines: Vec<String> =
        program::answer(find.current_dir(root)).tried("md5sum")?.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    Ok(format!("{}\n", lines.join("\n")))
}
