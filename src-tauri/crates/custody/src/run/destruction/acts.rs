//! What a destruction changes in the register, each through [`perform`].

use canonical::Encoder;
use domain::{KeyId, Timestamp};
use register::Receipt;

use super::super::effect::{Effect, perform};
use super::super::error::RunError;
use super::super::hands::explain;
use super::Destruction;
use super::object::Deleted;
use crate::author::Act;

/// Rows of a payload.
pub(super) struct Rows {
    rows: Encoder,
    count: usize,
}

impl Rows {
    pub fn of(rows: impl IntoIterator<Item = Encoder>) -> Self {
        let add = |all: Self, row| Self { rows: all.rows.sequence(row), count: all.count + 1 };
        rows.into_iter().fold(Self { rows: Encoder::new(), count: 0 }, add)
    }

    /// Rows of ids alone.
    pub fn of_ids<'i>(ids: impl IntoIterator<Item = &'i uuid::Uuid>) -> Self {
        Self::of(ids.into_iter().map(|id| Encoder::new().bytes(id.as_bytes())))
    }
}

impl Destruction<'_> {
    async fn bulk(&self, act: Act, rows: Rows, effect: Effect) -> Result<Receipt, RunError> {
        self.hands.check_lease()?;
        let payload = rows.rows.clone().finish();
        let entry = self.hands.console.entry(self.hands.author, act.payload(rows.rows, rows.count)).await?;
        let (register, act) = (&self.hands.console.register, entry.as_act());
        let done = match effect {
            Effect::DeactivateKeys => perform(effect, register.deactivate_keys(act, &payload)).await,
            Effect::DeleteTokens => perform(effect, register.delete_tokens(act, &payload)).await,
            Effect::EraseWraps => perform(effect, register.erase_wraps(act, &payload)).await,
            _ => perform(effect, register.record_destroyed(act, &payload)).await,
        };
        done.map_err(explain)
    }

    pub(super) async fn write_deactivated(&self, keys: Rows) -> Result<(), RunError> {
        self.bulk(self.hands.run_act("keys.deactivated"), keys, Effect::DeactivateKeys).await.map(drop)
    }

    pub(super) async fn write_tokens_deleted(&self, tokens: Rows) -> Result<(), RunError> {
        self.bulk(self.hands.run_act("tokens.deleted"), tokens, Effect::DeleteTokens).await.map(drop)
    }

    pub(super) async fn write_wraps_erased(&self, wraps: Rows) -> Result<(), RunError> {
        self.bulk(self.hands.run_act("dek.erased"), wraps, Effect::EraseWraps).await.map(drop)
    }

    pub(super) async fn write_destroyed(&self, keys: Rows) -> Result<(), RunError> {
        self.bulk(self.hands.run_act("keys.destroyed"), keys, Effect::RecordDestroyed).await.map(drop)
    }

    /// Has the tables written anew, and the proof that nothing of the old ones is left.
    pub(super) async fn write_reclaimed(&self) -> Result<Receipt, RunError> {
        self.hands.check_lease()?;
        let entry = self.hands.console.entry(self.hands.author, self.hands.run_act("register.reclaimed")).await?;
        perform(Effect::Reclaim, self.hands.console.register.reclaim(entry.as_act())).await.map_err(explain)
    }

    pub(super) async fn write_deleted(&self, key: KeyId, deleted: &Deleted, now: Timestamp) -> Result<(), RunError> {
        let act = self
            .key_act("key.deleted", key)
            .with("recovery_level", &deleted.level)
            .with("deleted_at", deleted.at.unwrap_or(now).micros())
            .with("scheduled_purge_at", deleted.purge.map(|at| at.micros().to_string()).unwrap_or_default());
        let entry = self.hands.console.entry(self.hands.author, act).await?;
        let recorded = self.hands.console.register.record_deleted(entry.as_act());
        perform(Effect::RecordDeleted, recorded).await.map_err(explain)?;
        Ok(())
    }

    pub(super) async fn write_purged(&self, key: KeyId, proof: &str) -> Result<(), RunError> {
        let entry =
            self.hands.console.entry(self.hands.author, self.key_act("key.purged", key).with("proof", proof)).await?;
        let recorded = self.hands.console.register.record_purged(entry.as_act());
        perform(Effect::RecordPurged, recorded).await.map_err(explain)?;
        Ok(())
    }

    fn key_act(&self, verb: &'static str, key: KeyId) -> Act {
        Act::new(verb, "key", key).with("run", self.hands.run).with("fence", self.hands.lease.fence)
    }
}
