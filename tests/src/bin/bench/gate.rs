//! Figures of the deployment gate: the whole process of `countersign gate`, as a pipeline starts it, against a register of many exceptions.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use countersign_tests::TestCustody;
use register::{Address, Password, bench_data};
use sqlx::ConnectOptions as _;
use zeroize::Zeroizing;

use crate::figure::{Figure, Goal, percentile};
use crate::sizes::Sizes;

const LOGIN: &str = "pipeline";
const PASSWORD: &str = "a password for pipelines";
const FIGURE: &str = "the gate, whole process";
const GOAL: Goal = Goal::AtMost(100.0);

/// What the answer is made of, with nothing around it but a connection.
const BARE: &str = "SELECT number, title, owner, expires_at FROM custody.exception
    WHERE closed_seq IS NULL AND revoked_seq IS NULL AND expires_at <= now() + interval '30 days' ORDER BY expires_at, number";

/// Measures it.
pub async fn measure(sizes: &Sizes) {
    let (exceptions, repeats) = (sizes.of("exceptions", 100_000), sizes.of("repeats", 40));
    let custody = TestCustody::found_on_disk().await;
    let local = custody.premises.local_custody().unwrap();
    let address = Address::socket(local.socket_dir().to_string_lossy().into_owned(), local.port(), local.database());
    let secret = |text: &str| Password::new(Zeroizing::new(text.to_owned()));
    // EXPOSE: of a custody that is gone when this ends; kept in a buffer that is wiped.
    let password = local.superuser_password().expose(secret);
    eprintln!("{exceptions} exceptions are made");
    bench_data::fill_exceptions(&address, local.superuser_login(), &password, exceptions).await.unwrap();
    register::create_gate_login(&address, local.superuser_login(), &password, LOGIN, &secret(PASSWORD)).await.unwrap();

    let mut bare = Vec::new();
    let mut rows = 0;
    for _again in 0..repeats {
        let began = Instant::now();
        let mut connection = local.superuser().connect().await.unwrap();
        rows = sqlx::raw_sql(BARE).fetch_all(&mut connection).await.unwrap().len();
        bare.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    let bare = percentile(&mut bare, 50);
    let Some(binary) = binary() else {
        let why = "the command line is not built beside this program: cargo build --package cli";
        Figure::unmeasured(FIGURE, "ms", GOAL, why).print();
        Figure::measured("a bare query for the same exceptions", bare, "ms", Goal::None).print();
        return;
    };
    let host = local.socket_dir().display().to_string();
    let url = format!("postgresql://{LOGIN}@localhost:{}/{}?host={host}", local.port(), local.database());
    let mut times = Vec::new();
    for _again in 0..repeats {
        let mut command = Command::new(&binary);
        command.env_clear().env("COUNTERSIGN_GATE_DATABASE_URL", &url).env("COUNTERSIGN_GATE_PASSWORD", PASSWORD);
        command.args(["gate", "--environment", "staging"]).stdin(Stdio::null());
        let began = Instant::now();
        let answer = command.output().unwrap();
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        let said = String::from_utf8(answer.stdout).unwrap();
        assert_eq!(answer.status.code(), Some(if exceptions >= 1_000 { 1 } else { 0 }), "{said}");
    }
    let slowest = percentile(&mut times, 100);
    let gate = percentile(&mut times, 50);
    Figure::measured(FIGURE, gate, "ms", GOAL)
        .with(format!("median of {repeats}, from start to exit, {exceptions} exceptions, {rows} of them named; the slowest took {slowest:.1} ms"))
        .print();
    Figure::measured("a bare query for the same exceptions", bare, "ms", Goal::None)
        .with("a connection of the superuser and one statement, in a process that runs already")
        .print();
    Figure::measured("the gate against that query", gate / bare, "times", Goal::None).print();
}

/// The command line, built beside this program.
fn binary() -> Option<PathBuf> {
    let this = std::env::current_exe().ok()?;
    this.ancestors().skip(1).take(2).map(|place| place.join("countersign")).find(|file| file.is_file())
}
