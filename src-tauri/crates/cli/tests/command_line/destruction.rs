//! The end of a KEK by command line: refused while something hangs on it, followed to its purge, taken back while that is possible.

use local_custody::LocalCustody;

use crate::bench::{Bench, GROUNDS, text};

/// a KEK that a live DEK hangs on is not destroyed; one that nothing hangs on is deleted, its run waits for the vault's own purge date
/// and says until when, and two people take it back.
#[test]
fn a_kek_is_deleted_followed_and_recovered() {
    let bench = Bench::founded();
    bench.make_kek("kek-used");
    bench.make_deks("kek-used", &[("Acme Ltd", "sap")]);
    let used = bench.ines(&[&["--json", "request", "destroy-kek", "kek-used"][..], &GROUNDS].concat());
    assert_eq!((used.code, used.error()["blockers"][0]["code"].as_str()), (1, Some("live_deks")));

    bench.make_kek("kek-spare");
    let request = bench.ask(&["destroy-kek", "kek-spare", "--purge", "scheduled"]);
    let signed = bench.theo(&["sign", &request]).ok();
    assert!(signed.err.contains("CAN'T BE UNDONE once the vault has purged the key"), "{}", signed.err);
    let ran = bench.ines(&["run", "start", &request, "--no-wait"]);
    assert_eq!(ran.code, 1, "it is not over: {ran:?}");
    assert!(ran.err.contains("waiting for purge until 20"), "{}", ran.err);
    let runs = bench.theo(&["--json", "run", "list"]).ok().json();
    let run = runs["runs"][0]["run"].to_string();
    let shown = bench.theo(&["--json", "run", "show", &run]).ok().json();
    assert_eq!(shown["state"], "paused");
    assert!(shown["waiting"]["until"].is_string(), "{shown}");
    assert_eq!(shown["waiting"]["until"], shown["deleted_in_vault"][0]["scheduled_purge_at"]);
    let said = bench.theo(&["run", "show", &run]).ok().out;
    assert!(said.contains("waiting for purge until"), "{said}");

    let back = bench.carry_out(&["recover-kek", "kek-spare"]);
    assert_eq!(back["state"], "completed");
    let ended = bench.theo(&["--json", "run", "show", &run]).ok().json();
    assert_eq!(
        (ended["state"].as_str(), ended["deleted_in_vault"][0]["recovered"].as_bool()),
        (Some("rolled_back"), Some(true))
    );
    let key = bench.theo(&["--json", "keys", "show", "kek-spare"]).ok().json();
    assert_eq!(key["key"]["state"], "deactivated");
}

/// a restored register is opened without the KEK that shall go; what still needs it is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_drill_shows_whether_a_backup_opens_without_a_kek() {
    let bench = Bench::founded();
    bench.make_kek("kek-used");
    bench.make_kek("kek-spare");
    bench.make_deks("kek-used", &[("Acme Ltd", "sap"), ("Borealis", "sap")]);
    let keychain = bench.keyring.open("com.countersign.console").unwrap();
    let custody = LocalCustody::reopen(&bench.home(), keychain).await.unwrap();
    let password = bench.secret("superuser", &custody.superuser_password().expose(|password| password.to_owned()));
    let place = custody.socket_dir().to_str().unwrap();
    let url = format!(
        "postgresql://{}@localhost:{}/{}?host={place}",
        custody.superuser_login(),
        custody.port(),
        custody.database()
    );
    let drill = |kek: &str| {
        bench.ines(&[
            "--json",
            "drill",
            "restore",
            "--database",
            &url,
            "--kek",
            kek,
            "--password-file",
            text(&password),
        ])
    };
    // A register is the newest copy of itself.
    let needed = drill("kek-used");
    assert_eq!((needed.code, needed.error()["code"].as_str()), (1, Some("still_needed")));
    assert!(needed.error()["message"].as_str().unwrap().contains("2 DEKs"), "{needed:?}");
    let passed = drill("kek-spare").ok().json();
    assert_eq!((passed["deks"].as_u64(), passed["opened"].as_u64()), (Some(2), Some(2)));
    assert!(passed["entry"].is_u64(), "{passed}");
    custody.close().await;
}
