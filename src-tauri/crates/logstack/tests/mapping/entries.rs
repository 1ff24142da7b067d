//! Entries for tests: written, signed and chained like any other.

use std::collections::BTreeMap;

use ledger::{Actor, ActorKind, Entry, GENESIS, Record, SignatureBlock, Signer, Subject, link};
use logstack::Event;
use uuid::Uuid;

use crate::acts::{Verb, verbs};

pub const TIME: i64 = 1_767_225_600_123_456;

/// Signs with zeros: nothing here verifies a signature.
struct Pen;

impl Signer for Pen {
    fn public_key(&self) -> [u8; 32] {
        [7; 32]
    }

    fn sign(&self, _message: &[u8]) -> [u8; 64] {
        [0; 64]
    }
}

pub fn entry(verb: &str, subject: Subject) -> Entry {
    Entry {
        custody: Uuid::from_u128(1),
        environment: "production".to_owned(),
        id: Uuid::from_u128(0xabc),
        time: TIME,
        actor: Actor { kind: ActorKind::Operator, id: Uuid::from_u128(2) },
        verb: verb.to_owned(),
        subject,
        purpose: String::new(),
        attributes: BTreeMap::new(),
    }
}

pub fn event(entry: &Entry) -> Event {
    let bytes = entry.encode();
    let signatures = SignatureBlock::sign(&bytes, &[&Pen]).encode();
    let hash = link(&GENESIS, &bytes, &signatures);
    let record = Record { number: 42, entry: bytes, signatures, hash };
    Event::read(&record).unwrap().by(|id| (id == Uuid::from_u128(2)).then(|| "Anna Berg".to_owned()))
}

/// One entry for each verb, kind of subject and kind of actor, with the attributes that the table names, with and without a reason.
pub fn every_entry() -> Vec<Entry> {
    let mut entries = Vec::new();
    for verb in verbs() {
        for kind in &verb.subjects {
            entries.push(filled(&verb, kind, ActorKind::Operator, "because\nof that"));
            entries.push(filled(&verb, kind, ActorKind::Agent, ""));
        }
    }
    // A verb that a later version brings.
    entries.push(entry("moon.landed", Subject::new("moon", "1")));
    entries
}

fn filled(verb: &Verb, kind: &str, actor: ActorKind, purpose: &str) -> Entry {
    let attributes = verb.attributes.iter().map(|name| (name.clone(), format!("{name} value")));
    Entry {
        actor: Actor { kind: actor, id: Uuid::from_u128(2) },
        purpose: purpose.to_owned(),
        attributes: attributes.collect(),
        ..entry(&verb.name, Subject::new(kind, Uuid::from_u128(9)))
    }
}
