//! Protective acts: at once and by one person, confirmed by the vault afterwards, taken back by two.

use std::collections::BTreeMap;
use std::time::Duration;

use canonical::Encoder;
use domain::{
    Change, Clocks, CustodyId, Environment, Facts, KeyId, Operation, OperatorId, Plan, RequestId, Role, Target,
    TenantId, Timestamp,
};
use register::{Receipt, RegisterError, Scope, TenantStatus};
use uuid::Uuid;

use crate::common::estate::{DekRow, FIRST_VERSION, token_row};
use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Payload, Person, VAULT_HOST, fresh_id, random};

pub const WHY: &str = "A laptop with this key's credentials was lost";

pub fn scoped(verb: &'static str, scope: &Scope) -> Draft {
    let draft = Draft::new(verb, scope.word(), scope.target()).because(WHY);
    match scope.integration() {
        Some(integration) => draft.with("integration", integration),
        None => draft,
    }
}

impl Custody {
    pub async fn protect(&self, who: &Person, verb: &'static str, scope: &Scope) -> Result<Receipt, RegisterError> {
        who.register.protect(self.by_session(who, scoped(verb, scope)).act()).await
    }

    async fn intend_protection(
        &self,
        who: &Person,
        act: u64,
        key: Uuid,
        versions: &str,
    ) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("key.protection_intended", "key", key).with("act", act).with("versions", versions);
        who.register.intend_protection(self.by_session(who, draft).act()).await
    }

    /// As a console does.
    async fn intend_and_confirm(&self, who: &Person, act: u64, key: Uuid, versions: &str) -> Receipt {
        self.intend_protection(who, act, key, versions).await.unwrap();
        self.confirm(who, act, key, versions).await.unwrap()
    }

    async fn confirm(&self, who: &Person, act: u64, key: Uuid, versions: &str) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("key.protection_confirmed", "key", key)
            .with("act", act)
            .with("versions", versions)
            .with("proof", "unwrap of a canary was refused: disabled");
        who.register.confirm_protection(self.by_session(who, draft).act()).await
    }

    pub async fn state_of(&self, key: Uuid) -> String {
        let query = sqlx::query_scalar("SELECT state FROM custody.key WHERE id = $1").bind(key);
        query.fetch_one(&self.superuser).await.unwrap()
    }

    pub async fn tenant_called(&self, name: &str) -> TenantId {
        let query = sqlx::query_scalar("SELECT id FROM custody.tenant WHERE name = $1").bind(name);
        TenantId(query.fetch_one(&self.superuser).await.unwrap())
    }

    pub async fn seal(&self, who: &Person, rows: Vec<Encoder>) -> Result<Receipt, RegisterError> {
        let payload = Payload::of(rows);
        let draft = Draft::new("token.sealed", "batch", fresh_id()).payload(&payload);
        who.register.seal_tokens(self.by_session(who, draft).act(), &payload.bytes).await
    }

    /// A plan about any targets, as it is computed from what the register says now.
    pub async fn plan_about(
        &self,
        who: &Person,
        operation: Operation,
        targets: Vec<Target>,
        parameters: &[(&str, String)],
    ) -> Plan {
        let ids: Vec<Uuid> = targets.iter().map(|target| target.key.0).collect();
        let query = sqlx::query_scalar("SELECT custody.facts_of($1, $2)").bind(operation.word()).bind(ids);
        let facts: sqlx::types::Json<Facts> = query.fetch_one(&self.superuser).await.unwrap();
        let now = Timestamp::from_micros(self.now());
        let after = |hours: u64| now.plus(Duration::from_secs(hours * 3600));
        let mut all = BTreeMap::from([("vault".to_owned(), VAULT_HOST.to_owned())]);
        all.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Plan {
            custody: CustodyId(self.id),
            environment: Environment::Development,
            request: RequestId(fresh_id()),
            operation,
            requester: OperatorId(who.id),
            nonce: random(),
            clocks: Clocks { planned_at: now, approve_by: after(48), execute_by: after(120) },
            targets,
            parameters: all,
            changes: vec![Change {
                subject: "it".to_owned(),
                field: "state".to_owned(),
                before: "held back".to_owned(),
                after: "in use".to_owned(),
            }],
            impact: BTreeMap::from([("vault_operations".to_owned(), 3), ("estimated_seconds".to_owned(), 1)]),
            reason: "The laptop was found".to_owned(),
            change_record: "CHG-2001".to_owned(),
            rollback_plan: "Protect again".to_owned(),
            depends_on: facts.0,
        }
    }

    async fn target(&self, key: Uuid) -> Target {
        let query = sqlx::query_as(
            "SELECT coalesce(vault_name, name), coalesce(current_version, '') FROM custody.key WHERE id = $1",
        );
        let (name, version) = query.bind(key).fetch_one(&self.superuser).await.unwrap();
        Target { key: KeyId(key), name, version }
    }

    async fn reactivation(&self, keys: &[Uuid], parameters: &[(&str, String)]) -> Plan {
        let mut targets = Vec::new();
        for key in keys {
            targets.push(self.target(*key).await);
        }
        self.plan_about(&self.ben, Operation::Reactivate, targets, parameters).await
    }

    /// Asked for by Ben and countersigned by Anna.
    async fn agreed(&self, plan: &Plan) -> RunHandle {
        self.submit(&self.ben, Role::DevOps, plan).await.unwrap();
        self.approve(&self.anna, Role::Security, plan).await.unwrap();
        self.start(&self.ben, plan).await.unwrap()
    }

    async fn enabled(&self, run: RunHandle, key: Uuid, versions: &str) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("key.versions_enabled", "key", key)
            .with("run", run.id)
            .with("fence", run.fence)
            .with("versions", versions)
            .with("proof", "a canary was unwrapped");
        self.ben.register.record_versions_enabled(self.by_session(&self.ben, draft).act()).await
    }

    async fn activate(&self, run: RunHandle, keys: &[Uuid]) -> Result<Receipt, RegisterError> {
        let payload = Payload::of(keys.iter().map(|key| Encoder::new().bytes(key.as_bytes())));
        let draft = Draft::new("key.reactivated", "run", run.id).with("fence", run.fence).payload(&payload);
        self.ben.register.activate_keys(self.by_session(&self.ben, draft).act(), &payload.bytes).await
    }
}

