use std::sync::LazyLock;

use ledger::Subject;
use proptest::prelude::*;
use uuid::Uuid;

use super::world::{Key, MAREN, RUN, World, destruction};
use crate::document::Document;
use crate::{Fault, SignedFile as _, verify};

static HONEST: LazyLock<Vec<u8>> = LazyLock::new(|| destruction().issue().unwrap());

fn fault(world: &World) -> Fault {
    world.issue().unwrap_err()
}

/// A document that its issuer signs again after changing it: the strongest forger there is.
fn forged(change: impl FnOnce(&mut Document)) -> Fault {
    let world = destruction();
    let mut document = Document::read(&world.issue().unwrap()).unwrap();
    change(&mut document);
    let signature = ledger::Signer::sign(&world.issuer.1, &document.signed_bytes());
    document.signature = crate::Hex(signature.to_vec());
    verify(&document.write()).unwrap_err()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// any flipped bit of the file is found.
    #[test]
    fn a_flipped_bit_is_found(place in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = HONEST.clone();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(verify(&bytes).is_err(), "byte {place}");
    }

    /// whoever issues it can't leave out, swap or repeat an entry.
    #[test]
    fn entries_that_are_missing_swapped_or_repeated_are_found(
        one in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
    ) {
        let world = destruction();
        let honest = world.material();
        let (one, other) = (one.index(honest.entries.len()), other.index(honest.entries.len()));
        let is_told_by_its_step = honest.entries[one].number == world.entries[world.place_of("keys.deactivated")].0;
        let is_idle = one == 1;
        let mut missing = honest.clone();
        missing.entries.remove(one);
        prop_assert!(is_told_by_its_step || is_idle || world.issue_from(missing).is_err(), "without entry {one}");
        let mut repeated = honest.clone();
        repeated.entries.insert(one, honest.entries[one].clone());
        prop_assert!(world.issue_from(repeated).is_err());
        if one != other {
            let mut swapped = honest.clone();
            swapped.entries.swap(one, other);
            prop_assert!(world.issue_from(swapped).is_err(), "swapped in place");
            let mut renumbered = honest;
            let (first, second) = (renumbered.entries[one].number, renumbered.entries[other].number);
            renumbered.entries.swap(one, other);
            (renumbered.entries[one].number, renumbered.entries[other].number) = (first, second);
            // Two sessions opened one after the other may change places where nobody can tell by the chain.
            prop_assert!(world.issue_from(renumbered).is_err(), "swapped with their numbers");
        }
    }

    /// any bytes are read or refused without a panic.
    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify(&bytes).is_err());
    }
}

/// a certificate is never early.
#[test]
fn an_issue_before_the_end_is_found() {
    let mut world = destruction();
    world.issued_at = world.time_of("run.finished") - 1;
    assert!(matches!(fault(&world), Fault::Early { .. }));
}

#[test]
fn a_run_without_its_end_is_found() {
    let mut world = destruction();
    let end = world.place_of("run.finished");
    world.entries.remove(end);
    assert_eq!(fault(&world), Fault::Missing { what: "the entry run.finished".to_owned() });
}

#[test]
fn a_step_that_is_missing_is_named() {
    let mut world = destruction();
    // Step 4, wholly: intended, purged, done.
    let purged = world.place_of("key.purged");
    world.entries.drain(purged - 1..=purged + 1);
    assert!(matches!(fault(&world), Fault::StepOrder { .. } | Fault::StepMissing { .. }));
}

#[test]
fn a_step_that_failed_and_was_not_taken_again_is_found() {
    let mut world = destruction();
    let done = world.place_of("key.purged") + 1;
    world.entries[done].1.verb = "step.failed".to_owned();
    assert!(matches!(fault(&world), Fault::StepOrder { .. }));
}

/// a seal too few.
#[test]
fn one_seal_is_not_enough() {
    let mut world = destruction();
    let sealed = world.place_of("request.sealed");
    world.entries.remove(sealed);
    assert!(matches!(fault(&world), Fault::Quorum(domain::QuorumError::TooFew { found: 1, .. })));
}

/// an operator who was suspended after signing no longer counts.
#[test]
fn a_signer_who_was_suspended_before_anything_was_destroyed_is_found() {
    for before in ["run.started", "keys.deactivated"] {
        let mut world = destruction();
        let place = world.place_of(before);
        let rest = world.entries.split_off(place);
        world.push(super::world::TOMAS, "operator.suspended", Subject::new("operator", MAREN), &[], &[&Key::new(4)]);
        world.entries.extend(rest.into_iter().map(|(number, entry, keys)| (number + 1, entry, keys)));
        world.destroyed.iter_mut().for_each(|row| row.entry += 1);
        let found = fault(&world);
        let is_named = matches!(found, Fault::Quorum(domain::QuorumError::Inactive { operator }) if operator == MAREN)
            || found == Fault::Lapsed { operator: MAREN };
        assert!(is_named, "{found}");
    }
}

