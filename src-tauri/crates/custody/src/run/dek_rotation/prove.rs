//! Proof that nothing needs a former DEK any more: no token names one, and the vault opens every wrap that is in use to the DEK
//! that a token under it opens with.

use envelope::{TokenContext, open_token};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use register::WrapRow;
use vault::ObjectName;

use super::super::error::RunError;
use super::super::executor::Steering;
use super::super::hands::{Evidence, Step};
use super::super::progress::Meter;
use super::super::rewrap::Reached;
use super::DekRotation;
use crate::identity::identity_of;

/// DEKs that are proven at a time.
const AT_ONCE: usize = 64;

impl DekRotation<'_> {
    pub(super) async fn prove(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        let register = &self.hands.console.register;
        let left = register.tokens_left(self.hands.run).await?;
        if left > 0 {
            return Err(RunError::TokensLeft { left });
        }
        // A run that was turned back before it had replaced anything has nothing to prove.
        let deks: Vec<_> =
            register.former_wraps(self.hands.run).await?.into_iter().map(|former| former.wrap.dek).collect();
        let wraps = register.wraps_of(&deks).await?;
        if wraps.len() != deks.len() {
            return Err(RunError::Record { what: "wraps" });
        }
        let keks = self.kek_names(wraps.iter().map(|wrap| wrap.kek)).await?;
        let total = u64::try_from(wraps.len()).unwrap_or(u64::MAX);
        meter.begin(step.kind, 0, total);
        let (mut proven, mut sampled) = (0, 0_u64);
        for some in wraps.chunks(AT_ONCE) {
            if steering.wants_pause() {
                return Ok(Reached::Pause);
            }
            let mut proofs = Vec::with_capacity(some.len());
            for wrap in some {
                proofs.push(self.prove_one(wrap, keks.get(&wrap.kek)));
            }
            let opened: Vec<bool> = stream::iter(proofs).buffer_unordered(AT_ONCE).try_collect().await?;
            sampled += u64::try_from(opened.iter().filter(|opened| **opened).count()).unwrap_or(0);
            proven += u64::try_from(some.len()).unwrap_or(0);
            meter.advance(step.kind, proven, total);
        }
        Ok(Reached::End(Evidence::from([
            ("tokens_left", "0".to_owned()),
            ("wraps_opened", proven.to_string()),
            ("tokens_opened", sampled.to_string()),
        ])))
    }

    /// Has the vault open the wrap, and opens the first token under it. Whether there was one.
    async fn prove_one(&self, wrap: &WrapRow, kek: Option<&ObjectName>) -> Result<bool, RunError> {
        let dek = self.open_checked(wrap, kek.ok_or(RunError::Record { what: "KEK" })?).await?;
        let Some(token) = self.hands.console.register.tokens_of(wrap.dek, None, 1).await?.pop() else {
            return Ok(false);
        };
        let context = TokenContext {
            dek: identity_of(&self.hands.console.custody, wrap.dek, &wrap.scope),
            dek_version: u64::from(wrap.dek_version),
            record: *token.id.as_bytes(),
        };
        open_token(&dek, &context, &token.envelope).map_err(|source| RunError::Token {
            token: token.id,
            dek: wrap.dek,
            version: wrap.dek_version,
            source,
        })?;
        Ok(true)
    }
}