/// a suspended KEK takes no new DEK from that moment; the transition has its time, actor and purpose; the act stands
/// as unconfirmed until the vault was proven to refuse, and waits for a second person.
#[tokio::test]
async fn a_suspended_kek_takes_nothing_from_that_moment() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    let erin = custody.enrol("erin", &[Role::Engineering]).await;
    let scope = Scope::Key(KeyId(kek));
    let receipt = custody.protect(&erin, "key.suspended", &scope).await.unwrap();
    assert_eq!((receipt.number("keys"), receipt.number("in_vault")), (Some(1), Some(1)));
    assert_eq!(custody.state_of(kek).await, "suspended");
    let refused = custody.create_deks(&custody.ben, kek, FIRST_VERSION, &[DekRow::of("late", "crm")]).await;
    custody.assert_refused(refused, &custody.ben, "key_not_active").await;
    // A DEK in use under a KEK that is not: nothing is sealed under it, nothing of it is opened.
    let refused = custody.seal(&custody.ben, vec![token_row(deks[0], "late")]).await;
    custody.assert_refused(refused, &custody.ben, "key_not_active").await;
    let closed = custody.ben.register.may_open(KeyId(deks[0])).await.unwrap_err();
    assert_eq!(closed.refusal().unwrap().code(), "key_not_active");

    let (actor, purpose, from): (Uuid, String, String) = sqlx::query_as(
        "SELECT e.actor, e.purpose, s.from_state FROM custody.state_transition AS s
         JOIN custody.ledger_entry AS e ON e.seq = s.seq WHERE s.key = $1 AND s.to_state = 'suspended'",
    )
    .bind(kek)
    .fetch_one(&custody.superuser)
    .await
    .unwrap();
    assert_eq!((actor, purpose.as_str(), from.as_str()), (erin.id, WHY, "active"));

    let register = &custody.anna.register;
    let act = register.protective_act(receipt.seq).await.unwrap().unwrap();
    assert_eq!((act.scope, act.keys, act.in_vault, act.confirmed, act.confirmed_seq), (scope, 1, 1, 0, None));
    assert_eq!(register.protective_acts(true, None, 10).await.unwrap().len(), 1);
    let left = register.unconfirmed_keys(receipt.seq).await.unwrap();
    assert_eq!((left[0].key, left[0].enabled.as_slice()), (KeyId(kek), [FIRST_VERSION.to_owned()].as_slice()));
    let waiting = register.review_page(OperatorId(custody.anna.id), true, None, 10).await.unwrap();
    assert_eq!((waiting[0].seq, waiting[0].kind.as_str()), (receipt.seq, "protective_act"));
}

