//! The lease of a run: who executes it now. Kept alive from a task of its own; when it is lost, the run stops at the next step.

use std::time::Duration;

use domain::RunId;
use register::{Register, RegisterError};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::effect::{Effect, perform};

/// The register grants thirty seconds; three renewals may fail before it lapses.
const RENEW_EVERY: Duration = Duration::from_secs(8);

/// Held while a run is executed here. Dropping it stops the renewals; the register's lease then lapses by itself.
#[derive(Debug)]
pub(crate) struct Lease {
    /// Fencing number: an act under an older one is refused.
    pub fence: u64,
    lost: watch::Receiver<bool>,
    renewals: AbortHandle,
}

impl Lease {
    pub fn keep(register: Register, run: RunId, fence: u64) -> Self {
        let (lose, lost) = watch::channel(false);
        let renewals = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW_EVERY).await;
                match perform(Effect::RenewLease, register.renew_lease(run, fence)).await {
                    Ok(()) => {}
                    Err(RegisterError::Refused(refusal)) => {
                        tracing::warn!(%run, code = refusal.code(), "the lease of a run was lost");
                        lose.send_replace(true);
                        return;
                    }
                    // The register decides whether it lapsed; until it says so, trying again is right.
                    Err(error) => tracing::warn!(%run, %error, "the lease of a run could not be renewed"),
                }
            }
        });
        Self { fence, lost, renewals: renewals.abort_handle() }
    }

    pub fn is_lost(&self) -> bool {
        *self.lost.borrow()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewals.abort();
    }
}
