use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::budget::{Budget, CallCost, Lane};
use crate::window::Window;

/// How hard the vault is being pressed, in calls of the kind that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacingFigures {
    /// Spent in the last ten seconds.
    pub used: u32,
    /// What the budget allows in ten seconds; `None` without limit.
    pub limit: Option<u32>,
    /// Answers 429 since the vault was connected.
    pub throttled: u64,
    /// Calls under way.
    pub in_flight: u32,
    /// Calls that wait for their turn.
    pub waiting: u64,
    /// How long the vault's own `Retry-After` still holds calls back.
    pub held_for: Option<Duration>,
}

/// Lets calls through at the pace the budget allows, in the order they came.
pub(crate) struct Pacer {
    budget: Budget,
    in_flight_max: usize,
    in_flight: Semaphore,
    throttled: AtomicU64,
    keys: Gate,
    key_creates: Gate,
    secrets: Gate,
    secret_creates: Gate,
}

/// The way into one lane. Whoever holds `turn` is the only one who waits for the window; the others queue behind, so a
/// stream of small calls cannot overtake a large one for ever.
struct Gate {
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicU64,
    state: Mutex<GateState>,
}

struct GateState {
    window: Window,
    held_until: Option<Instant>,
}

impl Gate {
    fn new(budget: &Budget, lane: Lane) -> Self {
        Self {
            turn: tokio::sync::Mutex::new(()),
            waiting: AtomicU64::new(0),
            state: Mutex::new(GateState {
                window: Window::new(budget.capacity().unwrap_or(u64::MAX), lane.lead()),
                held_until: None,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_spend(&self, units: u64) -> Result<(), Instant> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(until) = state.held_until.filter(|until| *until > now) {
            return Err(until);
        }
        state.window.try_spend(now, units)
    }
}

/// Counts a waiting call also when its future is dropped.
struct Waiting<'a>(&'a AtomicU64);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pacer {
    pub(crate) fn new(budget: Budget, in_flight_max: usize) -> Self {
        let in_flight_max = in_flight_max.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            budget,
            in_flight_max,
            in_flight: Semaphore::new(in_flight_max),
            throttled: AtomicU64::new(0),
            keys: Gate::new(&budget, Lane::Keys),
            key_creates: Gate::new(&budget, Lane::KeyCreates),
            secrets: Gate::new(&budget, Lane::Secrets),
            secret_creates: Gate::new(&budget, Lane::SecretCreates),
        }
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Waits for the turn of one call. The permit is to be kept while the call is under way; there is none only when
    /// the semaphore was closed, which nobody does.
    pub(crate) async fn admit(&self, cost: CallCost) -> Option<SemaphorePermit<'_>> {
        let gate = self.gate(cost);
        let _waiting = Waiting::new(&gate.waiting);
        let _turn = gate.turn.lock().await;
        let units = self.budget.units(cost);
        loop {
            // The permit comes first: spending before a place is free would let spent calls pile up and go out at once.
            let permit = self.in_flight.acquire().await.ok();
            match gate.try_spend(units) {
                Ok(()) => return permit,
                Err(at) => {
                    drop(permit);
                    tokio::time::sleep_until(at).await;
                }
            }
        }
    }

    /// The vault answered 429: nothing of this lane is sent before `wait` is over.
    pub(crate) fn hold(&self, cost: CallCost, wait: Duration) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
        let until = Instant::now() + wait;
        let mut state = self.gate(cost).state();
        state.held_until = Some(state.held_until.map_or(until, |held| held.max(until)));
    }

    pub(crate) fn figures(&self, cost: CallCost) -> PacingFigures {
        let gate = self.gate(cost);
        let now = Instant::now();
        let mut state = gate.state();
        let used = state.window.used(now).div_ceil(self.budget.units(cost));
        let held_for = state.held_until.filter(|until| *until > now).map(|until| until.duration_since(now));
        let in_flight = self.in_flight_max.saturating_sub(self.in_flight.available_permits());
        PacingFigures {
            used: u32::try_from(used).unwrap_or(u32::MAX),
            limit: self.budget.calls_max(cost),
            throttled: self.throttled.load(Ordering::Relaxed),
            in_flight: u32::try_from(in_flight).unwrap_or(u32::MAX),
            waiting: gate.waiting.load(Ordering::Relaxed),
            held_for,
        }
    }

    fn gate(&self, cost: CallCost) -> &Gate {
        match cost.lane() {
            Lane::Keys => &self.keys,
            Lane::KeyCreates => &self.key_creates,
            Lane::Secrets => &self.secrets,
            Lane::SecretCreates => &self.secret_creates,
        }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::budget::ServiceLimits;
    use crate::key::RsaBits;

    const LARGE: CallCost = CallCost::Key(RsaBits::B4096);
    const SMALL: CallCost = CallCost::Key(RsaBits::B2048);

    async fn admit_all(pacer: &Pacer, cost: CallCost, calls: u32) -> Duration {
        let start = Instant::now();
        join_all((0..calls).map(|_| pacer.admit(cost))).await;
        Instant::now() - start
    }

    #[tokio::test(start_paused = true)]
    async fn calls_beyond_the_budget_wait_for_the_next_window() {
        let pacer = Pacer::new(Budget::default(), 10_000);
        assert!(admit_all(&pacer, LARGE, 350).await < Duration::from_secs(10));
        assert!(admit_all(&pacer, LARGE, 350).await > Duration::from_secs(9));
    }

    #[tokio::test(start_paused = true)]
    async fn sizes_are_weighted_and_summed_and_creations_count_apart() {
        let pacer = Pacer::new(Budget::new(ServiceLimits::software(), 100).unwrap(), 10_000);
        admit_all(&pacer, LARGE, 250).await;
        assert_eq!(pacer.figures(SMALL).used, 2_000);
        assert_eq!(pacer.figures(SMALL).limit, Some(4_000));
        assert_eq!(pacer.figures(CallCost::KeyCreate).used, 0);
        assert_eq!(admit_all(&pacer, CallCost::KeyCreate, 20).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_lane_is_held_and_the_others_are_not() {
        let pacer = Pacer::new(Budget::unlimited(), 10);
        pacer.hold(SMALL, Duration::from_secs(7));
        assert_eq!(pacer.figures(SMALL).held_for, Some(Duration::from_secs(7)));
        assert_eq!(pacer.figures(SMALL).throttled, 1);
        assert_eq!(admit_all(&pacer, CallCost::Secret, 3).await, Duration::ZERO);
        assert!(admit_all(&pacer, LARGE, 1).await >= Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_calls_are_under_way_than_places() {
        let pacer = Pacer::new(Budget::unlimited(), 2);
        let first = pacer.admit(SMALL).await;
        let second = pacer.admit(SMALL).await;
        assert_eq!(pacer.figures(SMALL).in_flight, 2);
        let third = tokio::time::timeout(Duration::from_secs(60), pacer.admit(SMALL)).await;
        assert!(third.is_err(), "a third call was let through");
        assert_eq!(pacer.figures(SMALL).waiting, 0, "a call given up still counts");
        drop((first, second));
        assert!(pacer.admit(SMALL).await.is_some());
    }
}
