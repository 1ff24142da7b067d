//! A course: the steps of a run in their order, and how each is taken. Walking one is the same for all.

use std::collections::HashMap;
use std::future::Future;

use register::{StepRow, StepState};

use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::rewrap::Reached;

/// What an operation does, step by step. Every step may be taken again from its beginning: it looks before it changes anything.
pub(super) trait Course: Sync {
    /// The steps in order; the last one closes the run.
    fn steps(&self) -> impl Iterator<Item = Step> + Send;

    /// Takes one step.
    fn perform(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
    ) -> impl Future<Output = Result<Reached<Evidence>, RunError>> + Send;
}

/// Which steps were intended and which are done, as the register has it.
pub(super) struct Taken(HashMap<u32, StepState>);

impl Taken {
    pub fn new(rows: &[StepRow]) -> Self {
        Self(rows.iter().map(|row| (row.position, row.state)).collect())
    }

    fn is_done(&self, step: Step) -> bool {
        self.0.get(&step.position) == Some(&StepState::Done)
    }

    fn is_intended(&self, step: Step) -> bool {
        self.0.get(&step.position) == Some(&StepState::Intended)
    }
}

/// Walks on from the first step that is not done, to the end or to the next pause.
pub(super) async fn walk(
    course: &impl Course,
    hands: &Hands<'_>,
    taken: &Taken,
    meter: &mut Meter,
    steering: &Steering,
) -> Result<Reached<()>, RunError> {
    let mut ahead = course.steps().filter(|step| !taken.is_done(*step)).peekable();
    while let Some(step) = ahead.next() {
        if steering.wants_pause() {
            return Ok(Reached::Pause);
        }
        if !taken.is_intended(step) {
            hands.intend(step).await?;
        }
        match course.perform(step, meter, steering).await {
            // The last step's outcome is the end of the run itself.
            Ok(Reached::End(_)) if ahead.peek().is_none() => {}
            Ok(Reached::End(evidence)) => hands.done(step, evidence).await?,
            Ok(Reached::Pause) => return Ok(Reached::Pause),
            Err(error) => return Err(hands.note_failure(step, error).await),
        }
    }
    Ok(Reached::End(()))
}
