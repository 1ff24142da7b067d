//! Figures of the verification of a long ledger.
//!
//! It is verified in a process of its own, so that its memory is that of the verification and of nothing else.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Instant;

use countersign_tests::{KEYCHAIN, TestCustody, passphrase};
use custody::Witness;
use domain::OperatorId;
use keychain::{Keychain, Pins};
use ledger::{GENESIS, Verifier};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::process::Command;
use workplace::Workplace;

use crate::figure::{Figure, Goal, real};
use crate::long_ledger::{lengthen, records};
use crate::memory;
use crate::sizes::Sizes;

/// The subject under which this program verifies: `verify HOME OPERATOR MODE`.
pub const CHILD: &str = "verify";

const SPEED: &str = "entries/s";

/// Records that a console looks at together.
const PAGE: usize = 4_096;

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
    in_memory(&custody, sizes.of("in_memory", 200_000)).await;
    let (full, whole) = (sizes.of("full", 200_000), sizes.of("entries", 1_000_000));
    eprintln!("{full} entries are made");
    lengthen(&custody, &superuser, full).await;
    let verified = verify(&custody, "full").await;
    Figure::measured("verification of every signature", speed(&verified), SPEED, Goal::None)
        .with(format!("{} entries of a live register; bound by one Ed25519 verification for each", verified.entries))
        .print();
    eprintln!("{whole} entries are made");
    lengthen(&custody, &superuser, whole.saturating_sub(full)).await;
    let verified = verify(&custody, "remembered").await;
    let length = format!(
        "{} entries of a live register up to the one this console has seen, every hash computed",
        verified.entries
    );
    Figure::measured("verification of the ledger", speed(&verified), SPEED, Goal::AtLeast(800_000.0))
        .with(&length)
        .print();
    match verified.peak_mib {
        Some(mib) => {
            Figure::measured("resident memory of the verification", mib, "MiB", Goal::AtMost(64.0)).with(length)
        }
        None => Figure::unmeasured(
            "resident memory of the verification",
            "MiB",
            Goal::AtMost(64.0),
            "the system does not tell",
        ),
    }
    .print();
}

fn speed(verified: &Verified) -> f64 {
    real(verified.entries) / verified.seconds
}

/// What hashing and reading entries alone costs, without a database.
async fn in_memory(custody: &TestCustody, count: u32) {
    let console = &custody.ines.console;
    let founding = console.register.ledger_records(1, 1_000).await.unwrap();
    let (number, head) = console.register.head().await.unwrap();
    assert_eq!(u64::try_from(founding.len()), Ok(number));
    let now = console.now().await.unwrap();
    let more = records(custody.ines.author(), now, number + 1, count, head);
    let last = more.last().unwrap();
    let mut verifier = Verifier::new().remembering(last.number, last.hash).trusting_what_it_remembers();
    assert_eq!(verifier.summary().head, GENESIS);
    for row in founding {
        let record = ledger::Record { number: row.seq, entry: row.entry, signatures: row.signatures, hash: row.hash };
        verifier.push(&record).unwrap();
    }
    let began = Instant::now();
    for page in more.chunks(PAGE) {
        verifier.push_all(page, &mut |_said| {}).unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    Figure::measured("verification of entries in memory", real(count) / seconds, SPEED, Goal::None)
        .with("every hash, on all processors; signatures verified before")
        .print();
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
    let summary = witness.catch_up(register).await.unwrap();
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!((summary.entries, summary.head), remembered);
    let peak_mib = memory::peak_mib().filter(|_| told);
    let verified = Verified { entries: summary.entries, seconds, peak_mib };
    let line = serde_json::to_string(&verified).unwrap();
    std::io::stdout().write_all(format!("{line}\n").as_bytes()).unwrap();
}
