//! Every way of falsifying a certificate, by a stranger and by whoever issues it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod forged;
mod printed;
mod world;

use world::{World, destruction};

use crate::{Fault, verify};

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

#[test]
fn what_is_no_certificate_is_told_apart() {
    assert!(matches!(verify(b"not json"), Err(Fault::Unreadable { line: 1, .. })));
    assert!(matches!(verify(&vec![b' '; 17 * 1024 * 1024]), Err(Fault::TooLong { .. })));
    let other = String::from_utf8(destruction().issue().unwrap()).unwrap().replace("certificate/v1", "certificate/v2");
    assert!(matches!(verify(other.as_bytes()), Err(Fault::Format { .. })));
}
