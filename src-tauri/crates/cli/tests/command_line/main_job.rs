//! The main job on the command line, with the real binary, a real register, a real vault and a real keychain.

use crate::bench::{Bench, text};

const GROUNDS: [&str; 6] =
    ["--reason", "Yearly rotation", "--change", "CHG-2026-0117", "--rollback", "Turn back while the old version lives"];

/// from an empty folder to a verified ledger by commands alone: open, found, a KEK, DEKs, a token, a
/// rotation that one asks for and the other signs, its run, and the proof.
#[test]
fn two_people_rotate_a_kek_by_command_line() {
    let bench = Bench::new();
    let opened = bench.run(&["--json", "open-local", "--name", "Payments", "--environment", "staging"]).ok().json();
    assert_eq!((opened["local"].as_bool(), opened["founded"].as_bool()), (Some(true), Some(false)));
    let founded = bench.run(&["--json", "found", "--file", text(&bench.founders())]).ok().json();
    assert_eq!(founded["people_here"].as_array().unwrap().len(), 2);

    bench.make_kek("kek-payments");
    let made = bench.ines(&[
        "--json",
        "deks",
        "create",
        "--kek",
        "kek-payments",
        "--owner",
        "Payments",
        "--purpose",
        "Invoice data",
        "--target",
        "Acme Ltd",
        "sap",
        "--target",
        "Borealis",
        "netsuite",
        "--secret",
        "smtp-password",
    ]);
    assert_eq!(made.ok().json()["deks"].as_array().unwrap().len(), 3);
    seal_a_token(&bench);
    let before = version_of(&bench, "kek-payments");

    let rotate = ["--json", "request", "rotate-kek", "kek-payments", "--grace", "0"];
    let preview = bench.ines(&[&rotate[..], &GROUNDS, &["--dry-run"]].concat()).ok().json();
    assert_eq!(preview["plan"]["impact"]["deks"], 3);
    assert!(preview["request"].is_null(), "a preview asks for nothing");
    let asked = bench.ines(&[&rotate[..], &GROUNDS].concat()).ok().json();
    assert_eq!((asked["state"].as_str(), asked["missing"].as_u64()), (Some("open"), Some(1)));
    let request = asked["request"].as_str().unwrap();
    let hash = asked["plan"]["hash"].as_str().unwrap();

    // Whoever signs reads the same plan first, with before and after.
    let waiting = bench.theo(&["--json", "request", "list", "--folder", "for-me"]).ok().json();
    assert_eq!(waiting["requests"][0]["request"], request);
    let signed = bench.theo(&["sign", request, "--plan-hash", hash]).ok();
    for shown in
        ["asked by Ines Duarte (devops)", "verified", "CHG-2026-0117", "BEFORE", "AFTER", &before, "Impact: 3 deks"]
    {
        assert!(signed.err.contains(shown), "{shown} is not shown before signing: {}", signed.err);
    }
    assert!(signed.out.contains("countersigned"), "{}", signed.out);

    let ran = bench.ines(&["run", "start", request]).ok();
    assert!(ran.err.contains("re-wrap DEKs: 3/3"), "progress in plain lines: {}", ran.err);
    let runs = bench.theo(&["--json", "run", "list", "--finished"]).ok().json();
    assert_eq!(
        (runs["runs"][0]["state"].as_str(), runs["runs"][0]["rewrapped"].as_u64()),
        (Some("completed"), Some(3))
    );

    let after = bench.theo(&["--json", "keys", "show", "kek-payments"]).ok().json();
    assert_ne!(after["key"]["version"].as_str().unwrap(), before);
    assert_eq!(after["key"]["deks"], 3);
    assert_eq!(after["versions"][0]["enabled"], false);
    let verified = bench.theo(&["ledger", "verify"]).ok();
    assert!(verified.out.contains("The ledger holds"), "{}", verified.out);
}

/// what is sealed comes on standard input and appears nowhere.
fn seal_a_token(bench: &Bench) {
    use std::io::Write as _;
    use std::process::Stdio;
    let secret = "oauth-refresh-5f1c9a7e";
    let mut command = bench.command_as("Ines Duarte", "ines");
    command.args(["--json", "tokens", "seal", "--dek", "dek/acme-ltd/sap", "--name", "refresh-token"]);
    command.args(["--purpose", "SAP connector", "--expires", "2030-01-01"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    let sealed = child.wait_with_output().unwrap();
    let out = String::from_utf8(sealed.stdout).unwrap();
    assert!(sealed.status.success(), "{}", String::from_utf8_lossy(&sealed.stderr));
    assert!(!out.contains(secret) && out.contains("tokens"), "{out}");
}

fn version_of(bench: &Bench, key: &str) -> String {
    bench.ines(&["--json", "keys", "show", key]).ok().json()["key"]["version"].as_str().unwrap().to_owned()
}
