//! The second verifier, in another language and without shared code, on the same bundles.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::mutation::Dice;
use super::tampering::forgeries;
use super::unfaithful::unfaithful;
use super::world::{MAREN, TOMAS, World, append, check, entry, fields, join, maren, tomas};
use crate::bundle::Selection;
use ledger::{Entry, Subject};

fn verifier() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/verifier/verify.mjs")
}

fn run(arguments: &[&str], files: &[PathBuf]) -> (Option<i32>, Vec<Value>) {
    let output = Command::new("node").arg(verifier()).arg("--json").args(arguments).args(files).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.is_empty(), "{errors}");
    let lines = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// what verifies here verifies there, with the same verdict.
#[test]
fn the_second_verifier_agrees_with_what_holds() {
    let directory = tempfile::tempdir().unwrap();
    let enrolling = World::enrolling(12, &[&maren(), &tomas()]);
    let mut records = enrolling.records.clone();
    let subject = Subject::new("operator", TOMAS);
    append(&mut records, &Entry { subject, ..entry(17, MAREN, "operator.suspended", &[]) }, &[&maren()]);
    let suspending = World::of(records);
    let worlds = [(World::new(20), 12), (World::new(2), 2), (World::new(33), 32), (enrolling, 14), (suspending, 16)];
    let mut bundles = Vec::new();
    for (world, reviewed) in &worlds {
        let size = world.records.len() as u64;
        bundles.push(world.whole(*reviewed));
        let numbers: Vec<u64> = (1..=size).filter(|number| number % 5 < 3 || *number > 12).collect();
        bundles.push(world.chosen(Selection::Period { from: 1, until: 9 }, &numbers, *reviewed));
        bundles.push(world.chosen(Selection::Entry(2), &[1, 2], *reviewed));
    }
    let files: Vec<_> =
        bundles.iter().enumerate().map(|(at, bundle)| write(directory.path(), &at.to_string(), bundle)).collect();
    let (code, verdicts) = run(&["--reviewers", "2"], &files);
    assert_eq!((code, verdicts.len()), (Some(0), bundles.len()), "{verdicts:?}");
    for (bundle, verdict) in bundles.iter().zip(&verdicts) {
        let verified = check(bundle).unwrap();
        assert_eq!(verdict["entries"], verified.entries);
        assert_eq!(verdict["plans"], verified.plans);
        assert_eq!(verdict["size"], verified.size());
        assert_eq!(verdict["founding"], hex::encode(verified.founding));
        assert_eq!(verdict["founders"][1]["key"], hex::encode(verified.founders[1].key));
        let reviewers: Vec<usize> = verdict["checkpoints"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["reviewers"].as_array().unwrap().len())
            .collect();
        assert_eq!(reviewers, verified.standings.iter().map(|one| one.reviewers().len()).collect::<Vec<_>>());
    }
    // One person alone enrols nobody, there either.
    let alone = World::enrolling(12, &[&maren(), &maren()]).whole(12);
    let (code, verdicts) = run(&[], &[write(directory.path(), "alone", &alone)]);
    assert_eq!((code, verdicts[0]["number"].as_u64()), (Some(1), Some(15)), "{verdicts:?}");
    // What is known beyond the bundle is held against it there, too.
    let whole = &files[..1];
    let kept = |world: &World, size| {
        write(directory.path(), "kept", world.checkpoint(size).encode().as_bytes()).display().to_string()
    };
    let checked = |arguments: &[&str]| run(arguments, whole).0;
    assert_eq!(checked(&["--checkpoint", &kept(&worlds[0].0, 7)]), Some(0));
    assert_eq!(checked(&["--checkpoint", &kept(&worlds[2].0, 21)]), Some(1));
    assert_eq!(checked(&["--founding", &hex::encode(worlds[0].0.records[0].hash)]), Some(0));
    assert_eq!(checked(&["--founding", &hex::encode([9; 32])]), Some(1));
    assert_eq!(checked(&["--reviewers", "3"]), Some(1));
}

/// what is refused here is refused there, and the same entry is named.
#[test]
fn the_second_verifier_finds_and_names_the_same_forgeries() {
    let directory = tempfile::tempdir().unwrap();
    let mut forgeries = forgeries();
    forgeries.extend(unfaithful());
    let files: Vec<_> = forgeries
        .iter()
        .enumerate()
        .map(|(at, forgery)| write(directory.path(), &at.to_string(), &forgery.bundle))
        .collect();
    let (code, verdicts) = run(&[], &files);
    assert_eq!((code, verdicts.len()), (Some(1), forgeries.len()));
    for (forgery, verdict) in forgeries.iter().zip(&verdicts) {
        assert_eq!(verdict["ok"], false, "{}", forgery.name);
        assert_eq!(verdict["number"].as_u64(), forgery.number, "{}: {verdict}", forgery.name);
        assert!(verdict["remedy"].as_str().unwrap().len() > 40);
    }
}

/// the two verifiers agree on whatever is done to a bundle, also where its end was made to fit again.
#[test]
fn the_two_verifiers_agree_on_any_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::new(12);
    let originals =
        [world.whole(6), world.chosen(Selection::Entry(12), &[1, 2, 9, 12], 6)].map(|bundle| fields(&bundle));
    let mut dice = Dice(5);
    let bundles: Vec<Vec<u8>> = (0..300)
        .map(|case| {
            let mut parts = originals[case % 2].clone();
            let at = dice.below(parts.len() - 1);
            dice.mutate(&mut parts[at]);
            join(&parts)
        })
        .collect();
    let files: Vec<_> =
        bundles.iter().enumerate().map(|(at, bundle)| write(directory.path(), &at.to_string(), bundle)).collect();
    let (_code, verdicts) = run(&[], &files);
    assert_eq!(verdicts.len(), bundles.len());
    for (at, (bundle, verdict)) in bundles.iter().zip(&verdicts).enumerate() {
        let here = check(bundle);
        assert_eq!(verdict["ok"].as_bool(), Some(here.is_ok()), "{at}: {verdict}, {here:?}");
    }
    assert!(
        verdicts.iter().any(|verdict| verdict["ok"] == true),
        "some changes are no forgeries, such as another time of writing"
    );
}
