//! The log stack's reports and retention at the level of the register: what a report may say, what can't be removed by anybody, and
//! what is pruned when its term is over.

use canonical::Encoder;
use domain::Role;
use register::{LogTargetRow, Receipt, Register, RegisterError};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::common::{Custody, Draft, Key, Payload, Person, VAULT_HOST};

const TARGET: &str = "elasticsearch:https://es.example/logs-countersign";

impl Custody {
    async fn observe(&self, who: &Person, names: &[&str]) -> Receipt {
        let row =
            |name: &&str| Encoder::new().text("key").text(name).text("weak_algorithm").text("nothing").text("RSA 1024");
        let rows = Payload::of(names.iter().map(row));
        let draft = Draft::new("vault.observed", "vault", VAULT_HOST).payload(&rows);
        who.register.observe_vault(self.by_session(who, draft).act(), &rows.bytes).await.unwrap()
    }

    fn pruning(&self, entries: &[u64], count: u64, root: [u8; 32], days: u32) -> Draft {
        let entries: Vec<String> = entries.iter().map(u64::to_string).collect();
        Draft::new("observations.pruned", "custody", self.id)
            .with("entries", entries.join(","))
            .with("count", count)
            .with("root", hex::encode(root))
            .with("days", days)
    }

    async fn prune(&self, who: &Person, draft: Draft) -> Result<Receipt, RegisterError> {
        who.register.prune_observations(self.by_session(who, draft).act()).await
    }

    /// Days pass; Ben signs in anew.
    async fn pass_days(&mut self, days: i64) {
        self.pass_seconds(days * 86_400).await;
        self.ben.session = Key::make();
        self.open_session(&self.ben).await;
    }

    async fn log_target(&self, register: &Register) -> LogTargetRow {
        register.log_targets().await.unwrap().pop().unwrap()
    }

    async fn psql(&self, who: &Person) -> PgPool {
        let options: PgConnectOptions = (*self.superuser.connect_options()).clone();
        PgPool::connect_with(options.username(&who.login).password("a password for tests")).await.unwrap()
    }
}

/// The root of a pruning, computed from the ledger alone.
fn root(entries: &[(u64, [u8; 32])]) -> [u8; 32] {
    let row =
        |all: Encoder, (number, digest): &(u64, [u8; 32])| all.sequence(Encoder::new().count(*number).bytes(digest));
    Sha256::digest(entries.iter().fold(Encoder::new(), row).finish()).into()
}

/// everybody sees how far a target is; one that does not move is stalled after a quarter of an hour, and not before; a target that
/// is no longer used is forgotten by a signed act with a reason, and by nothing else.
#[tokio::test]
async fn a_target_that_does_not_move_is_seen_by_everybody() {
    let custody = Custody::found().await;
    let ben = &custody.ben;
    let head: i64 = custody.value("SELECT seq FROM custody.head").await;
    let head = u64::try_from(head).unwrap();
    let report = async |position, trouble: &str| ben.register.report_log_target(TARGET, "ecs", position, trouble).await;
    let code = |answer: Result<(), RegisterError>| answer.unwrap_err().refusal().unwrap().code().to_owned();
    assert_eq!(code(report(head + 1, "").await), "position_beyond");
    assert_eq!(code(report(0, "two\nlines").await), "malformed");
    report(head - 1, "it answered 503").await.unwrap();
    let auditor = custody.enrol("aud", &[Role::Auditor]).await;
    for reader in [&ben.register, &auditor.register] {
        let row = custody.log_target(reader).await;
        assert_eq!((row.name.as_str(), row.position, row.is_stalled), (TARGET, head - 1, false));
        assert_eq!((row.trouble.as_str(), row.reported_by.0), ("it answered 503", ben.id));
        assert!(row.behind > 0 && row.waiting_since.is_some());
    }
    assert_eq!(code(auditor.register.report_log_target(TARGET, "ecs", 1, "").await), "not_allowed");

    // Time passes for the entry that waits, not for the ledger: 14 minutes, then 16.
    let wait = async |minutes: u32| {
        let clock = format!(
            "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS
             $$ SELECT pg_catalog.clock_timestamp() + interval '{minutes} minutes' $$"
        );
        custody.alter(clock).await;
        custody.log_target(&ben.register).await
    };
    assert!(!wait(14).await.is_stalled);
    let row = wait(16).await;
    assert!(row.is_stalled && row.minutes_behind(ben.register.clock().await.unwrap()) >= 16);
    let head: i64 = custody.value("SELECT seq FROM custody.head").await;
    report(u64::try_from(head).unwrap(), "").await.unwrap();
    let row = custody.log_target(&ben.register).await;
    assert_eq!((row.behind, row.is_stalled, row.trouble.as_str(), row.waiting_since), (0, false, "", None));
    assert!(row.moved_at > row.reported_at.plus_days(-1));

    custody.alter("CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT pg_catalog.clock_timestamp() $$").await;
    let psql = custody.psql(ben).await;
    for attack in [
        "DELETE FROM custody.log_target",
        "UPDATE custody.log_target SET position = 9",
        "SELECT custody.do_drop_log_target('', '')",
    ] {
        let error = sqlx::raw_sql(attack).execute(&psql).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{attack}");
    }
    let drop = |subject: &str, why: &str| {
        custody.by_session(ben, Draft::new("log_target.dropped", "log_target", subject).because(why))
    };
    let refused = ben.register.drop_log_target(drop(TARGET, "").act()).await;
    custody.assert_refused(refused, ben, "purpose_missing").await;
    let refused = ben.register.drop_log_target(drop("file:/x", "moved").act()).await;
    custody.assert_refused(refused, ben, "log_target_unknown").await;
    ben.register.drop_log_target(drop(TARGET, "The cluster was moved").act()).await.unwrap();
    assert_eq!(ben.register.log_targets().await.unwrap(), []);
}

