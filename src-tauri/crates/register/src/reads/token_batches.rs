//! Which tokens end next, and whether anything may be opened at all.

use domain::{KeyId, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::cells::{At, Cells as _};
use super::protection::Scope;
use crate::act::{OutcomeRow, decoding};
use crate::{Register, RegisterError};

/// The next tokens to end: what the console signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenBatch {
    /// How many.
    pub count: u64,
    /// SHA-256 over their ids.
    pub digest: [u8; 32],
    /// How many come after them.
    pub beyond: u64,
    /// How many more a hold keeps.
    pub kept: u64,
}

impl Register {
    /// Whether a console may open what is sealed under a DEK. Ask before every opening.
    ///
    /// # Errors
    /// Refused as `dek_not_active`, `key_not_active` (its KEK), `tenant_inactive` or `dek_unknown`.
    pub async fn may_open(&self, dek: KeyId) -> Result<(), RegisterError> {
        let query = sqlx::query_as::<_, OutcomeRow>("SELECT * FROM custody.may_open($1)");
        query.bind(dek.0).fetch_one(self.pool()).await?.into_result().map(|_no_entry| ())
    }

    /// The next batch of an emergency invalidation.
    ///
    /// # Errors
    /// When the register cannot be reached.
    pub async fn invalidation_batch(&self, scope: &Scope) -> Result<TokenBatch, RegisterError> {
        let query = sqlx::query("SELECT * FROM custody.invalidation_batch($1, $2, $3)");
        let query = query.bind(scope.word()).bind(scope.target()).bind(scope.integration());
        batch(&query.fetch_one(self.pool()).await?)
    }

    /// The next batch of tokens that had expired at `before`.
    ///
    /// # Errors
    /// When the register cannot be reached.
    pub async fn sweep_batch(&self, before: Timestamp) -> Result<TokenBatch, RegisterError> {
        let query = sqlx::query("SELECT * FROM custody.sweep_batch($1)").bind(At(before));
        batch(&query.fetch_one(self.pool()).await?)
    }
}

fn batch(row: &PgRow) -> Result<TokenBatch, RegisterError> {
    let digest = row.try_get::<Vec<u8>, _>("digest")?;
    Ok(TokenBatch {
        count: row.count("count")?,
        digest: digest.try_into().map_err(|_length| decoding("a digest has 32 bytes"))?,
        beyond: row.count("beyond")?,
        kept: row.count("kept")?,
    })
}
