//! Faults on demand, for tests of everything that talks to a vault.

use crate::operation::Operation;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to a call that a rule meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultAction {
    /// The call takes this much longer, and then happens.
    Delay(Duration),
    /// The call does not happen; this status is answered.
    Status {
        /// The status, such as 429 or 500.
        status: u16,
        /// The `Retry-After` header in seconds.
        retry_after_s: Option<u64>,
    },
    /// The call does not happen and the connection drops.
    DropBefore,
    /// The call happens, durably, and the connection drops before it is answered.
    DropAfter,
}

/// Which of the calls that match a rule it meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultWhen {
    /// Every one.
    Always,
    /// The n-th alone, counted from one since the rule was set.
    Nth(u64),
    /// The first n.
    First(u64),
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultRule {
    /// Which operation, or every one.
    pub operation: Option<Operation>,
    /// Which of them.
    pub when: FaultWhen,
    /// What happens.
    pub action: FaultAction,
}

struct Armed {
    id: u64,
    rule: FaultRule,
    seen: u64,
    met: u64,
}

#[derive(Default)]
struct State {
    last_id: u64,
    rules: Vec<Armed>,
}

/// The rules in force. The first rule that meets a call decides.
#[derive(Default)]
pub struct Faults(Mutex<State>);

impl Faults {
    /// Sets a rule; answers its id.
    pub fn set(&self, rule: FaultRule) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_id += 1;
        let id = state.last_id;
        state.rules.push(Armed { id, rule, seen: 0, met: 0 });
        id
    }

    /// Takes every rule away.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).rules.clear();
    }

    /// How many calls a rule has met; `None` for a rule that is not there.
    #[must_use]
    pub fn met(&self, id: u64) -> Option<u64> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.rules.iter().find(|it| it.id == id).map(|it| it.met)
    }

    pub(crate) fn decide(&self, operation: Operation) -> Option<FaultAction> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut decided = None;
        for armed in &mut state.rules {
            if armed.rule.operation.is_some_and(|it| it != operation) {
                continue;
            }
            armed.seen += 1;
            let meets = match armed.rule.when {
                FaultWhen::Always => true,
                FaultWhen::Nth(n) => armed.seen == n,
                FaultWhen::First(n) => armed.seen <= n,
            };
            if meets && decided.is_none() {
                armed.met += 1;
                decided = Some(armed.rule.action);
            }
        }
        decided
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_call_of_one_operation_is_met() {
        let faults = Faults::default();
        let id = faults.set(FaultRule {
            operation: Some(Operation::KeyUnwrap),
            when: FaultWhen::Nth(2),
            action: FaultAction::DropAfter,
        });
        assert_eq!(faults.decide(Operation::KeyUnwrap), None);
        assert_eq!(faults.decide(Operation::KeyGet), None);
        assert_eq!(faults.decide(Operation::KeyUnwrap), Some(FaultAction::DropAfter));
        assert_eq!(faults.decide(Operation::KeyUnwrap), None);
        assert_eq!(faults.met(id), Some(1));
    }
}
