//! The deployment gate over the whole product: what a register says to it, the file that stands in for it, the login that can read
//! nothing else, and what a database administrator would have to get past.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::time::Duration;

use countersign_tests::{TestCustody, approval, grounds, passphrase};
use custody::gate::GateError;
use custody::request::{Excepted, NewException, Verdict, Wanted, Windows};
use domain::{Environment, KeyId, Role, Timestamp};
use gate::{Judgement, Level, Reading, SignedFile as _, Trust, verify};
use register::{Address, Password};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use zeroize::Zeroizing;

const HOUR: Duration = Duration::from_secs(3_600);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);
const PASSWORD: &str = "a password for pipelines";

/// Ines asks for an exception from the rotation of a KEK, Theo accepts the risk.
async fn granted(custody: &TestCustody, kek: KeyId, title: &str, days: i64) -> (KeyId, Timestamp) {
    let excepted = Excepted::Clause {
        clause: "A-6.3-kek-rotation".to_owned(),
        keys: vec![kek],
        kinds: Vec::new(),
        tenants: Vec::new(),
    };
    agreed(custody, excepted, title, days).await
}

async fn agreed(custody: &TestCustody, excepted: Excepted, title: &str, days: i64) -> (KeyId, Timestamp) {
    let (ines, theo) = (&custody.ines, &custody.theo);
    let expires_at = ines.console.now().await.unwrap().plus_days(days);
    let wanted = Wanted::GrantException(NewException {
        excepted,
        title: title.to_owned(),
        justification: "The importer is replaced in the next release".to_owned(),
        controls: "Access only from the import host".to_owned(),
        owner: "Ines Duarte".to_owned(),
        expires_at,
    });
    let windows = Windows { approve_within: HOUR, execute_within: 2 * HOUR };
    let plan = ines.console.plan(ines.person.operator, &wanted, grounds(), windows).await.unwrap();
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    ines.console.submit(&plan, Role::DevOps, &device).await.unwrap();
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    let verdict = Verdict { role: Role::RiskAcceptance, ..approval(&plan) };
    theo.console.decide(verdict, &device, theo.author()).await.unwrap();
    theo.console.settle(theo.author(), plan.request).await.unwrap();
    (plan.targets.first().unwrap().key, expires_at)
}

/// Ids of the exceptions that a file names, with their level at `at`.
fn named(file: &[u8], trust: &Trust, at: Timestamp) -> Vec<(String, Level)> {
    let read = verify(file, trust, Environment::Staging, at).unwrap();
    let judged = Judgement::of(read, at).unwrap();
    let exceptions = judged.findings.into_iter().filter(|it| it.finding.kind == "exception");
    exceptions.map(|it| (it.finding.id, it.level)).collect()
}

