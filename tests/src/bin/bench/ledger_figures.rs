//! Figures of the verification of a long ledger.
//!
//! It is verified in a process of its own, so that its memory is that of the verification and of nothing else.

use std::io::Write as _;
use std::num::NonZero;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use countersign_tests::{KEYCHAIN, TestCustody, passphrase};
use custody::Witness;
use domain::OperatorId;
use keychain::{Keychain, Pins};
use ledger::{GENESIS, Record, SignatureBlock, link, verify_signature};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::process::Command;
use workplace::Workplace;

use crate::appending;
use crate::figure::{Figure, Goal, real};
use crate::long_ledger::{lengthen, records};
use crate::memory;
use crate::sizes::Sizes;

/// The subject under which this program verifies: `verify HOME OPERATOR MODE`.
pub const CHILD: &str = "verify";

const SPEED: &str = "entries/s";

/// What a verification found out about itself.
#[derive(Debug, Serialize, Deserialize)]
struct Verified {
    entries: u64,
    seconds: f64,
    peak_mib: Option<f64>,
}

/// Measures all of them.
pub async fn measure(sizes: &Sizes) {
    let custody = TestCustody::found_on_disk().await;
    let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
    appending::measure(&custody, &superuser, sizes).await;
    let ceilings = in_memory(&custody, sizes.of("in_memory", 200_000)).await;
    let (full, whole) = (sizes.of("full", 200_000), sizes.of("entries", 1_000_000));
    eprintln!("{full} entries are made");
    lengthen(&custody, &superuser, full).await;
    let verified = verify(&custody, "all").await;
    print("verification of everything: signatures, hashes, columns, tree", &verified, ceilings.signed, Goal::None);
    eprintln!("{whole} entries are made");
    lengthen(&custody, &superuser, whole.saturating_sub(full)).await;
    let verified = verify(&custody, "remembered").await;
    print("verification of the ledger", &verified, ceilings.hashed, Goal::AtLeast(800_000.0));
    memory_of("resident memory of the verification", &verified);
    if sizes.of("whole", 0) > 0 {
        let verified = verify(&custody, "all").await;
        print("verification of everything in a long ledger", &verified, ceilings.signed, Goal::None);
        memory_of("resident memory of the verification of everything", &verified);
    }
    increment(&custody, &superuser, sizes.of("newest", 100_000), ceilings.signed).await;
}

/// What a console verifies that was away for a while: every signature of the entries it has not seen.
async fn increment(custody: &TestCustody, superuser: &PgPool, count: u32, ceiling: f64) {
    let console = &custody.ines.console;
    let remembered = console.register.head().await.unwrap();
    let witness = Witness::new(console.witness.founding(), Some(remembered));
    witness.catch_up(&console.register).await.unwrap();
    lengthen(custody, superuser, count).await;
    let began = Instant::now();
    let summary = witness.catch_up(&console.register).await.unwrap();
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(summary.entries, remembered.0 + u64::from(count));
    let verified = Verified { entries: u64::from(count), seconds, peak_mib: None };
    print("verification of the newest entries", &verified, ceiling, Goal::None);
    Figure::measured("time until the newest entries are verified", seconds, "s", Goal::None)
        .with(format!("{count} entries with all their signatures, behind {} that were seen before", remembered.0))
        .print();
}

/// A speed, and how near it comes to what the processors do with the same bytes in memory.
fn print(what: &'static str, verified: &Verified, ceiling: f64, goal: Goal) {
    let share = 100.0 * speed(verified) / ceiling;
    Figure::measured(what, speed(verified), SPEED, goal)
        .with(format!(
            "{} entries of a live register; {share:.0} % of the processors' own limit in memory",
            verified.entries
        ))
        .print();
}

fn memory_of(what: &'static str, verified: &Verified) {
    match verified.peak_mib {
        Some(mib) => {
            Figure::measured(what, mib, "MiB", Goal::AtMost(64.0)).with(format!("{} entries", verified.entries))
        }
        None => Figure::unmeasured(what, "MiB", Goal::AtMost(64.0), "the system does not tell"),
    }
    .print();
}

/// What the processors do in memory, in entries a second.
struct Ceilings {
    /// Hashing alone.
    hashed: f64,
    /// Hashing, and one signature for each.
    signed: f64,
}

fn speed(verified: &Verified) -> f64 {
    real(verified.entries) / verified.seconds
}

/// What hashing entries, and verifying their signatures, costs without a database: with all processors, and nothing else done.
async fn in_memory(custody: &TestCustody, count: u32) -> Ceilings {
    let console = &custody.ines.console;
    let now = console.now().await.unwrap();
    let made = records(custody.ines.author(), now, 1, count, GENESIS);
    let public_key = custody.ines.author().public_key();
    let hashed = at_once(&made, &|record| {
        std::hint::black_box(link(&record.hash, &record.entry, &record.signatures));
    });
    let part = made.get(..made.len() / 4).unwrap_or(&made);
    let signed = at_once(part, &|record| {
        std::hint::black_box(link(&record.hash, &record.entry, &record.signatures));
        let block = SignatureBlock::decode(&record.signatures).unwrap();
        let (_, signature) = block.pairs().first().unwrap();
        verify_signature(&public_key, &record.entry, signature).unwrap();
    });
    Figure::measured("limit in memory: hashing", hashed, SPEED, Goal::None)
        .with("every processor, nothing else")
        .print();
    Figure::measured("limit in memory: hashing and one signature", signed, SPEED, Goal::None)
        .with("every processor, nothing else")
        .print();
    Ceilings { hashed, signed }
}

/// Does something with each record on all processors, and gives how many there were a second.
fn at_once(records: &[Record], each: &(dyn Fn(&Record) + Sync)) -> f64 {
    let hands = thread::available_parallelism().map_or(1, NonZero::get);
    let began = Instant::now();
    thread::scope(|scope| {
        for part in records.chunks(records.len().div_ceil(hands)) {
            scope.spawn(move || part.iter().for_each(each));
        }
    });
    real(u64::try_from(records.len()).unwrap()) / began.elapsed().as_secs_f64()
}

async fn verify(custody: &TestCustody, mode: &str) -> Verified {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(CHILD).arg(custody.premises.workplace().home()).arg(custody.ines.person.operator.to_string()).arg(mode);
    command.envs(custody.keyring.environment()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "the verification failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Verifies in this process, and says what it took.
pub async fn verify_here(home: String, operator: OperatorId, mode: &str) {
    let keychain = Keychain::open(KEYCHAIN).unwrap();
    let premises = Workplace::with_keychain(home.into(), keychain.clone()).open().await.unwrap();
    let desk = premises.sign_in(operator, passphrase()).await.unwrap();
    let founding = Pins::new(&keychain, desk.console.custody.id).founding().unwrap().unwrap();
    let register = &desk.console.register;
    let remembered = register.head().await.unwrap();
    let told = memory::forget_peak();
    let began = Instant::now();
    let witness = Witness::new(founding, (mode == "remembered").then_some(remembered));
    let summary = match mode {
        "all" => witness.verify_all(register, &|_| ()).await.unwrap(),
        _ => witness.catch_up(register).await.unwrap(),
    };
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!((summary.entries, summary.head), remembered);
    let peak_mib = memory::peak_mib().filter(|_| told);
    let verified = Verified { entries: summary.entries, seconds, peak_mib };
    let line = serde_json::to_string(&verified).unwrap();
    std::io::stdout().write_all(format!("{line}\n").as_bytes()).unwrap();
}
