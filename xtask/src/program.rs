//! Other programs: found, asked, run.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome, Tried as _};
use crate::places;

/// A command in the repository's top directory.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(places::root());
    command
}

/// Cargo, the one that runs this task.
pub fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_unset| "cargo".to_owned());
    command(&cargo, arguments)
}

/// How a command looks to a person.
pub fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Runs it on this terminal.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.stdin(Stdio::null()).status().tried(shown(command))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{}: {status}", shown(command)))) }
}

/// What it writes to standard output, if it succeeds.
pub fn answer(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().tried(shown(command))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(Failure::new(format!("{}: {}\n{said}", shown(command), output.status)))
}

/// Whether a program is in the search path.
pub fn exists(program: &str) -> bool {
    find(program).is_some()
}

/// Where a program is in the search path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file())
}
