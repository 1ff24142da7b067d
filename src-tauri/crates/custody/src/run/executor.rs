//! Starting, taking over, pausing and turning back runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{Operation, Plan, RequestId, RunId, RunState};
use rand_core::OsRng;
use register::{RegisterError, RunDirection as Direction, RunRow};
use tokio::sync::{OnceCell, watch};

use super::applying::Applying;
use super::authority::Authority;
use super::course::{Taken, steps_of, walk};
use super::creation::Creation;
use super::dek_rotation::DekRotation;
use super::destruction::Destruction;
use super::effect::{Effect, perform};
use super::error::RunError;
use super::hands::Hands;
use super::lease::Lease;
use super::lifting::Lifting;
use super::progress::{Meter, Progress};
use super::reactivation::Reactivation;
use super::recovery::Recovery;
use super::rewrap::Reached;
use super::rollback::RollBack;
use super::rotation::Rotation;
use super::secret_rotation::SecretRotation;
use super::untouched::Untouched;
use crate::author::{Act, Author};
use crate::console::Console;
use crate::request::reason_of;

/// How long a register or vault that is gone is waited for before the run is left to be taken up later.
const PATIENCE: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// How an execution ended here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Finished and verified.
    Completed,
    /// Undone.
    RolledBack,
    /// Paused: anyone eligible can go on.
    Paused,
}

/// Asks an execution to pause. Looked at between batches and steps.
#[derive(Debug, Clone, Default)]
pub struct Steering {
    pause: Arc<AtomicBool>,
}

impl Steering {
    /// Lets it go on until it ends.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a pause.
    pub fn pause(&self) {
        self.pause.store(true, Ordering::Relaxed);
    }

    pub(crate) fn wants_pause(&self) -> bool {
        self.pause.load(Ordering::Relaxed)
    }
}

impl Console {
    /// Starts the run of an approved request. Nothing has been changed yet when it returns; [`Console::execute`] does that.
    ///
    /// # Errors
    /// [`RunError::Authority`] without two valid signatures, [`RunError::Request`] when the plan is stale, or what the register says.
    pub async fn start(&self, author: &Author, request: RequestId) -> Result<RunId, RunError> {
        let (plan, _) = self.plan_on_record(request).await?;
        let now = self.now().await?;
        let authority = Authority::prove(self, plan, None, now).await?;
        let plan = authority.plan();
        self.lapse_if_stale(plan, author).await?;
        let run = RunId::make(now, &mut OsRng);
        let act =
            Act::new("run.started", "run", run).with("request", request).with("plan_hash", hex::encode(plan.hash()));
        let entry = self.entry(author, act).await?;
        match perform(Effect::StartRun, self.register.start_run(entry.as_act())).await {
            Err(RegisterError::Refused(refusal)) if refusal.is_plan_stale() => {
                self.lapse_if_stale(plan, author).await?;
                Err(RegisterError::Refused(refusal).into())
            }
            outcome => Ok(outcome.map(|_| run)?),
        }
    }

    /// Executes a run from wherever it stands to its end or a pause: one that was just started here, one that was paused, or one
    /// whose console is gone.
    ///
    /// # Errors
    /// See [`RunError`]. The run then stays where it is and can be taken up again.
    pub async fn execute(
        &self,
        author: &Author,
        run: RunId,
        steering: &Steering,
        progress: &watch::Sender<Option<Progress>>,
    ) -> Result<Ended, RunError> {
        let mut patience = PATIENCE.into_iter();
        loop {
            match self.carry_on(author, run, steering, progress).await {
                Err(error) if error.is_outage() => match patience.next() {
                    Some(wait) => {
                        tracing::warn!(%run, %error, "register or vault is gone for the moment");
                        tokio::time::sleep(wait).await;
                    }
                    None => return Err(error),
                },
                ended => return ended,
            }
        }
    }

