//! `countersign join` and `countersign people`: a third person from their own key to the end of their access.

use crate::bench::{Bench, GROUNDS, Ran, text};

const OF_NORA: &str = "nine paper boats at noon";

/// A card, asked for by Ines and countersigned by Theo.
fn enrolled(bench: &Bench, name: &str, secret: &str, passphrase: &str, role: &str) {
    bench.secret(secret, passphrase);
    let card = bench.passphrase(&format!("{secret}.card"));
    let mut joining = bench.command();
    joining.arg("--passphrase-file").arg(bench.passphrase(secret));
    joining.args(["join", "--name", name, "--person", &format!("{secret}@example.test"), "--device-name", "Laptop"]);
    Ran::of(joining.arg("--out").arg(&card)).ok();
    let enrol = ["--json", "people", "request-enrol", text(&card), "--roles", role];
    let asked = bench.ines(&[&enrol[..], &GROUNDS].concat()).ok().json();
    bench.theo(&["sign", asked["request"].as_str().unwrap()]).ok();
}

/// an auditor signs in as themselves, reads and verifies everything, and changes nothing, not even by an entry that they were there;
/// with a device that is out of trust they read nothing either.
#[test]
fn an_auditor_reads_everything_and_changes_nothing() {
    let bench = Bench::founded();
    bench.make_kek("kek-payments");
    enrolled(&bench, "Olga Reyes", "olga", "three grey herons at low tide", "auditor");
    let olga = |arguments: &[&str]| Ran::of(bench.command_as("Olga Reyes", "olga").args(arguments));
    assert!(olga(&["keys", "list"]).ok().out.contains("kek-payments"));
    olga(&["people", "list"]).ok();
    olga(&["ledger", "verify"]).ok();
    let bundle = bench.passphrase("olga.bundle");
    olga(&["ledger", "export", text(&bundle)]).ok();
    let suspend = ["--json", "suspend", "kek-payments", "--reason", "A doubt"];
    assert_eq!(olga(&suspend).error()["code"], "not_allowed");
    let hers = bench.ines(&["--json", "ledger", "list", "--actor", "Olga Reyes"]).ok().json();
    assert_eq!(hers["entries"].as_array().map(Vec::len), Some(0), "{hers}");
    let lost_at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    bench.ines(&["people", "lost-device", "olga reyes", "--lost-at", &lost_at, "--reason", "Left on a train"]).ok();
    assert!(olga(&["keys", "list"]).err.contains("out of trust"));
}

fn nora(bench: &Bench, arguments: &[&str]) -> Ran {
    Ran::of(bench.command_as("Nora Vance", "nora").args(arguments))
}

/// a card is made, compared and signed for by two; the third person acts; a lost device is out of trust with its clock; leaving
/// ends everything at once; programs are enrolled as such and sign nothing.
#[test]
fn a_third_person_joins_and_leaves() {
    let bench = Bench::founded();
    bench.secret("nora", OF_NORA);
    let card = bench.passphrase("nora.card");
    let join =
        ["--json", "join", "--name", "Nora Vance", "--person", "nora@example.test", "--device-name", "Laptop", "--out"];
    let mut joining = bench.command();
    joining.arg("--passphrase-file").arg(bench.passphrase("nora")).args(join).arg(&card);
    let made = Ran::of(&mut joining).ok().json();
    let early = nora(&bench, &["--json", "keys", "list"]);
    assert_ne!(early.code, 0, "a login opens nothing by itself: {early:?}");

    let changed = std::fs::read_to_string(&card).unwrap().replace("Nora Vance", "Nora Vence");
    let changed = bench.file("changed.card", &changed);
    let enrol = |card: &str| {
        bench.ines(&[&["--json", "people", "request-enrol", card, "--roles", "security"][..], &GROUNDS].concat())
    };
    let refused = enrol(text(&changed));
    assert_ne!(refused.code, 0, "a card that was changed on its way: {refused:?}");
    let asked = enrol(text(&card)).ok().json();
    bench.theo(&["sign", asked["request"].as_str().unwrap()]).ok();
    let shown = bench.theo(&["--json", "people", "show", "nora vance"]).ok().json();
    assert_eq!((shown["status"].as_str(), shown["roles"][0]["role"].as_str()), (Some("active"), Some("security")));
    assert_eq!((shown["devices"][0]["name"].as_str(), made["device_name"].as_str()), (Some("Laptop"), Some("Laptop")));

    nora(&bench, &["keys", "list"]).ok();
    nora(&bench, &["people", "acknowledge"]).ok();
    nora(&bench, &["people", "rehearse"]).ok();
    let people = bench.ines(&["--json", "people", "list"]).ok().json();
    let row = people["people"].as_array().unwrap().iter().find(|it| it["name"] == "Nora Vance").unwrap();
    assert_eq!(
        (row["rehearsal"]["overdue"].as_bool(), row["duties"]["acknowledged_at"].is_string()),
        (Some(false), true)
    );
    assert!(bench.ines(&["people", "duties"]).ok().out.contains("countersign"));

    let last_two = bench.theo(&["--json", "people", "leave", "Ines Duarte", "--reason", "Leaves"]);
    assert_eq!(last_two.error()["code"], "would_break_quorum");

    let lost_at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let lost = ["--json", "people", "lost-device", "nora vance", "--lost-at", &lost_at, "--reason", "Left on a train"];
    let entry = bench.ines(&lost).ok().json()["entry"].to_string();
    let losses = bench.theo(&["--json", "people", "lost"]).ok().json();
    assert_eq!((losses["lost"][0]["name"].as_str(), losses["lost"][0]["wiped_at"].is_null()), (Some("Laptop"), true));
    let out_of_trust = nora(&bench, &["--json", "people", "rehearse"]);
    assert_ne!(out_of_trust.code, 0, "her key counts for nothing any more: {out_of_trust:?}");
    let wiped = ["people", "wiped", "nora vance", "--wiped-at", &lost_at, "--evidence", "MDM-118"];
    bench.theo(&wiped).ok();
    bench.theo(&["review", "sign-off", &entry, "--note", "Seen with the police report"]).ok();

    bench.ines(&["people", "leave", "nora vance", "--reason", "Left the company"]).ok();
    let gone = bench.theo(&["--json", "people", "show", "nora vance"]).ok().json();
    assert_ne!(gone["status"], "active");
    assert_ne!(nora(&bench, &["keys", "list"]).code, 0, "the database lets her in no more");
    bench.ines(&["ledger", "verify"]).ok();
}
