//! Every way of falsifying a ledger that the chain and the signatures alone can find.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

mod enrolment;
mod pages;

struct TestKey(SigningKey);

impl TestKey {
    fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }
}

impl Signer for TestKey {
    fn public_key(&self) -> PublicKey {
        self.0.verifying_key().to_bytes()
    }
    fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message).to_bytes()
    }
}

const MAREN: Uuid = Uuid::from_u128(1);
const TOMAS: Uuid = Uuid::from_u128(2);

fn entry(number: u64, actor: Uuid, verb: &str, attributes: &[(&str, String)]) -> Entry {
    Entry {
        custody: Uuid::from_u128(7),
        environment: "production".into(),
        id: Uuid::from_u128(u128::from(number)),
        time: 1_000_000 * i64::try_from(number).unwrap(),
        actor: Actor { kind: ActorKind::Operator, id: actor },
        verb: verb.into(),
        subject: Subject::new("custody", "x"),
        purpose: "why".into(),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}

fn founding() -> Entry {
    let mut attributes = BTreeMap::new();
    for (prefix, id, seed, roles) in [("a", MAREN, 1, "security"), ("b", TOMAS, 2, "devops")] {
        attributes.insert(format!("{prefix}.operator"), id.to_string());
        attributes.insert(format!("{prefix}.person"), format!("person-{prefix}"));
        attributes.insert(format!("{prefix}.name"), format!("Name {prefix}"));
        attributes.insert(format!("{prefix}.roles"), roles.to_owned());
        attributes.insert(format!("{prefix}.public_key"), hex::encode(TestKey::new(seed).public_key()));
    }
    Entry { attributes, ..entry(1, MAREN, "custody.founded", &[]) }
}

/// Chains entries as the database does.
fn chain(entries: &[(Entry, Vec<&dyn Signer>)]) -> Vec<Record> {
    let mut head = GENESIS;
    let mut records = Vec::new();
    for (index, (entry, signers)) in entries.iter().enumerate() {
        let bytes = entry.encode();
        let signatures = SignatureBlock::sign(&bytes, signers).encode();
        head = link(&head, &bytes, &signatures);
        records.push(Record { number: index as u64 + 1, entry: bytes, signatures, hash: head });
    }
    records
}

fn ledger() -> Vec<Record> {
    let (maren, tomas, session) = (TestKey::new(1), TestKey::new(2), TestKey::new(3));
    let opened =
        [("public_key", hex::encode(session.public_key())), ("expires_at", (3_600 * 1_000_000_i64).to_string())];
    chain(&[
        (founding(), vec![&maren, &tomas]),
        (entry(2, TOMAS, "session.opened", &opened), vec![&tomas]),
        (entry(3, TOMAS, "key.adopted", &[]), vec![&session]),
        (entry(4, MAREN, "request.submitted", &[]), vec![&maren]),
        (entry(5, TOMAS, "request.sealed", &[]), vec![&tomas]),
        (entry(6, TOMAS, "run.started", &[]), vec![&session]),
    ])
}

/// One by one and all at once: both ways find the same.
fn verify(records: &[Record]) -> Result<Summary, Fault> {
    let mut verifier = Verifier::new();
    let one_by_one = records.iter().try_for_each(|record| verifier.push(record).map(drop));
    let mut at_once = Verifier::new();
    assert_eq!(at_once.push_all(records, &mut |_| {}), one_by_one);
    assert_eq!(at_once.summary(), verifier.summary());
    one_by_one?;
    verifier.finish().map(|(summary, _)| summary)
}

/// Recomputes hashes and numbers, as a database administrator would after an edit.
fn rechain(records: &mut [Record]) {
    let mut head = GENESIS;
    for (index, record) in records.iter_mut().enumerate() {
        record.number = index as u64 + 1;
        head = link(&head, &record.entry, &record.signatures);
        record.hash = head;
    }
}

#[test]
fn an_honest_ledger_verifies() {
    let records = ledger();
    assert_eq!(verify(&records).unwrap(), Summary { entries: 6, head: records[5].hash });
}

/// what was verified before is hashed by all processors and mostly left unread; whatever is changed in it is found all the same.
#[test]
fn a_change_anywhere_in_a_long_ledger_that_was_seen_before_is_found() {
    let (maren, tomas) = (TestKey::new(1), TestKey::new(2));
    let mut entries: Vec<(Entry, Vec<&dyn Signer>)> = vec![(founding(), vec![&maren, &tomas])];
    entries.extend((2..=1_200).map(|number| (entry(number, MAREN, "dek.rewrapped", &[]), vec![&maren as &dyn Signer])));
    let records = chain(&entries);
    let last = records.last().unwrap();
    let verify = |records: &[Record]| {
        let mut verifier = Verifier::new().remembering(1_200, last.hash).trusting_what_it_remembers();
        let mut newest = 0;
        verifier.push_all(records, &mut |said| {
            newest = match said {
                Said::Entry(entry) => entry.time,
                Said::Nothing { time } => time,
            };
        })?;
        verifier.may_end()?;
        Ok((verifier.summary(), newest))
    };
    assert_eq!(verify(&records), Ok((Summary { entries: 1_200, head: last.hash }, 1_200_000_000)));
    for place in [0, 1, 255, 256, 299, 300, 599, 600, 601, 900, 1_198, 1_199] {
        let number = place as u64 + 1;
        let mut changed = records.clone();
        changed[place].entry[70] ^= 1;
        assert_eq!(verify(&changed), Err(Fault::Chain { number }));
        let mut rehashed = changed;
        rechain(&mut rehashed);
        assert!(verify(&rehashed).is_err(), "entry {number} was changed and everything chained anew");
        let mut missing = records.clone();
        missing.remove(place);
        let fault = verify(&missing).unwrap_err();
        let gap = Fault::Gap { expected: number, found: number + 1 };
        assert_eq!(fault, if number == 1_200 { Fault::Truncated { found: 1_199, seen: 1_200 } } else { gap });
    }
}

proptest! {
    /// any flipped bit is found, at the entry it is in.
    #[test]
    fn any_flipped_bit_is_found_and_named(at in 0usize..6, part in 0usize..3, byte in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut records = ledger();
        let record = &mut records[at];
        let target: &mut [u8] = match part { 0 => &mut record.entry, 1 => &mut record.signatures, _ => &mut record.hash };
        let index = byte.index(target.len());
        target[index] ^= 1 << bit;
        prop_assert_eq!(verify(&records), Err(Fault::Chain { number: at as u64 + 1 }));
    }

    /// an edit whose chain is recomputed is found by its signature.
    #[test]
    fn an_edit_with_a_recomputed_chain_is_found(at in 0usize..6, byte in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut records = ledger();
        let index = byte.index(records[at].entry.len());
        records[at].entry[index] ^= 1 << bit;
        rechain(&mut records);
        prop_assert!(verify(&records).is_err());
    }
}

/// a copy of a signed entry, with chain and numbers made anew behind it, is found: by its id as long as its date still fits, by its
/// date afterwards; one by one, in pages, and by a console that trusts what it has seen.
#[test]
fn a_copy_of_an_entry_is_found() {
    let entries = |count: u64| (2..=count).map(|number| entry(number, MAREN, "dek.rewrapped", &[]));
    let (maren, tomas) = (TestKey::new(1), TestKey::new(2));
    let falsified = |count, original: usize, at: usize| {
        let mut all: Vec<(Entry, Vec<&dyn Signer>)> = vec![(founding(), vec![&maren, &tomas])];
        all.extend(entries(count).map(|entry| (entry, vec![&maren as &dyn Signer])));
        let honest = chain(&all);
        let mut records = honest.clone();
        records.insert(at - 1, honest[original - 1].clone());
        rechain(&mut records);
        (honest, records)
    };
    for (count, original, at, fault) in [
        (300, 300, 301, Fault::Repeated { number: 301, first: 300 }),
        (300, 250, 301, Fault::Repeated { number: 301, first: 250 }),
        (300, 180, 301, Fault::Repeated { number: 301, first: 180 }),
        (300, 179, 301, Fault::Backdated { number: 301 }),
        (300, 2, 301, Fault::Backdated { number: 301 }),
        (300, 2, 9, Fault::Repeated { number: 9, first: 2 }),
        (300, 130, 290, Fault::Backdated { number: 290 }),
    ] {
        let (honest, records) = falsified(count, original, at);
        assert_eq!(verify(&honest).unwrap().entries, count);
        assert_eq!(verify(&records), Err(fault.clone()), "{original} again as {at}");
        let seen = honest.last().unwrap();
        let mut verifier = Verifier::new().remembering(count, seen.hash).trusting_what_it_remembers();
        assert_eq!(verifier.push_all(&records, &mut |_| {}), Err(fault));
    }
}

/// Clocks within a minute of the register's write entries that go back by two at most.
#[test]
fn entries_may_go_back_as_far_as_honest_clocks_do() {
    let maren = TestKey::new(1);
    let at = |seconds: i64, id| Entry { time: seconds * 1_000_000, ..entry(id, MAREN, "dek.rewrapped", &[]) };
    let ledger = |times: &[i64]| {
        let made: Vec<Entry> = (2..).zip(times).map(|(id, seconds)| at(*seconds, id)).collect();
        let tomas = TestKey::new(2);
        let mut all: Vec<(Entry, Vec<&dyn Signer>)> = vec![(founding(), vec![&maren, &tomas])];
        all.extend(made.into_iter().map(|entry| (entry, vec![&maren as &dyn Signer])));
        verify(&chain(&all))
    };
    assert!(ledger(&[200, 80, 200, 320, 200]).is_ok());
    assert_eq!(ledger(&[200, 79]), Err(Fault::Backdated { number: 3 }));
    assert_eq!(ledger(&[200, 320, 80]), Err(Fault::Backdated { number: 4 }));
}

/// deletion and swapping are found.
#[test]
fn a_missing_and_a_swapped_entry_are_found() {
    let mut missing = ledger();
    missing.remove(3);
    assert_eq!(verify(&missing), Err(Fault::Gap { expected: 4, found: 5 }));
    let mut swapped = ledger();
    swapped.swap(2, 3);
    assert_eq!(verify(&swapped), Err(Fault::Gap { expected: 3, found: 4 }));
}

#[test]
fn a_cut_off_tail_is_found_by_a_console_that_remembers() {
    let records = ledger();
    let mut verifier = Verifier::new().remembering(6, records[5].hash);
    for record in &records[..4] {
        verifier.push(record).unwrap();
    }
    assert_eq!(verifier.finish().unwrap_err(), Fault::Truncated { found: 4, seen: 6 });
}

#[test]
fn a_rewritten_history_is_found_by_a_console_that_remembers() {
    let old = ledger();
    let mut verifier = Verifier::new().remembering(1, [9; 32]);
    assert_eq!(verifier.push(&old[0]), Err(Fault::Rewritten { number: 1 }));
    let mut verifier = Verifier::new().pinned([9; 32]);
    assert_eq!(verifier.push(&old[0]), Err(Fault::Founding));
}

fn fault_of(extra: (Entry, Vec<&dyn Signer>)) -> Fault {
    let (maren, tomas) = (TestKey::new(1), TestKey::new(2));
    let session = TestKey::new(3);
    let opened = [("public_key", hex::encode(session.public_key())), ("expires_at", 9_000_000.to_string())];
    let records =
        chain(&[(founding(), vec![&maren, &tomas]), (entry(2, TOMAS, "session.opened", &opened), vec![&tomas]), extra]);
    verify(&records).unwrap_err()
}

/// a session key cannot seal.
#[test]
fn a_session_key_cannot_sign_a_decision() {
    let session = TestKey::new(3);
    let fault = fault_of((entry(3, TOMAS, "request.sealed", &[]), vec![&session]));
    assert_eq!(fault, Fault::People { number: 3, source: PeopleError::SessionKey });
}

#[test]
fn an_expired_session_a_foreign_and_an_unknown_key_are_found() {
    let (session, maren, stranger) = (TestKey::new(3), TestKey::new(1), TestKey::new(8));
    let expired = fault_of((entry(9, TOMAS, "key.adopted", &[]), vec![&session]));
    assert_eq!(expired, Fault::People { number: 3, source: PeopleError::KeyEnded });
    let foreign = fault_of((entry(3, TOMAS, "key.adopted", &[]), vec![&maren]));
    assert_eq!(foreign, Fault::People { number: 3, source: PeopleError::ForeignKey });
    let unknown = fault_of((entry(3, TOMAS, "key.adopted", &[]), vec![&stranger]));
    assert!(matches!(unknown, Fault::People { number: 3, source: PeopleError::UnknownKey { .. } }));
}

/// who was suspended no longer signs.
#[test]
fn a_suspended_operator_no_longer_signs() {
    let (maren, tomas) = (TestKey::new(1), TestKey::new(2));
    let suspended = Entry { subject: Subject::new("operator", TOMAS), ..entry(2, MAREN, "operator.suspended", &[]) };
    let records = chain(&[
        (founding(), vec![&maren, &tomas]),
        (suspended, vec![&maren]),
        (entry(3, TOMAS, "request.sealed", &[]), vec![&tomas]),
    ]);
    assert_eq!(verify(&records), Err(Fault::People { number: 3, source: PeopleError::Inactive }));
}

#[test]
fn a_founding_by_one_person_is_refused() {
    let maren = TestKey::new(1);
    let records = chain(&[(founding(), vec![&maren])]);
    assert_eq!(verify(&records), Err(Fault::People { number: 1, source: PeopleError::Founding }));
}

/// one founder's signature twice does not found a custody, whether a block says so openly or in memory only.
#[test]
fn a_founding_signed_twice_by_one_founder_is_refused() {
    let (maren, tomas, stranger) = (TestKey::new(1), TestKey::new(2), TestKey::new(8));
    let twice = chain(&[(founding(), vec![&maren, &maren])]);
    let key = key_id(&maren.public_key());
    let source = SignatureError::Repeated { key };
    assert_eq!(verify(&twice), Err(Fault::Signatures { number: 1, source }));

    let (entry, bytes) = (founding(), founding().encode());
    let accept = |signers: &[&dyn Signer]| People::new().accept(&entry, &bytes, &SignatureBlock::sign(&bytes, signers));
    assert_eq!(accept(&[&maren, &maren]), Err(PeopleError::Founding));
    assert_eq!(accept(&[&maren, &stranger]), Err(PeopleError::Founding));
    assert_eq!(accept(&[&maren, &tomas, &stranger]), Err(PeopleError::Founding));
    assert_eq!(accept(&[&maren, &tomas]), Ok(()));
}

/// two spellings of one address are one person.
#[test]
fn a_founding_by_two_spellings_of_one_person_is_refused() {
    let (maren, tomas) = (TestKey::new(1), TestKey::new(2));
    let mut same = founding();
    same.attributes.insert("b.person".to_owned(), "PERSON-A".to_owned());
    let records = chain(&[(same, vec![&maren, &tomas])]);
    assert_eq!(verify(&records), Err(Fault::People { number: 1, source: PeopleError::Founding }));
}

/// Every entry but the founding carries one signature: a second one would say nothing that anybody checks.
#[test]
fn an_entry_with_two_signatures_is_refused() {
    let (maren, tomas, session) = (TestKey::new(1), TestKey::new(2), TestKey::new(3));
    let fault = fault_of((entry(3, TOMAS, "key.adopted", &[]), vec![&session, &tomas]));
    let source = PeopleError::Signature(SignatureError::Count { found: 2 });
    assert_eq!(fault, Fault::People { number: 3, source: source.clone() });
    let fault = fault_of((entry(3, TOMAS, "key.adopted", &[]), vec![&session, &maren]));
    assert_eq!(fault, Fault::People { number: 3, source });
}

/// Short texts of few letters, so that two entries are often nearly the same; with characters of several bytes, and the bytes of lengths.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[ab.\u{0}\u{4}é]{0,4}", 1 => any::<String>()]
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let kind = prop::sample::select(vec![ActorKind::Operator, ActorKind::Agent, ActorKind::Service, ActorKind::Ai]);
    let attributes = prop::collection::btree_map(text(), text(), 0..4);
    let words = (text(), text(), text(), text(), text());
    (0..3_u128, 0..3_u128, -2..3_i64, kind, 0..3_u128, words, attributes).prop_map(
        |(custody, id, time, kind, actor, (environment, verb, subject_kind, subject, purpose), attributes)| Entry {
            custody: Uuid::from_u128(custody),
            environment,
            id: Uuid::from_u128(id),
            time,
            actor: Actor { kind, id: Uuid::from_u128(actor) },
            verb,
            subject: Subject { kind: subject_kind, name: subject },
            purpose,
            attributes,
        },
    )
}

