//! The entries of a certificate: read, held to their order and to each other, and vouched for by the keys they certify.

use domain::{OperatorId, Plan, Role, RunId, SignerFacts};
use ledger::{Entry, GENESIS, Hash, People, SignatureBlock};
use uuid::Uuid;

use crate::document::{EntryLine, PersonLine, SealLine, SessionLine};
use crate::fault::Fault;
use crate::hex_bytes::Hex;

/// Longest life of a session key, in microseconds: twelve hours.
const SESSION_MICROS_MAX: i64 = 12 * 60 * 60 * 1_000_000;

/// Acts of a run that say what was destroyed.
pub(crate) const DESTRUCTION: [&str; 7] = [
    "keys.deactivated",
    "tokens.deleted",
    "dek.erased",
    "register.reclaimed",
    "key.deleted",
    "key.purged",
    "keys.destroyed",
];

/// Acts upon the run itself.
const OF_RUN: [&str; 9] = [
    "run.started",
    "run.claimed",
    "run.paused",
    "run.resumed",
    "run.turned_back",
    "run.finished",
    "step.intended",
    "step.done",
    "step.failed",
];

/// Acts upon the request.
const OF_REQUEST: [&str; 5] =
    ["request.submitted", "request.sealed", "request.rejected", "request.withdrawn", "request.lapsed"];

/// Acts that say who may sign.
const OF_PEOPLE: [&str; 4] = ["custody.founded", "session.opened", "session.closed", "operator.suspended"];

/// An entry at its number.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub number: u64,
    pub entry: Entry,
    /// Id of the key that signed it (the first of two for the founding).
    pub key: [u8; 32],
}

impl Act {
    pub fn verb(&self) -> &str {
        &self.entry.verb
    }

    pub fn is_of_run(&self) -> bool {
        OF_RUN.contains(&self.verb())
    }

    pub fn is_destruction(&self) -> bool {
        DESTRUCTION.contains(&self.verb())
    }

    pub fn text(&self, name: &'static str) -> Result<&str, Fault> {
        self.entry.attribute(name).ok_or(Fault::Attribute { number: self.number, name })
    }

    pub fn count(&self, name: &'static str) -> Result<u64, Fault> {
        self.text(name)?.parse().map_err(|_not_a_number| Fault::Attribute { number: self.number, name })
    }

    pub fn digest(&self, name: &'static str) -> Result<[u8; 32], Fault> {
        self.hex(name)?.array().ok_or(Fault::Attribute { number: self.number, name })
    }

    pub fn hex(&self, name: &'static str) -> Result<Hex, Fault> {
        let bytes = hex::decode(self.text(name)?);
        bytes.map(Hex).map_err(|_not_hex| Fault::Attribute { number: self.number, name })
    }

    pub fn actor(&self) -> OperatorId {
        OperatorId(self.entry.actor.id)
    }
}

/// Entries that hold together.
#[derive(Debug)]
pub(crate) struct Proven {
    pub acts: Vec<Act>,
    /// Who may sign after all of them.
    pub people: People,
    /// Who might sign when the run began.
    pub people_at_start: People,
    /// Who might sign when the first thing was destroyed.
    pub people_at_destruction: People,
}

impl Proven {
    /// Reads the entries and checks their numbers, hashes, signatures, and that they belong to this plan and run.
    pub fn read(lines: &[EntryLine], plan: &Plan, run: RunId) -> Result<Self, Fault> {
        let mut people = People::new();
        let (mut at_start, mut at_destruction) = (None, None);
        let mut acts: Vec<Act> = Vec::with_capacity(lines.len());
        let mut before: Option<(u64, Hash)> = None;
        for line in lines {
            let number = line.number;
            let hash = check_place(line, before)?;
            let entry = Entry::decode(&line.entry.0).map_err(|source| Fault::Entry { number, source })?;
            check_home(number, &entry, plan, run)?;
            let block = SignatureBlock::decode(&line.signatures.0);
            let block = block.map_err(|source| Fault::Signatures { number, source })?;
            if entry.verb == "run.started" {
                at_start = Some(people.clone());
            }
            if DESTRUCTION.contains(&entry.verb.as_str()) && at_destruction.is_none() {
                at_destruction = Some(people.clone());
            }
            people.accept(&entry, &line.entry.0, &block).map_err(|source| Fault::People { number, source })?;
            let key = block.pairs().first().map_or([0; 32], |(key, _)| *key);
            acts.push(Act { number, entry, key });
            before = Some((number, hash));
        }
        let missing = |what: &str| Fault::Missing { what: what.to_owned() };
        Ok(Self {
            acts,
            people,
            people_at_start: at_start.ok_or_else(|| missing("the entry run.started"))?,
            people_at_destruction: at_destruction.ok_or_else(|| missing("every act that destroys something"))?,
        })
    }

    pub fn with_verb<'a>(&'a self, verb: &'a str) -> impl Iterator<Item = &'a Act> {
        self.acts.iter().filter(move |act| act.verb() == verb)
    }

    /// The only entry with this verb.
    pub fn only(&self, verb: &str) -> Result<&Act, Fault> {
        let mut found = self.acts.iter().filter(|act| act.verb() == verb);
        let first = found.next().ok_or_else(|| Fault::Missing { what: format!("the entry {verb}") })?;
        match found.next() {
            None => Ok(first),
            Some(second) => Err(Fault::Stray { number: second.number, verb: verb.to_owned() }),
        }
    }

