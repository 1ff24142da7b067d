//! `cargo xtask run`: from a clone to the open window.

use crate::failure::{Failure, Outcome, Tried as _};
use crate::program::{self, cargo, command};
use crate::{needs, node, places};

/// The desktop app's package and program.
pub const CONSOLE: &str = "countersign-console";

/// Installs what is missing, builds, and opens the console.
pub fn run(arguments: &[&str]) -> Outcome {
    // Said before anything is installed or built: it is the one thing no task can mend.
    if !has_display() {
        return Err(Failure::new(
            "There is no display: start this in a desktop session (DISPLAY and WAYLAND_DISPLAY are not set).",
        ));
    }
    needs::ensure_to_run()?;
    node::ensure_packages()?;
    node::build()?;
    program::run(&mut cargo(&["build", "--locked", "--package", CONSOLE, "--package", "cli"]))?;
    let console = places::target().join("debug").join(CONSOLE);
    let mut console = command(&console.display().to_string(), arguments);
    let status = console.status().tried("the console does not start")?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("the console ended: {status}"))) }
}

fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}
