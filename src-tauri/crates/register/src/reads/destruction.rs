//! What a run that destroys is about, what is left of it, and how its end was proven.

use domain::{KeyId, KeyKind, KeyState, RunId, Timestamp};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cells::{Cells as _, bigint, unfit};
use super::wraps::TokenId;
use crate::{Register, RegisterError};

/// A query over `covered`, the keys of the run `$1`: its targets, and all keys of a tenant that is one.
macro_rules! over_covered {
    ($query:literal) => {
        concat!(
            "WITH mine AS (
                SELECT t.key AS target FROM custody.run AS u JOIN custody.request_target AS t ON t.request = u.request
                WHERE u.id = $1
            ), covered AS (
                SELECT k.* FROM mine JOIN custody.key AS k ON k.id = mine.target
                UNION ALL SELECT k.* FROM mine JOIN custody.key AS k ON k.tenant = mine.target
            ) ",
            $query
        )
    };
}

/// A query of deletions.
macro_rules! of_deletion {
    ($query:literal) => {
        concat!(
            "SELECT d.key, k.vault_name, d.run, d.recovery_level, d.deleted_at, d.scheduled_purge_at, d.deleted_seq,
                    d.purged_at, d.purged_seq, d.purge_proof, d.recovered_seq
             FROM custody.key_deletion AS d JOIN custody.key AS k ON k.id = d.key ",
            $query
        )
    };
}

/// A key that a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredKey {
    /// Which.
    pub id: KeyId,
    /// What it is for.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: KeyState,
    /// Its name in the vault, where it lies there.
    pub vault_name: Option<String>,
    /// The vault's name of its version in use.
    pub current_version: Option<String>,
    /// Whether it is deleted in the vault: a certificate is revoked where it was issued instead.
    pub in_vault: bool,
}

/// What a run has erased, and how it was proven.
#[derive(Debug, Clone, PartialEq)]
pub struct ErasureRow {
    /// Tokens.
    pub tokens: u64,
    /// Wraps.
    pub wraps: u64,
    /// Former wraps.
    pub former_wraps: u64,
    /// Whether the bytes were proven to have left the files since.
    pub is_reclaimed: bool,
    /// Entry of the reclaim.
    pub reclaimed_seq: Option<u64>,
    /// When.
    pub reclaimed_at: Option<Timestamp>,
    /// `pages` with the tables, or `snapshots`.
    pub proof: Option<Value>,
}

/// Something that keeps a reclaim from being done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// `session`, `prepared`, `replication_slot`, `dead_rows` or `no_proof`.
    pub what: String,
    /// Which.
    pub name: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// What keeps a run's reclaim from being done now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReclaimObstacles {
    /// When the hours begin in which it may be done; `None` when it is one of them.
    pub quiet_from: Option<Timestamp>,
    /// Who could still see the old rows.
    pub in_the_way: Vec<InTheWay>,
}

impl ReclaimObstacles {
    /// Whether nothing is in the way.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.quiet_from.is_none() && self.in_the_way.is_empty()
    }

    /// What a refusal of the verb says.
    #[must_use]
    pub fn of_refusal(detail: &Value) -> Self {
        let quiet = detail.get("until").or_else(|| detail.get("quiet_from"));
        let things = detail.get("in_the_way").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = |thing: &Value, name: &str| thing.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let moment = |value: &Value| value.as_i64().map(Timestamp::from_micros);
        let read = |thing: &Value| InTheWay {
            what: text(thing, "what"),
            name: text(thing, "name"),
            since: thing.get("since").and_then(moment),
        };
        Self { quiet_from: quiet.and_then(moment), in_the_way: things.iter().map(read).collect() }
    }
}

/// An object's deletion in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionRow {
    /// Which key.
    pub key: KeyId,
    /// Its name in the vault.
    pub vault_name: Option<String>,
    /// By which run.
    pub run: RunId,
    /// The vault's word on how it may be recovered.
    pub recovery_level: String,
    /// When it was deleted, by the vault's clock.
    pub deleted_at: Timestamp,
    /// When the vault purges it, by the vault's clock.
    pub scheduled_purge_at: Option<Timestamp>,
    /// Entry that recorded it.
    pub deleted_seq: u64,
    /// When it was found gone.
    pub purged_at: Option<Timestamp>,
    /// Entry that recorded that.
    pub purged_seq: Option<u64>,
    /// How that was proven.
    pub purge_proof: Option<String>,
    /// Entry that recorded that it came back.
    pub recovered_seq: Option<u64>,
}

