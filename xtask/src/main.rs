//! Tasks of this repository: run, test, bench, bindings, tidy, bundle.
//!
//! Plain Rust with one dependency: on a fresh machine this is what everybody waits for first.
#![expect(clippy::print_stdout, reason = "a task speaks on its terminal")]
#![expect(clippy::disallowed_methods, reason = "a task looks at the system it runs on")]

mod apt;
mod bench;
mod bindings;
mod bundle;
mod failure;
mod needs;
mod node;
mod places;
mod program;
mod run;
mod session;
mod stage;
mod test;
mod tidy;

use std::process::ExitCode;

use failure::{Failure, Outcome};

const USAGE: &str = "\
cargo xtask run              installs what is missing, builds, and opens the console
cargo xtask test             installs what is missing, and runs every check and test
cargo xtask bench [NAME]     measures the figures of one subject; without a name lists them
cargo xtask bindings         writes the window's types from the table of commands
cargo xtask tidy             checks the repository itself; `tidy --write` renews what is generated
cargo xtask bundle           makes the Debian package";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Outcome {
    match words {
        ["run", rest @ ..] => run::run(rest),
        ["test"] => test::test(),
        ["bench"] => bench::list(),
        ["bench", name, rest @ ..] => bench::bench(name, rest),
        ["bindings"] => bindings::write(),
        ["tidy"] => tidy::check(),
        ["tidy", "--write"] => tidy::write(),
        ["bundle"] => bundle::bundle(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(Failure::new(format!("no such task: {}\n\n{USAGE}", words.join(" ")))),
    }
}
