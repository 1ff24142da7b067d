//! The ledger on the command line.

use std::process::{Command, Stdio};

use local_custody::LocalCustody;

use crate::bench::Bench;

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
