//! The ledger as proof: checkpoints that two people sign, bundles that verify alone, and histories that a superuser replaced.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use countersign_tests::{Psql, TestCustody, passphrase, repository};
use custody::proof::{Alarm, Checkpointed, ProofError};
use custody::{Author, Console, Witness};
use domain::RequestState;
use keychain::LedgerTree;
use register::{RegisterError, RequestFolder};
use serde_json::Value;
use transparency::bundle::{Expectations, Item, Selection, Verified, verify};
use transparency::{Checkpoint, SignedCheckpoint};
use workplace::Desk;

/// Numbers without a gap, every hash and every node anew: as if what was deleted had never been.
const RECHAIN: &str = "
    DO $$ DECLARE it record; last bytea := decode(repeat('00', 32), 'hex'); number bigint := 0; BEGIN
        FOR it IN SELECT * FROM custody.ledger_entry ORDER BY seq LOOP
            number := number + 1;
            last := sha256('\\x00'::bytea || last || it.entry || it.signatures);
            UPDATE custody.ledger_entry SET seq = number, hash = last WHERE entry_id = it.entry_id;
        END LOOP;
        UPDATE custody.head SET seq = number, hash = last;
        DELETE FROM custody.ledger_node;
        PERFORM custody.fill_tree();
    END $$;";
const TABLES: [&str; 5] = ["ledger_entry", "head", "ledger_node", "checkpoint", "checkpoint_signature"];

async fn keep_aside(superuser: &mut Psql) {
    let copies = TABLES.map(|table| format!("CREATE TABLE aside.{table} AS SELECT * FROM custody.{table};"));
    superuser.run(format!("CREATE SCHEMA aside; {}", copies.concat())).await.unwrap();
}

async fn put_back(superuser: &mut Psql) {
    let copy = |table| format!("DELETE FROM custody.{table}; INSERT INTO custody.{table} SELECT * FROM aside.{table};");
    superuser.behind_the_fences(&TABLES, TABLES.map(copy).concat()).await;
}

/// Entries that nothing depends on: sessions in which nobody does anything.
async fn idle_sessions(custody: &TestCustody, sessions: usize) {
    for _ in 0..sessions {
        custody.premises.sign_in(custody.theo.person.operator, passphrase()).await.unwrap();
    }
}

async fn head(desk: &Desk) -> u64 {
    desk.console.register.head().await.unwrap().0
}

/// The same console on its first visit: it knows the founding entry and nothing else.
fn newcomer(desk: &Desk) -> Console {
    let witness = Arc::new(Witness::new(desk.console.witness.founding(), None));
    Console { witness, ..desk.console.clone() }
}

async fn device(desk: &Desk) -> Author {
    desk.unlock_for_seal(passphrase()).await.unwrap()
}

fn alarm<T: std::fmt::Debug>(outcome: Result<T, ProofError>) -> Alarm {
    match outcome {
        Err(ProofError::Alarm(alarm)) => alarm,
        other => unreachable!("no alarm: {other:?}"),
    }
}

async fn export(console: &Console, selection: Selection, kept: Option<&LedgerTree>) -> Result<Vec<u8>, ProofError> {
    let mut bytes = Vec::new();
    console.export(selection, kept, &mut bytes, &|_, _| ()).await.map(|_written| bytes)
}

fn second_verifier(file: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let verifier = repository().join("docs/verifier/verify.mjs");
    let ran = Command::new("node").arg(verifier).arg("--json").args(arguments).arg(file).output().unwrap();
    assert!(ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    (ran.status.code(), serde_json::from_slice(&ran.stdout).unwrap())
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, bytes).unwrap();
    file
}

/// What a bundle proves, and the verbs and numbers of its entries.
fn read(bundle: &[u8], expectations: &Expectations) -> (Verified, Vec<(u64, String)>) {
    let mut entries = Vec::new();
    let mut note = |item: Item<'_>| {
        if let Item::Entry { number, entry } = item {
            entries.push((number, entry.verb.clone()));
        }
    };
    let verified = verify(bundle, expectations, &mut note).unwrap();
    (verified, entries)
}

/// Ines makes a checkpoint, Theo cosigns it; nobody signs it twice.
async fn reviewed(custody: &TestCustody) -> (Checkpointed, SignedCheckpoint) {
    let (ines, theo) = (&custody.ines, &custody.theo);
    let made = ines.console.sign_checkpoint(&device(ines).await, None).await.unwrap();
    ines.keep(&made).await.unwrap();
    let alone = ines.console.cosign_checkpoint(&device(ines).await, Some(&made.keep)).await.unwrap_err();
    let ProofError::Register(RegisterError::Refused(refusal)) = alone else { unreachable!("{alone:?}") };
    assert_eq!(refusal.code(), "same_person");
    let kept = theo.kept_tree().await.unwrap();
    assert_eq!(kept.as_ref(), Some(&made.keep), "kept on this computer");
    theo.console.cosign_checkpoint(&device(theo).await, kept.as_ref()).await.unwrap();
    let known = theo.console.checkpoints(9).await.unwrap().pop().unwrap();
    assert!(known.signatures.iter().all(|it| it.holds) && known.signatures.len() == 2, "{known:?}");
    (made, known.note)
}

