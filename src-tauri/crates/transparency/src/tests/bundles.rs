use std::io::Read;

use super::world::{
    Key, MAREN, PLAN, REVIEWED_AT, SUBMITTED, TOMAS, World, append, check, check_knowing, entry, maren, tomas, vera,
};
use crate::bundle::{Chooser, Expectations, Fault, Header, Item, Proven, Selection, WriteError, Writer, verify};
use crate::{SignedCheckpoint, SplitView, prove_inclusion};
use ledger::{Entry, PeopleError, SignatureBlock, Signer, Subject};

/// Gives one byte at a time, as a slow network does.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        (&mut self.0).take(1).read(into)
    }
}

/// the bundle of a whole ledger verifies alone, as a stream, and says what it proves and what it leaves open.
#[test]
fn a_whole_ledger_verifies_with_nothing_but_the_bundle() {
    let world = World::new(20);
    let bundle = world.whole(12);
    let (mut numbers, mut plans) = (Vec::new(), Vec::new());
    let verified = verify(Drops(&bundle), &Expectations::default(), &mut |item| match item {
        Item::Entry { number, entry } => {
            assert_eq!(entry.encode(), world.records[number as usize - 1].entry);
            numbers.push(number);
        }
        Item::Plan { number, bytes } => plans.push((number, bytes.to_vec())),
    })
    .unwrap();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    assert_eq!(plans, [(SUBMITTED, PLAN.to_vec())]);
    assert_eq!((verified.entries, verified.size(), verified.founding), (20, 20, world.records[0].hash));
    let founders: Vec<_> = verified.founders.iter().map(|founder| (founder.person.id, founder.key)).collect();
    assert_eq!(founders, [(MAREN, maren().id()), (TOMAS, tomas().id())]);
    assert_eq!(verified.reviewed_by(2).unwrap().checkpoint.size(), 12);
    assert!(verified.reviewed_by(3).is_none());
    let said = [verified.proves(), verified.leaves_open()].concat().join("\n");
    let fingerprint = hex::encode(maren().id());
    for part in
        ["whole ledger up to entry 20", fingerprint.as_str(), "cosigned by Name b", "no other history after entry 12"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}

/// a selection and an evidence pack of one entry verify alone; what they cannot show is said.
#[test]
fn chosen_entries_verify_at_their_places() {
    let world = World::new(20);
    let request = Selection::Request(uuid::Uuid::from_u128(5));
    let verified = check(&world.chosen(request, &[1, 2, 5, 6, SUBMITTED, 20], 12)).unwrap();
    assert_eq!((verified.entries, verified.plans, verified.size()), (6, 1, 20));
    let said = verified.leaves_open().join("\n");
    assert!(said.contains("nothing else belongs to this selection"), "{said}");
    let evidence = check(&world.chosen(Selection::Entry(15), &[1, 2, 15], 20)).unwrap();
    assert_eq!(evidence.reviewed_by(2).unwrap().checkpoint, world.checkpoint(20));
    assert_eq!(evidence.founding, world.records[0].hash);
    let lacking = check(&world.chosen(Selection::Entry(15), &[1, 2, 14], 20));
    assert!(matches!(lacking, Err(Fault::Selected { number: 15 })));
    // Without the entry that certified the signer's key, nobody vouches for the entry.
    let unlearned = check(&world.chosen(Selection::Entry(15), &[1, 15], 20)).unwrap_err();
    let fault =
        ledger::Fault::People { number: 15, source: PeopleError::UnknownKey { key: super::world::session().id() } };
    assert!(matches!(&unlearned, Fault::Ledger(found) if *found == fault), "{unlearned}");
    for selection in [Selection::Key(MAREN), Selection::Tenant(MAREN), Selection::Period { from: -5, until: 7 }] {
        assert_eq!(check(&world.chosen(selection, &[1, 2, 3], 12)).unwrap().header, World::header(selection));
    }
}

/// What a bundle of `wanted` alone has to hold.
fn needed(world: &World, wanted: u64) -> Vec<u64> {
    let mut chooser = Chooser::new();
    for record in &world.records {
        let entry = Entry::decode(&record.entry).unwrap();
        let block = SignatureBlock::decode(&record.signatures).unwrap();
        chooser.see(record.number, &entry, &block, record.number == wanted);
    }
    chooser.numbers().into_iter().collect()
}

/// with what is wanted go the entries that say whose keys signed it, and no other session's.
#[test]
fn a_selection_brings_the_certificates_of_its_signers() {
    let mut records = World::new(6).records;
    let second = Key::new(4);
    let opened = [("public_key", hex::encode(second.public_key())), ("expires_at", u32::MAX.to_string())];
    append(&mut records, &entry(7, MAREN, "session.opened", &opened), &[&maren()]);
    append(&mut records, &entry(8, MAREN, "key.adopted", &[]), &[&second]);
    append(&mut records, &entry(9, MAREN, "key.adopted", &[]), &[&second]);
    let third = Key::new(6);
    let opened = [("public_key", hex::encode(third.public_key())), ("expires_at", u32::MAX.to_string())];
    append(&mut records, &entry(10, MAREN, "session.opened", &opened), &[&maren()]);
    let subject = Subject::new("session", hex::encode(second.id()));
    append(&mut records, &Entry { subject, ..entry(11, MAREN, "session.closed", &[]) }, &[&third]);
    let subject = Subject::new("operator", TOMAS);
    append(&mut records, &Entry { subject, ..entry(12, MAREN, "operator.suspended", &[]) }, &[&maren()]);
    let world = World::of(records);
    // The third session is none of the signers', but it ended the second.
    for (wanted, expected) in [(9, vec![1, 7, 9, 10, 11, 12]), (4, vec![1, 2, 4, 12]), (1, vec![1, 12])] {
        let numbers = needed(&world, wanted);
        assert_eq!(numbers, expected);
        let verified = check(&world.chosen(Selection::Entry(wanted), &numbers, 6)).unwrap();
        assert_eq!(verified.entries, expected.len() as u64);
    }
}

/// people whom two others enrolled vouch for entries and checkpoints, in a whole ledger and in a selection, which brings
/// the signatures for their enrolment; without these, or with one person's alone, nothing that they signed holds.
#[test]
fn a_person_whom_two_others_enrolled_signs_and_reviews() {
    let world = World::enrolling(12, &[&maren(), &tomas()]);
    let signed_by_vera = world.records.len() as u64;
    let (vera, tomas_key) = (vera(), tomas());
    let reviewers: [&dyn Signer; 2] = [&vera, &tomas_key];
    let checkpoints = world.linked(vec![world.signed(signed_by_vera, &reviewers)]);
    let mut writer = Writer::begin(Vec::new(), &World::header(Selection::Whole), &checkpoints).unwrap();
    world.records.iter().for_each(|record| writer.entry(record).unwrap());
    let verified = check(&writer.end().unwrap()).unwrap();
    let names: Vec<&str> =
        verified.standings[0].reviewers().iter().map(|voucher| voucher.person.name.as_str()).collect();
    assert_eq!(names, ["Vera", "Name b"]);

    let numbers = needed(&world, signed_by_vera);
    assert_eq!(numbers, [1, 2, 13, 14, 15, 16]);
    let selection = Selection::Entry(signed_by_vera);
    check(&world.chosen(selection, &numbers, signed_by_vera)).unwrap();
    for without in [13, 14, 15] {
        let numbers: Vec<u64> = numbers.iter().copied().filter(|number| *number != without).collect();
        let fault = check(&world.chosen(selection, &numbers, signed_by_vera)).unwrap_err();
        assert_eq!(fault.number(), Some(if without == 15 { 16 } else { 15 }), "{fault}");
    }
    let alone = World::enrolling(12, &[&maren(), &maren()]);
    let fault = check(&alone.whole(12)).unwrap_err();
    assert_eq!(fault.number(), Some(15), "{fault}");
}

/// who pinned the founding entry, kept a checkpoint or demands reviewers is told when the bundle does not fit.
#[test]
fn what_is_expected_of_a_bundle_is_held_against_it() {
    let world = World::new(20);
    let (whole, chosen) = (world.whole(12), world.chosen(Selection::Entry(15), &[1, 2, 15], 12));
    let pinned = |founding| Expectations { founding: Some(founding), ..Expectations::default() };
    let kept = |checkpoint| Expectations { remembered: Some(checkpoint), ..Expectations::default() };
    let demanding = |reviewers| Expectations { reviewers, ..Expectations::default() };
    for bundle in [&whole, &chosen] {
        check_knowing(bundle, &pinned(world.records[0].hash)).unwrap();
        let other = check_knowing(bundle, &pinned([9; 32])).unwrap_err();
        assert_eq!((matches!(other, Fault::Ledger(ledger::Fault::Founding)), other.number()), (true, Some(1)));
        check_knowing(bundle, &kept(world.checkpoint(12))).unwrap();
        check_knowing(bundle, &demanding(2)).unwrap();
        let few = check_knowing(bundle, &demanding(3)).unwrap_err();
        assert!(matches!(few, Fault::NotReviewed { size: 20, demanded: 3 }));
        // An old copy: it ends before what was seen.
        let behind = check_knowing(bundle, &kept(World::new(21).checkpoint(21))).unwrap_err();
        assert!(matches!(behind, Fault::Behind { size: 20, seen: 21 }));
    }
    let mut records = World::new(5).records;
    for number in 6..=20 {
        append(&mut records, &entry(number, MAREN, "key.suspended", &[]), &[&maren()]);
    }
    let other = World::of(records);
    for size in [12, 20] {
        for bundle in [&whole, &chosen] {
            let forked = check_knowing(bundle, &kept(other.checkpoint(size))).unwrap_err();
            assert!(matches!(forked, Fault::Split(SplitView::Forked { older }) if older == size), "{forked}");
        }
    }
    check_knowing(&whole, &kept(world.checkpoint(7))).unwrap();
    let unlinked = check_knowing(&chosen, &kept(world.checkpoint(7))).unwrap_err();
    assert!(matches!(unlinked, Fault::NotLinked { seen: 7 }));
}

/// a cosignature counts for people whom the ledger knew, and who were active, when the checkpoint was made; not later, not
/// earlier.
#[test]
fn a_reviewer_counts_as_they_stood_at_the_checkpoint() {
    let world = World::enrolling(6, &[&maren(), &tomas()]);
    let mut records = world.records;
    let suspended = Entry { subject: Subject::new("operator", TOMAS), ..entry(11, MAREN, "operator.suspended", &[]) };
    append(&mut records, &suspended, &[&maren()]);
    let world = World::of(records);
    let (maren, tomas, vera): (Key, Key, Key) = (maren(), tomas(), vera());
    let all: [&dyn Signer; 3] = [&maren, &tomas, &vera];
    for (size, reviewers) in [(8, 2), (9, 3), (10, 3), (11, 2)] {
        let mut checkpoints = vec![world.signed(size, &all)];
        // The same person once more: still one.
        checkpoints[0].cosign(&maren, REVIEWED_AT + 60).unwrap();
        if size < 11 {
            checkpoints.push(SignedCheckpoint::unsigned(world.checkpoint(11)).unwrap());
        }
        let linked = world.linked(checkpoints);
        let mut whole = Writer::begin(Vec::new(), &World::header(Selection::Whole), &linked).unwrap();
        world.records.iter().for_each(|record| whole.entry(record).unwrap());
        let mut chosen = Writer::begin(Vec::new(), &World::header(Selection::Entry(11)), &linked).unwrap();
        for number in needed(&world, 11) {
            let at = number as usize - 1;
            let previous = at.checked_sub(1).map_or(ledger::GENESIS, |before| world.records[before].hash);
            let path = prove_inclusion(&world.levels, number - 1, 11).unwrap();
            chosen.proven(Proven { record: &world.records[at], previous: &previous, path: &path }).unwrap();
        }
        for bundle in [whole.end().unwrap(), chosen.end().unwrap()] {
            assert_eq!(check(&bundle).unwrap().standings[0].reviewers().len(), reviewers, "{size}");
        }
    }
}

/// A bundle is never written in a form that would not verify.
#[test]
fn a_bundle_that_would_not_verify_is_not_written() {
    let world = World::new(12);
    let header = World::header(Selection::Whole);
    let begin = |header: &Header, checkpoints: &[_]| Writer::begin(Vec::new(), header, checkpoints);
    assert!(matches!(begin(&header, &[]), Err(WriteError::Checkpoints { found: 0 })));
    let mut backwards = world.checkpoints(6);
    backwards.reverse();
    assert!(matches!(begin(&header, &backwards), Err(WriteError::Checkpoints { found: 2 })));
    let elsewhere = Header { environment: "staging".into(), ..header.clone() };
    assert!(begin(&elsewhere, &world.checkpoints(6)).is_err());
    let mut writer = begin(&header, &world.checkpoints(6)).unwrap();
    assert!(matches!(writer.entry(&world.records[1]), Err(WriteError::Place { number: 2 })));
    let (record, previous) = (&world.records[0], &ledger::GENESIS);
    assert!(writer.proven(Proven { record, previous, path: &[] }).is_err());
    writer.entry(record).unwrap();
    assert!(matches!(writer.end(), Err(WriteError::Place { number: 12 })));
}