#[test]
fn entries_of_another_custody_environment_request_or_run_are_found() {
    let mut world = destruction();
    let place = world.place_of("key.deleted");
    world.entries[place].1.custody = Uuid::from_u128(70);
    assert!(matches!(fault(&world), Fault::Foreign { what: "custody", .. }));
    let mut world = destruction();
    world.entries[place].1.environment = "staging".to_owned();
    assert!(matches!(fault(&world), Fault::Foreign { what: "environment", .. }));
    let mut world = destruction();
    let sealed = world.place_of("request.sealed");
    world.entries[sealed].1.subject.name = RUN.to_string();
    assert!(matches!(fault(&world), Fault::Foreign { what: "request", .. }));
    let mut world = destruction();
    world.entries[place].1.attributes.insert("run".to_owned(), MAREN.to_string());
    assert!(matches!(fault(&world), Fault::Foreign { what: "run", .. }));
}

#[test]
fn an_act_outside_of_its_step_is_found() {
    let mut world = destruction();
    let purged = world.place_of("key.purged");
    world.entries[purged].1.verb = "key.deleted".to_owned();
    assert!(matches!(fault(&world), Fault::StepOrder { why: "it was done outside of the step for it", .. }));
}

#[test]
fn an_entry_signed_by_a_stranger_is_found() {
    let mut world = destruction();
    let purged = world.place_of("key.purged");
    world.entries[purged].2 = vec![Key::new(99)];
    assert!(matches!(fault(&world), Fault::People { .. }));
}

#[test]
fn an_issuer_whose_session_is_over_unknown_or_anothers_is_found() {
    let mut world = destruction();
    world.issued_at += 3_600_000_000 * 2;
    assert_eq!(fault(&world), Fault::Issuer { why: "was no longer valid when it signed" });
    let mut world = destruction();
    world.issuer = (world.issuer.0, Key::new(77));
    assert_eq!(fault(&world), Fault::Issuer { why: "was not certified by any entry of the file" });
    let mut world = destruction();
    world.issuer.0 = MAREN;
    assert_eq!(fault(&world), Fault::Issuer { why: "is somebody else's" });
}

/// what the issuer says in words must follow from the entries, although the signature is their own.
#[test]
fn words_dates_and_keys_that_do_not_follow_from_the_entries_are_found() {
    let differs = |section| Fault::Differs { section };
    assert_eq!(forged(|it| it.statement.strength.word = "perfect".to_owned()), differs("statement"));
    assert_eq!(forged(|it| it.statement.remains.clear()), differs("statement"));
    assert_eq!(forged(|it| it.statement.unproven.clear()), differs("statement"));
    assert_eq!(forged(|it| it.people[0].name = "Somebody".to_owned()), differs("people"));
    assert_eq!(forged(|it| it.seals[0].at += 1), differs("seals"));
    assert_eq!(forged(|it| it.sessions.clear()), differs("sessions"));
    assert_eq!(forged(|it| it.run = domain::RunId(Uuid::nil())), Fault::Foreign { number: 16, what: "run" });
    assert_eq!(forged(|it| it.operation = domain::Operation::DestroyDek), differs("operation"));
    assert!(matches!(forged(|it| it.destroyed[0].key = domain::KeyId(Uuid::nil())), Fault::Destroyed { .. }));
    assert!(matches!(forged(|it| it.destroyed[0].proof.push('!')), Fault::Destroyed { .. }));
    assert!(matches!(forged(|it| it.destroyed.clear()), Fault::Destroyed { .. }));
    assert!(matches!(forged(|it| it.destroyed.push(it.destroyed[0].clone())), Fault::Destroyed { .. }));
}

#[test]
fn another_plan_than_the_sealed_one_is_found() {
    let mut world = destruction();
    world.plan.reason = "another".to_owned();
    assert!(matches!(fault(&world), Fault::Foreign { what: "plan", .. }));
}

#[test]
fn a_signature_by_another_key_is_found() {
    let bytes = destruction().issue().unwrap();
    let mut document = Document::read(&bytes).unwrap();
    document.signature = crate::Hex(ledger::Signer::sign(&Key::new(3), &document.signed_bytes()).to_vec());
    assert_eq!(verify(&document.write()).unwrap_err(), Fault::Signature);
}
