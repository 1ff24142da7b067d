//! A superuser against the ledger of a real custody, byte by byte and row by row: in the entries, in what stands beside them, in the head and
//! in the tree. Whatever is changed is found by a console that has read this ledger and by one that has not, and the entry is named.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::process::Command;
use std::sync::Arc;

use countersign_tests::{KEYCHAIN, Psql, TestCustody, passphrase, repository};
use custody::estate::Estate;
use custody::proof::ProofError;
use custody::{Author, Console, Witness, WitnessError};
use domain::CustodyId;
use keychain::testing::PrivateKeyring;
use keychain::{Keychain, LedgerHead, Pins};
use ledger::Fault;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use transparency::bundle::{Expectations, Selection, verify};
use transparency::{Checkpoint, Tree};
use workplace::Desk;

/// The tables that are the ledger, with what proves it.
pub const LEDGER: [&str; 5] = ["ledger_entry", "head", "ledger_node", "checkpoint", "checkpoint_signature"];

/// Every hash anew, in chain, head and tree, as if the entries had always been these, with numbers without a gap.
pub const RECHAIN: &str = "
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

/// Keeps the ledger aside, so that every attack begins with the true one.
pub async fn keep_aside(superuser: &mut Psql) {
    let copies = LEDGER.map(|table| format!("CREATE TABLE aside.{table} AS SELECT * FROM custody.{table};"));
    superuser.run(format!("CREATE SCHEMA aside; {}", copies.concat())).await.unwrap();
}

pub async fn put_back(superuser: &mut Psql) {
    let copy = |table| format!("DELETE FROM custody.{table}; INSERT INTO custody.{table} SELECT * FROM aside.{table};");
    superuser.behind_the_fences(&LEDGER, LEDGER.map(copy).concat()).await;
}

