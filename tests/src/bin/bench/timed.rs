//! A run that is executed while the time of each of its steps is taken.

use std::time::{Duration, Instant};

use custody::run::{Ended, Steering};
use domain::{RunId, StepKind};
use tokio::sync::watch;
use workplace::Desk;

/// When the steps of a run were seen to begin.
pub struct Timed {
    began: Instant,
    steps: Vec<(StepKind, Instant)>,
    ended: Instant,
}

impl Timed {
    /// Executes `run` at `desk` to its end.
    pub async fn execute(desk: &Desk, run: RunId) -> Self {
        let (progress, mut watched) = watch::channel::<Option<custody::run::Progress>>(None);
        let began = Instant::now();
        let watching = tokio::spawn(async move {
            let mut steps: Vec<(StepKind, Instant)> = Vec::new();
            while watched.changed().await.is_ok() {
                let step = watched.borrow_and_update().as_ref().map(|seen| seen.step);
                if let Some(step) = step.filter(|step| steps.last().map(|(last, _)| last) != Some(step)) {
                    steps.push((step, Instant::now()));
                }
            }
            steps
        });
        let ended = desk.console.execute(desk.author(), run, &Steering::new(), &progress).await.unwrap();
        assert_eq!(ended, Ended::Completed);
        let ended = Instant::now();
        drop(progress);
        Self { began, steps: watching.await.unwrap(), ended }
    }

    /// How long all of it took.
    pub fn whole(&self) -> Duration {
        self.ended.duration_since(self.began)
    }

    /// How long a step took.
    pub fn of(&self, step: StepKind) -> Duration {
        let began = |wanted: &(usize, &(StepKind, Instant))| wanted.1.0 == step;
        let (place, (_, began)) = self.steps.iter().enumerate().find(began).unwrap();
        let until = self.steps.get(place + 1).map_or(self.ended, |(_, next)| *next);
        until.duration_since(*began)
    }
}
