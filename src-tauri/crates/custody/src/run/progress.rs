//! How far a run is, for whoever watches: a window, a terminal.

use domain::{RunId, StepKind, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// How fast it goes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pace {
    /// Units a second since the step began here.
    pub rate: f64,
    /// Seconds left at that rate.
    pub left_s: Option<u64>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Which run.
    pub run: RunId,
    /// The step it is at.
    pub step: StepKind,
    /// Units of that step done.
    pub done: u64,
    /// Units of that step in all.
    pub total: u64,
    /// How fast.
    pub pace: Pace,
    /// Until when it waits, in the grace period.
    pub until: Option<Timestamp>,
}

/// Where a run says how far it is.
#[derive(Debug)]
pub(crate) struct Meter {
    sender: watch::Sender<Option<Progress>>,
    run: RunId,
    began: Instant,
    done_before: u64,
}

impl Meter {
    pub fn new(sender: watch::Sender<Option<Progress>>, run: RunId) -> Self {
        Self { sender, run, began: Instant::now(), done_before: 0 }
    }

    /// A step begins, `done` of `total` units having been done before.
    pub fn begin(&mut self, step: StepKind, done: u64, total: u64) {
        (self.began, self.done_before) = (Instant::now(), done);
        self.show(step, done, total, None);
    }

    /// Units were done.
    pub fn advance(&self, step: StepKind, done: u64, total: u64) {
        self.show(step, done, total, None);
    }

    /// The run waits for a moment.
    pub fn wait(&self, step: StepKind, done: u64, total: u64, until: Timestamp) {
        self.show(step, done, total, Some(until));
    }

    fn show(&self, step: StepKind, done: u64, total: u64, until: Option<Timestamp>) {
        let pace =
            pace(self.began.elapsed().as_secs_f64(), done.saturating_sub(self.done_before), total.saturating_sub(done));
        self.sender.send_replace(Some(Progress { run: self.run, step, done, total, pace, until }));
    }
}

fn pace(seconds: f64, done: u64, left: u64) -> Pace {
    if done == 0 || seconds <= 0.0 {
        return Pace::default();
    }
    let count = |units: u64| u32::try_from(units).map_or(f64::from(u32::MAX), f64::from);
    let rate = count(done) / seconds;
    let left_s = std::time::Duration::try_from_secs_f64(count(left) / rate).ok().map(|left| left.as_secs());
    Pace { rate, left_s }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_follows_from_what_was_done_here() {
        assert_eq!(pace(2.0, 100, 300), Pace { rate: 50.0, left_s: Some(6) });
        assert_eq!(pace(2.0, 0, 300), Pace::default());
    }
}
