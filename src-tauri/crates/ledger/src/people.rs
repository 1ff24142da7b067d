//! Who may have signed what: learned from the ledger itself, entry by entry, from the founding entry on.
//!
//! The people in the database's tables are what a database administrator says; the people here are what two founders
//! signed and what certified keys signed since. Executing consoles and verifiers trust only these.

mod plans;

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::approved::Approved;
use crate::chain::Hash;
use crate::entry::Entry;
use crate::signature::{self, KeyId, PublicKey, Signature, SignatureBlock, SignatureError, key_id};

/// Longest life of a session key, in microseconds: twelve hours.
const SESSION_MICROS_MAX: i64 = 12 * 60 * 60 * 1_000_000;

/// Verbs that need a device key, unlocked afresh; a session key may not sign them.
const DEVICE_KEY_VERBS: [&str; 15] = [
    "custody.founded",
    "session.opened",
    "request.submitted",
    "request.sealed",
    "request.rejected",
    "review.signed_off",
    "rehearsal.signed",
    "duties.acknowledged",
    "checkpoint.signed",
    "checkpoint.cosigned",
    "exceptions.reviewed",
    "review.signed",
    "review.cosigned",
    "policy.reviewed",
    "system.audited",
];

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
    /// What is said to have come into force was not signed by two people who could.
    #[error("what it puts into force was not signed for by two people who may: {why}")]
    NotApproved {
        /// What is missing.
        why: &'static str,
    },
    /// The holder of a new key never said that it is theirs.
    #[error("the enrolment card's proof does not verify")]
    Card,
}

/// A role that somebody holds or held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// Its word.
    pub role: String,
    /// From when on it counts, in microseconds since 1970.
    pub effective_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
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
    /// Login at the register.
    pub login: String,
    /// `operator`, `agent`, `service` or `ai`.
    pub kind: String,
    /// Roles, also those that ended and those whose time has not come.
    pub roles: Vec<HeldRole>,
    /// Neither suspended nor gone.
    pub active: bool,
}

impl Person {
    /// Roles held now that count at `time`.
    pub fn roles_at(&self, time: i64) -> impl Iterator<Item = &str> {
        let counts = move |held: &&HeldRole| held.ended_at.is_none() && held.effective_at <= time;
        self.roles.iter().filter(counts).map(|held| held.role.as_str())
    }

    /// Roles that counted at `time`, whatever became of them.
    pub fn roles_then(&self, time: i64) -> impl Iterator<Item = &str> {
        let counted =
            move |held: &&HeldRole| held.effective_at <= time && held.ended_at.is_none_or(|ended| time < ended);
        self.roles.iter().filter(counted).map(|held| held.role.as_str())
    }

    fn end_roles(&mut self, gone: impl Fn(&str) -> bool, time: i64) {
        for held in self.roles.iter_mut().filter(|held| held.ended_at.is_none() && gone(&held.role)) {
            held.ended_at = Some(time);
        }
    }
}

/// What is known of whoever holds a device key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Who.
    pub person: &'a Person,
    /// The key.
    pub public_key: PublicKey,
    /// Neither suspended nor gone.
    pub active: bool,
    /// Roles that count.
    pub roles: Vec<&'a str>,
}

#[derive(Debug, Clone)]
struct Key {
    holder: Uuid,
    public_key: PublicKey,
    /// `None` for a device key.
    expires_at: Option<i64>,
    ended_at: Option<i64>,
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
    founding: Option<Hash>,
    persons: HashMap<Uuid, Person>,
    keys: HashMap<KeyId, Key>,
    approved: Approved,
    /// The latest time that an entry named.
    newest: i64,
}

impl People {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says which chain hash entry 1 has: enrolment cards name it.
    pub fn begin(&mut self, founding: Hash) {
        self.founding = Some(founding);
    }

    /// Everybody who was ever enrolled.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// The device keys of an operator that are still trusted.
    pub fn devices_of(&self, operator: Uuid) -> impl Iterator<Item = &KeyId> {
        let theirs = move |key: &Key| key.holder == operator && key.expires_at.is_none() && key.ended_at.is_none();
        self.keys.iter().filter(move |(_, key)| theirs(key)).map(|(id, _)| id)
    }

