//! The entries of a certificate: read, held to their order and to each other, and vouched for by the keys they certify.

use std::collections::BTreeSet;

use domain::{OperatorId, Plan, Role, RunId, SignerFacts};
use ledger::{Entry, GENESIS, Hash, People, SignatureBlock};
use signed_file::Hex;
use uuid::Uuid;

use crate::document::{EntryLine, PersonLine, SealLine, SessionLine};
use crate::fault::Fault;

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
const OF_PEOPLE: [&str; 8] = [
    "custody.founded",
    "session.opened",
    "session.closed",
    "operator.suspended",
    "operator.left",
    "role.withdrawn",
    "device.revoked",
    "device.reported_lost",
];

/// Acts upon other requests, by which people were enrolled.
const OF_ENROLMENT: [&str; 3] = ["request.submitted", "request.sealed", "request.applied"];

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
    /// Device keys, with the number of the entry that enrolled them.
    devices: Vec<([u8; 32], u64)>,
}

impl Proven {
    /// Reads the entries and checks their numbers, hashes, signatures, and that they belong to this plan and run.
    pub fn read(lines: &[EntryLine], plan: &Plan, run: RunId) -> Result<Self, Fault> {
        let mut people = People::new();
        let (mut at_start, mut at_destruction) = (None, None);
        let mut acts: Vec<Act> = Vec::with_capacity(lines.len());
        let mut before: Option<(u64, Hash)> = None;
        let mut devices: Vec<([u8; 32], u64)> = Vec::new();
        let enrolments = enrolments(lines, plan);
        for line in lines {
            let number = line.number;
            let hash = check_place(line, before)?;
            if number == 1 {
                people.begin(hash);
            }
            let entry = Entry::decode(&line.entry.0).map_err(|source| Fault::Entry { number, source })?;
            check_home(number, &entry, (plan, &enrolments), run)?;
            let block = SignatureBlock::decode(&line.signatures.0);
            let block = block.map_err(|source| Fault::Signatures { number, source })?;
            if entry.verb == "run.started" {
                at_start = Some(people.clone());
            }
            if DESTRUCTION.contains(&entry.verb.as_str()) && at_destruction.is_none() {
                at_destruction = Some(people.clone());
            }
            people.accept(&entry, &line.entry.0, &block).map_err(|source| Fault::People { number, source })?;
            before = Some((number, hash));
            if matches!(entry.verb.as_str(), "custody.founded" | "request.applied") {
                learn_devices(&people, &entry, number, &mut devices);
            }
            if is_enrolment(&entry, &enrolments) {
                continue;
            }
            let key = block.pairs().first().map_or([0; 32], |(key, _)| *key);
            acts.push(Act { number, entry, key });
        }
        let missing = |what: &str| Fault::Missing { what: what.to_owned() };
        Ok(Self {
            acts,
            people,
            people_at_start: at_start.ok_or_else(|| missing("the entry run.started"))?,
            people_at_destruction: at_destruction.ok_or_else(|| missing("every act that destroys something"))?,
            devices,
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

    /// Device keys, in the order of their enrolment.
    pub fn device_keys(&self) -> Result<Vec<PersonLine>, Fault> {
        let line = |(key, number): &([u8; 32], u64)| {
            let known = self.people.standing_then(key, i64::MIN);
            let known = known.ok_or(Fault::Attribute { number: *number, name: "public_key" })?;
            Ok(PersonLine {
                operator: OperatorId(known.person.id),
                person: known.person.person.clone(),
                name: known.person.name.clone(),
                // The authority to accept risks signs nothing that destroys.
                roles: roles(
                    known.person.roles.iter().map(|held| held.role.as_str()).filter(|role| *role != "risk_acceptance"),
                ),
                key: Hex(key.to_vec()),
                public_key: Hex(known.public_key.to_vec()),
                enrolled_by: *number,
            })
        };
        self.devices.iter().map(line).collect()
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

/// What a replay of the entries says about the holder of a device key, with the roles that count at `time`.
pub(crate) fn signer_facts(people: &People, operator: OperatorId, key: &[u8; 32], time: i64) -> Option<SignerFacts> {
    let known = people.standing(key, time).filter(|known| known.person.id == operator.0)?;
    Some(SignerFacts {
        person: known.person.person.to_lowercase(),
        roles: roles(known.roles.into_iter()),
        active: known.active,
        public_key: known.public_key,
    })
}

fn roles<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Role> {
    words.filter_map(|role| role.parse().ok()).collect()
}

/// Device keys that came with this entry: the founders' as they signed, others' by their ids.
fn learn_devices(people: &People, entry: &Entry, number: u64, devices: &mut Vec<([u8; 32], u64)>) {
    let known = |key: &[u8; 32]| devices.iter().any(|(one, _)| one == key);
    let all = people.persons().flat_map(|person| people.devices_of(person.id));
    let mut new: Vec<[u8; 32]> = all.filter(|key| !known(key)).copied().collect();
    let first = entry.attribute("a.operator").and_then(|id| Uuid::parse_str(id).ok());
    let is_second = |key: &[u8; 32]| people.device(key).map(|(person, _)| person.id) != first;
    new.sort_unstable_by_key(|key| (is_second(key), *key));
    devices.extend(new.into_iter().map(|key| (key, number)));
}

/// Requests besides the certificate's own by which somebody was enrolled: those that came into force.
fn enrolments(lines: &[EntryLine], plan: &Plan) -> BTreeSet<String> {
    let entries = lines.iter().filter_map(|line| Entry::decode(&line.entry.0).ok());
    let applied = entries.filter(|entry| entry.verb == "request.applied").map(|entry| entry.subject.name);
    applied.filter(|request| *request != plan.request.to_string()).collect()
}

fn is_enrolment(entry: &Entry, enrolments: &BTreeSet<String>) -> bool {
    OF_ENROLMENT.contains(&entry.verb.as_str()) && enrolments.contains(&entry.subject.name)
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
fn check_home(
    number: u64,
    entry: &Entry,
    (plan, enrolments): (&Plan, &BTreeSet<String>),
    run: RunId,
) -> Result<(), Fault> {
    let foreign = |what| Err(Fault::Foreign { number, what });
    if entry.custody != plan.custody.0 {
        return foreign("custody");
    }
    if entry.environment != plan.environment.word() {
        return foreign("environment");
    }
    let (verb, run) = (entry.verb.as_str(), run.to_string());
    if is_enrolment(entry, enrolments) {
        return if entry.subject.kind == "request" { Ok(()) } else { foreign("request") };
    }
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
