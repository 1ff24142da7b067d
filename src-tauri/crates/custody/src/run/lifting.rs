//! Lifting a hold: compare, lift, close. Only the register changes.

use domain::{Plan, StepKind};
use uuid::Uuid;

use super::course::Course;
use super::effect::{Effect, perform};
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step, explain};
use super::progress::Meter;
use super::rewrap::Reached;
use crate::author::Act;

/// A lifting under way.
pub(super) struct Lifting<'a> {
    hands: &'a Hands<'a>,
    plan: &'a Plan,
    hold: Uuid,
}

impl<'a> Lifting<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &'a Plan) -> Result<Self, RunError> {
        let target = plan.targets.first().ok_or(RunError::Record { what: "target" })?;
        Ok(Self { hands, plan, hold: target.key.0 })
    }

    /// The entry that lifted it, if it was.
    async fn lifted(&self) -> Result<Option<u64>, RunError> {
        let row = self.hands.console.register.hold(self.hold).await?;
        Ok(row.ok_or(RunError::Record { what: "hold" })?.lifted_seq)
    }

    async fn lift(&self) -> Result<Evidence, RunError> {
        if self.lifted().await?.is_none() {
            self.hands.check_lease()?;
            let act = Act::new("hold.lifted", "hold", self.hold);
            let act = act.with("run", self.hands.run).with("fence", self.hands.lease.fence);
            let entry = self.hands.console.entry(self.hands.author, act).await?;
            let lifted = self.hands.console.register.lift_hold(entry.as_act());
            perform(Effect::LiftHold, lifted).await.map_err(explain)?;
        }
        Ok(Evidence::from([("hold", self.hold.to_string())]))
    }

    async fn close(&self) -> Result<Evidence, RunError> {
        let lifted = self.lifted().await?.ok_or(RunError::Record { what: "hold" })?;
        self.hands.close("completed", &format!("the hold is lifted by entry {lifted}")).await?;
        Ok(Evidence::new())
    }
}

impl Course for Lifting<'_> {
    async fn perform(
        &self,
        step: Step,
        meter: &mut Meter,
        _steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        meter.begin(step.kind, 0, 1);
        let evidence = match step.kind {
            // What the register answers for was compared when the run started, in that transaction.
            StepKind::Compare => Ok(Evidence::from([("plan_hash", hex::encode(self.plan.hash()))])),
            StepKind::Lift => self.lift().await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}
