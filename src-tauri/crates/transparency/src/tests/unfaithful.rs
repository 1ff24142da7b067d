//! Ledgers that were chained, made into a tree and cosigned as they are, and hold an entry that nobody could vouch for: what somebody
//! who owns the database and a key of their own would bring about.

use canonical::{Decoder, Encoder};
use ledger::{Entry, Record, Signer, Subject};
use uuid::Uuid;

use super::tampering::Forgery;
use super::world::{Key, MAREN, TOMAS, World, append, append_bytes, check, entry, maren, session, tomas};
use crate::bundle::Selection;

/// Twelve good entries and what comes after them.
fn after(act: impl FnOnce(&mut Vec<Record>)) -> World {
    let mut records = World::new(12).records;
    act(&mut records);
    World::of(records)
}

fn with(name: &str, entry: &Entry, signers: &[&dyn Signer]) -> (String, World, u64) {
    (name.to_owned(), after(|records| append(records, entry, signers)), 13)
}

/// The same entry with its last field changed, or more behind it.
fn malformed(name: &str, act: impl Fn(&[u8]) -> Vec<u8>) -> (String, World, u64) {
    let bytes = entry(13, MAREN, "key.adopted", &[("a", "1".into()), ("b", "2".into())]).encode();
    (name.to_owned(), after(|records| append_bytes(records, act(&bytes), &[&maren()])), 13)
}

fn backwards(bytes: &[u8]) -> Vec<u8> {
    let mut fields = Decoder::new(bytes);
    let kept = (0..11).fold(Encoder::new(), |kept, _| kept.bytes(fields.bytes().unwrap()));
    kept.sequence(Encoder::new().text("b").text("2").text("a").text("1")).finish()
}

/// Ended by entry 13, used in entry 14.
fn ended(name: &str, end: &Entry, signer: &dyn Signer, user: &dyn Signer) -> (String, World, u64) {
    let used = entry(14, TOMAS, "key.adopted", &[]);
    let world = after(|records| {
        append(records, end, &[signer]);
        append(records, &used, &[user]);
    });
    (name.to_owned(), world, 14)
}

fn ledgers() -> Vec<(String, World, u64)> {
    let adopted = |actor| entry(13, actor, "key.adopted", &[]);
    let about = |kind, subject: String, act| Entry { subject: Subject::new(kind, subject), ..act };
    let closed = about("session", hex::encode(session().id()), entry(13, TOMAS, "session.closed", &[]));
    let suspended = about("operator", TOMAS.to_string(), entry(13, MAREN, "operator.suspended", &[]));
    let revoked = about("device", hex::encode(tomas().id()), entry(13, MAREN, "device.revoked", &[]));
    let refounded = Entry::decode(&World::new(2).records[0].entry).unwrap();
    let elsewhere = World::enrolling_for([9; 32], World::new(12).records, &[&maren(), &tomas()]);
    vec![
        with("in another's name", &adopted(MAREN), &[&session()]),
        with("with a key of their own", &adopted(MAREN), &[&Key::new(77)]),
        with("a request by a session key", &entry(13, TOMAS, "request.submitted", &[]), &[&session()]),
        with("after the session's end", &Entry { time: 4_294_967_295, ..adopted(TOMAS) }, &[&session()]),
        with("founded again", &refounded, &[&maren(), &tomas()]),
        with("signed by two", &adopted(MAREN), &[&maren(), &tomas()]),
        with("signed twice", &adopted(MAREN), &[&maren(), &maren()]),
        with("signed by nobody", &adopted(MAREN), &[]),
        with("of another custody", &Entry { custody: Uuid::from_u128(8), ..adopted(MAREN) }, &[&maren()]),
        with("of another environment", &Entry { environment: "staging".into(), ..adopted(MAREN) }, &[&maren()]),
        malformed("attributes out of order", backwards),
        malformed("a field too many", |bytes| [bytes, &[0; 4]].concat()),
        malformed("cut short", |bytes| bytes[..bytes.len() - 1].to_vec()),
        ended("a closed session", &closed, &session(), &session()),
        ended("a suspended operator", &suspended, &maren(), &tomas()),
        ended("a suspended operator's session", &suspended, &maren(), &session()),
        ended("a revoked device", &revoked, &maren(), &tomas()),
        ended("a revoked device's session", &revoked, &maren(), &session()),
        ("enrolled by one person".to_owned(), World::enrolling(12, &[&maren(), &maren()]), 15),
        ("enrolled with another custody's card".to_owned(), elsewhere, 15),
    ]
}

pub(super) fn unfaithful() -> Vec<Forgery> {
    let mut forgeries = Vec::new();
    for (name, world, number) in ledgers() {
        let numbers: Vec<u64> = [1, 2].into_iter().chain(13..=world.records.len() as u64).collect();
        let chosen = world.chosen(Selection::Entry(number), &numbers, 12);
        let number = Some(number);
        forgeries.push(Forgery { name: format!("chosen: {name}"), bundle: chosen, number });
        forgeries.push(Forgery { name, bundle: world.whole(12), number });
    }
    forgeries
}

/// chain, tree and cosignatures do not replace the signature of somebody entitled.
#[test]
fn what_nobody_entitled_signed_does_not_hold_under_a_checkpoint_either() {
    for Forgery { name, bundle, number } in unfaithful() {
        let Err(fault) = check(&bundle) else { panic!("{name} was not found") };
        assert_eq!(fault.number(), number, "{name}: {fault}");
    }
}