/// whoever may protect completes an act whose console is gone; twice, or for another key, is refused.
#[tokio::test]
async fn the_vaults_proof_completes_an_act() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(1).await;
    let act = custody.protect(&custody.anna, "key.compromised", &Scope::Key(KeyId(kek))).await.unwrap().seq;
    let ben = &custody.ben;
    for (number, key) in [(act, deks[0]), (act + 1, kek), (act, fresh_id())] {
        custody.assert_refused(custody.confirm(ben, number, key, "").await, ben, "protection_unknown").await;
    }
    custody.assert_refused(custody.confirm(ben, act, kek, "a version").await, ben, "malformed").await;
    custody.assert_refused(custody.confirm(ben, act, kek, FIRST_VERSION).await, ben, "version_unknown").await;
    // Intended by one console, completed by another, which may have seen more but never less.
    custody.intend_protection(&custody.anna, act, kek, FIRST_VERSION).await.unwrap();
    custody.assert_refused(custody.intend_protection(ben, act, kek, "").await, ben, "version_unknown").await;
    custody.assert_refused(custody.confirm(ben, act, kek, "").await, ben, "version_unknown").await;
    let receipt = custody.confirm(ben, act, kek, FIRST_VERSION).await.unwrap();
    let refused = custody.intend_protection(ben, act, kek, FIRST_VERSION).await;
    custody.assert_refused(refused, ben, "already_confirmed").await;
    assert_eq!(receipt.number("left"), Some(0));
    custody.assert_refused(custody.confirm(ben, act, kek, FIRST_VERSION).await, ben, "already_confirmed").await;
    let row = ben.register.protective_act(act).await.unwrap().unwrap();
    assert_eq!((row.confirmed, row.confirmed_seq), (1, Some(receipt.seq)));
    let versions = ben.register.key_versions(KeyId(kek)).await.unwrap();
    assert!(!versions[0].enabled && versions[0].disabled_at.is_some());
    assert_eq!(ben.register.versions_to_enable(KeyId(kek)).await.unwrap(), [FIRST_VERSION]);
}

/// a suspended tenant seals nothing, is opened by nobody and gets no new DEK; the others go on as before.
#[tokio::test]
async fn a_suspended_tenant_stands_still_and_the_others_do_not() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    let ben = &custody.ben;
    let tenant = custody.tenant_called("tenant-0000").await;
    let receipt = custody.protect(ben, "key.suspended", &Scope::Tenant(tenant)).await.unwrap();
    assert_eq!((receipt.number("keys"), receipt.number("in_vault")), (Some(1), Some(0)));
    // Nothing of it lies in the vault: the act is whole.
    let act = ben.register.protective_act(receipt.seq).await.unwrap().unwrap();
    assert_eq!(act.confirmed_seq, Some(receipt.seq));
    let refused = custody.seal(ben, vec![token_row(deks[0], "late")]).await;
    custody.assert_refused(refused, ben, "dek_not_active").await;
    let refused = custody.create_deks(ben, kek, FIRST_VERSION, &[DekRow::of("tenant-0000", "mail")]).await;
    custody.assert_refused(refused, ben, "tenant_inactive").await;
    let closed = ben.register.may_open(KeyId(deks[0])).await.unwrap_err();
    assert_eq!(closed.refusal().unwrap().code(), "dek_not_active");
    custody.seal(ben, vec![token_row(deks[1], "other")]).await.unwrap();
    custody.create_deks(ben, kek, FIRST_VERSION, &[DekRow::of("tenant-0001", "mail")]).await.unwrap();
    ben.register.may_open(KeyId(deks[1])).await.unwrap();

    let detail = ben.register.tenant_detail(tenant).await.unwrap().unwrap();
    assert_eq!((detail.row.status, detail.row.tokens, detail.row.shares_kek), (TenantStatus::Suspended, 0, true));
    assert_eq!((detail.keks.len(), detail.keks[0].deks, detail.keks[0].other_tenants), (1, 1, 1));
    let again = custody.protect(ben, "key.suspended", &Scope::Tenant(tenant)).await;
    custody.assert_refused(again, ben, "nothing_to_protect").await;
}

