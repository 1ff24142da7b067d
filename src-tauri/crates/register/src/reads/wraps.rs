//! Wrapped data-encryption keys and the tokens sealed under them: ciphertext, for those who execute runs.

use domain::{KeyId, KeyState, TenantId, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cells::Cells as _;
use crate::{Register, RegisterError};

/// What a data-encryption key is for. One live DEK for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DekScope {
    /// A tenant's data in one integration.
    Integration {
        /// The tenant.
        tenant: TenantId,
        /// Its name: what check values and tokens are bound to.
        tenant_name: String,
        /// The integration.
        integration: String,
    },
    /// An internal secret.
    Secret {
        /// Its name.
        name: String,
    },
}

/// The live wrap of a DEK.
#[derive(Clone, PartialEq, Eq)]
pub struct WrapRow {
    /// Which DEK.
    pub dek: KeyId,
    /// What it is for.
    pub scope: DekScope,
    /// Version of the DEK.
    pub dek_version: u32,
    /// The KEK that wraps it.
    pub kek: KeyId,
    /// The vault's name of that KEK's version.
    pub kek_version: String,
    /// `RSA-OAEP-256` or `RSA-OAEP`.
    pub algorithm: String,
    /// The wrapped DEK.
    pub wrapped: Vec<u8>,
    /// HMAC under the DEK over what it is for.
    pub check_value: [u8; 32],
    /// Counts the wraps: what compare-and-set compares.
    pub revision: u32,
}

/// A data-encryption key's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DekRow {
    /// Which.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub scope: DekScope,
    /// Its state.
    pub state: KeyState,
    /// The KEK that wraps it, while it has a wrap.
    pub kek: Option<KeyId>,
    /// The vault's name of that KEK's version.
    pub kek_version: Option<String>,
    /// Its version.
    pub dek_version: u32,
    /// The version that its next rotation makes: no number is given twice.
    pub next_version: u32,
    /// Messages sealed under it.
    pub messages: u64,
    /// Tokens under it.
    pub tokens: u64,
}

/// A sealed token.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Which.
    pub id: Uuid,
    /// The DEK it is sealed under.
    pub dek: KeyId,
    /// In which version of it.
    pub dek_version: u32,
    /// Counts how often it was sealed: what compare-and-set compares.
    pub revision: u32,
    /// Its name.
    pub name: String,
    /// The sealed token.
    pub envelope: Vec<u8>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
}

/// Where a page of tokens starts: after this one.
pub type TokenId = Uuid;

