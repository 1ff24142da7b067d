//! What `cargo xtask bench` prints can be read by a machine, and every subject can be measured. How fast anything is, is no test.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

use std::process::Command;

use serde_json::Value;

/// Runs a subject at sizes that take no time, and gives the lines it prints.
fn measure(arguments: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_bench")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn check(figures: &[Value], count: usize) {
    assert_eq!(figures.len(), count, "{figures:?}");
    for figure in figures {
        let field = |name: &str| figure.get(name).unwrap_or_else(|| panic!("no {name} in {figure}"));
        assert!(field("figure").is_string() && field("unit").is_string(), "{figure}");
        assert!(field("value").is_number() || field("value").is_null(), "{figure}");
        assert!(field("goal").is_string() || field("goal").is_null(), "{figure}");
        // A figure says whether it holds exactly when something was promised and measured.
        let decided = field("goal").is_string() && field("value").is_number();
        assert_eq!(field("holds").is_boolean(), decided, "{figure}");
        assert!(
            field("value").is_number() || figure.get("note").is_some_and(Value::is_string),
            "{figure}: no reason given"
        );
    }
}

#[test]
fn a_rotation_is_measured() {
    let figures = measure(&["rotation", "deks=110", "resumed_deks=110", "script_deks=2"]);
    check(&figures, 6);
    // Counts are the same on every machine.
    let operations = figures.iter().find(|figure| figure["figure"] == "vault operations of a rotation").unwrap();
    assert_eq!(operations["holds"], true, "{operations}");
}

#[test]
fn a_rotation_of_deks_is_measured() {
    let figures = measure(&["dek-rotation", "deks=4", "tokens=40"]);
    check(&figures, 2);
    let operations =
        figures.iter().find(|figure| figure["figure"] == "vault operations of a rotation of DEKs").unwrap();
    assert_eq!(operations["holds"], true, "{operations}");
}

#[test]
fn an_offboarding_is_measured() {
    check(&measure(&["destruction", "deks=6"]), 3);
}

#[test]
fn the_ledger_is_measured() {
    let sizes = ["ledger", "entries=2_000", "full=300", "in_memory=300", "appended_alone=20", "appended=600"];
    check(&measure(&sizes), 10);
}

#[test]
fn the_inventory_is_measured() {
    check(&measure(&["inventory", "keys=2_000", "repeats=1", "pages=3", "frames=20"]), 4);
}

#[test]
fn the_desktop_is_measured() {
    check(&measure(&["desktop", "starts=1"]), 3);
}

#[test]
fn the_gate_is_measured() {
    let figures = measure(&["gate", "exceptions=2_000", "repeats=2"]);
    check(&figures, figures.len());
    assert!(
        figures.len() >= 2 && figures.iter().any(|figure| figure["figure"] == "the gate, whole process"),
        "{figures:?}"
    );
}

#[test]
fn an_unknown_subject_is_refused() {
    assert_eq!(Command::new(env!("CARGO_BIN_EXE_bench")).arg("weather").output().unwrap().status.code(), Some(2));
}
