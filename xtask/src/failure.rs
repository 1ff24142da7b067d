//! Why a task did not do what it should, as the sentence that is shown.

use std::fmt;

/// A sentence for the person at the terminal.
#[derive(Debug)]
pub struct Failure(String);

/// What a task answers.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// Takes the sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what was tried when something of the operating system fails.
pub trait Tried<T> {
    /// Adds what was tried.
    fn tried(self, what: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: fmt::Display> Tried<T> for Result<T, E> {
    fn tried(self, what: impl fmt::Display) -> Outcome<T> {
        self.map_err(|error| Failure::new(format!("{what}: {error}")))
    }
}