/// an integration is protected without the tenant's others; a state that follows from none is no state.
#[tokio::test]
async fn an_integration_is_protected_alone_and_only_legal_transitions_happen() {
    let custody = Custody::found().await;
    let kek = custody.adopt_kek(&custody.ben, "kek-one").await;
    let rows = [DekRow::of("acme", "crm"), DekRow::of("acme", "mail")];
    custody.create_deks(&custody.ben, kek, FIRST_VERSION, &rows).await.unwrap();
    let acme = custody.tenant_called("acme").await;
    let ben = &custody.ben;
    let crm = Scope::Integration(acme, "crm".to_owned());
    custody.protect(ben, "key.revoked", &crm).await.unwrap();
    assert_eq!(custody.state_of(rows[0].id).await, "revoked");
    assert_eq!(custody.state_of(rows[1].id).await, "active");
    let tenants = ben.register.tenants_page("AC", None, 10).await.unwrap();
    assert_eq!(tenants.rows[0].status, TenantStatus::Active);
    // Revoked is the end but for destruction.
    for verb in ["key.suspended", "key.deactivated", "key.compromised", "key.revoked"] {
        let refused = custody.protect(ben, verb, &Scope::Key(KeyId(rows[0].id))).await;
        custody.assert_refused(refused, ben, "illegal_transition").await;
        custody.assert_refused(custody.protect(ben, verb, &crm).await, ben, "nothing_to_protect").await;
    }
    for verb in ["key.suspended", "key.deactivated", "key.compromised", "key.revoked"] {
        custody.protect(ben, verb, &Scope::Key(KeyId(rows[1].id))).await.unwrap();
    }
    assert_eq!(custody.state_of(rows[1].id).await, "revoked");
}

/// without a reason, without a scope that there is, by an auditor or an agent: nothing happens.
#[tokio::test]
async fn an_act_needs_a_reason_a_scope_and_somebody_who_may() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let ben = &custody.ben;
    let one = Scope::Key(KeyId(kek));
    let silent = scoped("key.suspended", &one).because(" \t\n");
    custody
        .assert_refused(ben.register.protect(custody.by_session(ben, silent).act()).await, ben, "purpose_missing")
        .await;
    let tenant = custody.tenant_called("tenant-0000").await;
    for (scope, code) in [
        (Scope::Key(KeyId(fresh_id())), "key_unknown"),
        (Scope::Tenant(TenantId(fresh_id())), "tenant_unknown"),
        (Scope::Integration(tenant, "fax".to_owned()), "integration_unknown"),
        (Scope::Everything(CustodyId(custody.id)), "scope_unknown"),
    ] {
        custody.assert_refused(custody.protect(ben, "key.suspended", &scope).await, ben, code).await;
    }
    custody.assert_refused(custody.protect(ben, "key.reactivated", &one).await, ben, "wrong_verb").await;
    let nowhere = Draft::new("key.suspended", "integration", tenant.0).because(WHY);
    let refused = ben.register.protect(custody.by_session(ben, nowhere).act()).await;
    custody.assert_refused(refused, ben, "attribute_missing").await;
    for (name, role) in [("vera", Role::Auditor), ("bot", Role::Agent)] {
        let who = custody.enrol(name, &[role]).await;
        let refused = custody.protect(&who, "key.suspended", &one).await.unwrap_err();
        assert_eq!(refused.refusal().unwrap().code(), "not_allowed", "{name}");
    }
    assert_eq!(custody.state_of(kek).await, "active");
}