/// What is left of the keys of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemainsRow {
    /// Tokens under them.
    pub tokens: u64,
    /// Wraps of them.
    pub wraps: u64,
    /// Former wraps of them.
    pub former_wraps: u64,
}

/// A restore that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillRow {
    /// Entry that recorded it.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The last entry in the copy.
    pub restored_seq: u64,
    /// When that was written: how old the copy was.
    pub restored_at: Timestamp,
    /// DEKs in the copy.
    pub deks: u64,
    /// How many of them were opened.
    pub opened: u64,
}

impl Register {
    /// Keys of a run that are not destroyed, in order of id, those after `after`.
    pub async fn covered_keys(
        &self,
        run: RunId,
        after: Option<KeyId>,
        limit: u32,
    ) -> Result<Vec<CoveredKey>, RegisterError> {
        let query = over_covered!(
            "SELECT c.id, c.kind, c.name, c.state, c.vault_name, c.current_version,
                c.storage = 'key_vault' AND c.vault_name IS NOT NULL AND c.kind <> 'tls_certificate' AS in_vault
            FROM covered AS c WHERE custody.is_live(c.state) AND c.id > $2 ORDER BY c.id LIMIT $3"
        );
        let rows = sqlx::query(query)
            .bind(run.0)
            .bind(after.map_or(Uuid::nil(), |key| key.0))
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(covered).collect::<Result<_, _>>()?)
    }

    /// Objects in the vault among the keys of a run, in order of name.
    pub async fn covered_vault_objects(&self, run: RunId) -> Result<Vec<CoveredKey>, RegisterError> {
        let query = over_covered!(
            "SELECT c.id, c.kind, c.name, c.state, c.vault_name, c.current_version, true AS in_vault
            FROM covered AS c WHERE custody.is_live(c.state) AND c.storage = 'key_vault' AND c.vault_name IS NOT NULL
              AND c.kind <> 'tls_certificate' ORDER BY c.kind = 'kek', c.vault_name, c.id"
        );
        let rows = sqlx::query(query).bind(run.0).fetch_all(self.pool()).await?;
        Ok(rows.iter().map(covered).collect::<Result<_, _>>()?)
    }

    /// Keys of a run that are still in use.
    pub async fn covered_active(&self, run: RunId, limit: u32) -> Result<Vec<KeyId>, RegisterError> {
        let query = over_covered!("SELECT c.id FROM covered AS c WHERE c.state = 'active' ORDER BY c.id LIMIT $2");
        let found: Vec<Uuid> =
            sqlx::query_scalar(query).bind(run.0).bind(i64::from(limit)).fetch_all(self.pool()).await?;
        Ok(found.into_iter().map(KeyId).collect())
    }

    /// Tokens under the keys of a run.
    pub async fn covered_tokens(&self, run: RunId, limit: u32) -> Result<Vec<TokenId>, RegisterError> {
        let query = over_covered!("SELECT t.id FROM covered AS c JOIN custody.token AS t ON t.dek = c.id LIMIT $2");
        Ok(sqlx::query_scalar(query).bind(run.0).bind(i64::from(limit)).fetch_all(self.pool()).await?)
    }

    /// Wraps and former wraps of the keys of a run: DEK and version.
    pub async fn covered_wraps(&self, run: RunId, limit: u32) -> Result<Vec<(KeyId, u32)>, RegisterError> {
        let query = over_covered!(
            "SELECT w.dek, w.dek_version FROM covered AS c JOIN custody.wrap AS w ON w.dek = c.id
            UNION ALL SELECT f.dek, f.dek_version FROM covered AS c JOIN custody.former_wrap AS f ON f.dek = c.id LIMIT $2"
        );
        let rows = sqlx::query(query).bind(run.0).bind(i64::from(limit)).fetch_all(self.pool()).await?;
        let wrap = |row: &PgRow| Ok::<_, sqlx::Error>((row.id("dek", KeyId)?, row.small("dek_version")?));
        Ok(rows.iter().map(wrap).collect::<Result<_, _>>()?)
    }

    /// What is left of the keys of a run.
    pub async fn remains(&self, run: RunId) -> Result<RemainsRow, RegisterError> {
        let query = over_covered!(
            "SELECT (SELECT count(*) FROM covered AS c JOIN custody.token AS t ON t.dek = c.id) AS tokens,
                (SELECT count(*) FROM covered AS c JOIN custody.wrap AS w ON w.dek = c.id) AS wraps,
                (SELECT count(*) FROM covered AS c JOIN custody.former_wrap AS f ON f.dek = c.id) AS former_wraps"
        );
        let row = sqlx::query(query).bind(run.0).fetch_one(self.pool()).await?;
        Ok(RemainsRow {
            tokens: row.count("tokens")?,
            wraps: row.count("wraps")?,
            former_wraps: row.count("former_wraps")?,
        })
    }

    /// What a run has erased; nothing when there was nothing.
    pub async fn erasure(&self, run: RunId) -> Result<Option<ErasureRow>, RegisterError> {
        let row = sqlx::query(
            "SELECT tokens, wraps, former_wraps, coalesce(reclaimed_seq >= erased_seq, false) AS is_reclaimed, reclaimed_seq,
                    reclaimed_at, proof FROM custody.run_erasure WHERE run = $1",
        )
        .bind(run.0)
        .fetch_optional(self.pool())
        .await?;
        let erasure = |row: &PgRow| {
            Ok::<_, sqlx::Error>(ErasureRow {
                tokens: row.count("tokens")?,
                wraps: row.count("wraps")?,
                former_wraps: row.count("former_wraps")?,
                is_reclaimed: row.try_get("is_reclaimed")?,
                reclaimed_seq: row.count_maybe("reclaimed_seq")?,
                reclaimed_at: row.at_maybe("reclaimed_at")?,
                proof: row.try_get("proof")?,
            })
        };
        Ok(row.as_ref().map(erasure).transpose()?)
    }

    /// What keeps a run's reclaim from being done now.
    pub async fn reclaim_obstacles(&self, run: RunId) -> Result<ReclaimObstacles, RegisterError> {
        let found: Value =
            sqlx::query_scalar("SELECT custody.reclaim_obstacles($1)").bind(run.0).fetch_one(self.pool()).await?;
        Ok(ReclaimObstacles::of_refusal(&found))
    }

    /// What a run has deleted in the vault, in order.
    pub async fn deletions(&self, run: RunId) -> Result<Vec<DeletionRow>, RegisterError> {
        let rows = sqlx::query(of_deletion!("WHERE d.run = $1 ORDER BY d.deleted_seq"))
            .bind(run.0)
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(deletion).collect::<Result<_, _>>()?)
    }

    /// The deletion of a key that is neither purged nor recovered.
    pub async fn open_deletion(&self, key: KeyId) -> Result<Option<DeletionRow>, RegisterError> {
        let query = of_deletion!("WHERE d.key = $1 AND d.purged_seq IS NULL AND d.recovered_seq IS NULL");
        let row = sqlx::query(query).bind(key.0).fetch_optional(self.pool()).await?;
        Ok(row.as_ref().map(deletion).transpose()?)
    }

    /// Whether this KEK may go only after a restore drill: DEKs left it, and no drill passed since.
    pub async fn drill_wanted(&self, kek: KeyId) -> Result<bool, RegisterError> {
        Ok(sqlx::query_scalar("SELECT custody.drill_wanted($1)").bind(kek.0).fetch_one(self.pool()).await?)
    }

    /// The last restore drill for a KEK.
    pub async fn last_drill(&self, kek: KeyId) -> Result<Option<DrillRow>, RegisterError> {
        let row = sqlx::query(
            "SELECT seq, at, restored_seq, restored_at, deks, opened FROM custody.restore_drill
             WHERE kek = $1 ORDER BY seq DESC LIMIT 1",
        )
        .bind(kek.0)
        .fetch_optional(self.pool())
        .await?;
        let drill = |row: &PgRow| {
            Ok::<_, sqlx::Error>(DrillRow {
                seq: row.count("seq")?,
                at: row.at("at")?,
                restored_seq: row.count("restored_seq")?,
                restored_at: row.at("restored_at")?,
                deks: row.count("deks")?,
                opened: row.count("opened")?,
            })
        };
        Ok(row.as_ref().map(drill).transpose()?)
    }

    /// For how long copies outside of the register's tables are kept.
    pub async fn retention(&self) -> Result<RetentionRow, RegisterError> {
        let row = sqlx::query(
            "SELECT custody.setting_value('backup_retention_days') AS backup, custody.setting_value('wal_retention_days') AS wal,
                    custody.setting_value('replica_lag_hours') AS replica",
        )
        .fetch_one(self.pool())
        .await?;
        let number = |name: &str| {
            let value: String = row.try_get(name)?;
            value.parse::<u32>().map_err(|source| unfit(name, source))
        };
        Ok(RetentionRow {
            backup_days: number("backup")?,
            wal_days: number("wal")?,
            replica_lag_hours: number("replica")?,
        })
    }

    /// Versions of KEKs that wrap DEKs, with how many, former ones included.
    pub async fn wrapping_versions(&self) -> Result<Vec<WrappingVersion>, RegisterError> {
        let rows = sqlx::query(
            "SELECT kek, kek_version, count(*) AS deks FROM (
                 SELECT kek, kek_version FROM custody.wrap UNION ALL SELECT kek, kek_version FROM custody.former_wrap) AS w
             GROUP BY kek, kek_version ORDER BY kek, kek_version",
        )
        .fetch_all(self.pool())
        .await?;
        let version = |row: &PgRow| {
            Ok::<_, sqlx::Error>(WrappingVersion {
                kek: row.id("kek", KeyId)?,
                version: row.try_get("kek_version")?,
                deks: row.count("deks")?,
            })
        };
        Ok(rows.iter().map(version).collect::<Result<_, _>>()?)
    }

    /// Whether the entry `seq` has this hash: whether a restored ledger ends in an entry of this one.
    pub async fn has_entry(&self, seq: u64, hash: &[u8; 32]) -> Result<bool, RegisterError> {
        let query = "SELECT EXISTS (SELECT FROM custody.ledger_entry WHERE seq = $1 AND hash = $2)";
        Ok(sqlx::query_scalar(query).bind(bigint(seq)).bind(hash.as_slice()).fetch_one(self.pool()).await?)
    }
}

