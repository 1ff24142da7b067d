//! Ledger entries as events that a log stack understands: OCSF, and the Elastic Common Schema.
//!
//! Pure: it never reads a clock, a file or a database. It maps and leaves out, and decides nothing. What goes where:
//! `docs/formats/log-stack.md`.

mod ecs;
mod event;
mod line;
mod ocsf;
mod verb;

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

pub use ecs::ECS_VERSION;
pub use event::{Event, EventError};
pub use line::line;
pub use ocsf::OCSF_VERSION;

/// Which schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Open Cybersecurity Schema Framework.
    Ocsf,
    /// Elastic Common Schema.
    Ecs,
}

impl Format {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ocsf => "ocsf",
            Self::Ecs => "ecs",
        }
    }

    /// The event as a document of this schema. The same event is the same document, always.
    #[must_use]
    pub fn document(self, event: &Event) -> Value {
        match self {
            Self::Ocsf => ocsf::document(event),
            Self::Ecs => ecs::document(event),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// No schema of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the schema is ocsf or ecs")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        [Self::Ocsf, Self::Ecs].into_iter().find(|format| format.word() == word).ok_or(UnknownFormat)
    }
}
