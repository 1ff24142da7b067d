//! A course: the steps of a run in their order, and how each is taken. Walking one is the same for all.

use std::collections::HashMap;
use std::future::Future;

use domain::Operation;
use register::{RunDirection as Direction, StepRow, StepState};

use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::rewrap::Reached;

/// Positions of the steps back begin here, after those of the way forward.
const FIRST_POSITION_BACK: u32 = 101;

/// An operation's steps at their places, in order; the last one closes the run.
pub(super) fn steps_of(operation: Operation, direction: Direction) -> impl Iterator<Item = Step> {
    let (steps, first) = match direction {
        Direction::Forward => (operation.steps(), 1),
        Direction::Back => (operation.steps_back(), FIRST_POSITION_BACK),
    };
    steps.iter().copied().zip(first..).map(|(kind, position)| Step { position, kind })
}

/// What an operation does, step by step. Every step may be taken again from its beginning: it looks before it changes anything.
pub(super) trait Course: Sync {
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
    steps: impl Iterator<Item = Step>,
    hands: &Hands<'_>,
    taken: &Taken,
    meter: &mut Meter,
    steering: &Steering,
) -> Result<Reached<()>, RunError> {
    let mut ahead = steps.filter(|step| !taken.is_done(*step)).peekable();
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
