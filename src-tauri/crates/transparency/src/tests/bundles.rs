use std::io::Read;

use super::world::{Key, MAREN, PLAN, SUBMITTED, TOMAS, World, append, check, check_knowing, entry, maren, tomas};
use crate::bundle::{Expectations, Fault, Header, Item, Proven, Selection, WriteError, Writer, verify};
use crate::{SignedCheckpoint, SplitView, teaches};
use ledger::{PeopleError, Signer, Subject};

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
    assert!(teaches("session.opened") && teaches("operator.suspended") && !teaches("key.adopted"));
    for selection in [Selection::Key(MAREN), Selection::Tenant(MAREN), Selection::Period { from: -5, until: 7 }] {
        assert_eq!(check(&world.chosen(selection, &[1, 2, 3], 12)).unwrap().header, World::header(selection));
    }
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

/// a cosignature counts for people whom the ledger knew, and who were active, when the checkpoint was made.
#[test]
fn a_reviewer_who_was_suspended_before_the_checkpoint_does_not_count() {
    let mut records = World::new(6).records;
    let suspended =
        ledger::Entry { subject: Subject::new("operator", TOMAS), ..entry(7, MAREN, "operator.suspended", &[]) };
    append(&mut records, &suspended, &[&maren()]);
    let world = World::of(records);
    let (maren, tomas): (Key, Key) = (maren(), tomas());
    let both: [&dyn Signer; 2] = [&maren, &tomas];
    for (size, reviewers) in [(6, 2), (7, 1)] {
        let mut checkpoints = vec![world.signed(size, &both)];
        if size < 7 {
            checkpoints.push(SignedCheckpoint::unsigned(world.checkpoint(7)).unwrap());
        }
        let mut writer =
            Writer::begin(Vec::new(), &World::header(Selection::Whole), &world.linked(checkpoints)).unwrap();
        world.records.iter().for_each(|record| writer.entry(record).unwrap());
        let verified = check(&writer.end().unwrap()).unwrap();
        assert_eq!(verified.standings[0].reviewers().len(), reviewers);
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
