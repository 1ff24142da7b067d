//! Runs that do not go straight to their end.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use crate::bench::{Bench, Ran};

/// Ctrl-C pauses a run in good order; another operator goes on with it where it stands, and turns it back while the old version lives: every
/// DEK is under the old version again, and the ledger holds.
#[test]
fn an_interrupted_run_is_resumed_and_turned_back_by_another_operator() {
    let bench = Bench::founded();
    bench.make_kek("kek-payments");
    bench
        .ines(&[
            "deks",
            "create",
            "--kek",
            "kek-payments",
            "--owner",
            "Payments",
            "--purpose",
            "Invoices",
            "--secret",
            "a",
        ])
        .ok();
    let before = bench.ines(&["--json", "keys", "show", "kek-payments"]).ok().json();
    let asked = bench.ines(&[
        "--json",
        "request",
        "rotate-kek",
        "kek-payments",
        "--grace",
        "1h",
        "--reason",
        "Yearly",
        "--change",
        "CHG-2",
        "--rollback",
        "Turn back",
    ]);
    let request = asked.ok().json()["request"].as_str().unwrap().to_owned();
    bench.theo(&["sign", &request]).ok();

    let paused = interrupted_in_grace(bench.command_as("Ines Duarte", "ines").args(["run", "start", &request]));
    assert_eq!(paused.code, 1, "{paused:?}");
    assert!(paused.err.contains("pausing in good order"), "{}", paused.err);
    let listed = bench.theo(&["--json", "run", "list"]).ok().json();
    assert_eq!(
        (listed["runs"][0]["state"].as_str(), listed["runs"][0]["rewrapped"].as_u64()),
        (Some("paused"), Some(1))
    );
    let run = listed["runs"][0]["run"].to_string();

    let resumed = interrupted_in_grace(bench.command_as("Theo Brandt", "theo").args(["run", "resume", &run]));
    assert_eq!(resumed.code, 1, "{resumed:?}");
    let back = bench.theo(&["--json", "run", "rollback", &run, "--reason", "A reader is late"]).ok().json();
    assert_eq!(
        (back["state"].as_str(), back["executed_by"]["name"].as_str()),
        (Some("rolled_back"), Some("Theo Brandt"))
    );
    let after = bench.ines(&["--json", "keys", "show", "kek-payments"]).ok().json();
    assert_eq!(after["key"]["version"], before["key"]["version"]);
    assert_eq!(
        (after["versions"][0]["enabled"].as_bool(), after["versions"][0]["deks"].as_u64()),
        (Some(true), Some(1))
    );
    let over = bench.theo(&["--json", "run", "rollback", &run, "--reason", "Once more"]);
    assert!(over.code == 0 || over.error()["code"] == "run_finished", "{over:?}");
    assert_eq!(bench.theo(&["--json", "ledger", "verify"]).ok().json()["holds"], true);
}

/// Waits until the run says that it waits, and interrupts it as a person does.
fn interrupted_in_grace(command: &mut Command) -> Ran {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut err = String::new();
    while !err.contains("grace period: waiting until") {
        assert!(said.read_line(&mut err).unwrap() > 0, "it ended before: {err}");
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    said.read_to_string(&mut err).unwrap();
    let ended = child.wait_with_output().unwrap();
    Ran { code: ended.status.code().unwrap_or(-1), out: String::from_utf8(ended.stdout).unwrap(), err }
}
