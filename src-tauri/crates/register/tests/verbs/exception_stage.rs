//! Exceptions at the level of the register: what the console plans, seals and applies.

use std::collections::BTreeMap;

use domain::{EXCEPTION_ACCEPTANCE, Facts, KeyId, Operation, Plan, Role, SHARING_ACCEPTANCE, Target, Timestamp};
use register::{Receipt, RegisterError};
use uuid::Uuid;

use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Key, Person, VAULT_HOST, fresh_id, micros_now};

pub const DAY: i64 = 86_400_000_000;
/// A clause whose longest term is 60 days.
pub const CLAUSE: &str = "B-9-api-secrets";
pub const TERM: i64 = 60 * DAY;

/// Parameters of an exception for some keys until a date.
pub fn wish(keys: &[Uuid], expires_at: i64) -> BTreeMap<String, String> {
    let mut keys: Vec<String> = keys.iter().map(Uuid::to_string).collect();
    keys.sort_unstable();
    let pairs = [
        ("acceptance", EXCEPTION_ACCEPTANCE.to_owned()),
        ("clause", CLAUSE.to_owned()),
        ("controls", "Network isolation\nDaily log review".to_owned()),
        ("expires_at", expires_at.to_string()),
        ("justification", "The partner changes its side in January".to_owned()),
        ("keys", keys.join(",")),
        ("owner", "Dele Akande".to_owned()),
        ("title", "API secret kept past 90 days".to_owned()),
        ("vault", VAULT_HOST.to_owned()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Custody {
    async fn facts_of(&self, operation: Operation, keys: &[Uuid]) -> Facts {
        let facts: sqlx::types::Json<Facts> = sqlx::query_scalar("SELECT custody.facts_of($1, $2)")
            .bind(operation.word())
            .bind(keys)
            .fetch_one(&self.superuser)
            .await
            .unwrap();
        facts.0
    }

    /// A plan of whatever parameters for these targets.
    pub async fn plan_of(
        &self,
        who: &Person,
        operation: Operation,
        targets: Vec<Target>,
        parameters: BTreeMap<String, String>,
    ) -> Plan {
        let keys: Vec<Uuid> = targets.iter().map(|target| target.key.0).collect();
        let first = targets.first().unwrap().clone();
        let mut plan = self.plan(who, operation, first, &[]).await;
        plan.depends_on = self.facts_of(operation, &keys).await;
        plan.targets = targets;
        plan.parameters = parameters;
        // Short, so that dates may be near.
        plan.clocks.approve_by = Timestamp::from_micros(plan.clocks.planned_at.micros() + 1_800_000_000);
        plan.clocks.execute_by = plan.clocks.approve_by;
        plan
    }

    /// A plan for an exception, that renews another one where `renews` says so.
    pub async fn exception_plan(&self, who: &Person, mut wish: BTreeMap<String, String>, renews: Option<Uuid>) -> Plan {
        let title = wish.get("title").cloned().unwrap_or_default();
        let mut targets = vec![Target { key: KeyId(fresh_id()), name: title.clone(), version: String::new() }];
        if let Some(previous) = renews {
            wish.insert("renews".to_owned(), previous.to_string());
            targets.push(Target { key: KeyId(previous), name: title.clone(), version: String::new() });
        }
        self.plan_of(who, Operation::GrantException, targets, wish).await
    }

    pub async fn closing_plan(&self, who: &Person, exception: Uuid, title: &str, evidence: &str) -> Plan {
        let target = Target { key: KeyId(exception), name: title.to_owned(), version: String::new() };
        let parameters =
            [("evidence", evidence), ("vault", VAULT_HOST)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.plan_of(who, Operation::CloseException, vec![target], BTreeMap::from(parameters)).await
    }

    pub async fn sharing_plan(&self, who: &Person, key: (Uuid, &str), review_by: i64) -> Plan {
        let target = Target { key: KeyId(fresh_id()), name: key.1.to_owned(), version: String::new() };
        let parameters = [
            ("acceptance", SHARING_ACCEPTANCE.to_owned()),
            ("controls", "Own access policy".to_owned()),
            ("decision_record", "ADR-0042".to_owned()),
            ("justification", "One gateway serves all".to_owned()),
            ("key", key.0.to_string()),
            ("review_by", review_by.to_string()),
            ("vault", VAULT_HOST.to_owned()),
        ];
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.plan_of(who, Operation::ShareKey, vec![target], parameters).await
    }

    /// The entry that applies a plan in its run.
    pub fn application(&self, run: RunHandle, plan: &Plan) -> Draft {
        let hex = hex::encode(plan.encode());
        let pieces = hex.as_bytes().chunks(4_000).map(|piece| std::str::from_utf8(piece).unwrap()).enumerate();
        let draft = Draft::new("request.applied", "request", plan.request).with("run", run.id).with("fence", run.fence);
        pieces.fold(draft, |draft, (number, piece)| draft.with(&format!("plan.{number:02}"), piece))
    }

    /// Started, and about to be applied.
    pub async fn run_to_apply(&self, who: &Person, plan: &Plan) -> Result<RunHandle, RegisterError> {
        let run = self.start(who, plan).await?;
        self.step(who, run, "compare", 1).await;
        self.intend(who, run, "apply", 2).await?;
        Ok(run)
    }

    pub async fn apply_plan(&self, who: &Person, run: RunHandle, plan: &Plan) -> Result<Receipt, RegisterError> {
        who.register.apply_request(self.by_session(who, self.application(run, plan)).act()).await
    }

    /// From the last seal to the end.
    pub async fn settle(&self, who: &Person, plan: &Plan) -> Result<Receipt, RegisterError> {
        let run = self.run_to_apply(who, plan).await?;
        let applied = self.apply_plan(who, run, plan).await?;
        self.done(who, run, "apply", 2).await?;
        self.intend(who, run, "close", 3).await?;
        self.finish(who, run, "completed").await?;
        Ok(applied)
    }

    /// Asked for by Ben, accepted by Anna, applied.
    pub async fn grant(&self, wish: BTreeMap<String, String>, renews: Option<Uuid>) -> Result<Uuid, RegisterError> {
        let plan = self.exception_plan(&self.ben, wish, renews).await;
        self.submit(&self.ben, Role::DevOps, &plan).await?;
        self.approve(&self.anna, Role::RiskAcceptance, &plan).await?;
        self.settle(&self.anna, &plan).await?;
        Ok(plan.targets.first().unwrap().key.0)
    }

    /// Stops the register's clock at this moment. Sessions begin anew.
    pub async fn stop_clock(&mut self, at: i64) {
        self.ahead = at - micros_now();
        let clock = format!(
            "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS \
             $$ SELECT pg_catalog.to_timestamp(0) + interval '{at} microseconds' $$"
        );
        self.alter(clock).await;
        (self.anna.session, self.ben.session) = (Key::make(), Key::make());
        self.open_session(&self.anna).await;
        self.open_session(&self.ben).await;
    }

    /// A key that came with an inventory, outside of any vault.
    pub async fn api_secret(&self, name: &str) -> Uuid {
        self.adopt_kind(&self.ben, name, "api_secret").await
    }

    async fn adopt_kind(&self, who: &Person, name: &str, kind: &str) -> Uuid {
        let id = fresh_id();
        let draft = self.adoption(id, name).with("type", kind).with("algorithm", "HMAC-SHA-256").with("bits", 256);
        who.register.adopt_key(self.by_session(who, draft).act()).await.unwrap();
        id
    }
}
