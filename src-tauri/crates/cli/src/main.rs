//! `countersign`: everything the console can do, from a terminal.
//!
//! A command returns an [`answer::Answer`]; what is printed leaves through `output` alone, with every hostile character visible.

mod answer;
mod arguments;
mod at_work;
mod commands;
mod context;
mod durations;
mod failure;
mod files;
mod find;
mod output;
mod people;
mod progress;
mod scope;
mod secrets;
mod steer;
mod table;
mod typed;
mod views;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return arguments::refuse(&error),
    };
    let context = arguments.context();
    output::log_to_stderr(context.json);
    let outcome = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::of("runtime", &error))
        .and_then(|runtime| runtime.block_on(commands::run(arguments.command, &context)));
    match outcome.and_then(|answer| output::give(&answer, context.json).map(|()| answer.exit)) {
        Ok(exit) => exit.code(),
        Err(failure) => output::fail(&failure, context.json),
    }
}
