//! Key-encryption keys, with what lies under them.

use domain::{Classification, Facts, KeyId, KeyState, Operation, RunId, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::cells::Cells as _;
use crate::{Register, RegisterError};

/// A key-encryption key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KekRow {
    /// Which.
    pub id: KeyId,
    /// Its name on screen.
    pub name: String,
    /// Its name in the vault.
    pub vault_name: String,
    /// The vault's name of the version in use.
    pub current_version: Option<String>,
    /// The number of that version, from 1.
    pub version_number: u32,
    /// For instance `RSA`.
    pub algorithm: String,
    /// Length in bits.
    pub bits: Option<u32>,
    /// Owner.
    pub owner: String,
    /// Declared purpose.
    pub purpose: String,
    /// How sensitive what it protects is.
    pub classification: Classification,
    /// Its state.
    pub state: KeyState,
    /// Counts the changes of the record.
    pub revision: u64,
    /// When it was last rotated.
    pub rotated_at: Option<Timestamp>,
    /// When it must have been rotated.
    pub rotate_by: Option<Timestamp>,
    /// Live DEKs under it.
    pub live_deks: u64,
    /// Tenants those belong to.
    pub tenants: u64,
    /// Tokens sealed under those.
    pub tokens: u64,
    /// Versions, oldest first.
    pub versions: Vec<KeyVersionRow>,
}

/// A version of a key in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyVersionRow {
    /// The vault's name of it.
    pub version: String,
    /// Its number, from 1.
    pub number: u32,
    /// Whether the vault lets it be used, as last recorded.
    pub enabled: bool,
    /// When the vault made it.
    pub created_at: Timestamp,
    /// When it was seen disabled.
    pub disabled_at: Option<Timestamp>,
    /// SHA-256 of its public half.
    pub public_key_digest: Option<[u8; 32]>,
    /// Run that made it, if one did.
    pub run: Option<RunId>,
    /// DEKs wrapped by it.
    pub deks: u64,
    /// Entry that recorded it.
    pub recorded_seq: u64,
}

/// By id, or by the vault's name among those that live. The fence (`OFFSET 0`) keeps the planner from reading every key of the
/// register for the few under one KEK.
const KEK: &str = "
    SELECT k.id, k.name, k.vault_name, k.current_version, k.version_number, k.algorithm, k.bits, k.owner, k.purpose,
           k.classification, k.state, k.revision, k.rotated_at, k.rotate_by, under.live_deks, under.tenants, under.tokens
    FROM custody.key AS k, LATERAL (
        SELECT count(*) AS live_deks, count(DISTINCT d.tenant) AS tenants,
               coalesce(sum((SELECT count(*) FROM custody.token AS t WHERE t.dek = d.id)), 0)::bigint AS tokens
        FROM custody.wrap AS w, LATERAL (SELECT o.id, o.tenant FROM custody.key AS o
                                         WHERE o.id = w.dek AND custody.is_live(o.state) OFFSET 0) AS d
        WHERE w.kek = k.id
    ) AS under
    WHERE k.kind = 'kek' AND (k.id = $1 OR (k.vault_name = $2 AND custody.is_live(k.state)))";

impl Register {
    /// A key-encryption key by its id.
    pub async fn kek(&self, key: KeyId) -> Result<Option<KekRow>, RegisterError> {
        self.find_kek(Some(key), None).await
    }

    /// The live key-encryption key of that name in the vault.
    pub async fn kek_by_name(&self, vault_name: &str) -> Result<Option<KekRow>, RegisterError> {
        self.find_kek(None, Some(vault_name)).await
    }

    /// The vault's name of a key-encryption key, without counting what lies under it.
    pub async fn kek_vault_name(&self, key: KeyId) -> Result<Option<String>, RegisterError> {
        let query = sqlx::query_scalar("SELECT vault_name FROM custody.key WHERE kind = 'kek' AND id = $1");
        Ok(query.bind(key.0).fetch_optional(self.pool()).await?)
    }

    async fn find_kek(&self, key: Option<KeyId>, name: Option<&str>) -> Result<Option<KekRow>, RegisterError> {
        let row = sqlx::query(KEK).bind(key.map(|key| key.0)).bind(name).fetch_optional(self.pool()).await?;
        let Some(row) = row else { return Ok(None) };
        let mut found = kek(&row)?;
        found.versions = self.key_versions(found.id).await?;
        Ok(Some(found))
    }

    /// Every key-encryption key that lives, in order of name. Without what lies under them: that is `kek`'s to count.
    pub async fn live_keks(&self) -> Result<Vec<KeyId>, RegisterError> {
        let found = sqlx::query_scalar(
            "SELECT id FROM custody.key WHERE kind = 'kek' AND custody.is_live(state) ORDER BY name_folded, id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(found.into_iter().map(KeyId).collect())
    }

    /// Versions of a key, oldest first.
    pub async fn key_versions(&self, key: KeyId) -> Result<Vec<KeyVersionRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT v.version, v.number, v.state = 'enabled' AS enabled, v.created_at, v.disabled_at,
                    v.public_key_digest, v.recorded_seq, v.run,
                    coalesce((SELECT w.deks FROM custody.wrap_tally AS w WHERE w.kek = v.key AND w.kek_version = v.version), 0) AS deks
             FROM custody.key_version AS v WHERE v.key = $1 ORDER BY v.number",
        )
        .bind(key.0)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(version).collect::<Result<_, _>>()?)
    }

    /// What a plan for this operation on these keys depends on, as far as the database answers for it.
    pub async fn facts(&self, operation: Operation, keys: &[KeyId]) -> Result<Facts, RegisterError> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found: Json<Facts> = sqlx::query_scalar("SELECT custody.facts_of($1, $2)")
            .bind(operation.word())
            .bind(keys)
            .fetch_one(self.pool())
            .await?;
        Ok(found.0)
    }
}

fn kek(row: &PgRow) -> Result<KekRow, sqlx::Error> {
    Ok(KekRow {
        id: row.id("id", KeyId)?,
        name: row.try_get("name")?,
        vault_name: row.try_get("vault_name")?,
        current_version: row.try_get("current_version")?,
        version_number: row.small("version_number")?,
        algorithm: row.try_get("algorithm")?,
        bits: row.small_maybe("bits")?,
        owner: row.try_get("owner")?,
        purpose: row.try_get("purpose")?,
        classification: row.word("classification")?,
        state: row.word("state")?,
        revision: row.count("revision")?,
        rotated_at: row.at_maybe("rotated_at")?,
        rotate_by: row.at_maybe("rotate_by")?,
        live_deks: row.count("live_deks")?,
        tenants: row.count("tenants")?,
        tokens: row.count("tokens")?,
        versions: Vec::new(),
    })
}

fn version(row: &PgRow) -> Result<KeyVersionRow, sqlx::Error> {
    Ok(KeyVersionRow {
        version: row.try_get("version")?,
        number: row.small("number")?,
        enabled: row.try_get("enabled")?,
        created_at: row.at("created_at")?,
        disabled_at: row.at_maybe("disabled_at")?,
        public_key_digest: row.try_get("public_key_digest")?,
        run: row.id_maybe("run", RunId)?,
        deks: row.count("deks")?,
        recorded_seq: row.count("recorded_seq")?,
    })
}
