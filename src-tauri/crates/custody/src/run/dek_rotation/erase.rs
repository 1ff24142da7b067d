//! The end of the wraps that nothing needs any more: overwritten with zeros, then removed. Forward this is the moment after which
//! there is no way back.

use canonical::Encoder;
use register::RunDirection as Direction;

use super::super::authority::Authority;
use super::super::error::RunError;
use super::super::hands::{Evidence, Step};
use super::DekRotation;
use super::acts::Rows;

/// Wraps in one act.
const BATCH_MAX: usize = 500;

impl DekRotation<'_> {
    pub(super) async fn erase(&self, step: Step) -> Result<Evidence, RunError> {
        let (console, run) = (self.hands.console, self.hands.run);
        if self.direction == Direction::Forward {
            // The signatures must still count.
            Authority::prove(console, self.plan.clone(), Some(run), console.now().await?).await?;
        }
        let left = console.register.tokens_left(run).await?;
        if left > 0 {
            return Err(RunError::TokensLeft { left });
        }
        let former = console.register.former_wraps(run).await?;
        for some in former.chunks(BATCH_MAX) {
            let row = |rows: Encoder, former: &register::FormerWrapRow| {
                let (dek, version) = (former.wrap.dek, u64::from(former.wrap.dek_version));
                rows.sequence(Encoder::new().bytes(dek.0.as_bytes()).count(version))
            };
            let rows = some.iter().fold(Encoder::new(), row);
            self.hands.erase_wraps(step, Rows { rows, count: some.len() }).await?;
        }
        Ok(Evidence::from([("erased", former.len().to_string())]))
    }
}