/// every selection of a real custody's ledger verifies alone, here and with the second verifier, with the founding
/// entry, a kept checkpoint and its cosignature demanded; and holds what it is about.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_verifies_alone_and_elsewhere() {
    let custody = TestCustody::found().await;
    let key = custody.make_kek("kek-payments").await;
    let ines = &custody.ines;
    let (made, note) = reviewed(&custody).await;
    idle_sessions(&custody, 2).await;
    let decided = ines.console.register.requests_page(RequestFolder::Decided, ines.person.operator, None, 1).await;
    let request = decided.unwrap().rows.pop().filter(|row| row.state == RequestState::Executed).unwrap();
    let (size, folder) = (head(ines).await, tempfile::tempdir().unwrap());
    let founding = ines.console.witness.founding();
    let checkpoint = written(folder.path(), "checkpoint", note.encode().as_bytes());
    let expectations =
        Expectations { founding: Some(founding), remembered: Some(note.checkpoint().clone()), reviewers: 1 };
    let period = Selection::Period { from: request.submitted_at.micros() - 1_000_000, until: i64::MAX };
    for selection in
        [Selection::Whole, Selection::Key(key.0), Selection::Request(request.id.0), period, Selection::Entry(made.size)]
    {
        let bundle = export(&ines.console, selection, Some(&made.keep)).await.unwrap();
        let (verified, entries) = read(&bundle, &expectations);
        assert_eq!((verified.size(), verified.header.selection), (size, selection));
        assert_eq!(verified.reviewed_by(1).unwrap().checkpoint.size(), made.size);
        let holds = |verb: &str| entries.iter().any(|(_, found)| found == verb);
        match selection {
            Selection::Whole => assert_eq!(verified.entries, size),
            Selection::Entry(number) => assert!(entries.iter().any(|(found, _)| *found == number)),
            _ => {
                let all = ["request.submitted", "request.sealed", "run.started", "key.created", "run.finished"];
                assert!(all.iter().all(|verb| holds(verb)), "{selection:?}: {entries:?}");
                assert_eq!(verified.plans, 1, "{selection:?}");
                assert_eq!(holds("checkpoint.signed"), matches!(selection, Selection::Period { .. }));
            }
        }
        let file = written(folder.path(), selection.word(), &bundle);
        let founding = hex::encode(founding);
        let arguments = ["--reviewers", "1", "--founding", &founding, "--checkpoint", checkpoint.to_str().unwrap()];
        let (code, verdict) = second_verifier(&file, &arguments);
        assert_eq!((code, verdict["entries"].as_u64()), (Some(0), Some(verified.entries)), "{verdict}");
        assert_eq!(verdict["size"].as_u64(), Some(size));
    }
    let beyond = export(&ines.console, Selection::Entry(size + 9), None).await.unwrap_err();
    assert!(matches!(beyond, ProofError::NoEntry { number } if number == size + 9));
}

/// An entry is gone and everything after it made anew: no hash and no signature is wrong. Whoever sees this ledger first believes it;
/// who keeps a checkpoint does not.
async fn rewritten(
    custody: &TestCustody,
    superuser: &mut Psql,
    (gone, seen): (u64, &Checkpointed),
    note: &SignedCheckpoint,
) {
    let (ines, kept) = (&custody.ines, Some(&seen.keep));
    let pen = device(ines).await;
    let delete = format!("DELETE FROM custody.ledger_entry WHERE seq = {gone}; {RECHAIN}");
    superuser.behind_the_fences(&TABLES, delete).await;
    let now = head(ines).await;
    for found in [
        alarm(ines.console.see_checkpoint(kept).await),
        alarm(newcomer(ines).see_checkpoint(kept).await),
        alarm(newcomer(ines).sign_checkpoint(&pen, kept).await),
        alarm(newcomer(ines).cosign_checkpoint(&pen, kept).await),
        alarm(export(&newcomer(ines), Selection::Whole, kept).await),
    ] {
        let Alarm::Forked { kept, now: shown, first, last } = found else { unreachable!("{found:?}") };
        assert_eq!((kept, shown), (seen.size, now));
        assert!(first <= gone && gone <= last && last - first < seen.size / 2, "{found}");
        let said = found.to_string();
        assert!(said.contains(&format!("{kept} entries")) && said.contains(&format!("{now} entries")), "{said}");
    }
    // Without what is kept, the signed checkpoint in the register says it; without that one, nothing does.
    let error = newcomer(ines).see_checkpoint(None).await.unwrap_err();
    assert!(matches!(error, ProofError::NotThisLedger { size } if size == seen.size), "{error:?}");
    superuser
        .behind_the_fences(&TABLES, "DELETE FROM custody.checkpoint_signature; DELETE FROM custody.checkpoint")
        .await;
    assert!(newcomer(ines).see_checkpoint(None).await.unwrap().is_none());

    // The same with a bundle: it holds alone, and not for an auditor who kept the published checkpoint.
    let bundle = export(&newcomer(ines), Selection::Whole, None).await.unwrap();
    read(&bundle, &Expectations::default());
    let remembered = Some(note.checkpoint().clone());
    let expectations = Expectations { remembered, ..Expectations::default() };
    let fault = verify(bundle.as_slice(), &expectations, &mut |_| ()).unwrap_err();
    assert!(fault.to_string().contains(&format!("{} entries", seen.size)), "{fault}");
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "bundle", &bundle);
    let checkpoint = written(folder.path(), "checkpoint", note.encode().as_bytes());
    assert_eq!(second_verifier(&file, &[]).0, Some(0));
    assert_eq!(second_verifier(&file, &["--checkpoint", checkpoint.to_str().unwrap()]).0, Some(1));
}