/// what is under retention can't be removed by any role with SQL, not by the administrator without taking the triggers away, and
/// not by the act that prunes, whatever it claims about its own time.
#[tokio::test]
async fn nothing_under_retention_can_be_removed() {
    let mut custody = Custody::found().await;
    custody.ahead = 400 * 86_400_000_000;
    let moved = custody.by_session(&custody.ben, custody.pruning(&[3], 2, [0; 32], 365));
    custody.ahead = 0;
    let ben = &custody.ben;
    let first = custody.observe(ben, &["a", "b"]).await.seq;
    custody.observe(ben, &["c"]).await;
    assert_eq!(ben.register.pruning_batch().await.unwrap(), None, "nothing is due");
    let root: Vec<u8> = sqlx::query_scalar("SELECT custody.pruning_root(ARRAY[$1])")
        .bind(i64::try_from(first).unwrap())
        .fetch_one(&custody.superuser)
        .await
        .unwrap();
    let root: [u8; 32] = root.try_into().unwrap();
    let draft = custody.pruning(&[first], 2, root, 365);
    custody.assert_refused(custody.prune(ben, draft.clone()).await, ben, "under_retention").await;
    // An act with a clock of its own is refused before anything is asked.
    custody.assert_refused(ben.register.prune_observations(moved.act()).await, ben, "clock_skew").await;
    // A record of the register that was made older is not enough: the entry has its own time.
    custody
        .alter(format!(
            "ALTER TABLE custody.ledger_entry DISABLE TRIGGER ALL;
             UPDATE custody.ledger_entry SET recorded_at = recorded_at - interval '400 days' WHERE seq = {first};
             ALTER TABLE custody.ledger_entry ENABLE ALWAYS TRIGGER refuse_row_change;
             ALTER TABLE custody.ledger_entry ENABLE ALWAYS TRIGGER refuse_truncate"
        ))
        .await;
    custody.assert_refused(custody.prune(ben, draft).await, ben, "under_retention").await;

    let attacks = [
        "DELETE FROM custody.vault_observation",
        "UPDATE custody.vault_observation SET name = 'z'",
        "TRUNCATE custody.vault_observation",
        "DELETE FROM custody.ledger_entry",
        "DELETE FROM custody.observation_pruning",
        "DELETE FROM custody.pruned_observation",
        "INSERT INTO custody.pruned_observation SELECT seq, seq FROM custody.ledger_entry",
        "INSERT INTO custody.setting VALUES (99, 'retention_observations_days', '30')",
        "UPDATE custody.setting SET value = '30'",
        "SELECT custody.do_prune_observations('', '')",
        "ALTER TABLE custody.vault_observation DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ];
    let outsiders = [
        custody.enrol("eng", &[Role::Engineering]).await,
        custody.enrol("aud", &[Role::Auditor]).await,
        custody.enrol("bot", &[Role::Agent]).await,
    ];
    for who in [&custody.anna, ben].into_iter().chain(&outsiders) {
        let psql = custody.psql(who).await;
        for attack in attacks {
            let Err(error) = sqlx::raw_sql(attack).execute(&psql).await else {
                unreachable!("{}: {attack}", who.login)
            };
            assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{}: {attack}", who.login);
        }
    }
    for attack in attacks.iter().filter(|it| {
        it.starts_with("DELETE FROM custody.v") || it.starts_with("UPDATE custody.v") || it.starts_with("TRUNCATE")
    }) {
        let error = sqlx::raw_sql(*attack).execute(&custody.superuser).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "CSLED", "{attack}");
    }
    // Not even where the act was forged in the tables: the trigger asks the term again.
    let forged = format!(
        "INSERT INTO custody.observation_pruning SELECT max(seq), ARRAY[{last}]::bigint[], 1, decode(repeat('00', 32), 'hex') FROM custody.ledger_entry;
         INSERT INTO custody.pruned_observation SELECT {last}, max(seq) FROM custody.ledger_entry;
         DELETE FROM custody.vault_observation WHERE seq = {last}",
        last = first + 1
    );
    assert!(sqlx::raw_sql(sqlx::AssertSqlSafe(forged)).execute(&custody.superuser).await.is_err());
    let rows: i64 = custody.value("SELECT count(*) FROM custody.vault_observation").await;
    assert_eq!(rows, 3);
}

