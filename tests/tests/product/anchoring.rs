//! What a computer keeps of a ledger: nobody signs in, and nothing is signed, on a ledger that was replaced.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::sync::Arc;

use countersign_tests::{Psql, TestCustody, passphrase};
use custody::proof::{Alarm, Anchors, ProofError};
use custody::{Console, Witness};
use workplace::{Desk, SignInError};

const TABLES: [&str; 5] = ["ledger_entry", "head", "ledger_node", "checkpoint", "checkpoint_signature"];

/// Every number, hash and node anew, as somebody does who owns the database.
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

/// Bytes of an entry changed, its length and number as they were.
fn flipped(number: u64) -> String {
    format!(
        "UPDATE custody.ledger_entry SET entry = set_byte(entry, 60, get_byte(entry, 60) # 1) WHERE seq = {number}; {RECHAIN}"
    )
}

async fn sessions(custody: &TestCustody, count: usize) {
    for _ in 0..count {
        custody.premises.sign_in(custody.theo.person.operator, passphrase()).await.unwrap();
    }
}

async fn head(desk: &Desk) -> u64 {
    desk.console.register.head().await.unwrap().0
}

async fn keep_aside(superuser: &mut Psql) {
    let copies = TABLES.map(|table| format!("CREATE TABLE aside.{table} AS SELECT * FROM custody.{table};"));
    superuser.run(format!("CREATE SCHEMA aside; {}", copies.concat())).await.unwrap();
}

async fn put_back(superuser: &mut Psql) {
    let copy = |table| format!("DELETE FROM custody.{table}; INSERT INTO custody.{table} SELECT * FROM aside.{table};");
    superuser.behind_the_fences(&TABLES, TABLES.map(copy).concat()).await;
}

/// Why nobody gets in; and that nothing was written by whoever tried.
async fn refused(custody: &TestCustody) -> Alarm {
    let before = head(&custody.ines).await;
    let mut alarms = Vec::new();
    for desk in [&custody.ines, &custody.theo] {
        let error = custody.premises.sign_in(desk.person.operator, passphrase()).await.err().unwrap();
        let SignInError::Ledger(ProofError::Alarm(alarm)) = error else { unreachable!("{error:?}") };
        alarms.push(alarm);
    }
    assert_eq!(head(&custody.ines).await, before, "no session was opened");
    assert!(alarms.iter().all(|alarm| *alarm == alarms.first().cloned().unwrap()), "{alarms:?}");
    alarms.pop().unwrap()
}

