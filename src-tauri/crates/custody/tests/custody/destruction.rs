//! The end of keys and tenants, with a real PostgreSQL and a real local vault whose clocks are moved by days.

use custody::drill::DrillError;
use custody::request::{Blocker, OffboardingOrder, Purge, ReclaimHours, RequestError, RotationOptions, Wanted};
use custody::run::{Ended, RunError};
use domain::{KeyId, Plan, RunState, StepKind, TenantId};
use local_vault::{FaultAction, FaultRule, FaultWhen, Operation as VaultOperation, VaultRules};
use register::{Register, RegisterError};
use vault::{ObjectName, Tags};

use crate::stage::{Stage, fresh_id, password};

const WEEK: VaultRules = VaultRules { recoverable_days: 7, purge_protection: false };
const PROTECTED: VaultRules = VaultRules { recoverable_days: 7, purge_protection: true };

fn destroy_deks(keys: Vec<KeyId>) -> Wanted {
    Wanted::DestroyDeks { keys, reclaim_hours: ReclaimHours::Any }
}

fn leave(tenant: TenantId, name: &str, purge: Purge) -> Wanted {
    Wanted::OffboardTenant(OffboardingOrder {
        tenant,
        typed_name: name.to_owned(),
        purge,
        reclaim_hours: ReclaimHours::Any,
    })
}

fn refusal_code(error: &RunError) -> &str {
    match error {
        RunError::Register(RegisterError::Refused(refusal)) => refusal.code(),
        other => panic!("{other}"),
    }
}

/// the DEK, its token and its wrap are gone, those of others are not; what was proven is on record.
#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_dek_opens_nothing_and_others_open_all() {
    let stage = Stage::set(WEEK).await;
    let kek = stage.make_kek("kek-a").await;
    let made = stage.make_deks(kek, &["alder", "birch"]).await;
    assert!(stage.opens(made[0]).await && stage.opens(made[1]).await);
    let run = stage.carry_out(&destroy_deks(vec![made[0].0])).await;
    assert!(!stage.opens(made[0]).await);
    assert!(stage.opens(made[1]).await);
    assert_eq!(
        (stage.key_state(made[0].0).await.as_str(), stage.key_state(made[1].0).await.as_str()),
        ("destroyed", "active")
    );
    let register = &stage.ben.console.register;
    let erased = register.erasure(run).await.unwrap().unwrap();
    assert_eq!((erased.tokens, erased.wraps, erased.is_reclaimed), (1, 1, true));
    let steps = register.steps(run).await.unwrap();
    let reclaim = steps.iter().find(|step| step.kind == StepKind::Reclaim).unwrap();
    assert_eq!(reclaim.evidence.as_ref().unwrap()["proof"], "pages");
    let row = register.run(run).await.unwrap().unwrap();
    assert!(row.verification.unwrap().contains("reclaimed in entry"));
    // Nothing is destroyed twice.
    let again = stage.plan(&destroy_deks(vec![made[0].0])).await;
    assert!(matches!(again, Err(RequestError::Blocked { .. })));
    stage.anna.console.witness.catch_up(register).await.unwrap();
}

/// a KEK goes when nothing hangs on it, each stage as the vault told it; its absence is proven.
#[tokio::test(flavor = "multi_thread")]
async fn a_kek_is_purged_and_proven_gone() {
    let stage = Stage::set(WEEK).await;
    let kek = stage.make_kek("kek-a").await;
    let made = stage.make_deks(kek, &["alder"]).await;
    let wanted = Wanted::DestroyKek { key: kek, purge: Purge::AtOnce };
    match stage.plan(&wanted).await {
        Err(RequestError::Blocked { blockers, .. }) => assert_eq!(blockers, [Blocker::LiveDeks { deks: 1 }]),
        other => panic!("{other:?}"),
    }
    stage.carry_out(&destroy_deks(vec![made[0].0])).await;
    let run = stage.carry_out(&wanted).await;
    assert_eq!(stage.vault_has("kek-a").await, (false, false));
    assert_eq!(stage.key_state(kek).await, "destroyed");
    let told = stage.ben.console.register.deletions(run).await.unwrap();
    assert_eq!(told[0].recovery_level, "CustomizedRecoverable+Purgeable");
    let days = (told[0].scheduled_purge_at.unwrap().micros() - told[0].deleted_at.micros()) / 86_400_000_000;
    assert_eq!(days, 7);
    assert!(told[0].purge_proof.as_ref().unwrap().contains("neither it nor deleted remains"));
}

