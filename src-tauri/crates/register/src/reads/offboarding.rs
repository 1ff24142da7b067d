//! Everything of a tenant: what an offboarding finds before anyone is asked to sign it.

use domain::{KeyId, KeyKind, KeyState, Operation, RequestId, RunId, StorageMedium, TenantId};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::cells::Cells as _;
use crate::{Register, RegisterError};

/// Records that are named one by one; DEKs are counted.
const NAMED_MAX: i64 = 500;

/// A record of a tenant that is no DEK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantKeyRow {
    /// Which.
    pub id: KeyId,
    /// What it is for.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: KeyState,
    /// Where it lies.
    pub storage: StorageMedium,
    /// Its name in the vault, where it lies there.
    pub vault_name: Option<String>,
}

/// A KEK that wraps DEKs of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappingKekRow {
    /// Which.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// Whether it is the tenant's own.
    pub is_own: bool,
    /// DEKs of the tenant under it.
    pub deks: u64,
    /// DEKs of others under it.
    pub deks_of_others: u64,
}

/// A hold on a tenant or on one of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantHoldRow {
    /// `legal_hold` or `incident`.
    pub kind: String,
    /// The case.
    pub reference: String,
}

/// A request on a tenant or on one of its keys that is not decided, or a run that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantWorkRow {
    /// The request.
    pub request: RequestId,
    /// Its number.
    pub number: u32,
    /// What it asks for.
    pub operation: Operation,
    /// Its run, once it has begun.
    pub run: Option<RunId>,
}

/// Everything of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffboardingRow {
    /// Which.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// `active`, `suspended`, `offboarding` or `offboarded`.
    pub status: String,
    /// Its integrations.
    pub integrations: u64,
    /// Its live DEKs.
    pub deks: u64,
    /// Tokens under those.
    pub tokens: u64,
    /// Live records that are no DEKs, in order of kind and name.
    pub keys: Vec<TenantKeyRow>,
    /// KEKs that wrap its DEKs.
    pub keks: Vec<WrappingKekRow>,
    /// Holds on it or on its keys.
    pub holds: Vec<TenantHoldRow>,
    /// Requests and runs that concern it.
    pub work: Vec<TenantWorkRow>,
}