/// rolled back behind the checkpoint or behind what was verified, rewritten under it or beyond it: sign-in is refused before the
/// first signature, with what is gone or changed by its number; so is a seal in a session that was open already.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_on_a_replaced_ledger() {
    let custody = TestCustody::found().await;
    let ines = &custody.ines;
    sessions(&custody, 3).await;
    let backup = custody.back_up().await;
    let backed_up = head(ines).await;
    sessions(&custody, 8).await;
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    let made = ines.console.sign_checkpoint(&device, None).await.unwrap();
    ines.keep(&made).await.unwrap();
    sessions(&custody, 5).await;
    let seen = ines.console.witness.catch_up(&ines.console.register).await.unwrap();
    ines.keep_verified(seen.entries, seen.head).await.unwrap();
    let mut superuser = custody.superuser().await;
    keep_aside(&mut superuser).await;

    let cut = |after: u64| format!("DELETE FROM custody.ledger_entry WHERE seq > {after}; {RECHAIN}");
    superuser.behind_the_fences(&TABLES, cut(made.size - 2)).await;
    assert_eq!(refused(&custody).await, Alarm::Shorter { kept: made.size, now: made.size - 2 });
    let error = ines.unlock_for_seal(passphrase()).await.err().unwrap();
    assert!(matches!(error, SignInError::Ledger(_)), "{error:?}");
    put_back(&mut superuser).await;

    superuser.behind_the_fences(&TABLES, cut(seen.entries - 1)).await;
    assert_eq!(refused(&custody).await, Alarm::Shorter { kept: seen.entries, now: seen.entries - 1 });
    put_back(&mut superuser).await;

    superuser.behind_the_fences(&TABLES, flipped(made.size + 3)).await;
    let beyond = Alarm::Replaced { verified: seen.entries, now: seen.entries, first: made.size + 1 };
    assert_eq!(refused(&custody).await, beyond);
    put_back(&mut superuser).await;

    superuser.behind_the_fences(&TABLES, flipped(5)).await;
    let alarm = refused(&custody).await;
    let Alarm::Forked { kept, first, last, .. } = alarm else { unreachable!("{alarm:?}") };
    assert!(kept == made.size && first <= 5 && 5 <= last, "{alarm}");
    let said = alarm.to_string();
    assert!(said.contains(&format!("{} entries", made.size)) && said.contains("two of it"), "{said}");
    put_back(&mut superuser).await;

    // The same founding entry, another one before it: a custody of the same id that somebody else founded.
    superuser.behind_the_fences(&TABLES, flipped(1)).await;
    assert_eq!(refused(&custody).await.entry(), 1);
    put_back(&mut superuser).await;
    sessions(&custody, 1).await;
    ines.unlock_for_seal(passphrase()).await.unwrap();

    // A real backup, restored: an older ledger in which nothing is wrong.
    let restored = custody.restore(backup).await;
    let witness = Arc::new(Witness::new(ines.console.witness.founding(), None));
    let console = Console { witness, ..restored.desk().console.clone() };
    let anchors = Anchors { verified: Some((seen.entries, seen.head)), tree: Some(made.keep.clone()) };
    let error = console.hold_against(&anchors).await.unwrap_err();
    assert!(matches!(error, ProofError::Alarm(Alarm::Shorter { kept, now }) if kept == made.size && now == backed_up));
    console.hold_against(&Anchors::default()).await.unwrap();
}

/// a second person's console that has never seen the ledger holds it against a checkpoint that the first one gave away; a
/// console keeps the newest checkpoint by itself when it seals.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_given_away_tells_two_histories_apart() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    sessions(&custody, 4).await;
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    let made = ines.console.sign_checkpoint(&device, None).await.unwrap();
    assert_eq!(theo.kept_tree().await.unwrap(), None, "made, and kept by nobody yet");
    theo.unlock_for_seal(passphrase()).await.unwrap();
    assert_eq!(theo.kept_tree().await.unwrap().map(|tree| tree.size), Some(made.size), "kept by whoever seals");

    let (note, _) = ines.console.publishable(Some(&made.keep)).await.unwrap();
    sessions(&custody, 2).await;
    let stranger = |console: &Console| {
        let witness = Arc::new(Witness::new(theo.console.witness.founding(), None));
        Console { witness, ..console.clone() }
    };
    stranger(&theo.console).hold_against_published(note.checkpoint()).await.unwrap();
    let origin = "countersign/0198f0c0-0000-7000-8000-00000000000f/staging";
    let foreign = transparency::Checkpoint::new(origin, 3, [1; 32]).unwrap();
    let error = theo.console.hold_against_published(&foreign).await.unwrap_err();
    assert!(matches!(error, ProofError::Elsewhere { ref found, .. } if found == origin), "{error:?}");

    let mut superuser = custody.superuser().await;
    keep_aside(&mut superuser).await;
    let gone = made.size - 1;
    let delete = format!("DELETE FROM custody.ledger_entry WHERE seq = {gone}; {RECHAIN}");
    superuser.behind_the_fences(&TABLES, delete).await;
    let error = stranger(&theo.console).hold_against_published(note.checkpoint()).await.unwrap_err();
    assert!(matches!(error, ProofError::Alarm(Alarm::Forked { kept, .. }) if kept == made.size), "{error:?}");
}