    /// How the holder of a device key stands now; roles are those that count at `time`. `None` for a key that was never certified,
    /// or is revoked while its holder is not.
    #[must_use]
    pub fn standing(&self, key: &KeyId, time: i64) -> Option<Standing<'_>> {
        let (found, person) = self.holder(key)?;
        let active = person.active;
        (!active || found.ended_at.is_none()).then(|| Standing {
            person,
            public_key: found.public_key,
            active,
            roles: person.roles_at(time).collect(),
        })
    }

    /// How they stood at `time`, whatever became of them since.
    #[must_use]
    pub fn standing_then(&self, key: &KeyId, time: i64) -> Option<Standing<'_>> {
        let (found, person) = self.holder(key)?;
        found.ended_at.is_none_or(|ended| time < ended).then(|| Standing {
            person,
            public_key: found.public_key,
            active: true,
            roles: person.roles_then(time).collect(),
        })
    }

    fn holder(&self, key: &KeyId) -> Option<(&Key, &Person)> {
        let found = self.keys.get(key).filter(|key| key.expires_at.is_none())?;
        Some((found, self.persons.get(&found.holder)?))
    }

    /// The operator with this id.
    #[must_use]
    pub fn person(&self, id: Uuid) -> Option<&Person> {
        self.persons.get(&id)
    }

    /// The public key of a device that is still trusted, and its holder.
    #[must_use]
    pub fn device(&self, key: &KeyId) -> Option<(&Person, &PublicKey)> {
        let found = self.keys.get(key).filter(|key| key.expires_at.is_none() && key.ended_at.is_none())?;
        Some((self.persons.get(&found.holder)?, &found.public_key))
    }

    /// Checks that `block` vouches for `entry`, and learns what the entry says about people.
    pub fn accept(&mut self, entry: &Entry, bytes: &[u8], block: &SignatureBlock) -> Result<(), PeopleError> {
        for (public_key, signature) in self.owed(entry, block)? {
            signature::verify(&public_key, bytes, &signature)?;
        }
        self.learn(entry, block)
    }

    /// Like [`People::accept`], but for the signatures that must hold: whoever calls this verifies them, or forgets this value.
    pub(crate) fn accept_unverified(
        &mut self,
        entry: &Entry,
        block: &SignatureBlock,
    ) -> Result<Vec<(PublicKey, Signature)>, PeopleError> {
        let owed = self.owed(entry, block)?;
        self.learn(entry, block)?;
        Ok(owed)
    }

    /// The signatures of `block`, each with the key of the person who was entitled to make it.
    fn owed(&mut self, entry: &Entry, block: &SignatureBlock) -> Result<Vec<(PublicKey, Signature)>, PeopleError> {
        if (entry.verb == "custody.founded") != self.persons.is_empty() {
            return Err(PeopleError::Founding);
        }
        if entry.verb == "custody.founded" {
            self.found(entry)?;
            self.require_both_founders(block)?;
        } else if block.pairs().len() != 1 {
            return Err(SignatureError::Count { found: block.pairs().len() }.into());
        }
        block.pairs().iter().map(|(key, signature)| Ok((self.entitled(key, entry)?, *signature))).collect()
    }

    /// Like [`People::accept`], without the cost of verifying: for entries whose chain hash was verified before.
    pub fn learn_verified(&mut self, entry: &Entry, signatures: &[u8]) -> Result<(), PeopleError> {
        if entry.verb == "custody.founded" {
            self.found(entry)?;
        }
        self.learn(entry, &SignatureBlock::decode(signatures)?)
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
        if !self.persons.get(&known.holder).is_some_and(|person| person.active) {
            return Err(PeopleError::Inactive);
        }
        if known.ended_at.is_some() || known.expires_at.is_some_and(|end| entry.time >= end) {
            return Err(PeopleError::KeyEnded);
        }
        if known.expires_at.is_some() && DEVICE_KEY_VERBS.contains(&entry.verb.as_str()) {
            return Err(PeopleError::SessionKey);
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
            let key = Key { holder: person.id, public_key, expires_at: None, ended_at: None };
            self.keys.insert(key_id(&public_key), key);
            self.persons.insert(person.id, person);
        }
        Ok(())
    }

    fn learn(&mut self, entry: &Entry, block: &SignatureBlock) -> Result<(), PeopleError> {
        let subject = Uuid::parse_str(&entry.subject.name).ok();
        match entry.verb.as_str() {
            "session.opened" => {
                let public_key = read_key(entry, "public_key")?;
                let expires_at = read_time(entry, "expires_at")?.min(entry.time.saturating_add(SESSION_MICROS_MAX));
                let key = Key { holder: entry.actor.id, public_key, expires_at: Some(expires_at), ended_at: None };
                // A key that is already known keeps its holder: nobody may take over another's by certifying it again.
                self.keys.entry(key_id(&public_key)).or_insert(key);
            }
            "session.closed" => {
                let theirs = |key: &&mut Key| key.holder == entry.actor.id && key.expires_at.is_some();
                if let Some(key) =
                    read_hex(&entry.subject.name).and_then(|id| self.keys.get_mut(&id)).filter(|key| theirs(key))
                {
                    key.ended_at.get_or_insert(entry.time);
                }
            }
            "operator.suspended" | "operator.left" => self.end_access(subject, entry.time),
            "role.withdrawn" => self.withdraw(subject, entry),
            "device.revoked" | "device.reported_lost" => self.end_device(entry),
            "request.submitted" | "request.sealed" | "request.rejected" | "request.withdrawn" | "request.lapsed" => {
                if let Some((key, _)) = block.pairs().first() {
                    self.approved.learn(entry, *key);
                }
            }
            "request.applied" => self.apply(entry)?,
            _ => {}
        }
        self.newest = self.newest.max(entry.time);
        Ok(())
    }

    /// One act ends everything of a person: roles, device keys, sessions.
    fn end_access(&mut self, operator: Option<Uuid>, time: i64) {
        let Some(person) = operator.and_then(|id| self.persons.get_mut(&id)) else { return };
        person.active = false;
        person.end_roles(|_any| true, time);
        let id = person.id;
        self.end_keys(|key| key.holder == id, time);
    }

    /// Who has no role left has no key left either.
    fn withdraw(&mut self, operator: Option<Uuid>, entry: &Entry) {
        let Some(person) = operator.and_then(|id| self.persons.get_mut(&id)) else { return };
        let gone: Vec<&str> = entry.attribute("roles").unwrap_or_default().split(',').collect();
        person.end_roles(|role| gone.contains(&role), entry.time);
        let (id, has_roles) = (person.id, person.roles.iter().any(|held| held.ended_at.is_none()));
        self.end_keys(|key| key.holder == id && (key.expires_at.is_some() || !has_roles), entry.time);
    }

    /// A device goes, and with it all sessions of its holder.
    fn end_device(&mut self, entry: &Entry) {
        let Some(device) = read_hex(&entry.subject.name) else { return };
        let Some(holder) = self.keys.get(&device).map(|key| key.holder) else { return };
        self.end_keys(
            |key| key.holder == holder && (key.expires_at.is_some() || key_id(&key.public_key) == device),
            entry.time,
        );
    }

    fn end_keys(&mut self, which: impl Fn(&Key) -> bool, time: i64) {
        for key in self.keys.values_mut().filter(|key| which(key)) {
            key.ended_at.get_or_insert(time);
        }
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
    let held = |role| HeldRole { role, effective_at: i64::MIN, ended_at: None };
    // Whoever founds a custody as Security may accept risks; others are granted that.
    if roles.iter().any(|role| role == "security") {
        roles.push("risk_acceptance".to_owned());
    }
    Ok(Founder {
        person: Person {
            id,
            person: text("person")?,
            name: text("name")?,
            login: entry.attribute(&format!("{prefix}.login")).unwrap_or_default().to_owned(),
            kind: "operator".to_owned(),
            roles: roles.into_iter().map(held).collect(),
            active: true,
        },
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
