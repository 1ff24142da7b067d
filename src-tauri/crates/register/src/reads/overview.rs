//! The figures an operator sees first, and those of the status bar. Out of tallies and short indexes: never a count of a
//! million rows.

use domain::{OperatorId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder};

use super::cells::{At, Cells as _};
use super::keks::KeyVersionRow;
use super::keys_page::{KEY_COLUMNS, KEY_TENANT, KeyRow, key_row};
use super::requests_page::FolderCounts;
use super::runs_page::RunCounts;
use crate::{Register, RegisterError};

/// Rotations shown by date.
const DUE_MAX: i64 = 12;

/// KEKs whose history is shown.
const KEKS_MAX: i64 = 50;

/// Days within which a rotation is due soon.
const SOON_DAYS: i64 = 30;

/// Ages at which DEKs are told apart, in days.
pub const DEK_AGE_BOUNDS_DAYS: &[u32] = &[0, 30, 90, 180, 365];

/// Keys of the same age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeBucket {
    /// At least so many days.
    pub from_days: u32,
    /// Fewer than so many; `None` for the last.
    pub to_days: Option<u32>,
    /// How many.
    pub keys: u64,
}

/// A rotation by its date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueKey {
    /// The key.
    pub key: KeyRow,
    /// Whether a request for it can still be sealed or started, or is being executed.
    pub is_requested: bool,
}

/// A KEK and its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KekHistory {
    /// The KEK.
    pub key: KeyRow,
    /// Its versions, oldest first.
    pub versions: Vec<KeyVersionRow>,
}

/// The figures of the overview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The register's clock.
    pub now: Timestamp,
    /// Keys that are neither destroyed nor archived.
    pub keys: u64,
    /// Keys that must be rotated by a date.
    pub with_rule: u64,
    /// Of those, keys whose date has not passed.
    pub within_rule: u64,
    /// Of those, keys whose date has passed.
    pub overdue: u64,
    /// Rotations due within thirty days.
    pub due_soon: u64,
    /// Keys that break a rule on algorithm, storage, owner or purpose.
    pub violations: u64,
    /// Requests by folder.
    pub requests: FolderCounts,
    /// Runs by folder.
    pub runs: RunCounts,
    /// Differences between vault and register at the last observation, and when that was.
    pub drift: Option<(u64, Timestamp)>,
    /// Rotations by date, earliest first: overdue and upcoming.
    pub due: Vec<DueKey>,
    /// Live DEKs by the days since their last rotation.
    pub dek_ages: Vec<AgeBucket>,
    /// DEKs counted there.
    pub deks: u64,
    /// KEKs and their versions.
    pub keks: Vec<KekHistory>,
}

/// The figures of the status bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCounts {
    /// Last entry of the ledger.
    pub head: u64,
    /// Its chain hash.
    pub head_hash: [u8; 32],
    /// Keys in the register.
    pub keys: u64,
    /// Requests that wait for this operator's seal.
    pub for_me: u64,
    /// Runs under way.
    pub runs: u64,
}

const FIGURES: &str = "
    SELECT tally.keys, tally.with_rule, tally.violations, tally.deks,
           (SELECT count(*) FROM custody.key AS k
            WHERE k.rotate_by IS NOT NULL AND custody.rotates(k.state) AND k.rotate_by <= $1) AS overdue,
           (SELECT count(*) FROM custody.key AS k
            WHERE k.rotate_by IS NOT NULL AND custody.rotates(k.state) AND k.rotate_by > $1 AND k.rotate_by <= $2) AS due_soon
    FROM (SELECT coalesce(sum(keys) FILTER (WHERE state NOT IN ('destroyed', 'archived')), 0)::bigint AS keys,
                 coalesce(sum(keys) FILTER (WHERE dated AND custody.rotates(state)), 0)::bigint AS with_rule,
                 coalesce(sum(keys) FILTER (WHERE violates AND state NOT IN ('destroyed', 'archived')), 0)::bigint AS violations,
                 coalesce(sum(keys) FILTER (WHERE kind = 'dek' AND custody.is_live(state)), 0)::bigint AS deks
          FROM custody.key_tally) AS tally";

const DRIFT: &str = "
    SELECT e.recorded_at, (SELECT count(*) FROM custody.vault_observation AS o WHERE o.seq = e.seq) AS drift
    FROM custody.ledger_entry AS e WHERE e.verb = 'vault.observed' ORDER BY e.seq DESC LIMIT 1";

