//! `countersign gate` as a pipeline has it: the real binary with a login that can read nothing else, or with a file and no register at all.

use std::process::Command;

use local_custody::testing::TestCluster;
use serde_json::Value;

use crate::bench::{Bench, Ran, binary, text};

const PASSWORD: &str = "a password for pipelines";
const COMMIT: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// A production custody in a database of its own, with a login for pipelines.
struct Production {
    bench: Bench,
    cluster: &'static TestCluster,
    database: String,
}

impl Production {
    fn found() -> Self {
        let (bench, cluster) = (Bench::new(), TestCluster::shared());
        let it = Self { database: cluster.create_database().unwrap(), bench, cluster };
        let (url, password) = (it.url("postgres"), it.bench.secret("admin", cluster.superuser_password()));
        let admin = ["--admin-url", &url, "--admin-password-file", text(&password)];
        let founders = it.bench.founders();
        let mut init = vec!["custody", "init", "--name", "Live", "--environment", "production"];
        init.extend(["--vault-url", "https://countersign-test.vault.azure.net", "--file", text(&founders)]);
        init.extend(admin);
        it.bench.run(&init).ok();
        let (login, of_pipeline) = (it.login(), it.bench.secret("pipeline", PASSWORD));
        let make = ["gate", "login", &login, "--password-file", text(&of_pipeline)];
        it.bench.run(&[&make[..], &admin].concat()).ok();
        it
    }

    fn login(&self) -> String {
        format!("pipeline-{}", self.database.replace('_', "-"))
    }

    fn url(&self, login: &str) -> String {
        format!("postgresql://{login}@localhost/{}?host={}", self.database, self.cluster.socket_dir().display())
    }

    /// The gate in a pipeline: nothing of this machine but the two variables.
    fn pipeline(&self) -> Command {
        let mut command = binary();
        command.env_clear().env("COUNTERSIGN_GATE_DATABASE_URL", self.url(&self.login()));
        command.env("COUNTERSIGN_GATE_PASSWORD", PASSWORD).arg("gate");
        command
    }

    fn ask(&self, arguments: &[&str]) -> Ran {
        let ran = Ran::of(self.pipeline().args(["--environment", "production"]).args(arguments));
        assert!(!ran.out.contains(PASSWORD) && !ran.err.contains(PASSWORD), "{ran:?}");
        ran
    }

    fn as_superuser(&self, sql: &str) {
        let ran = Command::new("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--username",
                "postgres",
                "--dbname",
                &self.database,
            ])
            .args(["--host", text(self.cluster.socket_dir()), "--command", sql])
            .env("PGPASSWORD", self.cluster.superuser_password())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    /// An exception that expires so far from now, past every verb.
    fn exception(&self, number: u32, title: &str, expires: &str) {
        self.as_superuser(&format!(
            "ALTER TABLE custody.exception DISABLE TRIGGER ALL; ALTER TABLE custody.exception_request DISABLE TRIGGER ALL;
             INSERT INTO custody.exception (id, number, request, title, clause, clause_title, keys, scope, justification, controls, owner,
                 requested_by, requested_at, granted_at, granted_seq, accepted_by, accepted_at, accepted_seq, acceptance, term_days_max,
                 expires_at, key_states)
             SELECT gen_random_uuid(), {number}, gen_random_uuid(), '{title}', 'B-9-api-secrets', 'API secrets every 90 days', '{{}}',
                 '{{type:api_secret}}', 'x', 'x', 'Ines Duarte', gen_random_uuid(), g.at, g.at, {number} + 1000000, gen_random_uuid(), g.at,
                 {number} + 1000000, 'x', 90, now() + interval '{expires}', '[]'
             FROM (SELECT least(now(), now() + interval '{expires}') - interval '1 hour' AS at) AS g;"
        ));
    }
}

