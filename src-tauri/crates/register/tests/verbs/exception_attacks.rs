//! Attacks on dates and on the accepted risk: with SQL as each role and as a superuser, and with entries that somebody made up.

use domain::Role;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::exception_stage::{DAY, TERM, wish};
use crate::common::{Custody, Draft, Person};

/// The tables of both registers, with a column of each that somebody would like to change.
const TABLES: [(&str, &str); 6] = [
    ("exception", "expires_at = expires_at + interval '1 day'"),
    ("exception_request", "expires_at = expires_at + interval '1 day'"),
    ("exception_cover", "key = NULL"),
    ("exception_reminder", "days = 1"),
    ("exception_review", "note = 'Fine'"),
    ("shared_key", "review_by = review_by + interval '1 day'"),
];

/// A connection as this person has with psql.
async fn psql(custody: &Custody, who: &Person) -> PgPool {
    let options: PgConnectOptions = (*custody.superuser.connect_options()).clone();
    PgPool::connect_with(options.username(&who.login).password("a password for tests")).await.unwrap()
}

async fn refused(pool: &PgPool, statement: String) -> String {
    let outcome = sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone())).execute(pool).await;
    let Err(error) = outcome else { panic!("not refused: {statement}") };
    let error = error.as_database_error().unwrap();
    format!("{} {}", error.code().unwrap(), error.message())
}

