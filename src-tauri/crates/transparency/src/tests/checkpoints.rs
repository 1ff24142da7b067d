use proptest::prelude::*;

use super::world::{Key, REVIEWED_AT, World, maren, session, tomas};
use crate::{
    Algorithm, Checkpoint, CheckpointError, Note, NoteError, NoteKey, SignedCheckpoint, SplitView, Statement,
    TlogProof, prove_consistency, prove_inclusion,
};
use ledger::Signer;

/// the example of the specification of signed notes, read, verified and written again.
#[test]
fn the_published_note_is_read_as_published() {
    let verifier_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let note = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let key = NoteKey::parse(verifier_key).unwrap();
    assert_eq!((key.name(), key.verifier_key().as_str()), ("example.com/foo", verifier_key));
    let read = Note::parse(note.as_bytes()).unwrap();
    let [line] = read.signatures() else { panic!("one signature") };
    assert_eq!((line.name(), line.key()), (key.name(), key.id()));
    let signature = line.bytes().try_into().unwrap();
    ledger::verify_signature(key.public_key(), read.text().as_bytes(), &signature).unwrap();
    assert_eq!(read.encode(), note);
}

/// the example of the specification of cosignatures.
#[test]
fn the_published_checkpoint_is_read_as_published() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let read = SignedCheckpoint::parse(text.as_bytes()).unwrap();
    assert_eq!((read.checkpoint().origin(), read.checkpoint().size()), ("example.com/behind-the-sofa", 20_852_163));
    let cosignature = &read.note().signatures()[1];
    assert_eq!(cosignature.timestamped().unwrap().0, 1_679_315_147);
    assert_eq!(read.encode(), text);
}

/// whoever the ledger knows vouches for what they signed, and nobody else.
#[test]
fn a_checkpoint_is_vouched_for_by_the_people_of_the_ledger_alone() {
    let world = World::new(12);
    let (people, devices) = world.people();
    let signed = world.signed(12, &[&maren(), &tomas(), &Key::new(99), &session()]);
    assert_eq!(signed.note().signatures().len(), 5);
    let read = SignedCheckpoint::parse(signed.encode().as_bytes()).unwrap();
    assert_eq!(read, signed);
    let vouchers = read.vouchers(&people, &devices).unwrap();
    let said: Vec<_> = vouchers.iter().map(|voucher| (voucher.person.name.as_str(), voucher.statement)).collect();
    let reviewed = Statement::Reviewed { seconds: REVIEWED_AT };
    assert_eq!(said, [("Name a", Statement::Made), ("Name a", reviewed), ("Name b", reviewed)]);
    // The copies that two reviewers signed apart are one note with both.
    let mut together = world.signed(12, &[&maren()]);
    together.merge(&world.signed(12, &[&tomas()])).unwrap();
    assert_eq!(together.vouchers(&people, &devices).unwrap(), vouchers);
    assert_eq!(together.merge(&world.signed(11, &[])), Err(CheckpointError::Different));
}

/// a signature does not move to another checkpoint, another time, another key or another kind of statement.
#[test]
fn a_signature_of_a_known_key_over_something_else_condemns_the_note() {
    let world = World::new(12);
    let (people, devices) = world.people();
    let (signed, other) = (world.signed(12, &[&tomas()]), world.signed(11, &[&tomas()]));
    for (place, line) in other.note().signatures().iter().enumerate() {
        let moved = format!("{}\n{}", world.checkpoint(12).encode(), below(&other, place));
        let moved = SignedCheckpoint::parse(moved.as_bytes()).unwrap();
        let wrong = CheckpointError::Signature { name: line.name().to_owned() };
        assert_eq!(moved.vouchers(&people, &devices), Err(wrong));
    }
    // Another time in a cosignature: the eighth byte after the key's id.
    let line = &signed.note().signatures()[1];
    let mut bytes = line.bytes().to_vec();
    bytes[7] ^= 1;
    let key = crate::reviewer_key(world.checkpoint(12).origin(), &tomas().public_key()).unwrap();
    let mut note = Note::new(world.checkpoint(12).encode()).unwrap();
    note.add(crate::NoteSignature::of(&key, bytes)).unwrap();
    let later = SignedCheckpoint::parse(note.encode().as_bytes()).unwrap();
    assert!(matches!(later.vouchers(&people, &devices), Err(CheckpointError::Signature { .. })));
    // What a cosignature signs is no signature in the ledger's name.
    let mut note = Note::new(world.checkpoint(12).encode()).unwrap();
    let key = crate::log_key(world.checkpoint(12).origin(), &tomas().public_key()).unwrap();
    note.add(crate::NoteSignature::of(&key, line.bytes()[8..].to_vec())).unwrap();
    let posing = SignedCheckpoint::parse(note.encode().as_bytes()).unwrap();
    assert!(matches!(posing.vouchers(&people, &devices), Err(CheckpointError::Signature { .. })));
}