/// What a superuser does.
#[derive(Debug, Clone)]
enum Attack {
    /// Changes some bits of one byte of a column of a row.
    Flip { column: &'static str, row: u64, byte: usize, mask: u8 },
    /// Deletes rows in a row, and nothing else.
    Delete { first: u64, count: u64 },
    /// Deletes the last rows, and makes head and tree fit.
    CutOff { count: u64 },
    /// Exchanges two entries, whole rows but for their numbers.
    Swap { one: u64, other: u64 },
    /// Puts a copy of an entry behind another one, and moves all that come after it.
    Insert { copy: u64, behind: u64 },
    /// Moves the head alone.
    MoveHead { by: i64 },
    /// Changes the hash of the head.
    FlipHead { byte: usize, mask: u8 },
    /// Changes or deletes a node of the tree, or puts one beside it that no entry completes.
    Node { level: u32, index: u64, change: &'static str },
}

const COLUMNS: [&str; 13] = [
    "seq",
    "entry_id",
    "entry",
    "signatures",
    "hash",
    "recorded_at",
    "entry_time",
    "actor",
    "key_id",
    "verb",
    "subject_kind",
    "subject",
    "purpose",
];

impl Attack {
    /// Any of them upon a ledger of `size` entries.
    fn any(size: u64) -> impl Strategy<Value = Self> {
        let bits = prop::sample::select(vec![1_u8, 2, 4, 8, 16, 32, 64, 128]);
        let flip = (prop::sample::select(&COLUMNS[..]), 1..=size, 0..4_000_usize, bits.clone())
            .prop_map(|(column, row, byte, mask)| Self::Flip { column, row, byte, mask });
        let delete = (1..=size, 1..=5_u64).prop_map(|(first, count)| Self::Delete { first, count });
        let swap = (1..size, 1..size).prop_map(move |(one, by)| Self::Swap {
            one: one.min((one + by - 1) % size + 1),
            other: one.max((one + by - 1) % size + 1),
        });
        let node = (1..=3_u32, 0..size, prop::sample::select(vec!["flip", "delete", "add"]))
            .prop_map(move |(level, index, change)| Self::Node { level, index: index % (size >> level), change });
        prop_oneof![
            8 => flip,
            2 => delete,
            1 => (1..=5_u64).prop_map(|count| Self::CutOff { count }),
            2 => swap.prop_filter("two entries", |it| !matches!(it, Self::Swap { one, other } if one == other)),
            2 => (1..=size, 1..=size).prop_map(|(copy, behind)| Self::Insert { copy, behind }),
            1 => prop::sample::select(vec![-3_i64, -1, 1, 5]).prop_map(|by| Self::MoveHead { by }),
            1 => (0..32_usize, bits).prop_map(|(byte, mask)| Self::FlipHead { byte, mask }),
            2 => node,
        ]
    }

    fn sql(&self) -> String {
        match self {
            Self::Flip { column, row, byte, mask } => {
                format!("UPDATE custody.ledger_entry SET {column} = {} WHERE seq = {row}", flipped(column, *byte, *mask))
            }
            Self::Delete { first, count } => {
                format!("DELETE FROM custody.ledger_entry WHERE seq >= {first} AND seq < {}", first + count)
            }
            Self::CutOff { count } => format!(
                "DELETE FROM custody.ledger_entry WHERE seq > (SELECT seq - {count} FROM custody.head);
                 {RECHAIN}"
            ),
            Self::Swap { one, other } => format!(
                "UPDATE custody.ledger_entry SET seq = seq + 1000000 WHERE seq IN ({one}, {other});
                 UPDATE custody.ledger_entry SET seq = CASE seq - 1000000 WHEN {one} THEN {other} ELSE {one} END WHERE seq > 1000000"
            ),
            Self::Insert { copy, behind } => format!(
                "UPDATE custody.ledger_entry SET seq = seq + 1000001 WHERE seq > {behind};
                 INSERT INTO custody.ledger_entry
                 SELECT {behind} + 1, gen_random_uuid(), e.entry, e.signatures, sha256(e.hash), e.recorded_at, e.entry_time, e.actor, e.key_id,
                        e.verb, e.subject_kind, e.subject, e.purpose
                 FROM custody.ledger_entry AS e WHERE e.seq IN ({copy}, {copy} + 1000001);
                 UPDATE custody.ledger_entry SET seq = seq - 1000000 WHERE seq > 1000000; {RECHAIN}"
            ),
            Self::MoveHead { by } => format!("UPDATE custody.head SET seq = seq + {by}"),
            Self::FlipHead { byte, mask } => {
                format!("UPDATE custody.head SET hash = set_byte(hash, {byte}, get_byte(hash, {byte}) # {mask})")
            }
            Self::Node { level, index, change } => match *change {
                "flip" => format!(
                    "UPDATE custody.ledger_node SET hash = set_byte(hash, 5, get_byte(hash, 5) # 1) WHERE level = {level} AND index = {index}"
                ),
                "delete" => format!("DELETE FROM custody.ledger_node WHERE level = {level} AND index = {index}"),
                _ => format!(
                    "INSERT INTO custody.ledger_node SELECT level, index + 1000, hash FROM custody.ledger_node
                     WHERE level = {level} AND index = {index}"
                ),
            },
        }
    }

    /// The entry that must be named on a ledger of `size` entries; `None` where only somebody can tell who has seen the ledger before.
    fn names(&self, size: u64) -> Option<u64> {
        match *self {
            Self::Flip { row, .. } => Some(row),
            Self::Delete { first, .. } => Some(first),
            Self::CutOff { .. } => None,
            Self::Swap { one, .. } => Some(one),
            Self::Insert { behind, .. } => Some(behind + 1),
            Self::MoveHead { by } => Some(if by < 0 { size.saturating_add_signed(by) + 1 } else { size + 1 }),
            Self::FlipHead { .. } => Some(size),
            Self::Node { level, index, change } => Some(if change == "add" { size } else { (index + 1) << level }),
        }
    }
}

/// SQL for a column's value with some bits changed, whatever its type.
fn flipped(column: &str, byte: usize, mask: u8) -> String {
    match column {
        "seq" => format!("seq + 1000 * {mask}"),
        "entry_id" | "actor" => {
            let at = byte % 16;
            let bytes = format!("uuid_send({column})");
            format!("encode(set_byte({bytes}, {at}, get_byte({bytes}, {at}) # {mask}), 'hex')::uuid")
        }
        "entry_time" => format!("entry_time + interval '{mask} microseconds'"),
        // No entry says when it was recorded: the clocks' tolerance is all that is known of it.
        "recorded_at" => {
            format!("recorded_at + interval '{} seconds'", if byte.is_multiple_of(2) { 122 } else { -122 })
        }
        "verb" | "subject_kind" | "subject" | "purpose" => {
            let at = format!("{byte} % length({column}) + 1");
            let bit = if mask < 8 { mask } else { 1 };
            format!(
                "CASE {column} WHEN '' THEN 'x' ELSE overlay({column} placing chr(ascii(substr({column}, {at}, 1)) # {bit}) from {at} for 1) END"
            )
        }
        bytes => {
            let at = format!("{byte} % length({bytes})");
            format!("set_byte({bytes}, {at}, get_byte({bytes}, {at}) # {mask})")
        }
    }
}

fn fault(outcome: Result<ledger::Summary, WitnessError>) -> Option<Fault> {
    match outcome {
        Ok(_) => None,
        Err(WitnessError::Fault(fault)) => Some(fault),
        Err(other) => unreachable!("{other:?}"),
    }
}

async fn verify_all(console: &Console) -> Option<Fault> {
    fault(console.witness.verify_all(&console.register, &|_| ()).await)
}

/// The same console on its first visit: it knows the founding entry and nothing else.
fn newcomer(console: &Console) -> Console {
    Console { witness: Arc::new(Witness::new(console.witness.founding(), None)), ..console.clone() }
}

/// Entries that nothing depends on: sessions in which nobody does anything.
async fn idle_sessions(custody: &TestCustody, sessions: usize) {
    for _session in 0..sessions {
        custody.premises.sign_in(custody.theo.person.operator, passphrase()).await.unwrap();
    }
}

/// How many attacks: as many as are asked for, by hand.
#[expect(clippy::disallowed_methods, reason = "whoever wants the long run says so by the environment")]
fn attacks(size: u64) -> Vec<Attack> {
    let cases = std::env::var("COUNTERSIGN_ATTACKS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(90);
    let mut runner = TestRunner::deterministic();
    let mut attacks: Vec<Attack> = COLUMNS
        .iter()
        .zip((2..).step_by(3))
        .map(|(column, row)| Attack::Flip { column, row: row % size + 1, byte: 77, mask: 4 })
        .collect();
    while attacks.len() < cases {
        attacks.push(Attack::any(size).new_tree(&mut runner).unwrap().current());
    }
    attacks
}

/// any flipped bit of any column, any deletion of consecutive entries, any swap, any insertion, a cut tail, a moved head and any node of
/// the tree are found on a real custody's ledger and named by the entry's number, by a console that has read it and by one that never did;
/// and the ledger that was put back holds.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_superuser_changes_in_a_real_ledger_is_named() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    custody.make_deks(kek, 2).await;
    idle_sessions(&custody, 9).await;
    let console = &custody.ines.console;
    assert_eq!(verify_all(console).await, None);
    let size = console.witness.catch_up(&console.register).await.unwrap().entries;
    assert!(size > 20, "{size}");
    let mut superuser = custody.superuser().await;
    keep_aside(&mut superuser).await;
    for attack in attacks(size) {
        superuser.behind_the_fences(&LEDGER, attack.sql()).await;
        let [here, anew] = [verify_all(console).await, verify_all(&newcomer(console)).await];
        let named = attack.names(size);
        assert_eq!(anew.as_ref().map(Fault::number), named, "{attack:?}: {anew:?}");
        let cut = match attack {
            Attack::CutOff { count } => size - count + 1,
            _ => named.unwrap(),
        };
        let here = here.unwrap_or_else(|| unreachable!("{attack:?} was not found"));
        assert_eq!(here.number(), cut, "{attack:?}: {here}");
        assert!(
            here.to_string().contains(&cut.to_string()) || here.to_string().contains(&(cut - 1).to_string()),
            "{here}"
        );
        put_back(&mut superuser).await;
    }
    assert_eq!(verify_all(console).await, None);
}

/// What one person has at their own computer: a keychain with the pinned founding entry and the checkpoint that was kept last.
struct Computer {
    _keyring: PrivateKeyring,
    keychain: Keychain,
    custody: CustodyId,
}

impl Computer {
    fn of(console: &Console) -> Self {
        let keyring = PrivateKeyring::start().unwrap();
        let keychain = keyring.open(KEYCHAIN).unwrap();
        let computer = Self { _keyring: keyring, keychain, custody: console.custody.id };
        computer.pins().pin_founding(console.witness.founding()).unwrap();
        computer
    }

    fn pins(&self) -> Pins<'_> {
        Pins::new(&self.keychain, self.custody)
    }

    /// A console that starts here: it knows what this keychain keeps, and nothing else.
    fn console(&self, desk: &Desk) -> Console {
        let founding = self.pins().founding().unwrap().unwrap();
        let remembered = self.pins().head().unwrap().map(|head| (head.number, head.hash));
        Console { witness: Arc::new(Witness::new(founding, remembered)), ..desk.console.clone() }
    }

    async fn signs(&self, desk: &Desk, device: &Author) -> u64 {
        let kept = self.pins().tree().unwrap();
        let made = self.console(desk).sign_checkpoint(device, kept.as_ref()).await.unwrap();
        self.pins().remember_tree(&made.keep).unwrap();
        let (number, hash) = made.verified;
        self.pins().remember_head(LedgerHead { number, hash }).unwrap();
        made.size
    }

    /// What this computer says of the ledger that it is shown.
    async fn sees(&self, desk: &Desk) -> Result<(), String> {
        let console = self.console(desk);
        let kept = self.pins().tree().unwrap();
        match console.see_checkpoint(kept.as_ref()).await {
            Err(ProofError::Alarm(alarm)) => return Err(alarm.to_string()),
            Ok(_) | Err(ProofError::Older { .. } | ProofError::NotThisLedger { .. }) => {}
            Err(other) => unreachable!("{other:?}"),
        }
        verify_all(&console).await.map_or(Ok(()), |fault| Err(fault.to_string()))
    }
}

/// the register shows one history to Ines and another to Theo, each whole, signed and growing from what each has seen. At their own
/// computers neither can tell; shown the other's, each finds the entry from which on it is another one; and a bundle of one history does
/// not verify with the checkpoint that the other kept.
#[tokio::test(flavor = "multi_thread")]
async fn two_consoles_that_are_shown_different_histories_find_out_when_they_compare() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let (hers, his) = (Computer::of(&ines.console), Computer::of(&theo.console));
    let her_key = ines.unlock_for_seal(passphrase()).await.unwrap();
    let his_key = theo.unlock_for_seal(passphrase()).await.unwrap();
    idle_sessions(&custody, 4).await;
    let common = hers.signs(ines, &her_key).await;
    idle_sessions(&custody, 4).await;
    let signed = his.signs(theo, &his_key).await;
    let mut superuser = custody.superuser().await;
    keep_aside(&mut superuser).await;
    let fork = common + 2;