/// a history that a superuser rewrote, cut off, replaced by an old backup, or showed to one of two consoles only, with every
/// hash and node made anew, is found thanks to the checkpoint that was kept, which names both sizes and where history differs.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_history_is_found_by_the_kept_checkpoint() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    idle_sessions(&custody, 3).await;
    let backup = custody.back_up().await;
    let backed_up = head(ines).await;
    idle_sessions(&custody, 9).await;
    let gone = head(ines).await - 5;
    let (seen, note) = reviewed(&custody).await;
    idle_sessions(&custody, 4).await;
    let kept = Some(&seen.keep);
    let mut superuser = custody.superuser().await;
    keep_aside(&mut superuser).await;

    // Unlocked while the ledger still was the one that is known here: later no console would.
    let pen = device(theo).await;
    rewritten(&custody, &mut superuser, (gone, &seen), &note).await;
    // Theo is shown that history for the first time, and makes a checkpoint of it: the two find out when they compare.
    let other = newcomer(theo).sign_checkpoint(&pen, None).await.unwrap();
    put_back(&mut superuser).await;
    let found = alarm(newcomer(theo).see_checkpoint(Some(&other.keep)).await);
    assert!(
        matches!(found, Alarm::Forked { kept, first, last, .. } if kept == other.size && first <= gone && gone <= last),
        "{found}"
    );
    assert!(newcomer(ines).see_checkpoint(kept).await.unwrap().is_some(), "this is the history that she knows");

    let cut = format!("DELETE FROM custody.ledger_entry WHERE seq > {}; {RECHAIN}", seen.size - 2);
    superuser.behind_the_fences(&TABLES, cut).await;
    let found = alarm(newcomer(ines).see_checkpoint(kept).await);
    assert_eq!(found, Alarm::Shorter { kept: seen.size, now: seen.size - 2 });
    assert_eq!(found.entry(), seen.size - 1);
    put_back(&mut superuser).await;

    // Nodes alone, which nobody believes.
    let nodes = "UPDATE custody.ledger_node SET hash = sha256(hash)";
    superuser.behind_the_fences(&TABLES, nodes).await;
    let error = newcomer(ines).see_checkpoint(kept).await.unwrap_err();
    assert!(matches!(error, ProofError::Nodes), "{error:?}");
    let fresh = newcomer(ines).see_checkpoint(None).await.unwrap().unwrap();
    assert_eq!(fresh.root, *note.checkpoint().root(), "computed here, from the entries");
    put_back(&mut superuser).await;

    // A signature under it that was changed vouches for nobody.
    let flip = "UPDATE custody.checkpoint_signature SET signature = set_byte(signature, 9, get_byte(signature, 9) # 1)
                WHERE seconds IS NOT NULL";
    superuser.behind_the_fences(&TABLES, flip).await;
    let known = theo.console.checkpoints(1).await.unwrap().pop().unwrap();
    assert_eq!(known.signatures.iter().map(|it| it.holds).collect::<Vec<_>>(), [true, false]);
    let error = theo.console.witness.verify_all(&theo.console.register, &|_| ()).await.unwrap_err();
    let by_entry = |number: u64| matches!(&error, custody::WitnessError::Fault(ledger::Fault::Row { number: found }) if *found == number);
    assert!(by_entry(known.signatures[1].seq), "verification names the entry that says otherwise: {error}");
    put_back(&mut superuser).await;

    let restored = custody.restore(backup).await;
    let console = newcomer(restored.desk());
    assert_eq!(alarm(console.see_checkpoint(kept).await), Alarm::Shorter { kept: seen.size, now: backed_up });
    let same: Checkpoint = note.checkpoint().clone();
    assert_eq!((same.size(), *same.root()), (seen.size, seen.root));
}
