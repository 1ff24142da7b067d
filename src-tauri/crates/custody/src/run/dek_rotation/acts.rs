//! What a rotation of DEKs changes in the register, each through [`perform`].

use canonical::Encoder;
use domain::KeyId;
use register::ReencryptedTokens;

use super::super::effect::{Effect, perform};
use super::super::error::RunError;
use super::super::hands::{Hands, Step, explain};

/// Rows of a payload, and how many.
pub(super) struct Rows {
    pub rows: Encoder,
    pub count: usize,
}

/// Tokens sealed anew, as they are signed and as they are sent.
pub(super) struct SealedAnew {
    pub signed: Rows,
    pub tokens: ReencryptedTokens,
}

impl Hands<'_> {
    /// Puts new DEKs, wrapped under the current version of their KEK, in the place of the present ones.
    pub(super) async fn replace_deks(&self, step: Step, kek: KeyId, version: &str, new: Rows) -> Result<(), RunError> {
        self.check_lease()?;
        let act = self.run_act("dek.replaced").with("position", step.position);
        let act = act.with("kek", kek).with("kek_version", version);
        let payload = new.rows.clone().finish();
        let entry = self.console.entry(self.author, act.payload(new.rows, new.count)).await?;
        let replaced = self.console.register.replace_deks(entry.as_act(), &payload);
        perform(Effect::ReplaceDeks, replaced).await.map_err(explain)?;
        Ok(())
    }

    /// Replaces a batch of tokens by compare-and-set: all of them, or none.
    pub(super) async fn reencrypt_tokens(&self, step: Step, batch: SealedAnew) -> Result<(), RunError> {
        self.check_lease()?;
        let act = self.run_act("token.reencrypted").with("position", step.position);
        let entry = self.console.entry(self.author, act.payload(batch.signed.rows, batch.signed.count)).await?;
        let written = self.console.register.reencrypt_tokens(entry.as_act(), &batch.tokens);
        perform(Effect::ReencryptTokens, written).await.map_err(explain)?;
        Ok(())
    }

    /// From here on nothing is sealed under the former versions.
    pub(super) async fn retire_deks(&self, step: Step) -> Result<(), RunError> {
        self.check_lease()?;
        let act = self.run_act("dek.retired").with("position", step.position);
        let entry = self.console.entry(self.author, act).await?;
        perform(Effect::RetireDeks, self.console.register.retire_deks(entry.as_act())).await.map_err(explain)?;
        Ok(())
    }

    /// Overwrites and removes wraps.
    pub(super) async fn erase_wraps(&self, step: Step, wraps: Rows) -> Result<(), RunError> {
        self.check_lease()?;
        let act = self.run_act("dek.erased").with("position", step.position);
        let payload = wraps.rows.clone().finish();
        let entry = self.console.entry(self.author, act.payload(wraps.rows, wraps.count)).await?;
        let erased = self.console.register.erase_wraps(entry.as_act(), &payload);
        perform(Effect::EraseWraps, erased).await.map_err(explain)?;
        Ok(())
    }
}
