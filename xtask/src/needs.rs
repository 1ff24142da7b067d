//! What this machine must have: to build the console, to use it, to test it.

use std::path::Path;

use crate::failure::{Failure, Outcome};
use crate::program::{self, command};
use crate::{apt, node};

/// Something that must be there, by Debian's name and by how any system shows that it has it.
struct Need {
    package: &'static str,
    shown_by: Sign,
}

enum Sign {
    Program(&'static str),
    Library(&'static str),
    /// Nothing but Debian's own list can tell.
    None,
}

const fn program_of(package: &'static str, program: &'static str) -> Need {
    Need { package, shown_by: Sign::Program(program) }
}

const fn library(package: &'static str, name: &'static str) -> Need {
    Need { package, shown_by: Sign::Library(name) }
}

const BUILD: [Need; 9] = [
    Need { package: "ca-certificates", shown_by: Sign::None },
    program_of("build-essential", "cc"),
    program_of("cmake", "cmake"),
    program_of("pkg-config", "pkg-config"),
    library("libwebkit2gtk-4.1-dev", "webkit2gtk-4.1"),
    library("libgtk-3-dev", "gtk+-3.0"),
    library("librsvg2-dev", "librsvg-2.0"),
    program_of("util-linux", "flock"),
    program_of("file", "file"),
];

const USE: [Need; 2] = [program_of("gnome-keyring", "gnome-keyring-daemon"), program_of("dbus", "dbus-daemon")];

const TEST: [Need; 9] = [
    program_of("xvfb", "Xvfb"),
    program_of("openbox", "openbox"),
    program_of("xdotool", "xdotool"),
    program_of("imagemagick", "convert"),
    program_of("webkit2gtk-driver", "WebKitWebDriver"),
    program_of("x11-utils", "xdpyinfo"),
    program_of("fonts-dejavu-core", "fc-list"),
    program_of("python3-venv", "python3"),
    program_of("python3-pip", "pip3"),
];

/// Oldest major version of PostgreSQL that the register works with.
const POSTGRESQL_MAJOR_MIN: u32 = 15;
const DEBIAN_SERVERS: &str = "/usr/lib/postgresql";

/// Sees to it that the console can be built and used here.
pub fn ensure_to_run() -> Outcome {
    ensure(BUILD.iter().chain(&USE).collect())
}

/// Sees to it that everything can be tested here.
pub fn ensure_to_test() -> Outcome {
    ensure(BUILD.iter().chain(&USE).chain(&TEST).collect())?;
    ensure_components()
}

/// The formatter and the linter, which a minimal toolchain leaves out.
fn ensure_components() -> Outcome {
    if program::exists("cargo-fmt") && program::exists("cargo-clippy") {
        return Ok(());
    }
    program::run(&mut command("rustup", &["component", "add", "rustfmt", "clippy"]))
}

/// Sees to it that the console can be built here.
pub fn ensure_to_build() -> Outcome {
    ensure(BUILD.iter().collect())
}

fn ensure(needs: Vec<&Need>) -> Outcome {
    if apt::is_here() {
        ensure_on_debian(&needs)?
    } else {
        ensure_elsewhere(&needs)?
    }
    if !has_postgresql() {
        return Err(Failure::new(format!(
            "PostgreSQL {POSTGRESQL_MAJOR_MIN} or newer is needed and this system's is older: \
             see https://www.postgresql.org/download/"
        )));
    }
    node::ensure_version()
}

fn ensure_on_debian(needs: &[&Need]) -> Outcome {
    let mut packages = apt::missing(&needs.iter().map(|need| need.package).collect::<Vec<_>>());
    // Any sufficient server will do, whatever its package is called.
    if !has_postgresql() {
        packages.push("postgresql");
    }
    if !node::is_sufficient() && node::debian_has_it() {
        packages.extend(["nodejs", "npm"]);
    }
    if packages.is_empty() { Ok(()) } else { apt::install(&packages) }
}

fn ensure_elsewhere(needs: &[&Need]) -> Outcome {
    let mut missing: Vec<&str> =
        needs.iter().filter(|need| !is_there(&need.shown_by)).map(|need| need.package).collect();
    if !has_postgresql() {
        missing.push("postgresql");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "This is neither Debian nor Ubuntu. Install these first (Debian's names): {}",
        missing.join(" ")
    )))
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Sign::Program(name) => program::exists(name),
        Sign::Library(name) => program::answer(&mut command("pkg-config", &["--exists", name])).is_ok(),
        Sign::None => true,
    }
}

fn has_postgresql() -> bool {
    let debian = std::fs::read_dir(DEBIAN_SERVERS).into_iter().flatten().flatten().map(|entry| entry.path());
    let sufficient = |server: &Path| {
        let answer = program::answer(&mut command(&server.display().to_string(), &["--version"]));
        answer.ok().and_then(|line| major(&line)).is_some_and(|major| major >= POSTGRESQL_MAJOR_MIN)
    };
    debian
        .map(|version| version.join("bin/postgres"))
        .chain(program::find("postgres"))
        .any(|server| sufficient(&server))
}

fn major(line: &str) -> Option<u32> {
    let version = line.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_the_server_s_own_words() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19beta2"), Some(19));
        assert_eq!(major("not a server"), None);
    }

    #[test]
    fn no_package_is_asked_for_twice() {
        let mut names: Vec<_> = BUILD.iter().chain(&USE).chain(&TEST).map(|need| need.package).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