/// a DEK that comes under the KEK between signing and execution stops its destruction.
#[tokio::test(flavor = "multi_thread")]
async fn a_dek_that_comes_in_between_saves_its_kek() {
    let stage = Stage::set(WEEK).await;
    let kek = stage.make_kek("kek-a").await;
    let plan = stage.sealed(&Wanted::DestroyKek { key: kek, purge: Purge::AtOnce }).await;
    stage.make_deks(kek, &["alder"]).await;
    let started = stage.ben.console.start(&stage.ben.session.author, plan.request).await;
    assert!(matches!(started, Err(RunError::Request(RequestError::Stale { .. }))), "{started:?}");
    assert_eq!(stage.vault_has("kek-a").await, (true, false));
}

/// under purge protection nobody purges early: the run says until when it waits, goes on after restarts and days, and ends when
/// the vault itself has purged.
#[tokio::test(flavor = "multi_thread")]
async fn a_purge_is_waited_for_across_restarts_and_days() {
    let mut stage = Stage::set(PROTECTED).await;
    let kek = stage.make_kek("kek-a").await;
    let plan = stage.sealed(&Wanted::DestroyKek { key: kek, purge: Purge::AtOnce }).await;
    let run = stage.start(plan.request).await;
    let seen = stage.execute_until_it_waits(run, StepKind::AwaitPurge).await;
    let told = stage.ben.console.register.deletions(run).await.unwrap();
    assert_eq!((told[0].recovery_level.as_str(), seen.until), ("CustomizedRecoverable", told[0].scheduled_purge_at));
    stage.pass_days(6).await;
    stage.execute_until_it_waits(run, StepKind::AwaitPurge).await;
    assert_eq!(stage.vault_has("kek-a").await, (false, true));
    assert_eq!(stage.key_state(kek).await, "deactivated");
    stage.pass_days(2).await;
    assert_eq!(stage.execute(run).await.unwrap(), Ended::Completed);
    assert_eq!((stage.vault_has("kek-a").await, stage.key_state(kek).await.as_str()), ((false, false), "destroyed"));
}

/// the register's clock alone purges nothing: as long as the vault has it, the run waits.
#[tokio::test(flavor = "multi_thread")]
async fn the_vault_decides_and_not_a_clock() {
    let stage = Stage::set(PROTECTED).await;
    let kek = stage.make_kek("kek-a").await;
    let plan = stage.sealed(&Wanted::DestroyKek { key: kek, purge: Purge::Scheduled }).await;
    let run = stage.start(plan.request).await;
    stage.execute_until_it_waits(run, StepKind::AwaitPurge).await;
    // As if the vault had named an earlier date; only who may drop the guard can write that.
    stage.alter("ALTER TABLE custody.key_deletion DISABLE TRIGGER guard_deletion").await;
    stage.alter("UPDATE custody.key_deletion SET scheduled_purge_at = custody.clock() - interval '1 hour'").await;
    stage.execute_until_it_waits(run, StepKind::AwaitPurge).await;
    assert_eq!(stage.key_state(kek).await, "deactivated");
}