/// what is due is pruned by an act that names it and binds what it prunes; the last observation stays, and the first that found
/// what the last still finds; what was changed is not pruned, so that it stays to be found.
#[tokio::test]
async fn observations_are_pruned_when_their_term_is_over() {
    let mut custody = Custody::found().await;
    let a = custody.observe(&custody.ben, &["still", "gone"]).await.seq;
    let b = custody.observe(&custody.ben, &["still"]).await.seq;
    let c = custody.observe(&custody.ben, &[]).await.seq;
    custody.pass_days(364).await;
    assert_eq!(custody.ben.register.pruning_batch().await.unwrap(), None, "a day is left");
    custody.pass_days(2).await;
    let last = custody.observe(&custody.ben, &["still"]).await.seq;
    let batch = custody.ben.register.pruning_batch().await.unwrap().unwrap();
    // `a` was the first to find what `last` still finds: since when that is so is counted from there.
    assert_eq!((batch.entries.as_slice(), batch.rows, batch.days), ([b, c].as_slice(), 1, 365));
    let payload = |names: &[&str]| -> [u8; 32] {
        let row =
            |name: &&str| Encoder::new().text("key").text(name).text("weak_algorithm").text("nothing").text("RSA 1024");
        Sha256::digest(Payload::of(names.iter().map(row)).bytes).into()
    };
    assert_eq!(batch.root, root(&[(b, payload(&["still"])), (c, payload(&[]))]), "by the ledger alone");

    let ben = &custody.ben;
    let refusals = [
        (custody.pruning(&[b, last], 2, batch.root, 365), "under_retention"),
        (custody.pruning(&[a], 2, batch.root, 365), "under_retention"),
        (custody.pruning(&[1], 0, batch.root, 365), "under_retention"),
        (custody.pruning(&[c, b], 1, batch.root, 365), "malformed"),
        (custody.pruning(&[b], 1, batch.root, 365), "batch_differs"),
        (custody.pruning(&[b, c], 7, batch.root, 365), "batch_differs"),
        (custody.pruning(&[b, c], 1, batch.root, 30), "batch_differs"),
    ];
    for (draft, code) in refusals {
        custody.assert_refused(custody.prune(ben, draft).await, ben, code).await;
    }
    let change = |value: &str| {
        format!(
            "ALTER TABLE custody.vault_observation DISABLE TRIGGER guard_observation;
             UPDATE custody.vault_observation SET detail = jsonb_set(detail, '{{vault}}', '\"{value}\"') WHERE seq = {b};
             ALTER TABLE custody.vault_observation ENABLE ALWAYS TRIGGER guard_observation"
        )
    };
    custody.alter(change("RSA 4096")).await;
    let due = custody.pruning(&[b, c], 1, batch.root, 365);
    custody.assert_refused(custody.prune(ben, due.clone()).await, ben, "observation_differs").await;
    custody.alter(change("RSA 1024")).await;
    let receipt = custody.prune(ben, due.clone()).await.unwrap();
    assert_eq!(receipt.number("deleted"), Some(1));
    custody.assert_refused(custody.prune(ben, due).await, ben, "under_retention").await;
    let left: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT seq FROM custody.vault_observation ORDER BY seq")
        .fetch_all(&custody.superuser)
        .await
        .unwrap();
    assert_eq!(left, [i64::try_from(a).unwrap(), i64::try_from(last).unwrap()]);
    assert_eq!(ben.register.pruned_after(receipt.seq - 1).await.unwrap(), [b, c]);
    assert_eq!(ben.register.pruning_batch().await.unwrap(), None);
}
