//! One entry: who did what to which subject, when and why.

use std::collections::BTreeMap;

use canonical::{DecodeError, Decoder, Encoder};
use uuid::Uuid;

/// First field of every entry.
pub const KIND: &str = "countersign/ledger-entry/v1";

/// Why bytes are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The bytes are not canonical.
    #[error("the entry is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// The actor is of no known kind.
    #[error("the entry names an unknown kind of actor")]
    ActorKind,
}

/// What kind of actor did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActorKind {
    /// An enrolled human.
    Operator,
    /// `countersign agent`, with an identity of its own.
    Agent,
    /// A program that is no custodian.
    Service,
    /// A program that decides by itself: it reads, and holds no key.
    Ai,
}

impl ActorKind {
    /// The word in the entry.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Agent => "agent",
            Self::Service => "service",
            Self::Ai => "ai",
        }
    }

    fn parse(word: &str) -> Result<Self, EntryError> {
        [Self::Operator, Self::Agent, Self::Service, Self::Ai]
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or(EntryError::ActorKind)
    }
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Human, agent or service.
    pub kind: ActorKind,
    /// The operator's id.
    pub id: Uuid,
}

/// What was acted upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// `key`, `request`, `run`, …
    pub kind: String,
    /// An id in its usual form, or a name.
    pub name: String,
}

impl Subject {
    /// A subject of `kind` called `name`.
    pub fn new(kind: &str, name: impl ToString) -> Self {
        Self { kind: kind.to_owned(), name: name.to_string() }
    }
}

/// One act, before it is signed and chained. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The custody it belongs to.
    pub custody: Uuid,
    /// `development`, `staging`, `production` or `backup`.
    pub environment: String,
    /// Made by the writer; the register refuses one it has seen.
    pub id: Uuid,
    /// The writer's clock.
    pub time: i64,
    /// Who acted.
    pub actor: Actor,
    /// What was done, from the table in `docs/formats/acts.md`.
    pub verb: String,
    /// To what.
    pub subject: Subject,
    /// Why.
    pub purpose: String,
    /// The particulars: what is done is read from here and nowhere else.
    pub attributes: BTreeMap<String, String>,
}

/// The beginning of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glance<'a> {
    pub custody: Uuid,
    pub environment: &'a str,
    pub id: Uuid,
    pub time: i64,
    pub verb: &'a str,
}

impl Entry {
    /// The bytes that are signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Encoder::message(KIND)
            .bytes(self.custody.as_bytes())
            .text(&self.environment)
            .bytes(self.id.as_bytes())
            .time(self.time)
            .text(self.actor.kind.word())
            .bytes(self.actor.id.as_bytes())
            .text(&self.verb)
            .text(&self.subject.kind)
            .text(&self.subject.name)
            .text(&self.purpose)
            .map(&self.attributes)
            .finish()
    }

    /// Reads an entry back.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let mut fields = Decoder::new(bytes);
        fields.expect_kind(KIND)?;
        let entry = Self {
            custody: Uuid::from_bytes(fields.array("an id of 16 bytes")?),
            environment: fields.text()?.to_owned(),
            id: Uuid::from_bytes(fields.array("an id of 16 bytes")?),
            time: fields.time()?,
            actor: Actor {
                kind: ActorKind::parse(fields.text()?)?,
                id: Uuid::from_bytes(fields.array("an id of 16 bytes")?),
            },
            verb: fields.text()?.to_owned(),
            subject: Subject { kind: fields.text()?.to_owned(), name: fields.text()?.to_owned() },
            purpose: fields.text()?.to_owned(),
            attributes: fields.map()?,
        };
        fields.finish()?;
        Ok(entry)
    }

    /// Reads what every reader wants of an entry and leaves the rest unread.
    pub(crate) fn glance(bytes: &[u8]) -> Result<Glance<'_>, EntryError> {
        let mut fields = Decoder::new(bytes);
        fields.expect_kind(KIND)?;
        let custody = Uuid::from_bytes(fields.array("an id of 16 bytes")?);
        let environment = fields.text()?;
        let id = Uuid::from_bytes(fields.array("an id of 16 bytes")?);
        let time = fields.time()?;
        let (_kind, _actor) = (fields.bytes()?, fields.bytes()?);
        Ok(Glance { custody, environment, id, time, verb: fields.text()? })
    }

    /// An attribute by name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}
