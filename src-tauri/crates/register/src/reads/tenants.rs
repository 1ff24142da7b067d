//! Tenants and owners: what the inventory is filtered by.

use domain::TenantId;
use sqlx::Row as _;

use super::cells::Cells as _;
use crate::{Register, RegisterError};

/// Most names in one list.
pub const NAMES_MAX: u32 = 200;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// Which.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Its keys, in every state.
    pub keys: u64,
}

/// Tenants whose name starts with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantsPage {
    /// The first of them, in order of name.
    pub tenants: Vec<TenantRow>,
    /// How many there are in all.
    pub total: u64,
}

impl Register {
    /// Tenants whose name starts with `prefix`, without case.
    pub async fn tenants(&self, prefix: &str, limit: u32) -> Result<TenantsPage, RegisterError> {
        let rows = sqlx::query(
            "SELECT t.id, t.name, (SELECT count(*) FROM custody.key AS k WHERE k.tenant = t.id) AS keys
             FROM (SELECT id, name FROM custody.tenant
                   WHERE lower(name) COLLATE \"C\" >= lower($1) COLLATE \"C\" AND starts_with(lower(name), lower($1))
                   ORDER BY lower(name) COLLATE \"C\", id LIMIT $2) AS t
             ORDER BY lower(t.name) COLLATE \"C\", t.id",
        )
        .bind(prefix)
        .bind(i64::from(limit.min(NAMES_MAX)))
        .fetch_all(self.pool())
        .await?;
        let total =
            sqlx::query("SELECT count(*) AS total FROM custody.tenant WHERE starts_with(lower(name), lower($1))")
                .bind(prefix)
                .fetch_one(self.pool())
                .await?;
        let mut tenants = Vec::with_capacity(rows.len());
        for row in rows {
            tenants.push(TenantRow {
                id: row.id("id", TenantId)?,
                name: row.try_get("name")?,
                keys: row.count("keys")?,
            });
        }
        Ok(TenantsPage { tenants, total: total.count("total")? })
    }

    /// Owners of keys that start with `prefix`, in order.
    pub async fn owners(&self, prefix: &str, limit: u32) -> Result<Vec<String>, RegisterError> {
        let limit = i32::try_from(limit.min(NAMES_MAX)).unwrap_or(i32::MAX);
        let found = sqlx::query_scalar("SELECT custody.key_owners($1, $2)").bind(prefix).bind(limit);
        Ok(found.fetch_all(self.pool()).await?)
    }
}
