//! Every way of falsifying a certificate, by a stranger and by whoever issues it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod forged;
mod printed;
mod world;

use world::{World, destruction};

use crate::{Fault, FileFault, verify};

/// what was proven is certified, and the file holds without anything else.
#[test]
fn an_honest_certificate_holds_and_says_what_it_does_not_prove() {
    let world = destruction();
    let verdict = verify(&world.issue().unwrap()).unwrap();
    assert_eq!(verdict.document.destroyed.len(), 1);
    assert_eq!(verdict.document.seals.len(), 2);
    assert_eq!(verdict.fingerprints.len(), 3, "the founding entry and two people");
    assert!(verdict.unproven.iter().any(|sentence| sentence.contains("compare the fingerprints")));
    assert!(verdict.unproven.iter().any(|sentence| sentence.contains("checkpoint")));
    assert_eq!(verdict.document.statement.strength.word, "cryptographic");
    let purged = verdict.document.statement.remains.first().unwrap();
    assert_eq!(purged.until, Some(world.time_of("key.purged")), "the soft-delete window ended with the purge");
}

/// residual copies with their dates, counted from the last erasure by the retention that two people signed.
#[test]
fn what_remains_has_a_date_where_the_plan_names_one() {
    let world = World::of_dek(&[("backup_retention_days", "35"), ("replica_lag_hours", "24")]);
    let verdict = verify(&world.issue().unwrap()).unwrap();
    let until = |copy: &str| {
        let remains = &verdict.document.statement.remains;
        remains.iter().find(|residue| residue.copy == copy).unwrap().until
    };
    let erased = world.time_of("register.reclaimed");
    let days = |count: i64| Some(erased + count * 86_400_000_000);
    assert_eq!((until("backups"), until("replicas"), until("write-ahead log")), (days(35), days(1), None));
    assert_eq!(verdict.document.statement.strength.word, "limited", "the KEK lives on");
}

/// The format is what it was: a file that was issued once can be verified for ever.
#[test]
fn the_vector_holds_and_is_what_is_written_today() {
    let vector = include_bytes!("../../../../docs/formats/vectors/certificate.json");
    assert!(verify(vector).is_ok());
    assert_eq!(destruction().issue().unwrap(), vector);
}

/// a step that failed, was taken up again in another session and was done is a step that was done.
#[test]
fn a_step_that_was_taken_again_in_another_session_counts() {
    let mut world = destruction();
    let purged = world.place_of("key.purged");
    let rest = world.entries.split_off(purged);
    world.open_session(world::TOMAS, 6);
    let at = [("fence", "2".to_owned()), ("step", "await_purge".to_owned()), ("position", "4".to_owned())];
    for (verb, fence) in [("step.failed", "1"), ("run.claimed", "2"), ("step.intended", "2"), ("step.intended", "2")] {
        let mut attributes = at.to_vec();
        attributes[0].1 = fence.to_owned();
        let signer = if fence == "1" { 4 } else { 6 };
        let subject = ledger::Subject::new("run", world::RUN);
        world.push(world::TOMAS, verb, subject, &attributes, &[&world::Key::new(signer)]);
    }
    for (number, mut entry, keys) in rest {
        if entry.attributes.contains_key("fence") {
            entry.attributes.insert("fence".to_owned(), "2".to_owned());
        }
        world.entries.push((number + 5, entry, keys));
    }
    world.destroyed.iter_mut().for_each(|row| row.entry += 5);
    assert!(verify(&world.issue().unwrap()).is_ok());
    // The console that lost the run to another one writes nothing any more.
    let stale = world.entries.iter().rposition(|(_, entry, _)| entry.verb == "step.done").unwrap();
    world.entries[stale].1.attributes.insert("fence".to_owned(), "1".to_owned());
    assert!(matches!(world.issue(), Err(Fault::StepOrder { why: "another console had the run by then", .. })));
}

#[test]
fn what_is_no_certificate_is_told_apart() {
    assert!(matches!(verify(b"not json"), Err(Fault::File(FileFault::Unreadable { line: 1, .. }))));
    assert!(matches!(verify(&vec![b' '; 17 * 1024 * 1024]), Err(Fault::File(FileFault::TooLong { .. }))));
    let other = String::from_utf8(destruction().issue().unwrap()).unwrap().replace("certificate/v1", "certificate/v2");
    assert!(matches!(verify(other.as_bytes()), Err(Fault::File(FileFault::Format { .. }))));
}
