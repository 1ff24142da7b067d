//! Tenants with what they have: keys by kind, tokens, KEKs of their own or shared, holds.

use domain::{KeyId, KeyKind, KeyState, TenantId};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::{Cells as _, parse, unfit};
use super::holds::HoldRow;
use crate::{Register, RegisterError};

/// Most tenants in one page.
pub const TENANT_ESTATES_PAGE_MAX: u32 = 200;

/// Whether a tenant is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantStatus {
    /// Yes.
    Active,
    /// A protective act stopped it.
    Suspended,
    /// Its end is under way.
    Offboarding,
    /// Everything of it was destroyed.
    Offboarded,
}

/// A tenant with what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantEstateRow {
    /// Which.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Whether it is served.
    pub status: TenantStatus,
    /// Live keys of its own, by kind.
    pub keys: Vec<(KeyKind, u64)>,
    /// Tokens under its DEKs.
    pub tokens: u64,
    /// KEKs of its own that live.
    pub own_keks: u64,
    /// Whether one of its DEKs lies under a KEK that wraps another tenant's, too.
    pub shares_kek: bool,
    /// Unlifted holds on it or on any of its keys.
    pub holds: u64,
}

/// Where a page of tenants ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantCursor {
    /// Name of the last tenant, without case.
    pub folded: String,
    /// Its id.
    pub id: TenantId,
}

/// One page of tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantEstatePage {
    /// The rows, in order of name.
    pub rows: Vec<TenantEstateRow>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<TenantCursor>,
}

/// A KEK that a tenant's DEKs lie under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantKekRow {
    /// Which.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: KeyState,
    /// Whether it is this tenant's own.
    pub own: bool,
    /// This tenant's live DEKs under it.
    pub deks: u64,
    /// Live DEKs of nobody or of somebody else under it.
    pub deks_of_others: u64,
    /// How many other tenants those belong to.
    pub other_tenants: u64,
}

/// A tenant with everything it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantDetail {
    /// The row.
    pub row: TenantEstateRow,
    /// Its integrations, in order of name.
    pub integrations: Vec<String>,
    /// KEKs that its DEKs lie under, and those of its own, in order of name.
    pub keks: Vec<TenantKekRow>,
    /// What keeps it from being destroyed, oldest first.
    pub holds: Vec<HoldRow>,
}

/// The fences (`OFFSET 0`) keep the planner from reading every key, or every DEK of a shared KEK, where the first one answers.
const TENANTS: &str = "
    SELECT t.id, t.name, lower(t.name) AS folded, t.status,
           (SELECT coalesce(jsonb_object_agg(c.kind, c.keys), '{}') FROM (
               SELECT k.kind, count(*) AS keys FROM custody.key AS k
               WHERE k.tenant = t.id AND custody.is_live(k.state) GROUP BY k.kind) AS c) AS keys,
           (SELECT count(*) FROM custody.key AS d JOIN custody.token AS o ON o.dek = d.id
            WHERE d.tenant = t.id AND d.kind = 'dek') AS tokens,
           (SELECT count(*) FROM custody.key AS k
            WHERE k.tenant = t.id AND k.kind = 'kek' AND custody.is_live(k.state)) AS own_keks,
           EXISTS (SELECT FROM (SELECT o.id FROM custody.key AS o
                                WHERE o.tenant = t.id AND custody.is_live(o.state) OFFSET 0) AS d
                   JOIN custody.wrap AS w ON w.dek = d.id
                   WHERE EXISTS (
                       SELECT FROM custody.wrap AS x, LATERAL (SELECT o.tenant FROM custody.key AS o
                                                               WHERE o.id = x.dek AND custody.is_live(o.state) OFFSET 0) AS e
                       WHERE x.kek = w.kek AND e.tenant IS DISTINCT FROM t.id)) AS shares_kek,
           (SELECT count(*) FROM custody.holds_on(t.id)) AS holds
    FROM ";

impl TenantStatus {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Offboarding => "offboarding",
            Self::Offboarded => "offboarded",
        }
    }
}

