//! What the package puts where.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{COMMAND_LINE, PACKAGE};
use crate::failure::{Outcome, Tried as _};
use crate::places;
use crate::program::{self, command};
use crate::run::CONSOLE;

const ICONS: [(&str, &str); 4] = [
    ("32x32.png", "32x32/apps/countersign-console.png"),
    ("128x128.png", "128x128/apps/countersign-console.png"),
    ("128x128@2x.png", "256x256/apps/countersign-console.png"),
    ("icon.svg", "scalable/apps/countersign-console.svg"),
];

/// Compatible with every menu: the window's class is the program's name.
const MENU_ENTRY: &str = "\
[Desktop Entry]
Type=Application
Name=Countersign
GenericName=Key-custody console
Comment=No key changes without a second signature
Exec=countersign-console
Icon=countersign-console
Terminal=false
Categories=Utility;Security;
Keywords=key;custody;rotation;vault;signature;
StartupWMClass=countersign-console
";

const COPYRIGHT: &str = "\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Countersign

Files: *
Copyright: 2026 The Countersign authors
License: Apache-2.0
 On Debian systems the full text of the licence is in
 /usr/share/common-licenses/Apache-2.0.
";

/// Copies and writes every file.
pub fn lay_out(root: &Path, version: &str) -> Outcome {
    for name in [CONSOLE, COMMAND_LINE] {
        copy(&places::target().join("release").join(name), &root.join("usr/bin").join(name), 0o755)?;
        program::run(command("strip", &["--strip-unneeded"]).arg(root.join("usr/bin").join(name)))?;
    }
    for (from, to) in ICONS {
        copy(&places::root().join("icons").join(from), &root.join("usr/share/icons/hicolor").join(to), 0o644)?;
    }
    let share = root.join("usr/share");
    write_file(&share.join("applications/eu.countersign.console.desktop"), MENU_ENTRY.as_bytes(), 0o644)?;
    let documents = share.join("doc").join(PACKAGE);
    write_file(&documents.join("copyright"), COPYRIGHT.as_bytes(), 0o644)?;
    let changes = format!(
        "{PACKAGE} ({version}) unstable; urgency=medium\n\n  * See the project's history.\n\n \
         -- The Countersign maintainers <maintainers@countersign.example>  Sun, 22 Nov 2026 00:00:00 +0000\n"
    );
    write_compressed(&documents.join("changelog.gz"), changes.as_bytes())?;
    for (name, purpose) in [
        (CONSOLE, "the Countersign console: no key changes without a second signature"),
        (COMMAND_LINE, "the Countersign command line; see countersign --help"),
    ] {
        let page = format!(
            ".TH {} 1\n.SH NAME\n{name} \\- {purpose}\n.SH SYNOPSIS\n.B {name}\n.RI [ options ]\n.SH DESCRIPTION\n\
             Everything about it is in its own help and in the project's README.\n",
            name.to_uppercase()
        );
        write_compressed(&share.join("man/man1").join(format!("{name}.1.gz")), page.as_bytes())?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, mode: u32) -> Outcome {
    let bytes = std::fs::read(from).tried(from.display())?;
    write_file(to, &bytes, mode)
}

/// Writes a file with this mode, and its directories for everybody to enter.
pub fn write_file(path: &Path, bytes: &[u8], mode: u32) -> Outcome {
    for directory in path
        .parent()
        .into_iter()
        .flat_map(Path::ancestors)
        .take_while(|it| !it.exists())
        .collect::<Vec<_>>()
        .iter()
        .rev()
    {
        std::fs::create_dir(directory).tried(directory.display())?;
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).tried(directory.display())?;
    }
    std::fs::write(path, bytes).tried(path.display())?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).tried(path.display())
}

/// Compressed without a name or time inside: the same every time.
fn write_compressed(path: &Path, bytes: &[u8]) -> Outcome {
    let plain = path.with_extension("");
    write_file(&plain, bytes, 0o644)?;
    program::run(command("gzip", &["--best", "--no-name", "--force"]).arg(&plain))
}
