//! Observations of the vault whose term is over, and those that were pruned. Whoever verifies computes everything from the rows.

use futures::{Stream, TryStreamExt as _};
use sqlx::Row as _;

use super::cells::{Cells as _, bigint};
use crate::act::decoding;
use crate::{Register, RegisterError};

/// Observations that are due to be pruned together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruningBatch {
    /// Numbers of their entries, ascending.
    pub entries: Vec<u64>,
    /// Rows that they have.
    pub rows: u64,
    /// Binds the batch to what it prunes.
    pub root: [u8; 32],
    /// Term of the rules, in days.
    pub days: u32,
}

/// One difference of an observation, as its console signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedRow {
    /// Entry of the observation.
    pub seq: u64,
    /// The fields of the row, in the order of the payload.
    pub fields: [String; 5],
}

impl Register {
    /// The next observations whose term is over, oldest first.
    pub async fn pruning_batch(&self) -> Result<Option<PruningBatch>, RegisterError> {
        let found = sqlx::query("SELECT * FROM custody.pruning_batch()").fetch_optional(self.pool()).await?;
        let Some(row) = found else { return Ok(None) };
        let entries: Vec<i64> = row.try_get("entries")?;
        let entries = entries.into_iter().map(u64::try_from).collect::<Result<_, _>>().map_err(decoding)?;
        let root: Vec<u8> = row.try_get("root")?;
        Ok(Some(PruningBatch {
            entries,
            rows: row.count("rows")?,
            root: root.try_into().map_err(|_length| decoding("a root has 32 bytes"))?,
            days: row.small("days")?,
        }))
    }

    /// All rows of observations up to entry `last`, by entry, each in the order in which it was signed.
    pub fn observed_rows(&self, last: u64) -> impl Stream<Item = Result<ObservedRow, RegisterError>> + use<'_> {
        let query = sqlx::query(
            "SELECT seq, kind, name, drift, coalesce(detail ->> 'register', '') AS register, coalesce(detail ->> 'vault', '') AS vault
             FROM custody.vault_observation WHERE seq <= $1 ORDER BY seq, id",
        );
        let rows = query.bind(bigint(last)).fetch(self.pool());
        rows.map_err(RegisterError::from).and_then(async |row| {
            let text = |name: &str| row.try_get::<String, _>(name);
            Ok(ObservedRow {
                seq: row.count("seq")?,
                fields: [text("kind")?, text("name")?, text("drift")?, text("register")?, text("vault")?],
            })
        })
    }

    /// Observations that were pruned by an act after entry `last`.
    pub async fn pruned_after(&self, last: u64) -> Result<Vec<u64>, RegisterError> {
        let query = sqlx::query("SELECT seq FROM custody.pruned_observation WHERE pruned_seq > $1").bind(bigint(last));
        let rows = query.fetch_all(self.pool()).await?;
        Ok(rows.iter().map(|row| row.count("seq")).collect::<Result<_, _>>()?)
    }
}
