//! What a command has to say, for a program and for a person.

use std::process::ExitCode;

use serde_json::Value;

/// How a command ends. `docs/command-line.md` says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Refused by a rule, or failed; also a ledger that does not hold and a run that stopped before its end.
    Refused,
    /// Wrong usage, or nothing could be found out: no keychain, no register, no vault, no custody.
    CouldNotTell,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::CouldNotTell => 2,
        })
    }
}

/// The result of a command: the same facts twice.
#[derive(Debug)]
pub struct Answer {
    /// The one document of `--json`; nothing where the command has said everything while it ran.
    pub document: Value,
    /// What a person reads. Its parts were escaped where they were put together.
    pub text: String,
    /// How the command ends.
    pub exit: Exit,
}

impl Answer {
    /// A command that did what it was asked.
    pub fn new(document: Value, text: impl Into<String>) -> Self {
        Self { document, text: text.into(), exit: Exit::Done }
    }
}
