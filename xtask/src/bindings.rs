//! `cargo xtask bindings`: the window's types, from the table of commands.

use crate::failure::{Outcome, Tried as _};
use crate::places;
use crate::program::{self, cargo};

/// Where the window keeps them.
const FILE: &str = "ui/src/host/ipc.ts";

/// Writes them. A test of the crate `ipc` fails when they are stale.
pub fn write() -> Outcome {
    let mut text = program::answer(&mut cargo(&["run", "--quiet", "--package", "ipc", "--example", "bindings"]))?;
    text.push('\n');
    std::fs::write(places::root().join(FILE), text).tried(FILE)
}