/// two people bring a deleted KEK back while its purge is waited for; the run that was destroying it is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_kek_is_recovered_by_two() {
    let stage = Stage::set(WEEK).await;
    let kek = stage.make_kek("kek-a").await;
    let early = stage.plan(&Wanted::RecoverKek { key: kek }).await;
    assert!(matches!(early, Err(RequestError::Unknown { .. })));
    let plan = stage.sealed(&Wanted::DestroyKek { key: kek, purge: Purge::Scheduled }).await;
    let destroying = stage.start(plan.request).await;
    stage.execute_until_it_waits(destroying, StepKind::AwaitPurge).await;
    assert_eq!(stage.vault_has("kek-a").await, (false, true));
    stage.carry_out(&Wanted::RecoverKek { key: kek }).await;
    assert_eq!(stage.vault_has("kek-a").await, (true, false));
    let register = &stage.ben.console.register;
    let row = register.run(destroying).await.unwrap().unwrap();
    assert_eq!(row.state, RunState::RolledBack);
    assert!(row.verification.unwrap().contains("recovered"));
    assert_eq!(stage.execute(destroying).await.unwrap(), Ended::RolledBack);
    assert_eq!(stage.key_state(kek).await, "deactivated");
    assert_eq!(stage.count("SELECT count(*) FROM custody.key_version WHERE state = 'disabled'").await, 0);
    // What came back can be destroyed by a request of its own.
    stage.carry_out(&Wanted::DestroyKek { key: kek, purge: Purge::AtOnce }).await;
    assert_eq!(stage.key_state(kek).await, "destroyed");
}

/// a lost reply is reconciled with what the vault has: deleted once, purged once, recovered once.
#[tokio::test(flavor = "multi_thread")]
async fn lost_replies_of_the_vault_are_reconciled() {
    let stage = Stage::set(WEEK).await;
    let faults = stage.vault_server.faults();
    let lose =
        |operation, action| faults.set(FaultRule { operation: Some(operation), when: FaultWhen::Nth(1), action });
    for (number, action) in [FaultAction::DropAfter, FaultAction::DropBefore].into_iter().enumerate() {
        let name = format!("kek-{number}");
        let kek = stage.make_kek(&name).await;
        for operation in [VaultOperation::KeyDelete, VaultOperation::KeyPurge] {
            lose(operation, action);
        }
        let run = stage.carry_out(&Wanted::DestroyKek { key: kek, purge: Purge::AtOnce }).await;
        assert_eq!(stage.vault_has(&name).await, (false, false));
        assert_eq!(stage.ben.console.register.deletions(run).await.unwrap().len(), 1);
        faults.clear();
    }
}

/// a KEK that DEKs have moved away from is purged only after a restore of a newer backup was tried without it.
#[tokio::test(flavor = "multi_thread")]
async fn a_retired_kek_waits_for_its_restore_drill() {
    let stage = Stage::set(WEEK).await;
    let kek = stage.make_kek("kek-a").await;
    let made = stage.make_deks(kek, &["alder"]).await;
    let options = RotationOptions { grace: std::time::Duration::ZERO, full_proof: false };
    stage.carry_out(&Wanted::RotateKek { key: kek, options }).await;
    let other = stage.make_kek("kek-b").await;
    let kept = stage.make_deks(other, &["birch"]).await;
    // The backup of this moment.
    let old = stage.restored().await;
    stage.carry_out(&destroy_deks(vec![made[0].0])).await;
    let wanted = Wanted::DestroyKek { key: kek, purge: Purge::AtOnce };
    match stage.plan(&wanted).await {
        Err(RequestError::Blocked { blockers, .. }) => assert_eq!(blockers, [Blocker::DrillMissing]),
        other => panic!("{other:?}"),
    }
    let (console, author) = (&stage.ben.console, &stage.ben.session.author);
    assert!(matches!(console.drill(author, kek, &old).await, Err(DrillError::StillNeeded { wraps: 1 })));
    let new = stage.restored().await;
    let drill = console.drill(author, kek, &new).await.unwrap();
    assert_eq!((drill.deks, drill.opened), (1, 1));
    stage.carry_out(&wanted).await;
    assert!(stage.opens(kept[0]).await);
    let foreign = Stage::set(WEEK).await;
    assert!(matches!(console.drill(author, other, &foreign.ben.console.register).await, Err(DrillError::Foreign)));
}

