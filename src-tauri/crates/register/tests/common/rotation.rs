//! A rotation at the level of the register: what the console's runner hands in, step by step.

use std::collections::BTreeMap;
use std::time::Duration;

use canonical::Encoder;
use domain::{
    Change, Clocks, CustodyId, Decision, Environment, Facts, KeyId, Operation, OperatorId, Plan, RequestId, Role,
    SealStatement, Target, Timestamp,
};
use ledger::Signer as _;
use register::{Receipt, RegisterError};
use uuid::Uuid;

use super::estate::FIRST_VERSION;
use super::{Custody, Draft, Payload, Person, Signed, VAULT_HOST, fresh_id, random, random_vec};

pub const NEW_VERSION: &str = "fedcba9876543210fedcba9876543210";

/// A run under way, as its executor knows it.
#[derive(Clone, Copy)]
pub struct RunHandle {
    pub id: Uuid,
    pub key: Uuid,
    pub fence: u64,
}

impl Custody {
    async fn facts(&self, operation: Operation, key: Uuid) -> Facts {
        let facts: sqlx::types::Json<Facts> = sqlx::query_scalar("SELECT custody.facts_of($1, ARRAY[$2])")
            .bind(operation.word())
            .bind(key)
            .fetch_one(&self.superuser)
            .await
            .unwrap();
        facts.0
    }

    pub async fn plan(&self, who: &Person, operation: Operation, target: Target, parameters: &[(&str, &str)]) -> Plan {
        let now = Timestamp::from_micros(self.now());
        let mut facts = self.facts(operation, target.key.0).await;
        facts.insert("vault.kek.versions".to_owned(), "1".to_owned());
        let after = |hours: u64| now.plus(Duration::from_secs(hours * 3600));
        Plan {
            custody: CustodyId(self.id),
            environment: Environment::Development,
            request: RequestId(fresh_id()),
            operation,
            requester: OperatorId(who.id),
            nonce: random(),
            clocks: Clocks { planned_at: now, approve_by: after(48), execute_by: after(120) },
            targets: vec![target],
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            changes: vec![Change {
                subject: "kek".to_owned(),
                field: "version".to_owned(),
                before: "old".to_owned(),
                after: "new".to_owned(),
            }],
            impact: BTreeMap::from([("deks".to_owned(), 3)]),
            reason: "Yearly rotation".to_owned(),
            change_record: "CHG-1042".to_owned(),
            rollback_plan: "Put the old version back".to_owned(),
            depends_on: facts,
        }
    }

    /// A plan to rotate `kek` with a grace period of a minute.
    pub async fn rotation_plan(&self, who: &Person, kek: Uuid) -> Plan {
        let (name, version): (String, String) =
            sqlx::query_as("SELECT vault_name, current_version FROM custody.key WHERE id = $1")
                .bind(kek)
                .fetch_one(&self.superuser)
                .await
                .unwrap();
        let target = Target { key: KeyId(kek), name, version };
        let parameters = [("batch_size", "100"), ("grace_seconds", "60"), ("vault", VAULT_HOST)];
        self.plan(who, Operation::RotateKek, target, &parameters).await
    }

    /// A plan to create a KEK.
    pub async fn creation_plan(&self, who: &Person, name: &str) -> Plan {
        let target = Target { key: KeyId(fresh_id()), name: name.to_owned(), version: String::new() };
        let parameters = [
            ("bits", "3072"),
            ("classification", "restricted"),
            ("owner", "Platform team"),
            ("purpose", "Wraps DEKs"),
            ("vault", VAULT_HOST),
            ("vault_name", name),
        ];
        self.plan(who, Operation::CreateKek, target, &parameters).await
    }

    /// An act with a seal in it; the statement names the moment of the entry.
    pub fn sealed(&self, who: &Person, role: Role, plan: &Plan, verb: &'static str, decision: Decision) -> Signed {
        let time = self.now();
        let statement = SealStatement {
            custody: plan.custody,
            environment: plan.environment,
            request: plan.request,
            plan: plan.hash(),
            decision,
            role,
            signer: OperatorId(who.id),
            time: Timestamp::from_micros(time),
        };
        let purpose = if decision == Decision::Reject { "Not during the freeze" } else { "" };
        let draft = Draft::new(verb, "request", plan.request)
            .with("plan_hash", hex::encode(plan.hash()))
            .with("role", role.word())
            .with("seal", hex::encode(who.device.sign(&statement.encode())))
            .because(purpose);
        super::sign(self.id, who, time, draft, &[&who.device])
    }

    pub async fn submit(&self, who: &Person, role: Role, plan: &Plan) -> Result<Receipt, RegisterError> {
        let act = self.sealed(who, role, plan, "request.submitted", Decision::Approve);
        who.register.submit_request(act.act(), &plan.encode()).await
    }

    pub async fn approve(&self, who: &Person, role: Role, plan: &Plan) -> Result<Receipt, RegisterError> {
        who.register.decide_request(self.sealed(who, role, plan, "request.sealed", Decision::Approve).act()).await
    }

    /// A rotation that Ben asked for and Anna countersigned.
    pub async fn approved_rotation(&self, kek: Uuid) -> Plan {
        let plan = self.rotation_plan(&self.ben, kek).await;
        self.submit(&self.ben, Role::DevOps, &plan).await.unwrap();
        self.approve(&self.anna, Role::Security, &plan).await.unwrap();
        plan
    }

    pub async fn start(&self, who: &Person, plan: &Plan) -> Result<RunHandle, RegisterError> {
        let id = fresh_id();
        let draft = Draft::new("run.started", "run", id)
            .with("request", plan.request)
            .with("plan_hash", hex::encode(plan.hash()));
        let receipt = who.register.start_run(self.by_session(who, draft).act()).await?;
        let key = plan.targets.first().unwrap().key.0;
        Ok(RunHandle { id, key, fence: receipt.number("fence").unwrap() })
    }

