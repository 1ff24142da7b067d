use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::budget::WINDOW;

/// Spending is remembered in slots of this width; a slot is forgotten when its youngest spending is a window old.
const SLOT: Duration = Duration::from_millis(100);

struct Slot {
    since: Instant,
    units: u64,
}

/// What was spent in the last ten seconds, and how far that is ahead of an even pace.
///
/// **Invariant:** in no ten seconds more than the capacity is spent, wherever the vault's own window begins.
pub(crate) struct Window {
    capacity: u64,
    lead: Duration,
    slots: VecDeque<Slot>,
    used: u64,
    // When everything spent so far would have been spent at an even pace.
    even_at: Option<Instant>,
}

impl Window {
    pub(crate) fn new(capacity: u64, lead: Duration) -> Self {
        Self { capacity, lead, slots: VecDeque::new(), used: 0, even_at: None }
    }

    /// Units spent in the window that ends now.
    pub(crate) fn used(&mut self, now: Instant) -> u64 {
        while let Some(oldest) = self.slots.front()
            && oldest.since + SLOT + WINDOW <= now
        {
            self.used = self.used.saturating_sub(oldest.units);
            self.slots.pop_front();
        }
        self.used
    }

    /// Spends `units`, or says when to ask again.
    pub(crate) fn try_spend(&mut self, now: Instant, units: u64) -> Result<(), Instant> {
        // A share of less than one call still allows one call a window.
        let units = units.min(self.capacity);
        self.used(now);
        if let Some(at) = self.freed_at(units) {
            return Err(at);
        }
        let even_at = self.even_at.map_or(now, |at| at.max(now));
        if even_at.duration_since(now) > self.lead {
            return Err(even_at - self.lead);
        }
        self.even_at = Some(even_at + even_share(units, self.capacity));
        self.used = self.used.saturating_add(units);
        match self.slots.back_mut() {
            Some(slot) if now < slot.since + SLOT => slot.units = slot.units.saturating_add(units),
            _ => self.slots.push_back(Slot { since: now, units }),
        }
        Ok(())
    }

    /// When enough will have been forgotten for `units`; `None` when there is room now.
    fn freed_at(&self, units: u64) -> Option<Instant> {
        let mut used = self.used;
        let mut at = None;
        for slot in &self.slots {
            if used.saturating_add(units) <= self.capacity {
                break;
            }
            used = used.saturating_sub(slot.units);
            at = Some(slot.since + SLOT + WINDOW);
        }
        at
    }
}

fn even_share(units: u64, capacity: u64) -> Duration {
    let nanos = WINDOW.as_nanos().saturating_mul(u128::from(units)) / u128::from(capacity.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    /// Spends one unit whenever the window lets it, for a while, and gives the times of spending.
    fn spend_for(window: &mut Window, start: Instant, span: Duration) -> Vec<Instant> {
        let mut spent = Vec::new();
        let mut now = start;
        while now < start + span {
            match window.try_spend(now, 1) {
                Ok(()) => spent.push(now),
                Err(at) => {
                    assert!(at > now, "asked to wait for the past");
                    now = at;
                }
            }
        }
        spent
    }

    #[tokio::test(start_paused = true)]
    async fn no_ten_seconds_hold_more_than_the_capacity() {
        for lead in [Duration::ZERO, Duration::from_secs(1), WINDOW] {
            let mut window = Window::new(200, lead);
            let spent = spend_for(&mut window, Instant::now(), WINDOW * 6);
            let fullest =
                spent.iter().map(|from| spent.iter().filter(|at| (*from..*from + WINDOW).contains(at)).count()).max();
            assert!(fullest.unwrap() <= 200, "{lead:?}: {fullest:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn at_least_ninety_five_percent_of_the_capacity_are_used() {
        let mut window = Window::new(1_000, Duration::from_secs(1));
        let spent = spend_for(&mut window, Instant::now(), WINDOW * 10);
        assert!(spent.len() >= 9_500, "{}", spent.len());
    }

    #[tokio::test(start_paused = true)]
    async fn spending_does_not_run_ahead_of_its_lead() {
        let mut window = Window::new(1_000, Duration::from_secs(1));
        let start = Instant::now();
        let spent = spend_for(&mut window, start, Duration::from_secs(5));
        let first_second = spent.iter().filter(|at| **at < start + Duration::from_secs(1)).count();
        assert!((100..=202).contains(&first_second), "{first_second}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_share_of_less_than_one_call_allows_one() {
        let mut window = Window::new(5, WINDOW);
        let now = Instant::now();
        assert!(window.try_spend(now, 9).is_ok());
        assert_eq!(window.try_spend(now, 9), Err(now + SLOT + WINDOW));
        assert!(window.try_spend(now + SLOT + WINDOW, 9).is_ok());
    }
}
