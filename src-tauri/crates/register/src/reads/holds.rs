//! Holds: what must be kept, by whose word, and until when it had to be.

use domain::{KeyId, OperatorId, TenantId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::cells::{Cells as _, bigint, parse};
use crate::{Register, RegisterError};

/// Most holds in one page.
pub const HOLDS_PAGE_MAX: u32 = 200;

/// Why something must be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldKind {
    /// A court, an authority or a contract says so.
    Legal,
    /// An incident is open: it may be evidence.
    Incident,
}

/// A word that is no kind of hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of hold; known are legal_hold, incident")]
pub struct UnknownHoldKind(String);

impl HoldKind {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Legal => "legal_hold",
            Self::Incident => "incident",
        }
    }
}

impl std::str::FromStr for HoldKind {
    type Err = UnknownHoldKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "legal_hold" => Ok(Self::Legal),
            "incident" => Ok(Self::Incident),
            other => Err(UnknownHoldKind(other.to_owned())),
        }
    }
}

/// What a hold is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldTarget {
    /// A tenant and all its keys.
    Tenant(TenantId),
    /// A key.
    Key(KeyId),
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// Which.
    pub id: Uuid,
    /// Why, by kind.
    pub kind: HoldKind,
    /// On what.
    pub target: HoldTarget,
    /// Name of that tenant or key.
    pub target_name: String,
    /// The case or incident it belongs to.
    pub reference: String,
    /// Why, in words.
    pub reason: String,
    /// Who set it.
    pub set_by: OperatorId,
    /// Their name.
    pub set_by_name: String,
    /// When.
    pub set_at: Timestamp,
    /// Entry that set it.
    pub set_seq: u64,
    /// When it was lifted, if it was.
    pub lifted_at: Option<Timestamp>,
    /// Entry that lifted it.
    pub lifted_seq: Option<u64>,
}

const HOLDS: &str = "
    SELECT h.id, h.kind, h.tenant, h.key, h.reference, h.reason, h.set_by, o.name AS set_by_name, h.set_at, h.set_seq,
           h.lifted_at, h.lifted_seq,
           coalesce((SELECT t.name FROM custody.tenant AS t WHERE t.id = h.tenant),
                    (SELECT k.name FROM custody.key AS k WHERE k.id = h.key)) AS target_name
    FROM ";
const SETTER: &str = " AS h JOIN custody.operator AS o ON o.id = h.set_by ";

impl Register {
    /// Holds set by entries below `below`, newest first; only those that are not lifted, if so wished.
    pub async fn holds_page(
        &self,
        unlifted: bool,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<HoldRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(HOLDS);
        query.push("custody.hold").push(SETTER).push("WHERE h.set_seq < ").push_bind(bigint(below.unwrap_or(u64::MAX)));
        if unlifted {
            query.push(" AND h.lifted_seq IS NULL");
        }
        query.push(" ORDER BY h.set_seq DESC LIMIT ").push_bind(i64::from(limit.clamp(1, HOLDS_PAGE_MAX)));
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(hold).collect::<Result<_, _>>()?)
    }

    /// One hold.
    pub async fn hold(&self, id: Uuid) -> Result<Option<HoldRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(HOLDS);
        query.push("custody.hold").push(SETTER).push("WHERE h.id = ").push_bind(id);
        let row = query.build().fetch_optional(self.pool()).await?;
        Ok(row.as_ref().map(hold).transpose()?)
    }

    /// Unlifted holds on a tenant or on any of its keys, oldest first.
    pub async fn holds_on_tenant(&self, tenant: TenantId) -> Result<Vec<HoldRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(HOLDS);
        query.push("custody.holds_on(").push_bind(tenant.0).push(")").push(SETTER).push("ORDER BY h.set_seq");
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(hold).collect::<Result<_, _>>()?)
    }

    /// Unlifted holds in the way of destroying any of these keys, oldest first.
    pub async fn holds_of_keys(&self, keys: &[KeyId]) -> Result<Vec<HoldRow>, RegisterError> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let mut query = QueryBuilder::<Postgres>::new(HOLDS);
        query.push("custody.holds_of(").push_bind(keys).push(")").push(SETTER).push("ORDER BY h.set_seq");
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(hold).collect::<Result<_, _>>()?)
    }
}

fn hold(row: &PgRow) -> Result<HoldRow, sqlx::Error> {
    let target = match row.id_maybe("tenant", TenantId)? {
        Some(tenant) => HoldTarget::Tenant(tenant),
        None => HoldTarget::Key(row.id("key", KeyId)?),
    };
    Ok(HoldRow {
        id: row.try_get("id")?,
        kind: parse("kind", row.try_get("kind")?)?,
        target,
        target_name: row.try_get("target_name")?,
        reference: row.try_get("reference")?,
        reason: row.try_get("reason")?,
        set_by: row.id("set_by", OperatorId)?,
        set_by_name: row.try_get("set_by_name")?,
        set_at: row.at("set_at")?,
        set_seq: row.count("set_seq")?,
        lifted_at: row.at_maybe("lifted_at")?,
        lifted_seq: row.count_maybe("lifted_seq")?,
    })
}
