//! Holds: set by one person, lifted by two, and in the way of what destroys.

use domain::{KeyId, Operation, Plan, Role, Target, TenantId};
use register::{HoldKind, HoldTarget, Receipt, RegisterError};
use serde_json::Value;
use uuid::Uuid;

use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Person, fresh_id};

const WHY: &str = "Northwind against Tidewell: everything of this customer is evidence";
const REFERENCE: &str = "Case 4 O 112/26";

fn holding(hold: Uuid, kind: &str, scope: &str, target: Uuid) -> Draft {
    Draft::new("hold.set", "hold", hold)
        .with("kind", kind)
        .with("scope", scope)
        .with("target", target)
        .with("reference", REFERENCE)
        .because(WHY)
}

impl Custody {
    pub async fn put_hold(&self, who: &Person, kind: &str, scope: &str, target: Uuid) -> Uuid {
        let hold = fresh_id();
        who.register.set_hold(self.by_session(who, holding(hold, kind, scope, target)).act()).await.unwrap();
        hold
    }

    /// What `fail_if_held` answers: nothing, or the holds it names.
    async fn held(&self, keys: &[Uuid]) -> Option<Value> {
        let asked = sqlx::query("SELECT custody.fail_if_held($1)").bind(keys.to_vec()).execute(&self.superuser).await;
        let error = asked.err()?;
        let told = error.as_database_error().unwrap();
        assert_eq!(told.message(), "held");
        let detail = told.downcast_ref::<sqlx::postgres::PgDatabaseError>().detail().unwrap();
        Some(serde_json::from_str::<Value>(detail).unwrap()["holds"].clone())
    }

    async fn lifting(&self, who: &Person, hold: Uuid) -> Plan {
        let target = Target { key: KeyId(hold), name: REFERENCE.to_owned(), version: String::new() };
        self.plan_about(who, Operation::LiftHold, vec![target], &[]).await
    }

    async fn lift(&self, who: &Person, run: RunHandle) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("hold.lifted", "hold", run.key).with("run", run.id).with("fence", run.fence);
        who.register.lift_hold(self.by_session(who, draft).act()).await
    }
}

/// a hold names what must be kept: a key, everything of a tenant, and the KEK that either lies under.
#[tokio::test]
async fn a_hold_keeps_a_key_its_tenant_and_the_kek_above() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(3).await;
    let tenant = custody.tenant_called("tenant-0000").await;
    let other = custody.adopt_kek(&custody.ben, "kek-empty").await;
    assert_eq!(custody.held(&[kek, other, deks[0], deks[1]]).await, None);
    let legal = custody.put_hold(&custody.ben, "legal_hold", "tenant", tenant.0).await;
    let incident = custody.put_hold(&custody.anna, "incident", "key", deks[1]).await;

    let named = custody.held(&deks).await.unwrap();
    let ids: Vec<_> = named.as_array().unwrap().iter().map(|hold| hold["hold"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, [legal.to_string(), incident.to_string()]);
    assert_eq!((&named[0]["kind"], &named[0]["reference"]), (&Value::from("legal_hold"), &Value::from(REFERENCE)));
    assert_eq!(custody.held(&[kek]).await.unwrap(), named);
    assert_eq!(custody.held(&[deks[2], other]).await, None);

    let register = &custody.anna.register;
    let on_tenant = register.holds_on_tenant(tenant).await.unwrap();
    assert_eq!(
        (on_tenant.len(), on_tenant[0].kind, on_tenant[0].target),
        (1, HoldKind::Legal, HoldTarget::Tenant(tenant))
    );
    assert_eq!(register.holds_of_keys(&[KeyId(kek)]).await.unwrap().len(), 2);
    let page = register.holds_page(true, None, 10).await.unwrap();
    assert_eq!(
        (page[0].id, page[0].target_name.as_str(), page[0].reason.as_str()),
        (incident, "dek-tenant-0001-crm", WHY)
    );
    assert_eq!(register.tenant_detail(tenant).await.unwrap().unwrap().row.holds, 1);
}