/// nobody stores an exception without a date or beyond its term, and nobody moves a date: no role by SQL, no superuser by DML.
#[tokio::test]
async fn no_sql_makes_a_date_or_moves_one() {
    let mut custody = Custody::found().await;
    let t0 = custody.now();
    custody.stop_clock(t0).await;
    let key = custody.api_secret("api-saltmarsh").await;
    let id = custody.grant(wish(&[key], t0 + 10 * DAY), None).await.unwrap();
    let plan = custody.sharing_plan(&custody.ben, (key, "api-saltmarsh"), t0 + 10 * DAY).await;
    custody.submit(&custody.ben, Role::DevOps, &plan).await.unwrap();
    custody.approve(&custody.anna, Role::RiskAcceptance, &plan).await.unwrap();
    custody.settle(&custody.anna, &plan).await.unwrap();
    let others = [
        custody.enrol("emil", &[Role::Engineering]).await,
        custody.enrol("vera", &[Role::Auditor]).await,
        custody.enrol("bot", &[Role::Agent]).await,
    ];
    for who in [&custody.anna, &custody.ben].into_iter().chain(&others) {
        let pool = psql(&custody, who).await;
        for (table, change) in TABLES {
            for statement in [
                format!("UPDATE custody.{table} SET {change}"),
                format!("DELETE FROM custody.{table}"),
                format!("TRUNCATE custody.{table} CASCADE"),
                format!("INSERT INTO custody.{table} SELECT * FROM custody.{table}"),
                format!("ALTER TABLE custody.{table} DISABLE TRIGGER ALL"),
                format!("COPY custody.{table} FROM stdin"),
            ] {
                let error = refused(&pool, statement).await;
                assert!(error.starts_with("42501"), "{}: {error}", who.login);
            }
        }
        let hooks = [
            "grant_exception_apply(NULL, NULL, NULL)",
            "close_exception_apply(NULL, NULL, NULL)",
            "share_key_apply(NULL, NULL, NULL)",
            "do_revoke_exception('', '')",
            "keep_rows('exception', 'DELETE')",
            "guard_exception()",
        ];
        for hook in hooks {
            assert!(refused(&pool, format!("SELECT custody.{hook}")).await.starts_with("42501"), "{hook}");
        }
        pool.close().await;
    }

    // What only a superuser can try. `replica` switches ordinary triggers off; these stay.
    let forged = |disabling: &str, columns: &str, values: &str| {
        format!(
            "{disabling} CREATE TEMP TABLE forged AS SELECT * FROM custody.exception WHERE id = '{id}';
             UPDATE forged SET id = gen_random_uuid(), {columns} = {values}; INSERT INTO custody.exception SELECT * FROM forged"
        )
    };
    // The constraints hold by themselves, where somebody has taken the trigger away.
    let row =
        |columns, values| forged("ALTER TABLE custody.exception DISABLE TRIGGER guard_exception;", columns, values);
    let guarded = |columns, values| forged("", columns, values);
    for (statement, wanted) in [
        (row("expires_at", "NULL"), "null value in column \"expires_at\""),
        (row("expires_at", "'infinity'"), "violates check constraint"),
        (row("expires_at", &format!("granted_at + interval '{} microseconds'", TERM + 1)), "violates check constraint"),
        (row("(expires_at, term_days_max)", "(granted_at + interval '400 days', 400)"), "violates check constraint"),
        (row("expires_at", "granted_at"), "violates check constraint"),
        (row("accepted_by", "requested_by"), "violates check constraint"),
        (row("controls", "' '"), "violates check constraint"),
        // Everything in order, only that nobody asked for it so.
        (guarded("expires_at", "expires_at - interval '1 day'"), "exception_fixed"),
        (guarded("clause", "'B-5-algorithms'"), "exception_fixed"),
        ("UPDATE custody.exception SET expires_at = expires_at - interval '1 microsecond'".to_owned(), "exception_fixed"),
        ("UPDATE custody.exception SET granted_at = granted_at + interval '1 microsecond'".to_owned(), "exception_fixed"),
        (format!("UPDATE custody.exception SET expires_at = expires_at + interval '1 day', closed_at = clock_timestamp(), evidence = 'x',
                  closed_by = '{}', closed_seq = granted_seq", custody.ben.id), "exception_fixed"),
        ("DELETE FROM custody.exception".to_owned(), "is not possible"),
        ("TRUNCATE custody.exception CASCADE".to_owned(), "is not possible"),
        ("UPDATE custody.exception_request SET expires_at = expires_at + interval '1 day'".to_owned(), "is not possible"),
        ("UPDATE custody.shared_key SET review_by = review_by + interval '1 day'".to_owned(), "shared_key_fixed"),
        ("UPDATE custody.request SET parameters = parameters || '{\"expires_at\": \"1\"}'".to_owned(), "request_fixed"),
    ] {
        let mut session = custody.superuser.acquire().await.unwrap();
        let tried = format!("BEGIN; SET LOCAL session_replication_role = replica; {statement}");
        let outcome = sqlx::raw_sql(sqlx::AssertSqlSafe(tried)).execute(&mut *session).await;
        let Err(error) = outcome else { panic!("not refused: {statement}") };
        assert!(error.to_string().contains(wanted), "{statement}\n{error}");
        session.close().await.unwrap();
    }
    let now: i64 = custody.value("SELECT custody.us(expires_at) FROM custody.exception").await;
    assert_eq!(now, t0 + 10 * DAY);
}

/// an application carries the plan that two people sealed, in its own run and step; nothing else comes into force.
#[tokio::test]
async fn a_forged_application_changes_nothing() {
    let mut custody = Custody::found().await;
    let t0 = custody.now();
    custody.stop_clock(t0).await;
    let key = custody.api_secret("api-saltmarsh").await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let plan = custody.exception_plan(ben, wish(&[key], t0 + 10 * DAY), None).await;
    let longer = custody.exception_plan(ben, wish(&[key], t0 + 50 * DAY), None).await;
    for plan in [&plan, &longer] {
        custody.submit(ben, Role::DevOps, plan).await.unwrap();
    }
    custody.approve(anna, Role::RiskAcceptance, &plan).await.unwrap();
    // A seal for one plan is none for the other.
    let crossed = domain::Plan { request: longer.request, ..plan.clone() };
    let moved = custody.sealed(anna, Role::RiskAcceptance, &crossed, "request.sealed", domain::Decision::Approve);
    let refused = anna.register.decide_request(moved.act()).await;
    custody.assert_refused(refused, anna, "plan_differs").await;
    let run = custody.start(ben, &plan).await.unwrap();
    custody.assert_refused(custody.apply_plan(ben, run, &plan).await, ben, "wrong_step").await;
    custody.step(ben, run, "compare", 1).await;
    custody.intend(ben, run, "apply", 2).await.unwrap();
    let other_plan = custody.application(run, &longer);
    custody
        .assert_refused(
            ben.register.apply_request(custody.by_session(ben, other_plan).act()).await,
            ben,
            "wrong_subject",
        )
        .await;
    let mut forged = plan.clone();
    forged.parameters.insert("expires_at".to_owned(), (t0 + 50 * DAY).to_string());
    let forged = ben.register.apply_request(custody.by_session(ben, custody.application(run, &forged)).act()).await;
    custody.assert_refused(forged, ben, "plan_differs").await;
    let bare = Draft::new("request.applied", "request", plan.request).with("run", run.id).with("fence", run.fence);
    custody
        .assert_refused(ben.register.apply_request(custody.by_session(ben, bare).act()).await, ben, "malformed")
        .await;
    custody.assert_refused(custody.done(ben, run, "apply", 2).await, ben, "wrong_step").await;

    // Who accepted lost the authority before it came into force.
    custody
        .alter(format!("DELETE FROM custody.operator_role WHERE operator = '{}' AND role = 'risk_acceptance'", anna.id))
        .await;
    custody.assert_refused(custody.apply_plan(ben, run, &plan).await, ben, "no_quorum").await;
    custody
        .alter(format!(
            "INSERT INTO custody.operator_role VALUES ('{}', 'risk_acceptance', custody.clock(), custody.clock(), 1)",
            anna.id
        ))
        .await;
    // The policy became stricter meanwhile: the longest term is shorter than what was asked for.
    let rule = "INSERT INTO custody.clause_rule SELECT version + 1, clause, title, CASE clause WHEN 'B-9-api-secrets' THEN 5 ELSE term_days_max END
                FROM custody.clause_rule WHERE version = (SELECT max(version) FROM custody.clause_rule)";
    custody.alter(rule).await;
    custody.assert_refused(custody.apply_plan(ben, run, &plan).await, ben, "expiry_beyond_term").await;
    assert_eq!(custody.value::<i64>("SELECT count(*) FROM custody.exception").await, 0);
}