    // Theo is shown a history in which that entry never was, nor his checkpoint of it, from here on.
    let without = format!(
        "DELETE FROM custody.checkpoint_signature WHERE size > {common}; DELETE FROM custody.checkpoint WHERE size > {common};
         DELETE FROM custody.ledger_entry WHERE seq = {fork} OR verb = 'checkpoint.signed' AND subject = '{signed}'; {RECHAIN}"
    );
    superuser.behind_the_fences(&LEDGER, without).await;
    let (early, late) = (Computer::of(&theo.console), Computer::of(&theo.console));
    assert!(his.sees(theo).await.is_err(), "he has seen further than that");
    early.signs(theo, &his_key).await;
    // Whoever is at work goes on in it.
    for _look in 0..3 {
        Estate::new(&theo.console, theo.author()).discover().await.unwrap();
    }
    late.signs(theo, &his_key).await;
    assert_eq!(early.sees(theo).await, Ok(()));
    assert_eq!(late.sees(theo).await, Ok(()));
    assert_eq!(hers.sees(ines).await, Ok(()), "what she kept ends before the fork");
    let mut shown = Vec::new();
    late.console(theo).export(Selection::Whole, None, &mut shown, &|_, _| ()).await.unwrap();
    put_back(&mut superuser).await;

    // Ines goes on in hers, and is past the fork.
    idle_sessions(&custody, 2).await;
    let mine = hers.signs(ines, &her_key).await;
    assert_eq!(hers.sees(ines).await, Ok(()));
    for computer in [&early, &late] {
        let alarm = computer.sees(theo).await.unwrap_err();
        assert!(named(&alarm).any(|number| number <= fork) && named(&alarm).any(|number| number >= fork), "{alarm}");
    }
    let kept = hers.pins().tree().unwrap().unwrap();
    let tree = Tree::restore(kept.size, &kept.peaks).unwrap();
    let remembered = Checkpoint::new(&ines.console.origin(), mine, tree.root()).unwrap();
    verify(shown.as_slice(), &Expectations::default(), &mut |_| ()).unwrap();
    let expectations = Expectations { remembered: Some(remembered.clone()), ..Expectations::default() };
    verify(shown.as_slice(), &expectations, &mut |_| ()).unwrap_err();
    assert_eq!(second_verifier(&shown, None), Some(0));
    assert_eq!(second_verifier(&shown, Some(&remembered)), Some(1));
}

/// The numbers in a sentence.
fn named(sentence: &str) -> impl Iterator<Item = u64> + '_ {
    sentence.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok())
}

fn second_verifier(bundle: &[u8], kept: Option<&Checkpoint>) -> Option<i32> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.bundle");
    std::fs::write(&file, bundle).unwrap();
    let mut command = Command::new("node");
    command.arg(repository().join("docs/verifier/verify.mjs")).arg("--json").arg(file);
    if let Some(kept) = kept {
        let file = folder.path().join("checkpoint");
        std::fs::write(&file, kept.encode()).unwrap();
        command.arg("--checkpoint").arg(file);
    }
    command.output().unwrap().status.code()
}
