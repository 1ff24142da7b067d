//! What went wrong, where, and what to do about it.

mod of_custody;
mod of_log_stack;
mod of_places;
mod of_proof;
mod refusal;
mod words;

use std::error::Error;

use serde_json::{Map, Value};

use crate::answer::Exit;

pub use of_custody::{of_blockers, of_changes};
pub use refusal::{of_differences, why_not};

/// A command that did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// For programs.
    pub code: String,
    /// What went wrong and where.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// How the command ends.
    pub exit: Exit,
    /// Particulars, for programs.
    pub more: Map<String, Value>,
}

impl Failure {
    /// A refusal or failure.
    pub fn new(code: impl Into<String>, message: String) -> Self {
        Self { code: code.into(), message, hint: None, exit: Exit::Refused, more: Map::new() }
    }

    /// An error with its causes.
    pub fn of(code: &str, error: &dyn Error) -> Self {
        Self::new(code, with_causes(error))
    }

    /// It is not known how things stand, because something that would say so does not answer.
    pub fn could_not_tell(mut self) -> Self {
        self.exit = Exit::CouldNotTell;
        self
    }

    /// What to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a particular.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }
}

/// An error's sentence followed by its causes, each said once.
fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let said = deeper.to_string();
        if !line.ends_with(&said) {
            line = format!("{line}: {said}");
        }
        cause = deeper.source();
    }
    line
}
