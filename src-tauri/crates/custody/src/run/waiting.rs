//! Waiting, within a step, for a moment of the register's clock.

use std::time::Duration;

use domain::Timestamp;

use super::error::RunError;
use super::executor::Steering;
use super::hands::{Hands, Step};
use super::progress::Meter;
use super::rewrap::Reached;

/// How often a wait looks at clock and steering.
const LOOK: Duration = Duration::from_millis(500);

impl Hands<'_> {
    /// Waits until `until`, the end of `total` seconds. The clock is the register's: whoever carries the run on waits no longer.
    pub async fn wait_until(
        &self,
        step: Step,
        meter: &Meter,
        steering: &Steering,
        until: Timestamp,
        total: u64,
    ) -> Result<Reached<()>, RunError> {
        loop {
            self.check_lease()?;
            let now = self.console.now().await?;
            let left = u64::try_from(until.micros().saturating_sub(now.micros())).unwrap_or(0).div_ceil(1_000_000);
            meter.wait(step.kind, total.saturating_sub(left), total, until);
            if left == 0 {
                return Ok(Reached::End(()));
            }
            if steering.wants_pause() {
                return Ok(Reached::Pause);
            }
            tokio::time::sleep(LOOK.min(Duration::from_secs(left))).await;
        }
    }
}
