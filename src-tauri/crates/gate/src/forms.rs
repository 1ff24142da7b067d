//! A report in the forms that people and pipelines read. What comes from a register or a file may deceive nobody who reads it, and
//! command no agent that watches the log.

mod github;
mod harmless;
mod json;
mod sarif;
mod text;
mod words;

use crate::judgement::Report;

/// In which form a report is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Columns for a person.
    Text,
    /// One document for a program.
    Json,
    /// Annotations of a GitHub Actions run.
    Github,
    /// SARIF 2.1.0.
    Sarif,
}

/// The report, with a line break at its end.
#[must_use]
pub fn give(report: &Report, form: Form) -> String {
    match form {
        Form::Text => text::text(report),
        Form::Json => harmless::document(&json::document(report)),
        Form::Github => github::annotations(report),
        Form::Sarif => harmless::document(&sarif::document(report)),
    }
}