impl Register {
    /// Wraps under a version of a KEK, in order of the DEK's id, those after `after`.
    pub async fn wraps_under(
        &self,
        kek: KeyId,
        version: &str,
        after: Option<KeyId>,
        limit: u32,
    ) -> Result<Vec<WrapRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT w.dek, d.tenant, n.name AS tenant_name, d.integration, d.secret_name, w.dek_version, w.kek,
                    w.kek_version, w.algorithm, w.wrapped, w.check_value, w.revision
             FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek LEFT JOIN custody.tenant AS n ON n.id = d.tenant
             WHERE w.kek = $1 AND w.kek_version = $2 AND w.dek > $3
             ORDER BY w.dek LIMIT $4",
        )
        .bind(kek.0)
        .bind(version)
        // No key has the nil id: ids are made, and carry a version.
        .bind(after.map_or(Uuid::nil(), |key| key.0))
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(wrap).collect::<Result<_, _>>()?)
    }

    /// How many wraps name this version of the KEK.
    pub async fn count_wraps(&self, kek: KeyId, version: &str) -> Result<u64, RegisterError> {
        let row = sqlx::query("SELECT count(*) AS wraps FROM custody.wrap WHERE kek = $1 AND kek_version = $2")
            .bind(kek.0)
            .bind(version)
            .fetch_one(self.pool())
            .await?;
        Ok(row.count("wraps")?)
    }

    /// The wraps of these DEKs, in order of id. A DEK without a wrap has no row.
    pub async fn wraps_of(&self, deks: &[KeyId]) -> Result<Vec<WrapRow>, RegisterError> {
        let deks: Vec<Uuid> = deks.iter().map(|dek| dek.0).collect();
        let rows = sqlx::query(
            "SELECT w.dek, d.tenant, n.name AS tenant_name, d.integration, d.secret_name, w.dek_version, w.kek,
                    w.kek_version, w.algorithm, w.wrapped, w.check_value, w.revision
             FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek LEFT JOIN custody.tenant AS n ON n.id = d.tenant
             WHERE w.dek = ANY ($1) ORDER BY w.dek",
        )
        .bind(deks)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(wrap).collect::<Result<_, _>>()?)
    }

    /// A DEK by its id.
    pub async fn dek(&self, dek: KeyId) -> Result<Option<DekRow>, RegisterError> {
        self.find_dek(Some(dek), None, None, None).await
    }

    /// The live DEK of an integration of a tenant, by their names.
    pub async fn dek_of_integration(&self, tenant: &str, integration: &str) -> Result<Option<DekRow>, RegisterError> {
        self.find_dek(None, Some(tenant), Some(integration), None).await
    }

    /// The live DEK of an internal secret.
    pub async fn dek_of_secret(&self, name: &str) -> Result<Option<DekRow>, RegisterError> {
        self.find_dek(None, None, None, Some(name)).await
    }

    /// Data-encryption keys by their ids, in order of id.
    pub async fn deks(&self, deks: &[KeyId]) -> Result<Vec<DekRow>, RegisterError> {
        let deks: Vec<Uuid> = deks.iter().map(|dek| dek.0).collect();
        let rows = sqlx::query(
            "SELECT d.id, d.name, d.tenant, n.name AS tenant_name, d.integration, d.secret_name, d.state, w.kek,
                    w.kek_version, coalesce(w.dek_version, d.version_number) AS dek_version,
                    coalesce(greatest(w.highest_version, w.dek_version), d.version_number) + 1 AS next_version,
                    coalesce((SELECT m.sealed FROM custody.dek_messages AS m WHERE m.dek = d.id), 0) AS messages,
                    (SELECT count(*) FROM custody.token AS t WHERE t.dek = d.id) AS tokens
             FROM custody.key AS d LEFT JOIN custody.tenant AS n ON n.id = d.tenant
             LEFT JOIN custody.wrap AS w ON w.dek = d.id
             WHERE d.kind = 'dek' AND d.id = ANY ($1) ORDER BY d.id",
        )
        .bind(deks)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(dek).collect::<Result<_, _>>()?)
    }

    async fn find_dek(
        &self,
        dek: Option<KeyId>,
        tenant: Option<&str>,
        integration: Option<&str>,
        secret: Option<&str>,
    ) -> Result<Option<DekRow>, RegisterError> {
        let row = sqlx::query(
            "SELECT d.id, d.name, d.tenant, n.name AS tenant_name, d.integration, d.secret_name, d.state, w.kek,
                    w.kek_version, coalesce(w.dek_version, d.version_number) AS dek_version,
                    coalesce(greatest(w.highest_version, w.dek_version), d.version_number) + 1 AS next_version,
                    coalesce((SELECT m.sealed FROM custody.dek_messages AS m WHERE m.dek = d.id), 0) AS messages,
                    (SELECT count(*) FROM custody.token AS t WHERE t.dek = d.id) AS tokens
             FROM custody.key AS d LEFT JOIN custody.tenant AS n ON n.id = d.tenant
             LEFT JOIN custody.wrap AS w ON w.dek = d.id
             WHERE d.kind = 'dek' AND (d.id = $1 OR (custody.is_live(d.state) AND (
                 (d.tenant = (SELECT id FROM custody.tenant WHERE name = $2) AND d.integration = $3)
                 OR (d.tenant IS NULL AND d.secret_name = $4))))",
        )
        .bind(dek.map(|dek| dek.0))
        .bind(tenant)
        .bind(integration)
        .bind(secret)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.as_ref().map(self::dek).transpose()?)
    }

    /// Tokens under a DEK, in order of id, those after `after`.
    pub async fn tokens_of(
        &self,
        dek: KeyId,
        after: Option<TokenId>,
        limit: u32,
    ) -> Result<Vec<TokenRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT id, dek, dek_version, revision, name, envelope, expires_at FROM custody.token
             WHERE dek = $1 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(dek.0)
        .bind(after.unwrap_or(Uuid::nil()))
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(token).collect::<Result<_, _>>()?)
    }
}

pub(super) fn token(row: &PgRow) -> Result<TokenRow, sqlx::Error> {
    Ok(TokenRow {
        id: row.try_get("id")?,
        dek: row.id("dek", KeyId)?,
        dek_version: row.small("dek_version")?,
        revision: row.small("revision")?,
        name: row.try_get("name")?,
        envelope: row.try_get("envelope")?,
        expires_at: row.at_maybe("expires_at")?,
    })
}

fn dek(row: &PgRow) -> Result<DekRow, sqlx::Error> {
    Ok(DekRow {
        id: row.id("id", KeyId)?,
        name: row.try_get("name")?,
        scope: scope(row)?,
        state: row.word("state")?,
        kek: row.id_maybe("kek", KeyId)?,
        kek_version: row.try_get("kek_version")?,
        dek_version: row.small("dek_version")?,
        next_version: row.small("next_version")?,
        messages: row.count("messages")?,
        tokens: row.count("tokens")?,
    })
}

pub(super) fn wrap(row: &PgRow) -> Result<WrapRow, sqlx::Error> {
    Ok(WrapRow {
        dek: row.id("dek", KeyId)?,
        scope: scope(row)?,
        dek_version: row.small("dek_version")?,
        kek: row.id("kek", KeyId)?,
        kek_version: row.try_get("kek_version")?,
        algorithm: row.try_get("algorithm")?,
        wrapped: row.try_get("wrapped")?,
        check_value: row.try_get("check_value")?,
        revision: row.small("revision")?,
    })
}

fn scope(row: &PgRow) -> Result<DekScope, sqlx::Error> {
    Ok(match row.id_maybe("tenant", TenantId)? {
        Some(tenant) => DekScope::Integration {
            tenant,
            tenant_name: row.try_get("tenant_name")?,
            integration: row.try_get("integration")?,
        },
        None => DekScope::Secret { name: row.try_get("secret_name")? },
    })
}
