//! The desk where requests are made, sealed, declined and taken back.

use std::time::Duration;

use domain::{
    Change, Decision, KeyId, Operation, OperatorId, Plan, PlanBounds, PlanError, PlanHash, RequestId, Role,
    SealStatement, Target, Text, Timestamp,
};
use register::{Receipt, RegisterError};
use vault::{CallCost, RsaBits};

use super::creation::{check_creation, plan_creation};
use super::draft::{Draft, Grounds, Setting, Windows};
use super::error::RequestError;
use super::rotation::{GRACE_SECONDS_MAX, KekNow, plan_rotation};
use super::wanted::Wanted;
use crate::author::{Act, Author};
use crate::console::Console;

/// What an unpaced vault on this machine does in a second, for the estimate only.
const UNPACED_PER_SECOND: u32 = 500;

impl Console {
    /// Computes a plan from live state. Nothing is kept.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn plan(
        &self,
        requester: OperatorId,
        wanted: &Wanted,
        grounds: Grounds,
        windows: Windows,
    ) -> Result<Plan, RequestError> {
        let now = self.now().await?;
        let draft = Draft::make(self.custody.clone(), requester, grounds, windows, now);
        match wanted {
            Wanted::RotateKek { key, options } => {
                let kek = self.kek_now(*key).await?;
                let bits = kek.bits;
                Ok(plan_rotation(draft, kek, *options, self.setting(bits).await?))
            }
            Wanted::CreateKek(new) => {
                let target = Target { key: new.key, name: new.name.as_str().to_owned(), version: String::new() };
                let facts = self.facts_about(Operation::CreateKek, &target).await?;
                Ok(plan_creation(draft, new, facts, self.setting(new.bits).await?)?)
            }
            Wanted::DestroyDeks { keys, reclaim_hours } => self.dek_destruction(draft, keys, *reclaim_hours).await,
            Wanted::DestroyKek { key, purge } => self.kek_destruction(draft, *key, *purge).await,
            Wanted::RecoverKek { key } => self.kek_recovery(draft, *key).await,
            Wanted::Reactivate(wanted) => self.reactivation(draft, wanted).await,
            Wanted::LiftHold { hold } => self.lifting(draft, *hold).await,
            Wanted::OffboardTenant(order) => self.tenant_offboarding(draft, order).await,
            Wanted::RotateSecret { key, options } => self.secret_rotation(draft, *key, *options).await,
            Wanted::DestroySecret { key, purge } => self.secret_destruction(draft, *key, *purge).await,
            Wanted::ChangeRules(order) => self.rule_change(draft, order).await,
            Wanted::People(order) => self.people_plan(draft, order).await,
            Wanted::GrantException(new) => self.exception_grant(draft, new).await,
            Wanted::CloseException { exception, evidence } => self.exception_closing(draft, *exception, evidence).await,
            Wanted::ShareKey(new) => self.sharing(draft, new).await,
            Wanted::RotateDeks { keys, trigger } => self.dek_rotation(draft, keys, *trigger).await,
        }
    }

    /// Submits a plan under the requester's seal.
    ///
    /// # Errors
    /// [`RequestError::Plan`] for texts and clocks, otherwise what the register says.
    pub async fn submit(&self, plan: &Plan, role: Role, device: &Author) -> Result<Receipt, RequestError> {
        self.check_plan(plan).await?;
        let differences = self.recheck_plan(plan).await?;
        if !differences.is_empty() {
            return Err(RequestError::Stale { differences });
        }
        let seal = SealedNow::make(self, plan, Decision::Approve, role, device, self.now().await?);
        let act = seal.act("request.submitted", plan.request, &plan.reason);
        Ok(self.register.submit_request(device.write(act, seal.time).as_act(), &plan.encode()).await?)
    }

    /// Checks a plan's texts, clocks and grace period by the rules in force, before anyone is asked to sign it.
    ///
    /// # Errors
    /// [`RequestError::Plan`] with the first thing that is not acceptable.
    pub async fn check_plan(&self, plan: &Plan) -> Result<(), RequestError> {
        let settings = self.register.settings().await?;
        plan.check(&PlanBounds {
            approve_within_max: days(settings.approve_days_max),
            execute_within_max: days(settings.execute_days_max),
            ..PlanBounds::default()
        })?;
        if plan.operation == Operation::CreateKek {
            check_creation(plan).map_err(PlanError::from)?;
        }
        self.check_rule_change(plan).await?;
        self.check_exception(plan).await?;
        self.check_card(plan)?;
        check_grace(plan)
    }

    /// Computes again what a plan depends on, and says what differs.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn recheck_plan(&self, plan: &Plan) -> Result<Vec<Change>, RequestError> {
        Ok(plan.drift(&self.facts_now(plan).await?))
    }

    /// Computes again what the request depends on, and says what differs.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub async fn recheck(&self, request: RequestId) -> Result<Vec<Change>, RequestError> {
        let (plan, _) = self.plan_on_record(request).await?;
        self.recheck_plan(&plan).await
    }

    /// The plan that was submitted, and whether the request is still undecided.
    ///
    /// # Errors
    /// [`RequestError::Unknown`], or [`RequestError::Plan`] when the register holds something else than a plan.
    pub async fn plan_on_record(&self, request: RequestId) -> Result<(Plan, register::RequestRow), RequestError> {
        let unknown = || RequestError::Unknown { what: "request", id: request.to_string() };
        let row = self.register.request(request).await?.ok_or_else(unknown)?;
        let plan = Plan::decode(&row.plan)?;
        if plan.request != request {
            return Err(RequestError::NotWhatWasShown);
        }
        Ok((plan, row))
    }

    /// Gives the second seal, or declines. `shown` is the hash of the plan that was on screen; `session` writes down that the
    /// request lapsed, where it did.
    ///
    /// # Errors
    /// [`RequestError::Stale`] after the request has lapsed; otherwise see [`RequestError`].
    pub async fn decide(
        &self,
        verdict: Verdict<'_>,
        device: &Author,
        session: &Author,
    ) -> Result<Receipt, RequestError> {
        let (plan, _) = self.plan_on_record(verdict.request).await?;
        if plan.hash() != verdict.shown {
            return Err(RequestError::NotWhatWasShown);
        }
        let (verb, reason) = match verdict.decision {
            Decision::Approve => ("request.sealed", String::new()),
            Decision::Reject if verdict.reason.trim().is_empty() => return Err(RequestError::ReasonMissing),
            Decision::Reject => ("request.rejected", reason_of(verdict.reason)?),
        };
        if verdict.decision == Decision::Approve {
            self.check_card(&plan)?;
            self.lapse_if_stale(&plan, session).await?;
            self.check_rule_change(&plan).await?;
        }
        let seal = SealedNow::make(self, &plan, verdict.decision, verdict.role, device, self.now().await?);
        let act = seal.act(verb, plan.request, &reason);
        let outcome = self.register.decide_request(device.write(act, seal.time).as_act()).await;
        match outcome {
            // Something moved between our look and the register's.
            Err(RegisterError::Refused(refusal)) if refusal.code() == "plan_stale" => {
                self.lapse_if_stale(&plan, session).await?;
                Err(RegisterError::Refused(refusal).into())
            }
            outcome => Ok(outcome?),
        }
    }

    /// Takes a request back.
    ///
    /// # Errors
    /// What the register says.
    pub async fn withdraw(&self, request: RequestId, reason: &str, author: &Author) -> Result<Receipt, RequestError> {
        let reason = if reason.trim().is_empty() { String::new() } else { reason_of(reason)? };
        let act = Act::new("request.withdrawn", "request", request).purpose(&reason);
        let entry = self.entry(author, act).await?;
        Ok(self.register.withdraw_request(entry.as_act()).await?)
    }

    /// Lapses the request when what it depends on has changed.
    pub(crate) async fn lapse_if_stale(&self, plan: &Plan, session: &Author) -> Result<(), RequestError> {
        let differences = plan.drift(&self.facts_now(plan).await?);
        if differences.is_empty() {
            return Ok(());
        }
        let act = Act::new("request.lapsed", "request", plan.request).with("differences", describe(&differences));
        let entry = self.entry(session, act).await?;
        self.register.lapse_request(entry.as_act()).await?;
        Err(RequestError::Stale { differences })
    }

    async fn kek_now(&self, key: KeyId) -> Result<KekNow, RequestError> {
        let unknown = || RequestError::Unknown { what: "KEK", id: key.to_string() };
        let kek = self.register.kek(key).await?.ok_or_else(unknown)?;
        let refused = |why: &str| RequestError::NotRotatable { key: kek.name.clone(), why: why.to_owned() };
        let bits = kek.bits.ok_or_else(|| refused("its length is not on record"))?;
        let version = kek.current_version.clone().ok_or_else(|| refused("it has no version in the vault"))?;
        let target = Target { key, name: kek.vault_name.clone(), version: version.clone() };
        let facts = self.facts_about(Operation::RotateKek, &target).await?;
        if facts.get(&format!("vault.{key}.enabled")).map(String::as_str) != Some("true") {
            return Err(refused("the vault does not have its current version enabled; run discovery"));
        }
        Ok(KekNow {
            key,
            name: kek.vault_name,
            version,
            version_number: kek.version_number,
            algorithm: format!("{} {bits}", kek.algorithm),
            bits,
            deks: kek.live_deks,
            tenants: kek.tenants,
            tokens: kek.tokens,
            facts,
        })
    }

    pub(super) async fn setting(&self, bits: u32) -> Result<Setting, RequestError> {
        let settings = self.register.settings().await?;
        let cost = RsaBits::from_bits(bits).map(CallCost::Key);
        let in_ten_seconds = cost.and_then(|cost| self.vault.budget().calls_max(cost));
        let operations_per_second = in_ten_seconds.map_or(UNPACED_PER_SECOND, |calls| (calls / 10).max(1));
        Ok(Setting {
            vault_host: self.vault_host.clone(),
            budget_percent: settings.vault_budget_percent,
            operations_per_second,
        })
    }
}

