//! An entry of the ledger with what identifies it: what both schemas are written from.

use std::collections::BTreeMap;

use domain::Timestamp;
use ledger::{ActorKind, Entry, EntryError, Hash, KeyId, Record, SignatureBlock, SignatureError};
use uuid::Uuid;

use crate::verb::{Meaning, meaning};

/// Attributes that are bytes for whoever verifies, and nothing that a log stack could search: a plan in pieces, signatures under
/// statements. They stay in the ledger, which the event names by number and hash.
const FOR_VERIFICATION: &[&str] = &["seal", "signature"];
const PLAN_PIECE: &str = "plan.";

/// Why a record can't be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The entry.
    #[error("entry {number} cannot be read: {source}")]
    Entry {
        /// Its number.
        number: u64,
        /// Why.
        source: EntryError,
    },
    /// Its signatures.
    #[error("the signatures of entry {number} cannot be read: {source}")]
    Signatures {
        /// Its number.
        number: u64,
        /// Why.
        source: SignatureError,
    },
}

/// One entry, about to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub(crate) number: u64,
    pub(crate) hash: Hash,
    pub(crate) entry: Entry,
    pub(crate) keys: Vec<KeyId>,
    pub(crate) actor_name: Option<String>,
}

impl Event {
    /// Reads a record. It proves nothing: the chain is the business of whoever reads the ledger.
    ///
    /// # Errors
    /// [`EventError`], which names the entry.
    pub fn read(record: &Record) -> Result<Self, EventError> {
        let number = record.number;
        let entry = Entry::decode(&record.entry).map_err(|source| EventError::Entry { number, source })?;
        let signatures = SignatureBlock::decode(&record.signatures);
        let signatures = signatures.map_err(|source| EventError::Signatures { number, source })?;
        let keys = signatures.pairs().iter().map(|(key, _)| *key).collect();
        Ok(Self { number, hash: record.hash, entry, keys, actor_name: None })
    }

    /// Adds what the actor is called: the entry has their id alone.
    #[must_use]
    pub fn by(mut self, name: impl FnOnce(Uuid) -> Option<String>) -> Self {
        self.actor_name = name(self.entry.actor.id);
        self
    }

    /// Number of the entry, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What a target tells events apart by: the chain hash, which belongs to this entry with everything before it.
    #[must_use]
    pub fn stable_id(&self) -> String {
        hex::encode(self.hash)
    }

    /// Id of the entry, in its usual form.
    #[must_use]
    pub fn entry_id(&self) -> String {
        self.entry.id.to_string()
    }

    /// When it was written, to the microsecond.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        Timestamp::from_micros(self.entry.time)
    }

    pub(crate) fn meaning(&self) -> Meaning {
        meaning(&self.entry.verb)
    }

    /// `request.sealed request 1f…: why`.
    pub(crate) fn message(&self) -> String {
        let Entry { verb, subject, purpose, .. } = &self.entry;
        let head = format!("{verb} {} {}", subject.kind, subject.name);
        if purpose.is_empty() { head } else { format!("{head}: {purpose}") }
    }

    pub(crate) fn key_ids(&self) -> Vec<String> {
        self.keys.iter().map(hex::encode).collect()
    }

    pub(crate) fn is_human(&self) -> bool {
        self.entry.actor.kind == ActorKind::Operator
    }

    /// The request or run that this belongs to.
    pub(crate) fn belongs_to(&self) -> Option<String> {
        let subject = &self.entry.subject;
        if matches!(subject.kind.as_str(), "run" | "request") {
            return Some(subject.name.clone());
        }
        self.entry.attribute("run").map(str::to_owned)
    }

    /// What the entry says besides. A dot in a name would be read as one object inside another.
    pub(crate) fn attributes(&self) -> BTreeMap<String, String> {
        let told =
            |name: &str| !FOR_VERIFICATION.contains(&name) && !name.starts_with(PLAN_PIECE) && !name.ends_with(".seal");
        let all = self.entry.attributes.iter().filter(|(name, _)| told(name));
        all.map(|(name, value)| (name.replace('.', "_"), value.clone())).collect()
    }
}