    /// `run.claimed`, `run.paused`, `run.resumed` or `run.turned_back`.
    pub fn run_act(&self, who: &Person, run: RunHandle, verb: &'static str) -> Signed {
        self.by_session(who, Draft::new(verb, "run", run.id).with("fence", run.fence).because("As agreed"))
    }

    pub async fn claim(&self, who: &Person, run: RunHandle) -> Result<RunHandle, RegisterError> {
        let receipt = who.register.claim_run(self.run_act(who, run, "run.claimed").act()).await?;
        Ok(RunHandle { fence: receipt.number("fence").unwrap(), ..run })
    }

    pub async fn turn_back(&self, who: &Person, run: RunHandle) -> Result<Receipt, RegisterError> {
        who.register.turn_back(self.run_act(who, run, "run.turned_back").act()).await
    }

    fn step_act(&self, who: &Person, run: RunHandle, verb: &'static str, step: &str, position: u32) -> Signed {
        let draft = Draft::new(verb, "run", run.id)
            .with("fence", run.fence)
            .with("step", step)
            .with("position", position)
            .with("note", "for the test");
        self.by_session(who, draft)
    }

    pub async fn intend(&self, who: &Person, run: RunHandle, step: &str, at: u32) -> Result<Receipt, RegisterError> {
        who.register.intend_step(self.step_act(who, run, "step.intended", step, at).act()).await
    }

    pub async fn done(&self, who: &Person, run: RunHandle, step: &str, at: u32) -> Result<Receipt, RegisterError> {
        who.register.finish_step(self.step_act(who, run, "step.done", step, at).act()).await
    }

    pub async fn failed(&self, who: &Person, run: RunHandle, step: &str, at: u32) -> Result<Receipt, RegisterError> {
        who.register.finish_step(self.step_act(who, run, "step.failed", step, at).act()).await
    }

    /// A step with nothing in between.
    pub async fn step(&self, who: &Person, run: RunHandle, step: &str, at: u32) {
        self.intend(who, run, step, at).await.unwrap();
        self.done(who, run, step, at).await.unwrap();
    }

    pub async fn record_version(
        &self,
        who: &Person,
        run: RunHandle,
        verb: &'static str,
    ) -> Result<Receipt, RegisterError> {
        let draft = Draft::new(verb, "key", run.key)
            .with("run", run.id)
            .with("fence", run.fence)
            .with("version", NEW_VERSION)
            .with("public_key_digest", hex::encode([9; 32]))
            .with("created_at", self.now());
        who.register.record_version(self.by_session(who, draft).act()).await
    }

    /// Re-wraps what is under `from`, with fresh random bytes.
    pub async fn rewrap(
        &self,
        who: &Person,
        run: RunHandle,
        at: u32,
        versions: (&str, &str),
        wraps: &[(Uuid, i32)],
    ) -> Result<Receipt, RegisterError> {
        let row = |(dek, revision): &(Uuid, i32)| {
            let revision = u64::try_from(*revision).unwrap();
            Encoder::new().bytes(dek.as_bytes()).count(revision).bytes(&random_vec(256)).text("RSA-OAEP-256")
        };
        let payload = Payload::of(wraps.iter().map(row));
        let draft = Draft::new("dek.rewrapped", "run", run.id)
            .with("fence", run.fence)
            .with("position", at)
            .with("kek", run.key)
            .with("from_version", versions.0)
            .with("to_version", versions.1)
            .payload(&payload);
        who.register.rewrap_batch(self.by_session(who, draft).act(), &payload.bytes).await
    }

    /// `key.version_disabled` or `key.version_enabled`.
    pub async fn record_state(
        &self,
        who: &Person,
        run: RunHandle,
        verb: &'static str,
        version: &str,
    ) -> Result<Receipt, RegisterError> {
        let draft = Draft::new(verb, "key", run.key)
            .with("run", run.id)
            .with("fence", run.fence)
            .with("version", version)
            .with("proof", "canary unwrap answered as it should");
        let act = self.by_session(who, draft);
        if verb == "key.version_disabled" {
            who.register.record_version_disabled(act.act()).await
        } else {
            who.register.record_version_enabled(act.act()).await
        }
    }

    pub async fn finish(&self, who: &Person, run: RunHandle, outcome: &str) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("run.finished", "run", run.id)
            .with("fence", run.fence)
            .with("outcome", outcome)
            .with("verification", "Every wrap opened once under the version in use.");
        who.register.finish_run(self.by_session(who, draft).act()).await
    }

    /// From the start to the recorded new version: `compare` at 1, `create_version` at 2.
    pub async fn run_to_new_version(&self, who: &Person, plan: &Plan) -> RunHandle {
        let run = self.start(who, plan).await.unwrap();
        self.step(who, run, "compare", 1).await;
        self.intend(who, run, "create_version", 2).await.unwrap();
        self.record_version(who, run, "key.version_created").await.unwrap();
        self.done(who, run, "create_version", 2).await.unwrap();
        run
    }

    /// On to the re-wrapped and proven: `rewrap` at 3, `prove` at 4.
    pub async fn run_to_proven(&self, who: &Person, plan: &Plan) -> RunHandle {
        let run = self.run_to_new_version(who, plan).await;
        self.intend(who, run, "rewrap", 3).await.unwrap();
        for batch in self.wraps_under(FIRST_VERSION).await.chunks(100) {
            self.rewrap(who, run, 3, (FIRST_VERSION, NEW_VERSION), batch).await.unwrap();
        }
        self.done(who, run, "rewrap", 3).await.unwrap();
        self.step(who, run, "prove", 4).await;
        run
    }
}