/// A version of a KEK that wraps DEKs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappingVersion {
    /// The KEK.
    pub kek: KeyId,
    /// The vault's name of the version.
    pub version: String,
    /// How many DEKs.
    pub deks: u64,
}

/// For how long copies of what was erased are kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionRow {
    /// Backups.
    pub backup_days: u32,
    /// Archived write-ahead log.
    pub wal_days: u32,
    /// How far replicas may be behind.
    pub replica_lag_hours: u32,
}

fn covered(row: &PgRow) -> Result<CoveredKey, sqlx::Error> {
    Ok(CoveredKey {
        id: row.id("id", KeyId)?,
        kind: row.word("kind")?,
        name: row.try_get("name")?,
        state: row.word("state")?,
        vault_name: row.try_get("vault_name")?,
        current_version: row.try_get("current_version")?,
        in_vault: row.try_get("in_vault")?,
    })
}

fn deletion(row: &PgRow) -> Result<DeletionRow, sqlx::Error> {
    Ok(DeletionRow {
        key: row.id("key", KeyId)?,
        vault_name: row.try_get("vault_name")?,
        run: row.id("run", RunId)?,
        recovery_level: row.try_get("recovery_level")?,
        deleted_at: row.at("deleted_at")?,
        scheduled_purge_at: row.at_maybe("scheduled_purge_at")?,
        deleted_seq: row.count("deleted_seq")?,
        purged_at: row.at_maybe("purged_at")?,
        purged_seq: row.count_maybe("purged_seq")?,
        purge_proof: row.try_get("purge_proof")?,
        recovered_seq: row.count_maybe("recovered_seq")?,
    })
}
