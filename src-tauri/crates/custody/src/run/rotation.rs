//! The rotation of a KEK, forward: compare, new version, re-wrap, prove, grace, disable the old version, close.

use std::time::Duration;

use domain::{Plan, StepKind, Timestamp};
use envelope::KekPublic;
use tokio::sync::OnceCell;
use vault::{CallCost, Key, ObjectName, VersionId};

use super::authority::Authority;
use super::course::Course;
use super::effect::Effect;
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::prove::Proof;
use super::rewrap::{Reached, Rewrap};
use crate::kek::public_half;
use crate::request::RequestError;

/// A rotation under way.
pub(super) struct Rotation<'a> {
    pub hands: &'a Hands<'a>,
    pub plan: &'a Plan,
    pub name: ObjectName,
    pub old: VersionId,
    pub options: Options,
    /// The old version, as it was first found here.
    found: OnceCell<Key>,
}

/// How to rotate, read from the plan that was signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    pub batch: u32,
    pub full_proof: bool,
    pub grace: Duration,
}

impl Options {
    pub fn of(plan: &Plan) -> Result<Self, RunError> {
        let number = |name: &'static str| {
            let value = plan.parameter(name).and_then(|value| value.parse::<u64>().ok());
            value.ok_or(RunError::Record { what: name })
        };
        Ok(Self {
            batch: u32::try_from(number("batch_size")?).map_err(|_large| RunError::Record { what: "batch_size" })?,
            full_proof: plan.parameter("full_proof") == Some("true"),
            grace: Duration::from_secs(number("grace_seconds")?),
        })
    }
}

impl<'a> Rotation<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &'a Plan) -> Result<Self, RunError> {
        let target = plan.targets.first().ok_or(RunError::Record { what: "target" })?;
        let (name, old) = (ObjectName::parse(&target.name)?, VersionId::parse(&target.version)?);
        Ok(Self { hands, plan, name, old, options: Options::of(plan)?, found: OnceCell::new() })
    }
}

impl Course for Rotation<'_> {
    async fn perform(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        match step.kind {
            StepKind::Compare => self.compare(step, meter).await.map(Reached::End),
            StepKind::CreateVersion => self.create(step, meter).await.map(Reached::End),
            StepKind::Rewrap => self.rewrap(step, meter, steering).await,
            StepKind::Prove => self.prove(step, meter, steering).await,
            StepKind::Grace => self.grace(step, meter, steering).await,
            StepKind::DisableOld => self.disable(step, meter).await.map(Reached::End),
            _ => self.close(step, meter).await.map(Reached::End),
        }
    }
}