/// a file that a console publishes blocks on the microsecond on which an exception expires after it was made. What one person revokes
/// still counts until a second one has looked at it. What a database administrator changes about an exception is found: nothing is published.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_tells_what_the_ledger_says() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek("kek-imports").await;
    let (first, expires) = granted(&custody, kek, "KEK of the importer", 3).await;
    let trust = theo.console.gate_trust("Payments", &[]).await.unwrap();
    assert_eq!(trust.signers.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Theo Brandt"], "Security alone");
    let publish = async || theo.console.gate_file(theo.author(), WEEK).await.map(|file| file.write());
    let file = publish().await.unwrap();
    let before = Timestamp::from_micros(expires.micros() - 1);
    assert_eq!(named(&file, &trust, before), [("EX-0001".to_owned(), Level::Warn)]);
    assert_eq!(named(&file, &trust, expires), [("EX-0001".to_owned(), Level::Block)]);
    let of_ines = ines.console.gate_file(ines.author(), HOUR).await.unwrap().write();
    let refused = verify(&of_ines, &trust, Environment::Staging, ines.console.now().await.unwrap());
    assert_eq!(refused.unwrap_err().code(), "unknown_signer");
    for valid_for in [Duration::ZERO, WEEK + HOUR] {
        assert!(matches!(theo.console.gate_file(theo.author(), valid_for).await, Err(GateError::Validity)));
    }

    let mut superuser = custody.superuser().await;
    let alterations = [
        ("expires_at = expires_at + interval '1 day'", "expires_at = expires_at - interval '1 day'"),
        ("expires_at = expires_at - interval '1 hour'", "expires_at = expires_at + interval '1 hour'"),
        (
            "closed_at = granted_at, closed_by = requested_by, closed_seq = granted_seq, evidence = 'x'",
            "closed_at = NULL, closed_by = NULL, closed_seq = NULL, evidence = NULL",
        ),
    ];
    for (change, back) in alterations {
        superuser.behind_the_fences(&["exception"], format!("UPDATE custody.exception SET {change}")).await;
        let found = publish().await;
        assert!(matches!(found, Err(GateError::NotOfTheLedger { .. })), "{change}: {found:?}");
        superuser.behind_the_fences(&["exception"], format!("UPDATE custody.exception SET {back}")).await;
        publish().await.unwrap();
    }

    let exception = domain::ExceptionId(first.0);
    let revoked = ines.console.revoke_exception(ines.author(), exception, "The importer is gone").await.unwrap();
    let file = publish().await.unwrap();
    assert_eq!(named(&file, &trust, expires), [("EX-0001".to_owned(), Level::Block)]);
    let forge = "UPDATE custody.review_item SET signed_off_by = '00000000-0000-0000-0000-000000000001', signed_off_at = at, note = 'x', signed_off_seq = seq";
    superuser.behind_the_fences(&["review_item"], forge).await;
    assert!(matches!(publish().await, Err(GateError::NotOfTheLedger { .. })), "signed off by nobody");
    let back =
        "UPDATE custody.review_item SET signed_off_by = NULL, signed_off_at = NULL, note = NULL, signed_off_seq = NULL";
    superuser.behind_the_fences(&["review_item"], back).await;
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    theo.console.sign_off(&device, revoked.seq, "The importer is gone indeed").await.unwrap();
    assert_eq!(named(&publish().await.unwrap(), &trust, expires), []);

    let (second, _) = granted(&custody, kek, "KEK of the exporter", 2).await;
    let renewing = Excepted::Renewing(domain::ExceptionId(second.0));
    let (_, later) = agreed(&custody, renewing, "KEK of the exporter", 4).await;
    let file = publish().await.unwrap();
    assert_eq!(named(&file, &trust, before), [("EX-0003".to_owned(), Level::Warn)], "renewed: the former is answered");
    assert_eq!(named(&file, &trust, later), [("EX-0003".to_owned(), Level::Block)]);
    superuser
        .behind_the_fences(
            &["exception", "exception_cover"],
            "DELETE FROM custody.exception_cover; DELETE FROM custody.exception WHERE number = 3",
        )
        .await;
    assert!(matches!(publish().await, Err(GateError::NotOfTheLedger { .. })), "a row that is gone");
}