/// a plan about a tenant lapses when a hold comes.
#[tokio::test]
async fn a_hold_changes_what_a_tenants_plan_depends_on() {
    let custody = Custody::found().await;
    custody.estate(1).await;
    let tenant = custody.tenant_called("tenant-0000").await;
    let facts = async || custody.anna.register.facts(Operation::OffboardTenant, &[KeyId(tenant.0)]).await.unwrap();
    let before = facts().await;
    custody.put_hold(&custody.ben, "incident", "tenant", tenant.0).await;
    let after = facts().await;
    let fact = format!("register.{tenant}.holds");
    assert!(before[&fact].starts_with("0/") && after[&fact].starts_with("1/"), "{before:?} {after:?}");
    let differing: Vec<_> = before.iter().filter(|(name, value)| after.get(*name) != Some(value)).collect();
    assert_eq!(differing.len(), 1);
}

/// one person lifts no hold, whether they ask, countersign themselves or call the verb; two do, once.
#[tokio::test]
async fn two_people_lift_a_hold_and_one_does_not() {
    let custody = Custody::found().await;
    let (_, deks) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let hold = custody.put_hold(ben, "legal_hold", "key", deks[0]).await;
    let plan = custody.lifting(ben, hold).await;
    let unapproved = RunHandle { id: fresh_id(), key: hold, fence: 1 };
    custody.assert_refused(custody.lift(ben, unapproved).await, ben, "run_unknown").await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    custody.assert_refused(custody.approve(ben, Role::Security, &plan).await, ben, "own_request").await;
    let alone = custody.start(ben, &plan).await.map(|_| unreachable!("nobody countersigned"));
    custody.assert_refused(alone, ben, "no_quorum").await;
    custody.approve(anna, Role::Security, &plan).await.unwrap();

    let run = custody.start(ben, &plan).await.unwrap();
    custody.step(ben, run, "compare", 1).await;
    custody.assert_refused(custody.lift(ben, run).await, ben, "wrong_step").await;
    custody.intend(ben, run, "lift", 2).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "lift", 2).await, ben, "wrong_step").await;
    assert!(custody.held(&deks).await.is_some());
    custody.lift(ben, run).await.unwrap();
    assert_eq!(custody.held(&deks).await, None);
    custody.assert_refused(custody.lift(ben, run).await, ben, "hold_lifted").await;
    custody.assert_refused(custody.turn_back(ben, run).await, ben, "cannot_turn_back").await;
    custody.done(ben, run, "lift", 2).await.unwrap();
    custody.intend(ben, run, "close", 3).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
    let row = ben.register.hold(hold).await.unwrap().unwrap();
    assert!(row.lifted_seq.is_some() && row.lifted_at.is_some());
    assert!(ben.register.holds_page(true, None, 10).await.unwrap().is_empty());

    let again = custody.lifting(ben, hold).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &again).await, ben, "hold_lifted").await;
    // What was decided about a hold is not edited, not even by whoever can.
    for edit in ["UPDATE custody.hold SET reason = 'x'", "DELETE FROM custody.hold", "TRUNCATE custody.hold"] {
        sqlx::query(edit).execute(&custody.superuser).await.unwrap_err();
    }
}

/// a hold that names nothing, or nobody's reason, is none.
#[tokio::test]
async fn a_hold_needs_a_target_a_reference_and_a_reason() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let ben = &custody.ben;
    let tenant = custody.tenant_called("tenant-0000").await;
    let good = || holding(fresh_id(), "incident", "key", kek);
    for (draft, code) in [
        (good().because(""), "purpose_missing"),
        (good().with("kind", "whim"), "malformed"),
        (good().with("scope", "custody"), "scope_unknown"),
        (good().with("reference", ""), "attribute_missing"),
        (good().with("reference", "bell\u{7}"), "text_unclean"),
        (good().with("target", tenant), "key_unknown"),
        (good().with("scope", "tenant"), "tenant_unknown"),
        (holding(kek, "incident", "key", kek), "hold_known"),
        (holding(tenant.0, "incident", "key", kek), "hold_known"),
    ] {
        let refused = ben.register.set_hold(custody.by_session(ben, draft).act()).await;
        custody.assert_refused(refused, ben, code).await;
    }
    let vera = custody.enrol("vera", &[Role::Auditor]).await;
    let refused = vera.register.set_hold(custody.by_session(&vera, good()).act()).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed");
    let unknown = TenantId(fresh_id());
    assert!(ben.register.holds_on_tenant(unknown).await.unwrap().is_empty());
}
