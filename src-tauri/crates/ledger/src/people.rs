//! Who may have signed what: learned from the ledger itself, entry by entry, from the founding entry on.
//!
//! The people in the database's tables are what a database administrator says; the people here are what two founders
//! signed and what certified keys signed since. Executing consoles and verifiers trust only these.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::entry::Entry;
use crate::signature::{self, KeyId, PublicKey, SignatureBlock, SignatureError, key_id};

/// Longest life of a session key, in microseconds: twelve hours.
const SESSION_MICROS_MAX: i64 = 12 * 60 * 60 * 1_000_000;

/// Verbs that need a device key, unlocked afresh; a session key may not sign them.
const DEVICE_KEY_VERBS: [&str; 5] =
    ["custody.founded", "session.opened", "request.submitted", "request.sealed", "request.rejected"];

/// Why an entry is not vouched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PeopleError {
    /// The signature itself is wrong.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The first entry is no founding, or a later one is.
    #[error("a ledger begins with one founding entry, and has no other")]
    Founding,
    /// A field of a people entry is missing or unreadable.
    #[error("the entry has no usable attribute {name}")]
    Attribute {
        /// Name of the attribute.
        name: String,
    },
    /// Nobody on this ledger holds the key.
    #[error("key {} was never certified on this ledger", hex::encode(.key))]
    UnknownKey {
        /// The key it is signed with.
        key: KeyId,
    },
    /// The key belongs to somebody else than the actor.
    #[error("the entry's actor is not the holder of the key that signed it")]
    ForeignKey,
    /// The key's session had ended, or the device was revoked.
    #[error("the key was no longer valid when it signed")]
    KeyEnded,
    /// A session key signed what only a device key may.
    #[error("a session key signed an act that needs the device key")]
    SessionKey,
    /// The operator was suspended or had left.
    #[error("the operator was not active when they signed")]
    Inactive,
}

/// A person as the ledger knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Operator id.
    pub id: Uuid,
    /// Stable name of the human, such as an address; one human counts once.
    pub person: String,
    /// Name on screen.
    pub name: String,
    /// Roles in words.
    pub roles: Vec<String>,
    /// Neither suspended nor gone.
    pub active: bool,
}

#[derive(Debug, Clone)]
struct Key {
    holder: Uuid,
    public_key: PublicKey,
    /// `None` for a device key.
    expires_at: Option<i64>,
    ended: bool,
}

/// One founder, as entry 1 names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founder {
    /// Who.
    pub person: Person,
    /// Their first device key.
    pub public_key: PublicKey,
}

/// The people and keys certified by the entries read so far.
#[derive(Debug, Clone, Default)]
pub struct People {
    persons: HashMap<Uuid, Person>,
    keys: HashMap<KeyId, Key>,
}

impl People {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The operator with this id.
    #[must_use]
    pub fn person(&self, id: Uuid) -> Option<&Person> {
        self.persons.get(&id)
    }

    /// The public key of a device that is still trusted, and its holder.
    #[must_use]
    pub fn device(&self, key: &KeyId) -> Option<(&Person, &PublicKey)> {
        let found = self.keys.get(key).filter(|key| key.expires_at.is_none() && !key.ended)?;
        Some((self.persons.get(&found.holder)?, &found.public_key))
    }

    /// Checks that `block` vouches for `entry`, and learns what the entry says about people.
    pub fn accept(&mut self, entry: &Entry, bytes: &[u8], block: &SignatureBlock) -> Result<(), PeopleError> {
        if (entry.verb == "custody.founded") != self.persons.is_empty() {
            return Err(PeopleError::Founding);
        }
        if entry.verb == "custody.founded" {
            self.found(entry)?;
            self.require_both_founders(block)?;
        } else if block.pairs().len() != 1 {
            return Err(SignatureError::Count { found: block.pairs().len() }.into());
        }
        for (key, signature) in block.pairs() {
            let public_key = self.entitled(key, entry)?;
            signature::verify(&public_key, bytes, signature)?;
        }
        self.learn(entry)
    }

    /// Like [`People::accept`], without the cost of verifying: for entries whose chain hash was verified before.
    pub fn learn_verified(&mut self, entry: &Entry) -> Result<(), PeopleError> {
        if entry.verb == "custody.founded" {
            self.found(entry)?;
        }
        self.learn(entry)
    }

