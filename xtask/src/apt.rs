//! Debian's and Ubuntu's packages.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::program::{self, command};

/// Whether this system's packages are Debian's.
pub fn is_here() -> bool {
    program::exists("apt-get") && program::exists("dpkg-query")
}

/// Those of `packages` that are not installed.
pub fn missing(packages: &[&'static str]) -> Vec<&'static str> {
    packages.iter().copied().filter(|package| !is_installed(package)).collect()
}

fn is_installed(package: &str) -> bool {
    let state = program::answer(&mut command("dpkg-query", &["-W", "-f", "${db:Status-Status}\n", package]));
    // A package of several architectures answers a line for each.
    state.is_ok_and(|state| state.lines().any(|line| line == "installed"))
}

/// The version that would be installed, without the distribution's own suffixes being interpreted.
pub fn candidate(package: &str) -> Option<String> {
    let policy = program::answer(&mut command("apt-cache", &["policy", package])).ok()?;
    let line = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (line != "(none)").then(|| line.to_owned())
}

/// Installs packages. Asks for the person's password through `sudo` when they are not root.
pub fn install(packages: &[&str]) -> Outcome {
    println!("Installing {}", packages.join(" "));
    let manual =
        || Failure::new(format!("to install what is missing, as root:\n  apt-get install {}", packages.join(" ")));
    // Old lists name versions that the mirror no longer has; without any, nothing is found at all.
    privileged(&["update", "--quiet"])
        .and_then(|mut update| program::run(&mut update))
        .map_err(|_named_below| manual())?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends", "--quiet"];
    arguments.extend(packages);
    let mut install = privileged(&arguments)?;
    program::run(&mut install).map_err(|failure| Failure::new(format!("{failure}\n{}", manual())))
}

fn privileged(arguments: &[&str]) -> Outcome<Command> {
    let apt_get = ["DEBIAN_FRONTEND=noninteractive", "apt-get"];
    let words: Vec<&str> = apt_get.into_iter().chain(arguments.iter().copied()).collect();
    if program::answer(&mut command("id", &["-u"]))? == "0" {
        return Ok(command("env", &words));
    }
    if !program::exists("sudo") {
        return Err(Failure::new("packages are missing, and there is no sudo to install them with"));
    }
    let mut sudo = command("sudo", &["env"]);
    sudo.args(words);
    Ok(sudo)
}
