//! The rotation of data-encryption keys: compare, new DEKs, every token sealed anew, prove, erase the old wraps, close. And
//! the way back, as long as no old wrap was to be erased.
//!
//! Two vault operations for each DEK: its old wrap is opened once, and its new one, as a canary. Whoever takes a run up opens
//! anew what is still needed.

mod acts;
mod erase;
mod keyring;
mod prove;
mod reencrypt;
mod replace;

use domain::{KeyId, Plan, StepKind};
use register::RunDirection as Direction;
use tokio::sync::Mutex;

use super::course::Course;
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::rewrap::Reached;
use crate::request::RequestError;
use keyring::Keyring;

/// A rotation of DEKs under way, in either direction.
pub(super) struct DekRotation<'a> {
    hands: &'a Hands<'a>,
    plan: &'a Plan,
    direction: Direction,
    /// DEKs that are open here. Emptied as soon as the last token was moved.
    keyring: Mutex<Keyring>,
}

/// A target of the plan: a DEK, and the version it was planned in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Planned {
    dek: KeyId,
    version: u32,
}

impl<'a> DekRotation<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &'a Plan, direction: Direction) -> Result<Self, RunError> {
        let rotation = Self { hands, plan, direction, keyring: Mutex::default() };
        rotation.planned()?;
        Ok(rotation)
    }

    fn planned(&self) -> Result<Vec<Planned>, RunError> {
        let planned = |target: &domain::Target| {
            let version = target.version.parse().map_err(|_unfit| RunError::Record { what: "target" })?;
            Ok(Planned { dek: target.key, version })
        };
        self.plan.targets.iter().map(planned).collect()
    }

    /// The plan against live state, one last time before anything is changed. What the register answers for was compared when
    /// the run started, in that transaction.
    async fn compare(&self) -> Result<Evidence, RunError> {
        let differences = self.hands.console.vault_drift(self.plan).await?;
        if !differences.is_empty() {
            return Err(RequestError::Stale { differences }.into());
        }
        let digest = hex::encode(self.plan.hash());
        Ok(Evidence::from([("facts", self.plan.depends_on.len().to_string()), ("plan_hash", digest)]))
    }

    async fn close(&self) -> Result<Evidence, RunError> {
        let register = &self.hands.console.register;
        if !register.former_wraps(self.hands.run).await?.is_empty() {
            return Err(RunError::Record { what: "former wraps" });
        }
        let planned = self.planned()?;
        let deks: Vec<KeyId> = planned.iter().map(|planned| planned.dek).collect();
        // A tenant may have been offboarded meanwhile: what is not there any more is not claimed.
        let there = register.wraps_of(&deks).await?.len();
        let (outcome, said) = match self.direction {
            Direction::Forward => (
                "completed",
                "in their new version; no token needs the one before, its wraps are overwritten and removed",
            ),
            Direction::Back => {
                ("rolled_back", "in the version they had before; no token needs another one, no other wrap is left")
            }
        };
        self.hands.close(outcome, &format!("{there} of {} DEKs are {said}", deks.len())).await?;
        Ok(Evidence::new())
    }
}

impl Course for DekRotation<'_> {
    async fn perform(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        match step.kind {
            StepKind::Reencrypt | StepKind::ReencryptBack => return self.reencrypt(step, meter, steering).await,
            StepKind::Prove => return self.prove(step, meter, steering).await,
            _ => meter.begin(step.kind, 0, 1),
        }
        let evidence = match step.kind {
            StepKind::Compare => self.compare().await,
            StepKind::ReplaceDek => self.replace(step).await,
            StepKind::EraseOld | StepKind::EraseNew => self.erase(step).await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}
