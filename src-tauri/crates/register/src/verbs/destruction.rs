//! Destruction: what is taken out of use, erased, reclaimed, deleted in the vault, and proven to be gone.

use super::verbs;
use crate::{Register, RegisterError};

verbs! {
    /// Takes keys that a run covers out of use; a tenant that is offboarded takes nothing new from then on.
    deactivate_keys(payload);
    /// Overwrites tokens with zeros and deletes them.
    delete_tokens(payload);
    /// Rewrites the tables out of which a run erased, and proves that the old bytes left their files. Refused as
    /// `reclaim_pending` with what is in the way, as `reclaim_waits` outside of the hours that the plan names.
    reclaim();
    /// Records keys as destroyed, each with its proof. Refused as `something_left` while anything of one is there.
    record_destroyed(payload);
    /// Records that an object was deleted in the vault, and what the vault said of it.
    record_deleted();
    /// Records that neither an object nor its deleted remains were found any more.
    record_purged();
    /// Records that a deleted key was recovered.
    record_recovered();
    /// Records a restore drill that showed that a backup opens without a KEK.
    record_drill();
}

impl Register {
    /// Has the server write out what it holds in memory, so that emptied files go. No act, so no entry; `false` where the
    /// register may not ask for it.
    ///
    /// # Errors
    /// When the register cannot be reached.
    pub async fn flush(&self) -> Result<bool, RegisterError> {
        Ok(sqlx::query_scalar("SELECT custody.flush()").fetch_one(self.pool()).await?)
    }
}