impl Register {
    /// Everything of a tenant.
    pub async fn offboarding(&self, tenant: TenantId) -> Result<Option<OffboardingRow>, RegisterError> {
        let row = sqlx::query(
            "SELECT t.name, t.status, (SELECT count(*) FROM custody.integration AS i WHERE i.tenant = t.id) AS integrations,
                    (SELECT count(*) FROM custody.key AS k
                     WHERE k.tenant = t.id AND k.kind = 'dek' AND custody.is_live(k.state)) AS deks,
                    (SELECT count(*) FROM custody.key AS k JOIN custody.token AS o ON o.dek = k.id
                     WHERE k.tenant = t.id AND k.kind = 'dek') AS tokens
             FROM custody.tenant AS t WHERE t.id = $1",
        )
        .bind(tenant.0)
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(OffboardingRow {
            tenant,
            name: row.try_get("name")?,
            status: row.try_get("status")?,
            integrations: row.count("integrations")?,
            deks: row.count("deks")?,
            tokens: row.count("tokens")?,
            keys: self.keys_of_tenant(tenant).await?,
            keks: self.keks_of_tenant(tenant).await?,
            holds: self.holds_of_tenant(tenant).await?,
            work: self.work_on_tenant(tenant).await?,
        }))
    }

    /// A tenant by its name.
    pub async fn tenant_named(&self, name: &str) -> Result<Option<TenantId>, RegisterError> {
        let found: Option<uuid::Uuid> = sqlx::query_scalar("SELECT id FROM custody.tenant WHERE name = $1")
            .bind(name)
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(TenantId))
    }

    async fn keys_of_tenant(&self, tenant: TenantId) -> Result<Vec<TenantKeyRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT id, kind, name, state, storage, vault_name FROM custody.key
             WHERE tenant = $1 AND kind <> 'dek' AND custody.is_live(state) ORDER BY kind, name_folded, id LIMIT $2",
        )
        .bind(tenant.0)
        .bind(NAMED_MAX)
        .fetch_all(self.pool())
        .await?;
        let key = |row: &PgRow| {
            Ok::<_, sqlx::Error>(TenantKeyRow {
                id: row.id("id", KeyId)?,
                kind: row.word("kind")?,
                name: row.try_get("name")?,
                state: row.word("state")?,
                storage: row.word("storage")?,
                vault_name: row.try_get("vault_name")?,
            })
        };
        Ok(rows.iter().map(key).collect::<Result<_, _>>()?)
    }

    async fn keks_of_tenant(&self, tenant: TenantId) -> Result<Vec<WrappingKekRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT k.id, k.name, k.tenant IS NOT DISTINCT FROM $1 AS is_own, u.deks,
                    (SELECT count(*) FROM custody.wrap AS w JOIN custody.key AS d ON d.id = w.dek
                     WHERE w.kek = k.id AND d.tenant IS DISTINCT FROM $1 AND k.tenant = $1) AS deks_of_others
             FROM custody.key AS k LEFT JOIN LATERAL (
                 SELECT w.kek, count(*) AS deks FROM custody.key AS d JOIN custody.wrap AS w ON w.dek = d.id
                 WHERE d.tenant = $1 AND d.kind = 'dek' GROUP BY w.kek) AS u ON u.kek = k.id
             WHERE k.kind = 'kek' AND custody.is_live(k.state) AND (u.deks > 0 OR k.tenant = $1)
             ORDER BY k.name_folded, k.id",
        )
        .bind(tenant.0)
        .fetch_all(self.pool())
        .await?;
        let kek = |row: &PgRow| {
            Ok::<_, sqlx::Error>(WrappingKekRow {
                id: row.id("id", KeyId)?,
                name: row.try_get("name")?,
                is_own: row.try_get("is_own")?,
                deks: row.count_maybe("deks")?.unwrap_or(0),
                deks_of_others: row.count("deks_of_others")?,
            })
        };
        Ok(rows.iter().map(kek).collect::<Result<_, _>>()?)
    }

    async fn holds_of_tenant(&self, tenant: TenantId) -> Result<Vec<TenantHoldRow>, RegisterError> {
        let rows = sqlx::query("SELECT h.kind, h.reference FROM custody.holds_on($1) AS h ORDER BY h.set_seq")
            .bind(tenant.0)
            .fetch_all(self.pool())
            .await?;
        let hold = |row: &PgRow| {
            Ok::<_, sqlx::Error>(TenantHoldRow { kind: row.try_get("kind")?, reference: row.try_get("reference")? })
        };
        Ok(rows.iter().map(hold).collect::<Result<_, _>>()?)
    }

    async fn work_on_tenant(&self, tenant: TenantId) -> Result<Vec<TenantWorkRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT r.id, r.number, r.operation, u.id AS run
             FROM custody.request AS r LEFT JOIN custody.run AS u ON u.request = r.id AND u.finished_at IS NULL
             WHERE (r.decided = 'executing' OR custody.request_state(r.id, custody.clock()) IN ('open', 'approved'))
               AND r.decided IN ('open', 'executing') AND EXISTS (
                 SELECT FROM custody.request_target AS t LEFT JOIN custody.key AS k ON k.id = t.key
                 WHERE t.request = r.id AND (t.key = $1 OR k.tenant = $1))
             ORDER BY r.number LIMIT $2",
        )
        .bind(tenant.0)
        .bind(NAMED_MAX)
        .fetch_all(self.pool())
        .await?;
        let work = |row: &PgRow| {
            Ok::<_, sqlx::Error>(TenantWorkRow {
                request: row.id("id", RequestId)?,
                number: row.small("number")?,
                operation: row.word("operation")?,
                run: row.id_maybe("run", RunId)?,
            })
        };
        Ok(rows.iter().map(work).collect::<Result<_, _>>()?)
    }
}
