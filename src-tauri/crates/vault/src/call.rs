use std::time::Duration;

use crate::budget::CallCost;
use crate::classify::{CallFacts, Effect, classify};
use crate::error::{Action, VaultError};
use crate::vault::Vault;

const BACKOFF_FIRST: Duration = Duration::from_millis(250);
const BACKOFF_DOUBLINGS_MAX: u32 = 5;

/// What a call is, besides its parameters.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) action: Action,
    pub(crate) cost: CallCost,
}

impl Vault {
    /// Sends a call that changes nothing, again when it fails for a passing reason, within the limits of the settings.
    pub(crate) async fn read<T, F>(&self, call: Call, send: impl Fn() -> F) -> Result<T, VaultError>
    where
        F: Future<Output = azure_core::Result<T>>,
    {
        let mut attempt = 1;
        loop {
            let error = match self.send_once(call, Effect::Reads, send()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if attempt >= self.inner().read_attempts_max || !passes(&error) {
                return Err(error);
            }
            // A throttled lane is held by the pacer already.
            if !matches!(error, VaultError::Throttled { .. }) {
                tokio::time::sleep(backoff(attempt)).await;
            }
            tracing::debug!(action = %call.action, attempt, "asking the vault again");
            attempt = attempt.saturating_add(1);
        }
    }

    /// Sends a call that changes the vault, once.
    ///
    /// **Invariant:** it is not repeated whatever happens: a second create would make a second version.
    pub(crate) async fn change<T>(
        &self,
        call: Call,
        sent: impl Future<Output = azure_core::Result<T>>,
    ) -> Result<T, VaultError> {
        self.send_once(call, Effect::Changes, sent).await
    }

    pub(crate) fn unreadable(&self, action: Action, effect: Effect) -> VaultError {
        self.facts(action, effect).unreadable()
    }

    /// Waits for its turn, then sends once within the time limit.
    pub(crate) async fn send_once<T>(
        &self,
        call: Call,
        effect: Effect,
        sent: impl Future<Output = azure_core::Result<T>>,
    ) -> Result<T, VaultError> {
        let facts = self.facts(call.action, effect);
        let pacer = &self.inner().pacer;
        let place = pacer.admit(call.cost).await;
        let answer = tokio::time::timeout(self.inner().call_timeout, sent).await;
        drop(place);
        let error = match answer {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => classify(error, facts),
            Err(_elapsed) => facts.timed_out(),
        };
        if let VaultError::Throttled { retry_after, .. } = &error {
            let wait = retry_after.unwrap_or(BACKOFF_FIRST);
            pacer.hold(call.cost, wait.min(self.inner().retry_after_max));
        }
        Err(error)
    }

    fn facts(&self, action: Action, effect: Effect) -> CallFacts<'_> {
        CallFacts { action, effect, address: self.address(), way: self.inner().way }
    }
}

fn passes(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::Throttled { .. }
            | VaultError::ServerFault { .. }
            | VaultError::Unreachable { .. }
            | VaultError::TimedOut { .. }
    )
}

fn backoff(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(BACKOFF_DOUBLINGS_MAX);
    BACKOFF_FIRST.saturating_mul(1 << doublings)
}
