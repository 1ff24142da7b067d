//! Node.js and the window's packages.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::failure::{Failure, Outcome, Tried as _};
use crate::program::{self, command};
use crate::{apt, places};

/// Oldest version that the window's build tools run on.
const NODE_MIN: (u32, u32) = (20, 19);
/// Older ones do not install the build tool's native half.
const NPM_MAJOR_MIN: u32 = 11;

/// Whether the Node.js here is new enough.
pub fn is_sufficient() -> bool {
    installed().is_some_and(|version| version >= NODE_MIN)
}

/// Whether the one in the distribution's archive is.
pub fn debian_has_it() -> bool {
    apt::candidate("nodejs").and_then(|text| version(&text)).is_some_and(|version| version >= NODE_MIN)
}

/// Says what to do where Node.js is missing or too old.
pub fn ensure_version() -> Outcome {
    if is_sufficient() && program::exists("npm") {
        return Ok(());
    }
    let found = installed().map_or_else(|| "none".to_owned(), |(major, minor)| format!("{major}.{minor}"));
    let (major, minor) = NODE_MIN;
    Err(Failure::new(format!(
        "Node.js {major}.{minor} or newer with npm is needed; found: {found}. Get it from https://nodejs.org/en/download"
    )))
}

/// Installs the packages the lock file names, unless they are there already.
pub fn ensure_packages() -> Outcome {
    let (lock, installed) =
        (places::ui().join("package-lock.json"), places::ui().join("node_modules/.package-lock.json"));
    if changed(&installed).is_ok_and(|installed| changed(&lock).is_ok_and(|lock| lock <= installed)) {
        return Ok(());
    }
    program::run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    // An install that changed nothing leaves the old time, and would be repeated for ever.
    let now = SystemTime::now();
    let file = std::fs::File::options().append(true).open(&installed).tried("node_modules")?;
    file.set_modified(now).tried("node_modules")
}

/// Builds the window's pages, unless nothing changed since: new pages make the console's build longer.
pub fn build() -> Outcome {
    let built = changed(&places::ui().join("dist/index.html"));
    if built.is_ok_and(|built| newest(&places::ui()).is_ok_and(|newest| newest <= built)) {
        return Ok(());
    }
    program::run(&mut npm(&["run", "--silent", "build"]))
}

fn changed(path: &Path) -> std::io::Result<SystemTime> {
    std::fs::metadata(path)?.modified()
}

/// When the last of the window's sources was changed.
fn newest(folder: &Path) -> std::io::Result<SystemTime> {
    let mut newest = changed(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_made = ["dist", "node_modules"].iter().any(|made| entry.file_name() == *made);
        if !is_made {
            let here = if entry.file_type()?.is_dir() { self::newest(&entry.path())? } else { changed(&entry.path())? };
            newest = newest.max(here);
        }
    }
    Ok(newest)
}

/// An npm command in the window's directory, by an npm that is new enough.
pub fn npm(arguments: &[&str]) -> Command {
    let answer = program::answer(&mut command("npm", &["--version"]));
    let sufficient = answer.ok().and_then(|text| version(&text)).is_some_and(|(major, _)| major >= NPM_MAJOR_MIN);
    let mut npm = if sufficient {
        command("npm", arguments)
    } else {
        let mut npx = command("npx", &["--yes", "npm@11"]);
        npx.args(arguments);
        npx
    };
    npm.current_dir(places::ui());
    npm
}

fn installed() -> Option<(u32, u32)> {
    version(&program::answer(&mut command("node", &["--version"])).ok()?)
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_and_of_debian_are_read() {
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("18.19.0+dfsg-6~deb12u2"), Some((18, 19)));
        assert_eq!(version("nothing"), None);
    }
}