    /// The founders' device keys.
    pub fn device_keys(&self) -> Result<Vec<PersonLine>, Fault> {
        let founding = self.only("custody.founded")?;
        let mut lines = Vec::new();
        for (operator, key) in [("a.operator", "a.public_key"), ("b.operator", "b.public_key")] {
            let number = founding.number;
            let unusable = || Fault::Attribute { number, name: operator };
            let id = Uuid::parse_str(founding.text(operator)?).map_err(|_not_an_id| unusable())?;
            let person = self.people.person(id).ok_or_else(unusable)?;
            let public_key = founding.digest(key)?;
            lines.push(PersonLine {
                operator: OperatorId(id),
                person: person.person.clone(),
                name: person.name.clone(),
                roles: roles_of(person),
                key: Hex(ledger::key_id(&public_key).to_vec()),
                public_key: Hex(public_key.to_vec()),
                enrolled_by: number,
            });
        }
        Ok(lines)
    }

    /// The session keys that were certified.
    pub fn session_keys(&self) -> Result<Vec<SessionLine>, Fault> {
        let line = |act: &Act| {
            let public_key = act.digest("public_key")?;
            let expires_at = act.text("expires_at")?.parse::<i64>();
            let expires_at =
                expires_at.map_err(|_not_a_time| Fault::Attribute { number: act.number, name: "expires_at" })?;
            Ok(SessionLine {
                operator: act.actor(),
                key: Hex(ledger::key_id(&public_key).to_vec()),
                public_key: Hex(public_key.to_vec()),
                expires_at: expires_at.min(act.entry.time.saturating_add(SESSION_MICROS_MAX)),
                certified_by: act.number,
            })
        };
        self.with_verb("session.opened").map(line).collect()
    }

    /// The seals that the request's entries brought.
    pub fn seals(&self) -> Result<Vec<SealLine>, Fault> {
        let brings = |act: &&Act| matches!(act.verb(), "request.submitted" | "request.sealed" | "request.rejected");
        let line = |act: &Act| {
            let role = act.text("role")?.parse::<Role>();
            Ok(SealLine {
                operator: act.actor(),
                role: role.map_err(|_unknown| Fault::Attribute { number: act.number, name: "role" })?,
                decision: match act.verb() {
                    "request.rejected" => domain::Decision::Reject,
                    _ => domain::Decision::Approve,
                },
                at: act.entry.time,
                key: Hex(act.key.to_vec()),
                signature: act.hex("seal")?,
                entry: act.number,
            })
        };
        self.acts.iter().filter(brings).map(line).collect()
    }
}

/// What a replay of the entries says about the holder of a device key.
pub(crate) fn signer_facts(people: &People, operator: OperatorId, key: &[u8; 32]) -> Option<SignerFacts> {
    let (person, public_key) = people.device(key).filter(|(person, _)| person.id == operator.0)?;
    Some(SignerFacts {
        person: person.person.to_lowercase(),
        roles: roles_of(person),
        active: person.active,
        public_key: *public_key,
    })
}

fn roles_of(person: &ledger::Person) -> Vec<Role> {
    person.roles.iter().filter_map(|role| role.parse().ok()).collect()
}

/// Numbers ascend; where two entries stand next to each other in the ledger, the second one's hash follows from the first's.
fn check_place(line: &EntryLine, before: Option<(u64, Hash)>) -> Result<Hash, Fault> {
    let number = line.number;
    let hash: Hash = line.hash.array().ok_or(Fault::Chain { number })?;
    if let Some((last, _)) = before
        && number <= last
    {
        return Err(Fault::Order { number, before: last });
    }
    let previous = match before {
        None if number == 1 => Some(GENESIS),
        Some((last, hash)) if last.checked_add(1) == Some(number) => Some(hash),
        _ => None,
    };
    match previous {
        Some(previous) if ledger::link(&previous, &line.entry.0, &line.signatures.0) != hash => {
            Err(Fault::Chain { number })
        }
        _ => Ok(hash),
    }
}

/// Of this custody and environment; and of this request and run, unless it is about people.
fn check_home(number: u64, entry: &Entry, plan: &Plan, run: RunId) -> Result<(), Fault> {
    let foreign = |what| Err(Fault::Foreign { number, what });
    if entry.custody != plan.custody.0 {
        return foreign("custody");
    }
    if entry.environment != plan.environment.word() {
        return foreign("environment");
    }
    let (verb, run) = (entry.verb.as_str(), run.to_string());
    if OF_REQUEST.contains(&verb) {
        let here = entry.subject.kind == "request" && entry.subject.name == plan.request.to_string();
        return if here { Ok(()) } else { foreign("request") };
    }
    if OF_RUN.contains(&verb) {
        let here = entry.subject.kind == "run" && entry.subject.name == run;
        return if here { Ok(()) } else { foreign("run") };
    }
    if DESTRUCTION.contains(&verb) {
        let here =
            entry.attribute("run") == Some(run.as_str()) || (entry.subject.kind == "run" && entry.subject.name == run);
        return if here { Ok(()) } else { foreign("run") };
    }
    if OF_PEOPLE.contains(&verb) { Ok(()) } else { Err(Fault::Stray { number, verb: entry.verb.clone() }) }
}
