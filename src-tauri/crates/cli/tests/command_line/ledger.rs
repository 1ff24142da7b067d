//! The ledger on the command line.

use std::process::{Command, Stdio};

use local_custody::LocalCustody;

use crate::bench::{Bench, Ran, binary};

/// entries are listed and shown with their proof; `ledger verify` names the first bad entry by its number and ends with exit code 1
/// after a superuser changed one.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_is_named_by_its_number() {
    let bench = Bench::founded();
    let shown = bench.theo(&["--json", "ledger", "show", "1"]).ok().json();
    assert_eq!((shown["verb"].as_str(), shown["hash_holds"].as_bool()), (Some("custody.founded"), Some(true)));
    let signatures = shown["signatures"].as_array().unwrap();
    assert!(signatures.len() == 2 && signatures.iter().all(|it| it["holds"] == true && it["key_kind"] == "device"));
    let listed = bench.theo(&["--json", "ledger", "list", "--verb", "session.opened", "--actor", "Theo Brandt"]).ok();
    assert!(listed.json()["entries"].as_array().unwrap().len() >= 2);
    let good = bench.theo(&["--json", "ledger", "verify"]).ok().json();
    assert_eq!(good["holds"], true);

    tamper(&bench, "UPDATE custody.ledger_entry SET purpose = 'x', entry = entry || '\\x00'::bytea WHERE seq = 3")
        .await;
    let bad = bench.theo(&["--json", "ledger", "verify"]);
    assert_eq!((bad.code, bad.json()["holds"].as_bool(), bad.json()["entry"].as_u64()), (1, Some(false), Some(3)));
    let said = bench.theo(&["ledger", "verify"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("does not hold at entry 3"), "{}", said.out);
}

/// a checkpoint is made, cosigned by another person and published; a bundle and an evidence pack are verified with nothing
/// but the file; a changed one ends with 1 and names the entry, one that is not there with 2.
#[test]
fn a_bundle_is_verified_with_nothing_but_the_file() {
    let bench = Bench::founded();
    let early = bench.theo(&["--json", "ledger", "checkpoint", "--cosign"]);
    assert_eq!((early.code, early.error()["code"].as_str()), (1, Some("checkpoint_unknown")));
    let made = bench.ines(&["--json", "ledger", "checkpoint", "--sign"]).ok().json();
    let size = made["checkpoints"][0]["size"].as_u64().unwrap();
    let own = bench.ines(&["--json", "ledger", "checkpoint", "--cosign"]);
    assert_eq!((own.code, own.error()["code"].as_str()), (1, Some("same_person")));
    bench.theo(&["ledger", "checkpoint", "--cosign"]).ok();
    let shown = bench.ines(&["--json", "ledger", "checkpoint"]).ok().json();
    let signatures = shown["checkpoints"][0]["signatures"].as_array().unwrap();
    let said: Vec<_> = signatures.iter().map(|it| (it["statement"].as_str().unwrap(), it["holds"].as_bool())).collect();
    assert_eq!(said, [("made", Some(true)), ("cosigned", Some(true))]);

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (note, all, pack) = (path("checkpoint"), path("ledger.bundle"), path("entry.bundle"));
    bench.theo(&["ledger", "checkpoint", "--publish", &note]).ok();
    let lines = std::fs::read_to_string(&note).unwrap();
    assert!(lines.starts_with("countersign/") && lines.matches('\u{2014}').count() == 2, "{lines}");
    let exported = bench.theo(&["--json", "ledger", "export", &all]).ok().json();
    assert_eq!((exported["checkpoints"].as_u64(), exported["entries"].as_u64()), (Some(2), exported["size"].as_u64()));
    bench.ines(&["ledger", "export", &pack, "--entry", &size.to_string()]).ok();
    assert_eq!(bench.ines(&["ledger", "export", &pack]).code, 1, "nothing is overwritten");
    bench.ines(&["ledger", "verify"]).ok();

    let offline = |arguments: &[&str]| {
        Ran::of(binary().args(["--home", "/nowhere", "--json", "ledger", "verify"]).args(arguments))
    };
    let founding = exported["founding"].as_str().unwrap();
    for file in [&all, &pack] {
        let holds = offline(&[file, "--founding", founding, "--checkpoint", &note, "--reviewers", "1"]).ok().json();
        let reviewers = &holds["checkpoints"][0]["reviewers"];
        assert_eq!((holds["holds"].as_bool(), reviewers.to_string().as_str()), (Some(true), "[\"Theo Brandt\"]"));
    }
    assert_eq!(offline(&[&pack, "--reviewers", "2"]).code, 1);
    assert_eq!(offline(&[&pack, "--founding", &"0".repeat(64)]).code, 1);
    let mut bytes = std::fs::read(&all).unwrap();
    let at = bytes.len() - 400;
    bytes[at] ^= 1;
    std::fs::write(&all, bytes).unwrap();
    let bad = offline(&[&all]);
    assert_eq!((bad.code, bad.json()["holds"].as_bool()), (1, Some(false)), "{bad:?}");
    assert!(bad.json()["entry"].as_u64().unwrap() > size, "{bad:?}");
    assert_eq!(offline(&[&path("missing")]).code, 2);
}

/// What a database administrator could do: switch the triggers off and write.
async fn tamper(bench: &Bench, sql: &str) {
    let keychain = bench.keyring.open("com.countersign.console").unwrap();
    let custody = LocalCustody::reopen(&bench.home(), keychain).await.unwrap();
    let script = format!(
        "ALTER TABLE custody.ledger_entry DISABLE TRIGGER ALL; {sql}; ALTER TABLE custody.ledger_entry ENABLE TRIGGER ALL"
    );
    let password = custody.superuser_password().expose(|password| password.to_owned());
    let ran = Command::new("psql")
        .args(["--no-psqlrc", "--set=ON_ERROR_STOP=1", "--username", custody.superuser_login()])
        .args(["--host", custody.socket_dir().to_str().unwrap(), "--port", &custody.port().to_string()])
        .args(["--dbname", custody.database(), "--command", &script])
        .env("PGPASSWORD", password)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    custody.close().await;
}