impl Stage {
    /// A copy of the register as it is now, opened by Ben.
    async fn restored(&self) -> Register {
        let copy = format!("copy_{}", fresh_id().simple());
        self.superuser.close().await;
        let cluster = local_custody::testing::TestCluster::shared();
        let admin = sqlx::PgPool::connect_with(cluster.superuser("postgres")).await.unwrap();
        let name = &self.address.database;
        let leave = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(leave)).execute(&admin).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {copy} TEMPLATE {name}")))
            .execute(&admin)
            .await
            .unwrap();
        let address = register::Address { database: copy, ..self.address.clone() };
        Register::connect(&address, "postgres", &password(cluster.superuser_password())).await.unwrap()
    }
}

/// A tenant with a KEK of its own, a secret and a certificate.
async fn separate_tenant(stage: &Stage) -> (KeyId, Vec<(KeyId, uuid::Uuid)>, TenantId) {
    stage.alter("INSERT INTO custody.tenant (name, created_seq) VALUES ('alder', 1)").await;
    let kek = stage.make_kek_of("kek-alder", Some("alder")).await;
    let made = stage.make_deks(kek, &["alder"]).await;
    let tenant = stage.tenant("alder").await;
    let secret = ObjectName::parse("alder-webhook").unwrap();
    let value = zeroize::Zeroizing::new("a webhook's secret".to_owned());
    stage.ben.console.vault.set_secret(&secret, &value, None, &Tags::new()).await.unwrap();
    for (kind, name, vault_name) in
        [("api_secret", "alder webhook", "alder-webhook"), ("tls_certificate", "alder.example", "alder-cert")]
    {
        stage
            .alter(format!(
                "INSERT INTO custody.key (id, kind, name, tenant, classification, purpose, owner, algorithm, storage, vault_name,
                                          state, created_at, rule_version, state_seq, search)
                 VALUES (gen_random_uuid(), '{kind}', '{name}', '{tenant}', 'confidential', 'webhook', 'platform', '', 'key_vault',
                         '{vault_name}', 'active', custody.clock(), 1, 1, '{name}')"
            ))
            .await;
    }
    (kek, made, tenant)
}

/// everything of a tenant with a KEK of its own goes: strength said before anyone signs, purged, proven.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_with_a_kek_of_its_own_is_erased_for_good() {
    let stage = Stage::set(WEEK).await;
    let (kek, made, tenant) = separate_tenant(&stage).await;
    let shared = stage.make_kek("kek-shared").await;
    let others = stage.make_deks(shared, &["birch"]).await;
    let wanted = leave(tenant, "alder", Purge::AtOnce);
    let plan = stage.plan(&wanted).await.unwrap();
    assert_eq!(plan.parameter("erasure"), Some("cryptographic"));
    let counted = |plan: &Plan, name: &str| plan.impact[name];
    let figures = ["deks", "tokens", "keks", "secrets", "certificates", "exceptions"].map(|name| counted(&plan, name));
    assert_eq!(figures, [1, 1, 1, 1, 1, 0]);
    let said: Vec<&str> = plan.changes.iter().map(|change| change.after.as_str()).collect();
    assert!(said.iter().any(|after| after.contains("revoke it at its certificate authority")), "{said:?}");
    assert!(said.iter().any(|after| after.contains("open for nobody")), "{said:?}");

    let run = stage.carry_out(&wanted).await;
    assert!(!stage.opens(made[0]).await);
    assert!(stage.opens(others[0]).await);
    assert_eq!(
        (stage.vault_has("kek-alder").await, stage.key_state(kek).await.as_str()),
        ((false, false), "destroyed")
    );
    let secret = ObjectName::parse("alder-webhook").unwrap();
    assert!(stage.ben.console.vault.secret(&secret, None).await.is_err());
    assert!(stage.ben.console.vault.deleted_secret(&secret).await.is_err());
    let found = stage.ben.console.offboarding(tenant).await.unwrap();
    assert_eq!((found.found.status.as_str(), found.found.deks, found.found.keys.len()), ("offboarded", 0, 1));
    assert_eq!(stage.ben.console.register.deletions(run).await.unwrap().len(), 2);
    assert_eq!(stage.count("SELECT count(*) FROM custody.review_item WHERE kind = 'offboard_tenant'").await, 1);
    // it does not leave twice.
    match stage.plan(&wanted).await {
        Err(RequestError::Blocked { blockers, .. }) => {
            assert_eq!(blockers, [Blocker::Status { status: "offboarded".to_owned() }]);
        }
        other => panic!("{other:?}"),
    }
}