impl Rotation<'_> {
    /// The plan against live state, one last time before anything is changed. What the register answers for was compared
    /// when the run started, in that transaction.
    async fn compare(&self, step: Step, meter: &mut Meter) -> Result<Evidence, RunError> {
        meter.begin(step.kind, 0, 1);
        let differences = self.hands.console.vault_drift(self.plan).await?;
        if !differences.is_empty() {
            return Err(RequestError::Stale { differences }.into());
        }
        let digest = hex::encode(self.plan.hash());
        Ok(Evidence::from([("facts", self.plan.depends_on.len().to_string()), ("plan_hash", digest)]))
    }

    async fn create(&self, step: Step, meter: &mut Meter) -> Result<Evidence, RunError> {
        meter.begin(step.kind, 0, 1);
        let old = self.old_version().await?;
        let made = self.hands.version_of_this_run(&self.name, &old.spec, Effect::CreateVersion).await?;
        if self.hands.row().await?.new_version.as_deref() != Some(made.version.as_str()) {
            self.hands.record_version(&made, Effect::CreateVersion).await?;
        }
        let public = public_half(&made)?;
        let evidence = Evidence::from([
            ("version", made.version.as_str().to_owned()),
            ("public_key_digest", hex::encode(public.digest())),
        ]);
        self.hands.keep(made, public);
        Ok(evidence)
    }

    async fn rewrap(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        let (to, public) = self.new_version().await?;
        let (name, from, batch) = (&self.name, &self.old, self.options.batch);
        let rewrap = Rewrap { hands: self.hands, step, name, from, to: &to.version, public, batch };
        Ok(match rewrap.all(meter, steering).await? {
            Reached::Pause => Reached::Pause,
            Reached::End(tally) => Reached::End(Evidence::from([
                ("rewrapped", tally.rewrapped.to_string()),
                ("canaries", tally.canaries.to_string()),
                ("batches", tally.batches.to_string()),
                ("throttled", self.throttled(to)),
            ])),
        })
    }

    async fn prove(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        let (new, _) = self.new_version().await?;
        let full = self.options.full_proof;
        let proof = Proof { hands: self.hands, step, name: &self.name, emptied: &self.old, under: &new.version, full };
        proof.hold(meter, steering).await
    }

    async fn grace(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        let (until, total) = (self.grace_ends().await?, self.options.grace.as_secs());
        Ok(match self.hands.wait_until(step, meter, steering, until, total).await? {
            Reached::Pause => Reached::Pause,
            Reached::End(()) => Reached::End(Evidence::from([("grace_seconds", total.to_string())])),
        })
    }

    /// Grace is counted from the last re-wrap, by the register's clock, wherever the run is carried on.
    async fn grace_ends(&self) -> Result<Timestamp, RunError> {
        let run = self.hands.row().await?;
        let since = run.rewrapped_at.unwrap_or(run.started_at);
        Ok(since.plus(self.options.grace))
    }

    async fn disable(&self, step: Step, meter: &mut Meter) -> Result<Evidence, RunError> {
        meter.begin(step.kind, 0, 1);
        // The moment with no way back by re-wrapping alone: the signatures must still count.
        let now = self.hands.console.now().await?;
        Authority::prove(self.hands.console, self.plan.clone(), Some(self.hands.run), now).await?;
        let left = self.hands.console.register.count_wraps(self.hands.key, self.old.as_str()).await?;
        if left > 0 {
            return Err(RunError::Left { left, version: self.old.as_str().to_owned() });
        }
        let old = self.old_version().await?;
        self.hands.switch(old, false).await?;
        let proof = self.hands.prove_refused(&self.name, &self.old, &public_half(old)?).await?;
        self.hands.record_disabled(self.old.as_str(), &proof).await?;
        Ok(Evidence::from([("version", self.old.as_str().to_owned()), ("proof", proof)]))
    }

    async fn close(&self, step: Step, meter: &mut Meter) -> Result<Evidence, RunError> {
        meter.begin(step.kind, 0, 1);
        let (new, public) = self.new_version().await?;
        let opens = self.hands.prove_opens(&self.name, &new.version, public).await?;
        let under = self.hands.console.register.count_wraps(self.hands.key, new.version.as_str()).await?;
        let old = self.old.as_str();
        let verification = format!(
            "{under} DEKs under version {}; none left on {old}, which is disabled; {opens}",
            new.version.as_str()
        );
        self.hands.close("completed", &verification).await?;
        meter.advance(step.kind, 1, 1);
        Ok(Evidence::new())
    }

    /// How often the vault asked for patience since this process began to talk to it.
    fn throttled(&self, key: &Key) -> String {
        let cost = key.spec.rsa_bits().map(CallCost::Key);
        cost.map_or(0, |cost| self.hands.console.vault.pacing(cost).throttled).to_string()
    }

    /// The old version. Whether it was disabled since it was found does not matter: disabling it twice does no harm.
    async fn old_version(&self) -> Result<&Key, RunError> {
        let look = || self.hands.console.vault.key(&self.name, Some(&self.old));
        Ok(self.found.get_or_try_init(look).await?)
    }

    async fn new_version(&self) -> Result<&(Key, KekPublic), RunError> {
        self.hands.new_version(&self.name).await
    }
}