/// The reason of an answer that is none.
#[track_caller]
fn reason(ran: &Ran) -> String {
    assert_eq!(ran.code, 2, "{ran:?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["verdict"], "unknown", "{ran:?}");
    document["reason"]["code"].as_str().unwrap().to_owned()
}

/// 0, 1 and every 2 with a register: blocked by one second, named with owner, days and step in four forms, bound to the commit; a
/// register that is not there, of another version, of another environment, not founded, or with a clock that is off tells nothing.
#[test]
fn a_pipeline_asks_the_register() {
    let production = Production::found();
    let ask = |arguments: &[&str]| production.ask(arguments);
    let pass = ask(&["--format", "json", "--commit", COMMIT]).ok().json();
    assert_eq!((pass["verdict"].as_str(), pass["commit"].as_str()), (Some("pass"), Some(COMMIT)));
    production.exception(61, "Static secret of the ERP connector", "6 days");
    let warned = ask(&["--format", "json"]).ok().json();
    assert_eq!(
        warned["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["level"] == "warn" && it["kind"] == "exception")
            .count(),
        1
    );

    production.exception(57, "Legacy TLS ##vso[task.complete]", "-1 second");
    let blocked = ask(&["--format", "json"]);
    assert_eq!(blocked.code, 1, "{blocked:?}");
    let first = &blocked.json()["findings"][0];
    assert_eq!(
        (first["id"].as_str(), first["owner"].as_str(), first["days"].as_i64()),
        (Some("EX-0057"), Some("Ines Duarte"), Some(0))
    );
    assert_eq!(first["clears"], "countersign exception renew EX-0057");
    for (format, wanted) in [
        ("text", "clear it: countersign exception renew EX-0057"),
        ("github", "::error title=EX-0057 Legacy TLS"),
        ("sarif", "\"ruleId\": \"exception\""),
    ] {
        let said =
            ask(&["--format", format, "--commit", COMMIT, "--repository", "https://github.com/example/payments"]);
        assert!(said.code == 1 && said.out.contains(wanted) && !said.out.contains("##"), "{said:?}");
        assert!(format == "github" || said.out.contains(COMMIT), "{said:?}");
    }

    let other = Ran::of(production.pipeline().args(["--environment", "staging", "--format", "json"]));
    assert_eq!(reason(&other), "wrong_environment");
    let with = |name: &str, value: &str| {
        Ran::of(production.pipeline().env(name, value).args(["--environment", "production", "--format", "json"]))
    };
    assert_eq!(reason(&with("COUNTERSIGN_GATE_PASSWORD", "not it")), "register_sign_in");
    assert_eq!(reason(&with("COUNTERSIGN_GATE_PASSWORD", "")), "password_missing");
    assert_eq!(
        reason(&with("COUNTERSIGN_GATE_DATABASE_URL", "postgresql://p@127.0.0.1:1/nowhere")),
        "register_unreachable"
    );
    assert_eq!(reason(&with("COUNTERSIGN_GATE_DATABASE_URL", "not an address")), "usage");
    let leaked = with("COUNTERSIGN_GATE_DATABASE_URL", "postgresql://p:hunter2@127.0.0.1:1/nowhere");
    assert!(
        reason(&leaked) == "usage" && !leaked.out.contains("hunter2") && !leaked.err.contains("hunter2"),
        "{leaked:?}"
    );
    let bad = ask(&["--commit", "main"]);
    assert_eq!((bad.code, bad.out.as_str()), (2, ""));
    let nowhere = tempfile::tempdir().unwrap();
    let alone = Ran::of(binary().env_clear().arg("--home").arg(nowhere.path()).args([
        "gate",
        "--environment",
        "production",
        "--format",
        "json",
    ]));
    reason(&alone);

    production.as_superuser("INSERT INTO custody._sqlx_migrations (version, description, success, checksum, execution_time) VALUES (999999, 'x', true, '', 0)");
    assert_eq!(reason(&ask(&["--format", "json"])), "schema_newer");
    production.as_superuser("DELETE FROM custody._sqlx_migrations WHERE version = 999999; UPDATE custody._sqlx_migrations SET success = false WHERE version > 40");
    assert_eq!(reason(&ask(&["--format", "json"])), "schema_missing");
    production.as_superuser("UPDATE custody._sqlx_migrations SET success = true");
    for ahead in ["- interval '2 minutes'", "+ interval '2 minutes'"] {
        let clock = format!(
            "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() {ahead} $$"
        );
        production.as_superuser(&clock);
        assert_eq!(reason(&ask(&["--format", "json"])), "clock_skew");
    }
    production.as_superuser("CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() $$");
    assert_eq!(ask(&[]).code, 1);
    production.as_superuser("ALTER TABLE custody.custody DISABLE TRIGGER ALL; DELETE FROM custody.custody");
    assert_eq!(reason(&ask(&["--format", "json"])), "not_founded");
}

/// 0, 1 and every 2 with a file and nothing else: no register, no keychain, no home.
#[test]
fn a_pipeline_without_a_register_judges_a_file() {
    let production = Production::found();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, trust, of_ines) = (path("gate.json"), path("trust.json"), path("ines.json"));
    let bench = &production.bench;
    bench.theo(&["gate", "trust", &trust]).ok();
    bench.theo(&["gate", "trust", &of_ines, "--signer", "Ines Duarte"]).ok();
    let published = bench.theo(&["--json", "gate", "publish", &file, "--valid-for", "24h"]).ok().json();
    assert_eq!(published["environment"], "production");
    let ask = |file: &str, trust: &str, environment: &str| {
        let asked = [
            "gate",
            "--environment",
            environment,
            "--file",
            file,
            "--trust",
            trust,
            "--format",
            "json",
            "--commit",
            COMMIT,
        ];
        Ran::of(binary().env_clear().args(asked))
    };
    let pass = ask(&file, &trust, "production").ok().json();
    assert_eq!((pass["source"]["kind"].as_str(), pass["commit"].as_str()), (Some("file"), Some(COMMIT)));

    production.exception(57, "Legacy TLS on the import host", "-1 second");
    ask(&file, &trust, "production").ok();
    bench.theo(&["gate", "publish", &file]).ok();
    let blocked = ask(&file, &trust, "production");
    assert_eq!((blocked.code, blocked.json()["findings"][0]["id"].as_str()), (1, Some("EX-0057")), "{blocked:?}");

    assert_eq!(reason(&ask(&file, &trust, "staging")), "wrong_environment");
    assert_eq!(reason(&ask(&file, &of_ines, "production")), "unknown_signer");
    assert_eq!(reason(&ask(&path("nowhere"), &trust, "production")), "file");
    assert_eq!(reason(&ask(&file, &path("nowhere"), "production")), "file");
    assert_eq!(reason(&ask(&trust, &trust, "production")), "file_unreadable");
    assert_eq!(reason(&ask(&file, &file, "production")), "trust_unreadable");
    let untrusted = Ran::of(binary().env_clear().args([
        "gate",
        "--environment",
        "production",
        "--file",
        &file,
        "--format",
        "json",
    ]));
    assert_eq!(reason(&untrusted), "trust_missing");
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, good.replace("\"level\": \"block\"", "\"level\": \"notice\"")).unwrap();
    assert_eq!(reason(&ask(&file, &trust, "production")), "file_changed");
    std::fs::write(&file, good.trim_end()).unwrap();
    assert_eq!(reason(&ask(&file, &trust, "production")), "file_changed");
    let refused = bench.theo(&["--json", "gate", "publish", &file, "--valid-for", "8d"]);
    assert_eq!((refused.code, refused.error()["code"].as_str()), (2, Some("usage")));
    let said = Ran::of(binary().env_clear().args([
        "gate",
        "--environment",
        "production",
        "--file",
        &file,
        "--trust",
        &trust,
        "--format",
        "github",
    ]));
    assert!(
        said.code == 2 && said.out.starts_with("::error title=Deployment gate::Production deployment blocked"),
        "{said:?}"
    );
}