/// under a shared KEK an erasure is limited, and says until when by the retention that is configured.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_under_a_shared_kek_is_told_what_remains() {
    let stage = Stage::set(WEEK).await;
    let kek = stage.make_kek("kek-shared").await;
    let made = stage.make_deks(kek, &["alder", "birch"]).await;
    let tenant = stage.tenant("alder").await;
    let plan = stage.sealed(&leave(tenant, "alder", Purge::AtOnce)).await;
    assert_eq!(plan.parameter("erasure"), Some("shared_kek"));
    let until = plan.clocks.execute_by.plus(std::time::Duration::from_secs(35 * 86_400)).to_string();
    assert_eq!(plan.parameter("residue_until"), Some(until.as_str()));
    assert!(plan.changes.iter().any(|change| change.after.contains("the living KEK opens them")));
    let run = stage.start(plan.request).await;
    assert_eq!(stage.execute(run).await.unwrap(), Ended::Completed);
    assert!(!stage.opens(made[0]).await);
    assert!(stage.opens(made[1]).await);
    assert_eq!(stage.key_state(kek).await, "active");
}

/// every blocker is named, not only the first; a wrong name is no name; and a hold that comes after signing stops the run.
#[tokio::test(flavor = "multi_thread")]
async fn blockers_are_listed_and_cannot_be_raced() {
    let stage = Stage::set(WEEK).await;
    let (kek, made, tenant) = separate_tenant(&stage).await;
    stage.make_deks(kek, &["birch"]).await;
    let wrong = stage.plan(&leave(tenant, "Alder", Purge::AtOnce)).await;
    assert!(matches!(wrong, Err(RequestError::NameDiffers { .. })));
    let dek_plan = stage.sealed(&destroy_deks(vec![made[0].0])).await;
    let dek_run = stage.start(dek_plan.request).await;
    stage.hold(tenant).await;
    match stage.plan(&leave(tenant, "alder", Purge::AtOnce)).await {
        Err(RequestError::Blocked { blockers, .. }) => {
            let kinds: Vec<String> = blockers.iter().map(ToString::to_string).collect();
            assert_eq!(blockers.len(), 3, "{kinds:?}");
            assert!(
                kinds[0].contains("Case 14/2026") && kinds[1].contains("under way") && kinds[2].contains("of others")
            );
        }
        other => panic!("{other:?}"),
    }
    let stopped = stage.execute(dek_run).await.unwrap_err();
    assert_eq!(refusal_code(&stopped), "held");
    assert!(stage.opens(made[0]).await);
}

/// a hold that is set while a purge is waited for keeps this console from purging.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_stops_a_purge_that_was_begun() {
    let stage = Stage::set(WEEK).await;
    let (_, _, tenant) = separate_tenant(&stage).await;
    let plan = stage.sealed(&leave(tenant, "alder", Purge::AtOnce)).await;
    let run = stage.start(plan.request).await;
    let faults = stage.vault_server.faults();
    let refuse = FaultAction::Status { status: 409, retry_after_s: None };
    for operation in [VaultOperation::KeyPurge, VaultOperation::SecretPurge] {
        faults.set(FaultRule { operation: Some(operation), when: FaultWhen::Always, action: refuse });
    }
    stage.execute_until_it_waits(run, StepKind::AwaitPurge).await;
    faults.clear();
    stage.hold(tenant).await;
    let stopped = stage.execute(run).await.unwrap_err();
    assert_eq!(refusal_code(&stopped), "held");
    assert_eq!(stage.vault_has("kek-alder").await, (false, true));
}
