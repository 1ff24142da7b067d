//! The shared-service register: keys that serve several tenants, by which decision, and until when that is looked at again.

use domain::{KeyId, KeyKind, OperatorId, RequestId, SharedKeyId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::{At, Cells as _, bigint};
use crate::{Register, RegisterError};

/// Most entries in one page.
pub const SHARED_KEYS_PAGE_MAX: u32 = 200;

/// An entry of the shared-service register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKeyRow {
    /// Which.
    pub id: SharedKeyId,
    /// The key.
    pub key: KeyId,
    /// Its name.
    pub key_name: String,
    /// What it is for.
    pub key_kind: KeyKind,
    /// Tenants that it serves today.
    pub tenants: u32,
    /// Tenants that it served when that was decided.
    pub tenants_then: u32,
    /// The request it came from.
    pub request: RequestId,
    /// The architectural decision record.
    pub decision_record: String,
    /// Why.
    pub justification: String,
    /// What limits the risk.
    pub controls: String,
    /// Who asked.
    pub requested_by: OperatorId,
    /// Their name.
    pub requested_by_name: String,
    /// Who accepted the risk.
    pub accepted_by: OperatorId,
    /// Their name.
    pub accepted_by_name: String,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// With which entry.
    pub granted_seq: u64,
    /// From then on it counts no more.
    pub review_by: Timestamp,
    /// Whether it counts now.
    pub in_force: bool,
    /// When it ended before its date, if it did.
    pub ended_at: Option<Timestamp>,
    /// Whether another entry took its place.
    pub replaced: bool,
}

const ROWS: &str = "
    SELECT s.id, s.key, k.name AS key_name, k.kind, custody.tenants_served(s.key) AS tenants_now, s.tenants, s.request, s.decision_record,
           s.justification, s.controls, s.requested_by, a.name AS requested_by_name, s.accepted_by, c.name AS accepted_by_name,
           s.granted_at, s.granted_seq, s.review_by, s.ended_at, s.successor IS NOT NULL AS replaced,
           s.ended_seq IS NULL AND s.review_by > ";
const JOINED: &str = " AS in_force
    FROM custody.shared_key AS s JOIN custody.key AS k ON k.id = s.key JOIN custody.operator AS a ON a.id = s.requested_by
    JOIN custody.operator AS c ON c.id = s.accepted_by WHERE ";

impl Register {
    /// Entries with a granting entry below `below`, newest first; only those that did not end, if so wished.
    pub async fn shared_keys_page(
        &self,
        open: bool,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<SharedKeyRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(ROWS);
        query.push_bind(At(self.clock().await?)).push(JOINED);
        query.push("s.granted_seq < ").push_bind(bigint(below.unwrap_or(u64::MAX)));
        if open {
            query.push(" AND s.ended_seq IS NULL");
        }
        query.push(" ORDER BY s.granted_seq DESC LIMIT ").push_bind(i64::from(limit.clamp(1, SHARED_KEYS_PAGE_MAX)));
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(shared_key).collect::<Result<_, _>>()?)
    }

    /// One entry.
    pub async fn shared_key(&self, id: SharedKeyId) -> Result<Option<SharedKeyRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(ROWS);
        query.push_bind(At(self.clock().await?)).push(JOINED).push("s.id = ").push_bind(id.0);
        let row = query.build().fetch_optional(self.pool()).await?;
        Ok(row.as_ref().map(shared_key).transpose()?)
    }

    /// The longest time until a shared key is looked at again, in days.
    pub async fn shared_key_term_days(&self) -> Result<u32, RegisterError> {
        let row = sqlx::query("SELECT custody.shared_key_term() AS days").fetch_one(self.pool()).await?;
        Ok(row.small("days")?)
    }

    /// Tenants that a key serves today: its own, and those whose DEKs it wraps.
    pub async fn tenants_served(&self, key: KeyId) -> Result<u32, RegisterError> {
        let row =
            sqlx::query("SELECT custody.tenants_served($1) AS tenants").bind(key.0).fetch_one(self.pool()).await?;
        Ok(row.small("tenants")?)
    }
}

fn shared_key(row: &PgRow) -> Result<SharedKeyRow, sqlx::Error> {
    Ok(SharedKeyRow {
        id: row.id("id", SharedKeyId)?,
        key: row.id("key", KeyId)?,
        key_name: row.try_get("key_name")?,
        key_kind: row.word("kind")?,
        tenants: row.small("tenants_now")?,
        tenants_then: row.small("tenants")?,
        request: row.id("request", RequestId)?,
        decision_record: row.try_get("decision_record")?,
        justification: row.try_get("justification")?,
        controls: row.try_get("controls")?,
        requested_by: row.id("requested_by", OperatorId)?,
        requested_by_name: row.try_get("requested_by_name")?,
        accepted_by: row.id("accepted_by", OperatorId)?,
        accepted_by_name: row.try_get("accepted_by_name")?,
        granted_at: row.at("granted_at")?,
        granted_seq: row.count("granted_seq")?,
        review_by: row.at("review_by")?,
        in_force: row.try_get("in_force")?,
        ended_at: row.at_maybe("ended_at")?,
        replaced: row.try_get("replaced")?,
    })
}