impl Register {
    /// Tenants whose name starts with `prefix`, without case, in order of name after `after`.
    pub async fn tenants_page(
        &self,
        prefix: &str,
        after: Option<&TenantCursor>,
        limit: u32,
    ) -> Result<TenantEstatePage, RegisterError> {
        let limit = limit.clamp(1, TENANT_ESTATES_PAGE_MAX);
        // The page is chosen first: what a tenant has is counted for those on it only.
        let mut query = QueryBuilder::<Postgres>::new(TENANTS);
        query.push("(SELECT n.* FROM custody.tenant AS n WHERE starts_with(lower(n.name), lower(");
        query.push_bind(prefix.to_owned()).push("))");
        if let Some(after) = after {
            query.push(" AND (lower(n.name) COLLATE \"C\", n.id) > (").push_bind(after.folded.clone());
            query.push(", ").push_bind(after.id.0).push(")");
        }
        query.push(" ORDER BY lower(n.name) COLLATE \"C\", n.id LIMIT ").push_bind(i64::from(limit) + 1);
        query.push(") AS t ORDER BY lower(t.name) COLLATE \"C\", t.id");
        let found = query.build().fetch_all(self.pool()).await?;
        let full = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = found.iter().take(full).map(tenant).collect::<Result<Vec<_>, _>>()?;
        let last = found.iter().take(full).last().filter(|_| found.len() > full);
        let cursor = |row: &PgRow| {
            Ok::<_, sqlx::Error>(TenantCursor { folded: row.try_get("folded")?, id: row.id("id", TenantId)? })
        };
        Ok(TenantEstatePage { rows, next: last.map(cursor).transpose()? })
    }

    /// One tenant with everything it has.
    pub async fn tenant_detail(&self, id: TenantId) -> Result<Option<TenantDetail>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(TENANTS);
        query.push("custody.tenant AS t WHERE t.id = ").push_bind(id.0);
        let Some(row) = query.build().fetch_optional(self.pool()).await? else { return Ok(None) };
        let integrations =
            sqlx::query_scalar("SELECT name FROM custody.integration WHERE tenant = $1 ORDER BY name COLLATE \"C\"")
                .bind(id.0)
                .fetch_all(self.pool())
                .await?;
        let keks = sqlx::query(
            "SELECT k.id, k.name, k.state, k.tenant IS NOT DISTINCT FROM $1 AS own, under.deks, under.deks_of_others,
                    under.other_tenants
             FROM custody.key AS k, LATERAL (
                 SELECT count(*) FILTER (WHERE d.tenant = $1) AS deks,
                        count(*) FILTER (WHERE d.tenant IS DISTINCT FROM $1) AS deks_of_others,
                        count(DISTINCT d.tenant) FILTER (WHERE d.tenant <> $1) AS other_tenants
                 FROM custody.wrap AS w, LATERAL (SELECT o.tenant FROM custody.key AS o
                                                  WHERE o.id = w.dek AND custody.is_live(o.state) OFFSET 0) AS d
                 WHERE w.kek = k.id) AS under
             WHERE k.kind = 'kek' AND custody.is_live(k.state) AND (k.tenant = $1 OR k.id IN (
                 SELECT w.kek FROM custody.key AS d JOIN custody.wrap AS w ON w.dek = d.id
                 WHERE d.tenant = $1 AND custody.is_live(d.state)))
             ORDER BY k.name_folded, k.id",
        )
        .bind(id.0)
        .fetch_all(self.pool())
        .await?;
        Ok(Some(TenantDetail {
            row: tenant(&row)?,
            integrations,
            keks: keks.iter().map(kek).collect::<Result<_, _>>()?,
            holds: self.holds_on_tenant(id).await?,
        }))
    }
}

fn tenant(row: &PgRow) -> Result<TenantEstateRow, sqlx::Error> {
    let count = |(kind, keys): (String, String)| -> Result<(KeyKind, u64), sqlx::Error> {
        Ok((parse("keys", &kind)?, keys.parse().map_err(|source: std::num::ParseIntError| unfit("keys", source))?))
    };
    Ok(TenantEstateRow {
        id: row.id("id", TenantId)?,
        name: row.try_get("name")?,
        status: match row.try_get("status")? {
            "active" => TenantStatus::Active,
            "offboarding" => TenantStatus::Offboarding,
            "offboarded" => TenantStatus::Offboarded,
            // Whatever else stands there, it is not served.
            _ => TenantStatus::Suspended,
        },
        keys: row.texts("keys")?.into_iter().map(count).collect::<Result<_, _>>()?,
        tokens: row.count("tokens")?,
        own_keks: row.count("own_keks")?,
        shares_kek: row.try_get("shares_kek")?,
        holds: row.count("holds")?,
    })
}

fn kek(row: &PgRow) -> Result<TenantKekRow, sqlx::Error> {
    Ok(TenantKekRow {
        id: row.id("id", KeyId)?,
        name: row.try_get("name")?,
        state: row.word("state")?,
        own: row.try_get("own")?,
        deks: row.count("deks")?,
        deks_of_others: row.count("deks_of_others")?,
        other_tenants: row.count("other_tenants")?,
    })
}
