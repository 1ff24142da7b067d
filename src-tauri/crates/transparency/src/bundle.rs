//! Bundles: a ledger, or what was chosen from it, in one file that an auditor verifies alone.
//!
//! Written and verified as a stream: neither needs more memory than the largest record. Format: `docs/formats/bundle.md`.

mod choose;
mod fault;
mod fields;
mod verdict;
mod verify;
mod walk;
mod write;

use canonical::{DecodeError, Decoder, Encoder};
use ledger::Hash;
use uuid::Uuid;

use crate::checkpoint::{SignedCheckpoint, origin, parse_number};
use crate::note::is_name;
use crate::proof::PATH_MAX;

pub use choose::Chooser;
pub use fault::Fault;
pub use verdict::{Standing, Verified};
pub use verify::{Expectations, Item, verify};
pub use write::{Proven, WriteError, Writer};

/// First field of every bundle.
pub const KIND: &str = "countersign/bundle/v1";
/// Most checkpoints in one bundle.
pub const CHECKPOINTS_MAX: usize = 16;

/// First field of each kind of record.
mod record {
    pub(super) const CHECKPOINT: &str = "checkpoint";
    pub(super) const ENTRY: &str = "entry";
    pub(super) const PROVEN: &str = "proven";
    pub(super) const PLAN: &str = "plan";
    pub(super) const END: &str = "end";
}

/// Which entries a bundle holds, in its writer's words. That none was left out is shown for a whole ledger only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selection {
    /// Every entry from the founding to the newest checkpoint.
    Whole,
    /// What happened to a key.
    Key(Uuid),
    /// What happened to a tenant.
    Tenant(Uuid),
    /// A request, from its submission to the end of its run.
    Request(Uuid),
    /// What happened from one moment up to, not including, another; microseconds since 1970.
    Period {
        /// The first moment.
        from: i64,
        /// The moment after the last.
        until: i64,
    },
    /// One entry: an evidence pack.
    Entry(u64),
}

impl Selection {
    /// The word in the header.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Key(_) => "key",
            Self::Tenant(_) => "tenant",
            Self::Request(_) => "request",
            Self::Period { .. } => "period",
            Self::Entry(_) => "entry",
        }
    }

    /// What the word is about: an id, two moments, a number, or nothing.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Key(id) | Self::Tenant(id) | Self::Request(id) => id.to_string(),
            Self::Period { from, until } => format!("{from}..{until}"),
            Self::Entry(number) => number.to_string(),
        }
    }

    fn parse(word: &str, value: &str) -> Option<Self> {
        let id = || Uuid::parse_str(value).ok();
        let moment = |text: &str| text.parse::<i64>().ok();
        let selection = match word {
            "whole" => Self::Whole,
            "key" => Self::Key(id()?),
            "tenant" => Self::Tenant(id()?),
            "request" => Self::Request(id()?),
            "period" => {
                let (from, until) = value.split_once("..")?;
                Self::Period { from: moment(from)?, until: moment(until)? }
            }
            "entry" => Self::Entry(parse_number(value)?),
            _ => return None,
        };
        // Ids and numbers have one form.
        (selection.value() == value).then_some(selection)
    }
}

/// What the bundle is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The custody whose ledger it is.
    pub custody: Uuid,
    /// Its environment.
    pub environment: String,
    /// The writer's clock, in microseconds since 1970.
    pub made_at: i64,
    /// Which entries.
    pub selection: Selection,
}

impl Header {
    /// The name of the ledger in its checkpoints.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(self.custody, &self.environment)
    }

    fn encode(&self) -> Vec<u8> {
        Encoder::new()
            .bytes(self.custody.as_bytes())
            .text(&self.environment)
            .time(self.made_at)
            .text(self.selection.word())
            .text(&self.selection.value())
            .finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut fields = Decoder::new(bytes);
        let custody = Uuid::from_bytes(fields.array("an id of 16 bytes")?);
        let environment = fields.text()?.to_owned();
        if !is_name(&environment) {
            return Err(DecodeError::Malformed { field: 2, expected: "the word of an environment" });
        }
        let made_at = fields.time()?;
        let (word, value) = (fields.text()?, fields.text()?);
        let selection = Selection::parse(word, value);
        let selection = selection.ok_or(DecodeError::Malformed { field: 5, expected: "a selection" })?;
        fields.finish()?;
        Ok(Self { custody, environment, made_at, selection })
    }
}

/// A checkpoint, and the proof that the newest one of the bundle grew from it; the path is empty for the newest itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The checkpoint with its signatures.
    pub checkpoint: SignedCheckpoint,
    /// Proof of consistency with the newest checkpoint of the bundle.
    pub path: Vec<Hash>,
}

/// Hashes, one after the other, in one field.
fn decode_path(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && hashes.len() <= PATH_MAX).then(|| hashes.to_vec())
}