/// the register's own clock decides to the microsecond; a request that waits is the step that clears; overdue rotations and
/// violations block, warn or are left out by rule, and an exception in force covers them.
#[tokio::test(flavor = "multi_thread")]
async fn the_register_says_what_blocks_by_its_clock_and_rules() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-imports").await;
    let (exception, expires) = granted(&custody, kek, "KEK of the importer", 3).await;
    let mut superuser = custody.superuser().await;
    let at = |moment: Timestamp| format!("timestamptz 'epoch' + {} * interval '1 microsecond'", moment.micros());
    let mut levels = async |moment: Timestamp, kind: &str| {
        superuser
            .texts(format!(
                "SELECT level || ' ' || id || ' ' || days || ' ' || clears FROM custody.gate_findings({}) WHERE kind = '{kind}'",
                at(moment)
            ))
            .await
    };
    let renew = "countersign exception renew EX-0001";
    assert_eq!(
        levels(Timestamp::from_micros(expires.micros() - 1), "exception").await,
        [format!("warn EX-0001 -1 {renew}")]
    );
    assert_eq!(levels(expires, "exception").await, [format!("block EX-0001 0 {renew}")]);
    assert_eq!(levels(expires.plus_days(7), "exception").await, [format!("block EX-0001 7 {renew}")]);

    let late = custody.ines.console.now().await.unwrap().plus_days(400);
    let due = levels(late, "rotation_overdue").await;
    assert!(
        matches!(due.as_slice(), [line] if line.starts_with("warn kek-imports ") && line.ends_with(&kek.to_string())),
        "{due:?}"
    );
    for (setting, wanted) in [("block", Some("block ")), ("off", None)] {
        let mut again = custody.superuser().await;
        again
            .behind_the_fences(
                &["setting"],
                format!("INSERT INTO custody.setting SELECT max(version) + 1, 'gate_rotation_overdue', '{setting}' FROM custody.setting"),
            )
            .await;
        let found = levels(late, "rotation_overdue").await;
        assert_eq!(
            found.first().map(|line| line.split(' ').next().unwrap().to_owned() + " ").as_deref(),
            wanted,
            "{setting}"
        );
    }
    // Covered while the exception lasts, overdue by then: it counts from the exception's end on, and the file knows.
    let mut again = custody.superuser().await;
    again
        .behind_the_fences(
            &["setting", "key"],
            format!(
                "INSERT INTO custody.setting SELECT max(version) + 1, 'gate_rotation_overdue', 'block' FROM custody.setting;
                 UPDATE custody.key SET rotate_by = created_at WHERE id = '{kek}'"
            ),
        )
        .await;
    let read = custody.theo.console.gate_reading(Environment::Staging).await.unwrap();
    assert!(read.findings.iter().all(|it| it.kind != "rotation_overdue"), "covered: {read:?}");
    let until = expires.plus_days(2);
    let ahead = custody.theo.console.register.gate(Environment::Staging, Some(until)).await.unwrap();
    let ahead = Reading::parse(&ahead).unwrap();
    let overdue: Vec<i64> =
        ahead.findings.iter().filter(|it| it.kind == "rotation_overdue").map(|it| it.due_at).collect();
    assert_eq!(overdue, [expires.micros()]);
    assert!(ahead.findings.iter().any(|it| it.subject == exception.to_string() && it.due_at == expires.micros()));
}

/// Every way to read something else, from the server's own catalogue, and some to write.
async fn attacks(superuser: &mut countersign_tests::Psql, others: &[&str]) -> Vec<String> {
    let relations = superuser
        .texts("SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace = 'custody'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')")
        .await;
    let functions = superuser
        .texts(
            "SELECT format('WITH it AS MATERIALIZED (SELECT %s) SELECT custody.%I(%s) FROM it',
                        coalesce((SELECT string_agg('NULL::' || format_type(t, NULL) || ' AS a' || n, ', ' ORDER BY n)
                                  FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, n)), 'NULL AS none'),
                        p.proname, (SELECT string_agg(CASE WHEN n = p.pronargs AND p.provariadic <> 0 THEN 'VARIADIC ' ELSE '' END || 'it.a' || n, ', ' ORDER BY n)
                                     FROM generate_series(1, p.pronargs) AS n))
             FROM pg_proc AS p
             WHERE p.pronamespace = 'custody'::regnamespace AND p.prokind = 'f' AND p.proname NOT IN ('gate', 'schema_version')
               AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
               AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')",
        )
        .await;
    assert!(relations.len() > 40 && functions.len() > 200, "the catalogue was not read");
    let columns = superuser
        .texts("SELECT format('SELECT %I FROM %s', a.attname, c.oid::regclass) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                WHERE c.relnamespace = 'custody'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped")
        .await;
    let on_relations = relations.iter().flat_map(|name| {
        [
            "SELECT * FROM {}",
            "SELECT count(*) FROM {}",
            "COPY {} TO STDOUT",
            "DELETE FROM {}",
            "TRUNCATE {}",
            "LOCK TABLE {} IN ACCESS SHARE MODE",
        ]
        .map(|attack| attack.replace("{}", name))
    });
    let on_roles = others.iter().flat_map(|role| {
        [
            format!("SET ROLE {role}"),
            format!("GRANT {role} TO CURRENT_USER"),
            format!("ALTER ROLE {role} PASSWORD 'mine'"),
            format!("DROP OWNED BY {role} CASCADE"),
        ]
    });
    let others = [
        "DROP OWNED BY CURRENT_USER CASCADE",
        "DROP OWNED BY countersign_gate CASCADE",
        "SET ROLE countersign_gate; DROP OWNED BY CURRENT_USER",
        "CREATE TABLE custody.mine (it int)",
        "CREATE TABLE public.mine (it int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE countersign_gate LOGIN",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT rolpassword FROM pg_catalog.pg_authid",
        "SELECT * FROM pg_catalog.pg_statistic",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''epoch''::timestamptz'",
    ];
    columns.into_iter().chain(functions).chain(on_relations).chain(on_roles).chain(others.map(str::to_owned)).collect()
}