fn below(signed: &SignedCheckpoint, place: usize) -> String {
    let whole = signed.encode();
    format!("{}\n", whole.rsplit_once("\n\n").unwrap().1.lines().nth(place).unwrap())
}

/// an old copy put back, a rewritten history and two histories are told apart from growth by whoever kept a checkpoint.
#[test]
fn a_console_that_kept_a_checkpoint_finds_what_does_not_grow_from_it() {
    let world = World::new(20);
    let (kept, now) = (world.checkpoint(9), world.checkpoint(20));
    let path = prove_consistency(&world.levels, 9, 20).unwrap();
    assert_eq!(kept.grows_to(&now, &path), Ok(()));
    assert_eq!(now.grows_to(&kept, &[]), Err(SplitView::Shorter { older: 20, newer: 9 }));
    let mut records = World::new(20).records;
    records.truncate(5);
    let entries: Vec<_> =
        (6..=20).map(|number| super::world::entry(number, super::world::MAREN, "other", &[])).collect();
    entries.iter().for_each(|entry| super::world::append(&mut records, entry, &[&maren()]));
    let other = World::of(records);
    let others_path = prove_consistency(&other.levels, 9, 20).unwrap();
    for path in [path, others_path] {
        assert_eq!(kept.grows_to(&other.checkpoint(20), &path), Err(SplitView::Forked { older: 9 }));
    }
    let elsewhere = Checkpoint::new("countersign/elsewhere", 20, *now.root()).unwrap();
    assert!(matches!(now.grows_to(&elsewhere, &[]), Err(SplitView::Origin { .. })));
}

/// the proof of one entry in the form that other tools read.
#[test]
fn an_entrys_proof_is_written_in_the_published_form() {
    let world = World::new(12);
    let path = prove_inclusion(&world.levels, 6, 12).unwrap();
    let proof = TlogProof { index: 6, path, checkpoint: world.signed(12, &[&tomas()]) };
    let text = proof.encode();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 6\n"), "{text}");
    let read = TlogProof::parse(text.as_bytes()).unwrap();
    assert_eq!(read, proof);
    assert!(read.covers(&world.records[6].hash) && !read.covers(&world.records[7].hash));
}

#[test]
fn what_is_no_note_or_checkpoint_is_refused() {
    let good = World::new(3).signed(3, &[]).encode();
    let key_name = |name: &str| NoteKey::new(name, Algorithm::Ed25519, [0; 32]).map(drop);
    for name in ["", "a b", "a\u{a0}b", "a+b", "a\nb"] {
        assert_eq!(key_name(name), Err(NoteError::Name), "{name:?}");
    }
    assert_eq!(NoteKey::parse("x+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"), Err(NoteError::VerifierKey));
    for bad in [
        good.trim_end().to_owned(),
        good.replace('\u{2014}', "-"),
        good.replace("\n\n", "\n\n\n"),
        format!("{good}\n"),
        good.replace('\n', "\r\n"),
    ] {
        assert!(SignedCheckpoint::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    let text = World::new(3).checkpoint(3).encode();
    for (from, to) in [
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n+3\n"),
        ("\n3\n", "\n9223372036854775808\n"),
        ("=\n", "\n"),
        ("=\n", "=\nmore\n"),
    ] {
        let bad = text.replace(from, to);
        assert_ne!(bad, text);
        assert!(Checkpoint::parse(&bad).is_err(), "{bad}");
    }
}

proptest! {
    /// whatever bit of a signed checkpoint is changed, it cannot be read any more, is condemned, or loses the voucher.
    #[test]
    fn any_changed_bit_costs_a_checkpoint_its_vouchers(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let world = World::new(3);
        let (people, devices) = world.people();
        let signed = world.signed(3, &[&tomas()]);
        let mut bytes = signed.encode().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let vouchers = SignedCheckpoint::parse(&bytes).and_then(|read| read.vouchers(&people, &devices));
        prop_assert!(vouchers.map_or(0, |vouchers| vouchers.len()) < 2);
    }
}