/// One decision on one request.
#[derive(Debug, Clone, Copy)]
pub struct Verdict<'a> {
    /// On which request.
    pub request: RequestId,
    /// Approve or reject.
    pub decision: Decision,
    /// In which role.
    pub role: Role,
    /// Why, for a rejection.
    pub reason: &'a str,
    /// Hash of the plan the signer was shown.
    pub shown: PlanHash,
}

/// A seal, and the moment it names: the entry that brings it carries the same time.
struct SealedNow {
    signature: [u8; 64],
    plan: PlanHash,
    role: Role,
    time: Timestamp,
}

impl SealedNow {
    fn make(console: &Console, plan: &Plan, decision: Decision, role: Role, device: &Author, time: Timestamp) -> Self {
        let statement = SealStatement {
            custody: console.custody.id,
            environment: console.custody.environment,
            request: plan.request,
            plan: plan.hash(),
            decision,
            role,
            signer: device.operator(),
            time,
        };
        Self { signature: device.sign(&statement.encode()), plan: statement.plan, role, time }
    }

    fn act(&self, verb: &'static str, request: RequestId, purpose: &str) -> Act {
        Act::new(verb, "request", request)
            .purpose(purpose)
            .with("plan_hash", hex::encode(self.plan))
            .with("role", self.role)
            .with("seal", hex::encode(self.signature))
    }
}

/// What a person wrote down about their act, as the register keeps it.
pub(crate) fn reason_of(raw: &str) -> Result<String, PlanError> {
    Ok(Text::parse("reason", raw, PlanBounds::default().text_length_max)?.as_str().to_owned())
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 86_400)
}

fn check_grace(plan: &Plan) -> Result<(), RequestError> {
    let seconds = plan.parameter("grace_seconds").map_or(Ok(0), str::parse::<u64>);
    match seconds {
        Ok(seconds) if seconds <= GRACE_SECONDS_MAX => Ok(()),
        _ => Err(PlanError::Unreadable { field: "grace period" }.into()),
    }
}

/// Differences as the ledger keeps them: fact by fact, planned and found.
fn describe(differences: &[Change]) -> String {
    let sides = |change: &Change| {
        let fact = format!("{}.{}", change.subject, change.field);
        (fact, serde_json::json!({ "planned": change.before, "found": change.after }))
    };
    serde_json::Value::Object(differences.iter().map(sides).collect()).to_string()
}