/// a rotation that was under way when its KEK was suspended makes no new version of it, and its way back enables none.
#[tokio::test]
async fn a_run_under_way_does_not_reach_past_a_suspension() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let ben = &custody.ben;
    let plan = custody.approved_rotation(kek).await;
    let run = custody.start(ben, &plan).await.unwrap();
    custody.step(ben, run, "compare", 1).await;
    custody.protect(&custody.anna, "key.suspended", &Scope::Key(KeyId(kek))).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "create_version", 2).await, ben, "key_not_active").await;
    custody.turn_back(ben, run).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "enable_old", 3).await, ben, "key_not_active").await;
}

/// coming back takes two people and the vault's proof, in that order; then everything is as it was.
#[tokio::test]
async fn a_reactivation_by_two_brings_a_tenant_back() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let tenant = custody.tenant_called("tenant-0000").await;
    custody.protect(anna, "key.suspended", &Scope::Tenant(tenant)).await.unwrap();
    let act = custody.protect(anna, "key.suspended", &Scope::Key(KeyId(kek))).await.unwrap().seq;
    let both = [kek, deks[0]];

    let early = custody.reactivation(&both, &[]).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &early).await, ben, "protection_unconfirmed").await;
    custody.intend_and_confirm(ben, act, kek, FIRST_VERSION).await;
    let wrong = custody.reactivation(&both, &[("tenant", tenant.to_string())]).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &wrong).await, ben, "plan_unfit").await;

    // The KEK of all first, then what is the tenant's.
    let plan = custody.reactivation(&[kek], &[]).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    let alone = custody.start(ben, &plan).await.map(|_| unreachable!("nobody countersigned"));
    custody.assert_refused(alone, ben, "no_quorum").await;
    custody.assert_refused(custody.approve(ben, Role::Security, &plan).await, ben, "own_request").await;
    custody.approve(anna, Role::Security, &plan).await.unwrap();
    let run = custody.start(ben, &plan).await.unwrap();
    custody.step(ben, run, "compare", 1).await;
    custody.assert_refused(custody.enabled(run, kek, FIRST_VERSION).await, ben, "wrong_step").await;
    custody.intend(ben, run, "enable_versions", 2).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "enable_versions", 2).await, ben, "wrong_step").await;
    custody.assert_refused(custody.enabled(run, kek, "").await, ben, "version_unknown").await;
    custody.assert_refused(custody.enabled(run, deks[0], "").await, ben, "wrong_subject").await;
    custody.enabled(run, kek, FIRST_VERSION).await.unwrap();
    custody.done(ben, run, "enable_versions", 2).await.unwrap();
    custody.assert_refused(custody.turn_back(ben, run).await, ben, "cannot_turn_back").await;
    custody.intend(ben, run, "activate", 3).await.unwrap();
    custody.assert_refused(custody.activate(run, &both).await, ben, "payload_differs").await;
    custody.assert_refused(custody.done(ben, run, "activate", 3).await, ben, "wrong_step").await;
    custody.activate(run, &[kek]).await.unwrap();
    custody.done(ben, run, "activate", 3).await.unwrap();
    custody.intend(ben, run, "close", 4).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
    assert_eq!(custody.state_of(kek).await, "active");
    assert!(ben.register.key_versions(KeyId(kek)).await.unwrap()[0].enabled);
    assert!(ben.register.versions_to_enable(KeyId(kek)).await.unwrap().is_empty());

    let plan = custody.reactivation(&[deks[0]], &[("tenant", tenant.to_string())]).await;
    let run = custody.agreed(&plan).await;
    custody.step(ben, run, "compare", 1).await;
    custody.step(ben, run, "enable_versions", 2).await;
    custody.intend(ben, run, "activate", 3).await.unwrap();
    custody.activate(run, &[deks[0]]).await.unwrap();
    custody.done(ben, run, "activate", 3).await.unwrap();
    custody.intend(ben, run, "close", 4).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
    custody.seal(ben, vec![token_row(deks[0], "again")]).await.unwrap();
    let detail = ben.register.tenant_detail(tenant).await.unwrap().unwrap();
    assert_eq!((detail.row.status, detail.row.tokens), (TenantStatus::Active, 1));
}