    /// Each founder signs once: one founder's signature twice is not two people's.
    fn require_both_founders(&self, block: &SignatureBlock) -> Result<(), PeopleError> {
        let signing: HashSet<&KeyId> = block.pairs().iter().map(|(key, _)| key).collect();
        let both = signing.len() == block.pairs().len() && signing == self.keys.keys().collect();
        if both { Ok(()) } else { Err(PeopleError::Founding) }
    }

    fn entitled(&self, key: &KeyId, entry: &Entry) -> Result<PublicKey, PeopleError> {
        let known = self.keys.get(key).ok_or(PeopleError::UnknownKey { key: *key })?;
        let founding = entry.verb == "custody.founded";
        if known.holder != entry.actor.id && !founding {
            return Err(PeopleError::ForeignKey);
        }
        if known.ended || known.expires_at.is_some_and(|end| entry.time >= end) {
            return Err(PeopleError::KeyEnded);
        }
        if known.expires_at.is_some() && DEVICE_KEY_VERBS.contains(&entry.verb.as_str()) {
            return Err(PeopleError::SessionKey);
        }
        if !self.persons.get(&known.holder).is_some_and(|person| person.active) {
            return Err(PeopleError::Inactive);
        }
        Ok(known.public_key)
    }

    fn found(&mut self, entry: &Entry) -> Result<(), PeopleError> {
        let founders = [read_founder(entry, "a")?, read_founder(entry, "b")?];
        let [first, second] = &founders;
        if first.person.id == second.person.id
            || first.person.person.to_lowercase() == second.person.person.to_lowercase()
            || first.public_key == second.public_key
        {
            return Err(PeopleError::Founding);
        }
        for Founder { person, public_key } in founders {
            let key = Key { holder: person.id, public_key, expires_at: None, ended: false };
            self.keys.insert(key_id(&public_key), key);
            self.persons.insert(person.id, person);
        }
        Ok(())
    }

    fn learn(&mut self, entry: &Entry) -> Result<(), PeopleError> {
        match entry.verb.as_str() {
            "session.opened" => {
                let public_key = read_key(entry, "public_key")?;
                let expires_at = read_time(entry, "expires_at")?.min(entry.time.saturating_add(SESSION_MICROS_MAX));
                let key = Key { holder: entry.actor.id, public_key, expires_at: Some(expires_at), ended: false };
                // A key that is already known keeps its holder: nobody may take over another's by certifying it again.
                self.keys.entry(key_id(&public_key)).or_insert(key);
            }
            "session.closed" => {
                if let Some(key) = read_hex(&entry.subject.name).and_then(|id| self.keys.get_mut(&id)) {
                    key.ended |= key.holder == entry.actor.id && key.expires_at.is_some();
                }
            }
            "operator.suspended" => {
                let id = Uuid::parse_str(&entry.subject.name);
                if let Some(person) = id.ok().and_then(|id| self.persons.get_mut(&id)) {
                    person.active = false;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn read_founder(entry: &Entry, prefix: &str) -> Result<Founder, PeopleError> {
    let text = |name: &str| {
        let name = format!("{prefix}.{name}");
        entry.attribute(&name).map(str::to_owned).ok_or(PeopleError::Attribute { name })
    };
    let id = Uuid::parse_str(&text("operator")?)
        .map_err(|_not_an_id| PeopleError::Attribute { name: format!("{prefix}.operator") })?;
    let mut roles: Vec<String> = text("roles")?.split(',').map(str::to_owned).collect();
    // Whoever founds a custody as Security may accept risks; others are granted that.
    if roles.iter().any(|role| role == "security") {
        roles.push("risk_acceptance".to_owned());
    }
    Ok(Founder {
        person: Person { id, person: text("person")?, name: text("name")?, roles, active: true },
        public_key: read_key(entry, &format!("{prefix}.public_key"))?,
    })
}

fn read_key(entry: &Entry, name: &str) -> Result<PublicKey, PeopleError> {
    entry.attribute(name).and_then(read_hex).ok_or_else(|| PeopleError::Attribute { name: name.to_owned() })
}

fn read_time(entry: &Entry, name: &str) -> Result<i64, PeopleError> {
    let value = entry.attribute(name).and_then(|text| text.parse().ok());
    value.ok_or_else(|| PeopleError::Attribute { name: name.to_owned() })
}

fn read_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}