/// All texts of an entry, in the order of their fields.
fn texts(entry: &mut Entry) -> [&mut String; 5] {
    let Entry { environment, verb, subject, purpose, .. } = entry;
    [environment, verb, &mut subject.kind, &mut subject.name, purpose]
}

proptest! {
    /// different events never share canonical bytes; what was written is read.
    #[test]
    fn different_entries_have_different_bytes(one in any_entry(), other in any_entry()) {
        prop_assert_eq!(one == other, one.encode() == other.encode());
        prop_assert_eq!(Entry::decode(&one.encode()).unwrap(), one);
    }

    /// nor do they when the same letters stand in them, in the same order, divided otherwise between the fields.
    #[test]
    fn letters_that_move_between_fields_change_the_bytes(one in any_entry(), from in 0..5_usize, count in 1..3_usize) {
        let mut other = one.clone();
        let moved: String = texts(&mut other)[from].chars().take(count).collect();
        *texts(&mut other)[from] = texts(&mut other)[from].chars().skip(count).collect();
        if from == 0 {
            other.attributes.entry(moved.clone()).or_default().push_str(&moved);
        } else {
            texts(&mut other)[from - 1].push_str(&moved);
        }
        prop_assert_eq!(one == other, one.encode() == other.encode());
    }

    #[test]
    fn entries_survive_encoding(verb in "[a-z.]{1,20}", purpose in any::<String>(), attributes in prop::collection::btree_map(any::<String>(), any::<String>(), 0..5)) {
        let entry = Entry { verb, purpose, attributes, ..entry(5, MAREN, "x", &[]) };
        prop_assert_eq!(Entry::decode(&entry.encode()).unwrap(), entry);
    }
}
