//! The way back, while the old version lives: enable it, re-wrap what has moved, disable the new version, close.

use domain::{Plan, StepKind};
use vault::{ObjectName, VersionId};

use super::course::Course;
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::prove::Proof;
use super::rewrap::{Reached, Rewrap};
use super::rotation::Options;
use crate::kek::public_half;

/// A roll-back under way.
pub(super) struct RollBack<'a> {
    hands: &'a Hands<'a>,
    name: ObjectName,
    old: VersionId,
    options: Options,
}

impl<'a> RollBack<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &Plan) -> Result<Self, RunError> {
        let target = plan.targets.first().ok_or(RunError::Record { what: "target" })?;
        let (name, old) = (ObjectName::parse(&target.name)?, VersionId::parse(&target.version)?);
        Ok(Self { hands, name, old, options: Options::of(plan)? })
    }
}

impl Course for RollBack<'_> {
    async fn perform(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        // Turned back before there was a new version: there is nothing to undo.
        let new = match self.hands.row().await?.new_version {
            Some(version) => Some(VersionId::parse(&version)?),
            None => None,
        };
        match (step.kind, new) {
            (StepKind::EnableOld, _) => self.enable(step, meter).await.map(Reached::End),
            (StepKind::Close, new) => self.close(step, meter, new.as_ref()).await.map(Reached::End),
            (_, None) => Ok(Reached::End(Evidence::from([("nothing_to_undo", "true".to_owned())]))),
            (StepKind::RewrapBack, Some(new)) => self.rewrap(step, meter, steering, &new).await,
            (StepKind::Prove, Some(new)) => {
                let full = self.options.full_proof;
                let (name, under) = (&self.name, &self.old);
                Proof { hands: self.hands, step, name, emptied: &new, under, full }.hold(meter, steering).await
            }
            (_, Some(new)) => self.disable(step, meter, &new).await.map(Reached::End),
        }
    }
}

impl RollBack<'_> {
    async fn enable(&self, step: Step, meter: &mut Meter) -> Result<Evidence, RunError> {
        meter.begin(step.kind, 0, 1);
        let old = self.hands.console.vault.key(&self.name, Some(&self.old)).await?;
        self.hands.switch(&old, true).await?;
        let proof = self.hands.prove_opens(&self.name, &self.old, &public_half(&old)?).await?;
        self.hands.record_enabled(self.old.as_str(), &proof).await?;
        Ok(Evidence::from([("version", self.old.as_str().to_owned()), ("proof", proof)]))
    }

    async fn rewrap(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
        new: &VersionId,
    ) -> Result<Reached<Evidence>, RunError> {
        let old = self.hands.console.vault.key(&self.name, Some(&self.old)).await?;
        let public = public_half(&old)?;
        let (name, to, batch) = (&self.name, &self.old, self.options.batch);
        let rewrap = Rewrap { hands: self.hands, step, name, from: new, to, public: &public, batch };
        Ok(match rewrap.all(meter, steering).await? {
            Reached::Pause => Reached::Pause,
            Reached::End(tally) => Reached::End(Evidence::from([("restored", tally.rewrapped.to_string())])),
        })
    }

    async fn disable(&self, step: Step, meter: &mut Meter, new: &VersionId) -> Result<Evidence, RunError> {
        meter.begin(step.kind, 0, 1);
        let key = self.hands.console.vault.key(&self.name, Some(new)).await?;
        self.hands.switch(&key, false).await?;
        let proof = self.hands.prove_refused(&self.name, new, &public_half(&key)?).await?;
        self.hands.record_disabled(new.as_str(), &proof).await?;
        Ok(Evidence::from([("version", new.as_str().to_owned()), ("proof", proof)]))
    }

    async fn close(&self, step: Step, meter: &mut Meter, new: Option<&VersionId>) -> Result<Evidence, RunError> {
        meter.begin(step.kind, 0, 1);
        let under = self.hands.console.register.count_wraps(self.hands.key, self.old.as_str()).await?;
        let undone = match new {
            Some(new) => format!("version {} is disabled and holds none", new.as_str()),
            None => "no new version had been made".to_owned(),
        };
        let verification = format!("{under} DEKs under version {}; {undone}", self.old.as_str());
        self.hands.close("rolled_back", &verification).await?;
        meter.advance(step.kind, 1, 1);
        Ok(Evidence::new())
    }
}