/// SQLSTATE of every no: not allowed; not what can be done with a view or a sequence.
const REFUSED: [&str; 3] = ["42501", "55000", "42809"];

/// Those that were obeyed.
async fn obeyed(pipeline: &mut PgConnection, attacks: Vec<String>) -> Vec<String> {
    let mut found = Vec::new();
    for attack in attacks {
        pipeline.execute("BEGIN").await.unwrap();
        let answer = pipeline.execute(sqlx::raw_sql(AssertSqlSafe(attack.clone()))).await;
        pipeline.execute("ROLLBACK").await.unwrap();
        let state = answer.err().and_then(|error| error.as_database_error()?.code().map(|code| code.into_owned()));
        if !state.as_deref().is_some_and(|state| REFUSED.contains(&state)) {
            found.push(format!("{attack}: {state:?}"));
        }
    }
    found
}

/// a pipeline's login asks the gate and can read nothing else: no table, column, view, sequence or function of the register, nobody
/// else's role. One grant too many is noticed.
#[tokio::test(flavor = "multi_thread")]
async fn a_pipelines_login_reads_the_gate_and_nothing_else() {
    let custody = TestCustody::found().await;
    let local = custody.premises.local_custody().unwrap();
    let address = Address::socket(local.socket_dir().to_string_lossy().into_owned(), local.port(), local.database());
    let secret = |text: &str| Password::new(Zeroizing::new(text.to_owned()));
    // EXPOSE: of a custody that is gone when this ends.
    let admin_password = local.superuser_password().expose(secret);
    register::create_gate_login(&address, local.superuser_login(), &admin_password, "pipeline", &secret(PASSWORD))
        .await
        .unwrap();
    let read = register::read_gate(&address, "pipeline", &secret(PASSWORD), Environment::Staging).await.unwrap();
    let reading = Reading::parse(&read).unwrap();
    assert_eq!(reading.custody, custody.ines.console.custody.id);
    let elsewhere =
        register::read_gate(&address, "pipeline", &secret(PASSWORD), Environment::Production).await.unwrap_err();
    assert!(elsewhere.to_string().contains("wrong_environment"), "{elsewhere}");

    let mut superuser = custody.superuser().await;
    let mut pipeline = local.login("pipeline", PASSWORD).connect().await.unwrap();
    let theo = custody.theo.person.login.clone();
    let others =
        ["countersign_owner", "countersign_security", "countersign_auditor", "countersign_agent", theo.as_str()];
    let tried = attacks(&mut superuser, &others).await;
    assert_eq!(obeyed(&mut pipeline, tried).await, Vec::<String>::new());
    for too_far in ["now() + interval '8 days'", "now() - interval '1 day'", "'infinity'", "'-infinity'"] {
        let ask = format!("SELECT custody.gate('staging', {too_far})");
        let refused = pipeline.execute(sqlx::raw_sql(AssertSqlSafe(ask))).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().message(), "until_unfit");
    }
    superuser.run("GRANT SELECT ON custody.setting TO countersign_gate").await.unwrap();
    let tried = attacks(&mut superuser, &others).await;
    assert!(obeyed(&mut pipeline, tried).await.iter().any(|it| it.starts_with("SELECT * FROM custody.setting")));
    superuser.run("REVOKE SELECT ON custody.setting FROM countersign_gate").await.unwrap();
    // It still works: nothing that was tried took its one right away.
    register::read_gate(&address, "pipeline", &secret(PASSWORD), Environment::Staging).await.unwrap();
    pipeline.close().await.unwrap();
}