/// what is revoked does not come back, and what is protected again in the middle of its reactivation stays out of use.
#[tokio::test]
async fn nothing_comes_back_that_must_not() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    custody.protect(anna, "key.revoked", &Scope::Key(KeyId(deks[0]))).await.unwrap();
    let revoked = custody.reactivation(&[deks[0]], &[]).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &revoked).await, ben, "illegal_transition").await;
    let unknown = custody.reactivation(&[kek], &[]).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &unknown).await, ben, "illegal_transition").await;

    let act = custody.protect(anna, "key.suspended", &Scope::Key(KeyId(kek))).await.unwrap().seq;
    custody.intend_and_confirm(anna, act, kek, FIRST_VERSION).await;
    let plan = custody.reactivation(&[kek], &[]).await;
    let run = custody.agreed(&plan).await;
    custody.step(ben, run, "compare", 1).await;
    custody.intend(ben, run, "enable_versions", 2).await.unwrap();
    custody.enabled(run, kek, FIRST_VERSION).await.unwrap();
    custody.done(ben, run, "enable_versions", 2).await.unwrap();
    let again = custody.protect(anna, "key.compromised", &Scope::Key(KeyId(kek))).await.unwrap().seq;
    custody.intend(ben, run, "activate", 3).await.unwrap();
    custody.assert_refused(custody.activate(run, &[kek]).await, ben, "wrong_step").await;
    custody.assert_refused(custody.turn_back(ben, run).await, ben, "cannot_turn_back").await;
    custody.intend_and_confirm(anna, again, kek, FIRST_VERSION).await;
    custody.turn_back(ben, run).await.unwrap();
    custody.step(ben, run, "compare", 101).await;
    custody.intend(ben, run, "close", 102).await.unwrap();
    custody.finish(ben, run, "rolled_back").await.unwrap();
    assert_eq!(custody.state_of(kek).await, "compromised");
    assert!(!ben.register.key_versions(KeyId(kek)).await.unwrap()[0].enabled);
}

/// everybody who reads the register reads what was protected, held and reviewed; an auditor too.
#[tokio::test]
async fn everybody_reads_what_was_protected() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(2).await;
    let act = custody.protect(&custody.ben, "key.suspended", &Scope::Key(KeyId(kek))).await.unwrap().seq;
    let hold = custody.put_hold(&custody.ben, "incident", "key", deks[0]).await;
    custody.intend_protection(&custody.ben, act, kek, FIRST_VERSION).await.unwrap();
    let tenant = custody.tenant_called("tenant-0000").await;
    for (name, role) in [("vera", Role::Auditor), ("erin", Role::Engineering), ("bot", Role::Agent)] {
        let who = custody.enrol(name, &[role]).await;
        let register = &who.register;
        assert_eq!(register.protective_acts(true, None, 10).await.unwrap().len(), 1, "{name}");
        assert_eq!(register.unconfirmed_keys(act).await.unwrap()[0].versions, Some(vec![FIRST_VERSION.to_owned()]));
        assert_eq!(register.protections_of(KeyId(kek)).await.unwrap().len(), 1);
        assert_eq!(register.protected_now(&[KeyId(kek)]).await.unwrap()[0].versions, [FIRST_VERSION]);
        assert_eq!(register.hold(hold).await.unwrap().unwrap().lifted_seq, None);
        assert_eq!(register.holds_of_keys(&[KeyId(kek)]).await.unwrap().len(), 1);
        let items = register.review_page(OperatorId(who.id), true, None, 10).await.unwrap();
        let may = if role == Role::Engineering { "ok" } else { "role_missing" };
        let may = if role == Role::Agent { "not_human" } else { may };
        assert!(items.len() == 2 && items.iter().all(|item| item.may_sign_off == may), "{items:?}");
        assert_eq!(register.tenant_detail(tenant).await.unwrap().unwrap().keks[0].deks_of_others, 1);
        assert_eq!(register.tenants_page("", None, 10).await.unwrap().rows.len(), 2);
        assert!(register.may_open(KeyId(deks[0])).await.is_err());
        let everything = Scope::Everything(CustodyId(custody.id));
        assert_eq!(register.invalidation_batch(&everything).await.unwrap().count, 0);
    }
}
