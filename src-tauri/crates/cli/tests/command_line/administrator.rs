//! `countersign custody …`, for a database that is not embedded.

use std::process::Command;

use local_custody::testing::TestCluster;

use crate::bench::{Bench, Ran, binary, text};

/// whoever administers a database makes its register, two people found the custody in it, each with a login of their own, and work there; a
/// second founding is refused, and so is a password in the address.
#[test]
fn a_custody_is_founded_in_a_database_of_its_own() {
    let (bench, cluster) = (Bench::new(), TestCluster::shared());
    let database = cluster.create_database().unwrap();
    // A managed server gives nobody superuser rights: a database of their own and CREATEROLE must do.
    let make = format!(
        "CREATE ROLE custody_admin LOGIN CREATEROLE PASSWORD 'a password for tests'; ALTER DATABASE {database} OWNER TO custody_admin"
    );
    as_superuser(cluster, &database, &make);
    let url = format!("postgresql://custody_admin@localhost/{database}?host={}", cluster.socket_dir().display());
    let password = bench.secret("admin", "a password for tests");
    let admin = ["--admin-url", &url, "--admin-password-file", text(&password)];

    let empty = bench.run(&[&["--json", "custody", "status"][..], &admin].concat()).ok().json();
    assert!(empty["version"].is_null() && empty["founded"].is_null(), "{empty}");
    let migrated = bench.run(&[&["--json", "custody", "migrate"][..], &admin].concat()).ok().json();
    assert_eq!((migrated["current"].as_bool(), migrated["version"].clone()), (Some(true), migrated["wanted"].clone()));

    let founders = bench.founders();
    let mut init = vec!["--json", "custody", "init", "--name", "Live", "--environment", "production"];
    init.extend(["--vault-url", "https://countersign-test.vault.azure.net", "--file", text(&founders)]);
    init.extend(admin);
    let founded = bench.run(&init).ok().json();
    assert_eq!((founded["local"].as_bool(), founded["people_here"].as_array().unwrap().len()), (Some(false), 2));
    let status = bench.run(&[&["--json", "custody", "status"][..], &admin].concat()).ok().json();
    assert_eq!(status["founded"]["environment"], "production");
    let people = bench.theo(&["--json", "operators"]).ok().json();
    assert_ne!(people["operators"][0]["login"], people["operators"][1]["login"]);
    assert_eq!(bench.theo(&["--json", "ledger", "verify"]).ok().json()["holds"], true);

    let here = bench.run(&init);
    assert_eq!((here.code, here.error()["code"].as_str()), (1, Some("folder_taken")));
    let elsewhere = tempfile::tempdir().unwrap();
    let again = Ran::of(binary().envs(bench.keyring.environment()).arg("--home").arg(elsewhere.path()).args(&init));
    assert_eq!((again.code, again.error()["code"].as_str()), (1, Some("already_founded")));
    let leaked = Ran::of(bench.command().args(["custody", "status", "--admin-url", "postgresql://a:secret@h/d"]));
    assert_eq!(leaked.code, 2);
    assert!(leaked.err.contains("every process") && !leaked.err.contains("secret@"), "{}", leaked.err);
    let wrong = bench.secret("wrong-admin", "not it");
    let refused = ["--json", "custody", "status", "--admin-url", &url, "--admin-password-file", text(&wrong)];
    let refused = bench.run(&refused);
    assert_eq!((refused.code, refused.error()["code"].as_str()), (2, Some("register_sign_in")));
}

fn as_superuser(cluster: &TestCluster, database: &str, sql: &str) {
    let ran = Command::new("psql")
        .args(["--no-psqlrc", "--set=ON_ERROR_STOP=1", "--username", "postgres", "--dbname", database])
        .args(["--host", text(cluster.socket_dir()), "--command", sql])
        .env("PGPASSWORD", cluster.superuser_password())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