impl Register {
    /// The figures of the overview, as `me` sees them.
    pub async fn overview(&self, me: OperatorId) -> Result<Overview, RegisterError> {
        let now = self.clock().await?;
        let figures =
            sqlx::query(FIGURES).bind(At(now)).bind(At(now.plus_days(SOON_DAYS))).fetch_one(self.pool()).await?;
        let drift = |row: PgRow| Ok::<_, sqlx::Error>((row.count("drift")?, row.at("recorded_at")?));
        let drift = sqlx::query(DRIFT).fetch_optional(self.pool()).await?.map(drift).transpose()?;
        let (with_rule, overdue) = (figures.count("with_rule")?, figures.count("overdue")?);
        Ok(Overview {
            now,
            keys: figures.count("keys")?,
            with_rule,
            within_rule: with_rule.saturating_sub(overdue),
            overdue,
            due_soon: figures.count("due_soon")?,
            violations: figures.count("violations")?,
            requests: self.request_counts(me).await?,
            runs: self.run_counts().await?,
            drift,
            due: self.due_keys().await?,
            dek_ages: self.dek_ages(now).await?,
            deks: figures.count("deks")?,
            keks: self.kek_histories().await?,
        })
    }

    async fn due_keys(&self) -> Result<Vec<DueKey>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(KEY_COLUMNS);
        query.push(
            "(SELECT * FROM custody.key AS k WHERE k.rotate_by IS NOT NULL AND custody.rotates(k.state)
              ORDER BY k.rotate_by, k.id LIMIT ",
        );
        query.push_bind(DUE_MAX).push(") AS k").push(KEY_TENANT).push(" ORDER BY k.rotate_by, k.id");
        let rows = query.build().fetch_all(self.pool()).await?;
        let keys = rows.iter().map(key_row).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<_> = keys.iter().map(|key| key.id.0).collect();
        let requested: Vec<uuid::Uuid> = sqlx::query_scalar(
            "SELECT DISTINCT t.key FROM custody.request_target AS t JOIN custody.request AS r ON r.id = t.request
             WHERE t.key = ANY ($1) AND custody.request_state(r.id, custody.clock()) IN ('open', 'approved', 'executing')",
        )
        .bind(ids)
        .fetch_all(self.pool())
        .await?;
        let due = |key: KeyRow| DueKey { is_requested: requested.contains(&key.id.0), key };
        Ok(keys.into_iter().map(due).collect())
    }

    async fn dek_ages(&self, now: Timestamp) -> Result<Vec<AgeBucket>, RegisterError> {
        let rows = sqlx::query(
            "SELECT greatest(($1 AT TIME ZONE 'UTC')::date - since, 0) AS days, sum(keys)::bigint AS keys
             FROM custody.key_tally WHERE kind = 'dek' AND custody.is_live(state) GROUP BY 1",
        )
        .bind(At(now))
        .fetch_all(self.pool())
        .await?;
        let ends = DEK_AGE_BOUNDS_DAYS.iter().skip(1).map(|end| Some(*end)).chain([None]);
        let bucket = |(from_days, to_days): (&u32, _)| AgeBucket { from_days: *from_days, to_days, keys: 0 };
        let mut buckets: Vec<AgeBucket> = DEK_AGE_BOUNDS_DAYS.iter().zip(ends).map(bucket).collect();
        for row in rows {
            let days = row.small("days")?;
            if let Some(bucket) = buckets.iter_mut().rev().find(|bucket| bucket.from_days <= days) {
                bucket.keys = bucket.keys.saturating_add(row.count("keys")?);
            }
        }
        Ok(buckets)
    }

    async fn kek_histories(&self) -> Result<Vec<KekHistory>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(KEY_COLUMNS);
        query.push("custody.key AS k").push(KEY_TENANT);
        query.push(" WHERE k.kind = 'kek' AND custody.is_live(k.state) ORDER BY k.name_folded, k.id LIMIT ");
        query.push_bind(KEKS_MAX);
        let rows = query.build().fetch_all(self.pool()).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let key = key_row(row)?;
            found.push(KekHistory { versions: self.key_versions(key.id).await?, key });
        }
        Ok(found)
    }

    /// The figures of the status bar, as `me` sees them.
    pub async fn status_counts(&self, me: OperatorId) -> Result<StatusCounts, RegisterError> {
        let (head, head_hash) = self.head().await?;
        Ok(StatusCounts {
            head,
            head_hash,
            keys: self.total_keys().await?,
            for_me: self.request_counts(me).await?.for_me,
            runs: self.run_counts().await?.active,
        })
    }
}