    /// Turns a run around while the old version lives, and executes the way back.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn roll_back(
        &self,
        author: &Author,
        run: RunId,
        reason: &str,
        steering: &Steering,
        progress: &watch::Sender<Option<Progress>>,
    ) -> Result<Ended, RunError> {
        let row = self.run_row(run).await?;
        if row.direction == Direction::Forward && row.finished_at.is_none() {
            let reason = reason_of(reason)?;
            let lease = self.take(author, &row).await?;
            let act = Act::new("run.turned_back", "run", run).purpose(&reason).with("fence", lease.fence);
            let entry = self.entry(author, act).await?;
            perform(Effect::TurnBack, self.register.turn_back(entry.as_act())).await?;
        }
        self.execute(author, run, steering, progress).await
    }

    /// Pauses a run that another console executes: stopping is protective. It stops there at its next act.
    ///
    /// # Errors
    /// What the register says.
    pub async fn pause_elsewhere(&self, author: &Author, run: RunId) -> Result<(), RunError> {
        let row = self.run_row(run).await?;
        let entry = self.entry(author, Act::new("run.paused", "run", run).with("fence", row.fence)).await?;
        perform(Effect::PauseRun, self.register.pause_run(entry.as_act())).await?;
        Ok(())
    }

    async fn carry_on(
        &self,
        author: &Author,
        run: RunId,
        steering: &Steering,
        progress: &watch::Sender<Option<Progress>>,
    ) -> Result<Ended, RunError> {
        let row = self.run_row(run).await?;
        match row.state {
            RunState::Completed => return Ok(Ended::Completed),
            RunState::RolledBack => return Ok(Ended::RolledBack),
            RunState::Running | RunState::Paused => {}
        }
        let (plan, _) = self.plan_on_record(row.request).await?;
        let authority = match row.direction {
            Direction::Forward => Authority::prove(self, plan, Some(run), self.now().await?).await?.into_plan(),
            // The way back waits for nobody's signature. But it disables a version too: what never began is not turned back.
            Direction::Back => Authority::prove_begun(self, plan, run).await?.into_plan(),
        };
        let lease = self.take(author, &row).await?;
        let quiet_until = (row.owner_session != author.key_id()).then_some(row.lease_until);
        let hands = Hands { console: self, author, run, key: row.key, lease, quiet_until, made: OnceCell::new() };
        let taken = Taken::new(&self.register.steps(run).await?);
        let meter = Meter::new(progress.clone(), run);
        let reached = follow(&hands, &authority, row.direction, &taken, meter, steering).await?;
        match (reached, row.direction) {
            (Reached::Pause, _) => {
                hands.pause("asked to").await?;
                Ok(Ended::Paused)
            }
            (Reached::End(()), Direction::Forward) => Ok(Ended::Completed),
            (Reached::End(()), Direction::Back) => Ok(Ended::RolledBack),
        }
    }

    /// Takes the run's lease, unless this session holds it already.
    async fn take(&self, author: &Author, row: &RunRow) -> Result<Lease, RunError> {
        let now = self.now().await?;
        let fence = if row.state == RunState::Paused {
            let entry = self.entry(author, Act::new("run.resumed", "run", row.id).with("fence", row.fence)).await?;
            let receipt = perform(Effect::ResumeRun, self.register.resume_run(entry.as_act())).await?;
            receipt.number("fence")
        } else if row.owner_session == author.key_id() && now < row.lease_until {
            Some(row.fence)
        } else {
            let entry = self.entry(author, Act::new("run.claimed", "run", row.id).with("fence", row.fence)).await?;
            let receipt = perform(Effect::ClaimRun, self.register.claim_run(entry.as_act())).await?;
            receipt.number("fence")
        };
        let fence = fence.ok_or(RunError::Record { what: "fence" })?;
        Ok(Lease::keep(self.register.clone(), row.id, fence))
    }

    async fn run_row(&self, run: RunId) -> Result<RunRow, RunError> {
        self.register.run(run).await?.ok_or(RunError::Unknown { run })
    }
}

async fn follow(
    hands: &Hands<'_>,
    plan: &Plan,
    direction: Direction,
    taken: &Taken,
    mut meter: Meter,
    steering: &Steering,
) -> Result<Reached<()>, RunError> {
    let steps = steps_of(plan.operation, direction);
    match (plan.operation, direction) {
        (Operation::RotateKek, Direction::Forward) => {
            walk(&Rotation::new(hands, plan)?, steps, hands, taken, &mut meter, steering).await
        }
        (Operation::RotateKek, Direction::Back) => {
            walk(&RollBack::new(hands, plan)?, steps, hands, taken, &mut meter, steering).await
        }
        (Operation::CreateKek, Direction::Forward) => {
            walk(&Creation::new(hands, plan)?, steps, hands, taken, &mut meter, steering).await
        }
        (Operation::RotateSecret, _) => {
            walk(&SecretRotation::new(hands, plan, direction)?, steps, hands, taken, &mut meter, steering).await
        }
        (Operation::RotateDek, _) => {
            walk(&DekRotation::new(hands, plan, direction)?, steps, hands, taken, &mut meter, steering).await
        }
        (
            Operation::DestroyDek | Operation::DestroyKek | Operation::DestroySecret | Operation::OffboardTenant,
            Direction::Forward,
        ) => walk(&Destruction::new(hands, plan)?, steps, hands, taken, &mut meter, steering).await,
        (Operation::RecoverKek, Direction::Forward) => {
            walk(&Recovery::new(hands, plan)?, steps, hands, taken, &mut meter, steering).await
        }
        (Operation::Reactivate, Direction::Forward) => {
            walk(&Reactivation { hands, plan }, steps, hands, taken, &mut meter, steering).await
        }
        (Operation::LiftHold, Direction::Forward) => {
            walk(&Lifting::new(hands, plan)?, steps, hands, taken, &mut meter, steering).await
        }
        (
            Operation::GrantException
            | Operation::CloseException
            | Operation::ShareKey
            | Operation::ChangeRules
            | Operation::EnrolOperator
            | Operation::EnrolDevice
            | Operation::GrantRole
            | Operation::ReinstateOperator,
            Direction::Forward,
        ) => walk(&Applying { hands, plan }, steps, hands, taken, &mut meter, steering).await,
        (_, Direction::Back) => walk(&Untouched { hands, plan }, steps, hands, taken, &mut meter, steering).await,
    }
}
