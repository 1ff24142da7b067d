//! `cargo xtask test`: every check and every test, as continuous integration runs them.
//!
//! It needs no terminal, no display and no session: it makes what tests need and takes it away again. All of cargo's parts
//! use one profile and one set of features, so that nothing is built twice.

use std::process::Command;

use crate::failure::Outcome;
use crate::program::{self, cargo};
use crate::session::Session;
use crate::stage::Stages;
use crate::{needs, node, tidy};

/// Runs it all. A part that fails does not keep the others from running, unless they build on it.
pub fn test() -> Outcome {
    let mut stages = Stages::default();
    if stages.check("system packages", needs::ensure_to_test) {
        check_sources(&mut stages);
        if check_window(&mut stages) {
            check_rust(&mut stages);
        } else {
            stages.skip("tests", "the window's pages were not built");
        }
    }
    stages.conclude()
}

fn check_sources(stages: &mut Stages) {
    stages.program("formatting", &mut cargo(&["fmt", "--all", "--check"]));
    stages.check("tidy", tidy::check);
    if program::exists("cargo-deny") {
        let mut deny = cargo(&["deny", "--offline", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
        stages.program("cargo deny", &mut deny);
    } else {
        stages.skip("cargo deny", "it is not installed; tidy has checked licences, sources and banned packages");
    }
    stages.skip("known vulnerabilities", "that takes the advisory database: cargo deny check advisories, npm audit");
}

/// Whether the window's pages were built.
fn check_window(stages: &mut Stages) -> bool {
    if !stages.check("window: packages", node::ensure_packages) {
        return false;
    }
    stages.program("window: types", &mut node::npm(&["run", "--silent", "check"]));
    stages.program("window: lint", &mut node::npm(&["run", "--silent", "lint"]));
    stages.program("window: tests", &mut node::npm(&["run", "--silent", "test"]));
    stages.check("window: build", node::build)
}

fn check_rust(stages: &mut Stages) {
    stages
        .program("clippy", &mut cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]));
    if !stages.program("build", &mut cargo(&["build", "--locked", "--workspace", "--all-targets"])) {
        stages.skip("tests", "the workspace does not build");
        return;
    }
    let session = match Session::start() {
        Ok(session) => session,
        Err(failure) => {
            stages.check("a session for the tests", || Err(failure));
            return;
        }
    };
    stages.program("documentation's examples", &mut cargo(&["test", "--locked", "--workspace", "--doc", "--quiet"]));
    let mut tests = test_runner();
    session.lend(&mut tests);
    // Last, so that the runner's own closing lines are the last that any part says.
    stages.program("tests", &mut tests);
}

fn test_runner() -> Command {
    if program::exists("cargo-nextest") {
        return cargo(&["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
    }
    cargo(&["test", "--locked", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"])
}
