//! One page of the inventory. By keyset, so that rows inserted meanwhile make no page miss or repeat one.

use domain::{Classification, KeyId, KeyKind, KeyState, StorageMedium, TenantId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::Cells as _;
use super::key_filter::KeyFilter;
use super::key_order::{CursorError, KeyCursor, KeyOrder};
use crate::{Register, RegisterError};

/// Most rows in one page.
pub const KEYS_PAGE_MAX: u32 = 500;

/// Matching keys that are counted one by one; beyond, the planner's estimate must do. So many can also be sorted for a page, which
/// spares a page of few keys the walk through a million in their order.
const COUNTED_MAX: u64 = 10_000;

/// A key in the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Which.
    pub id: KeyId,
    /// What it is for.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Its tenant.
    pub tenant: Option<TenantId>,
    /// The tenant's name.
    pub tenant_name: Option<String>,
    /// Its integration.
    pub integration: Option<String>,
    /// The secret it protects.
    pub secret_name: Option<String>,
    /// How sensitive what it protects is.
    pub classification: Classification,
    /// Declared purpose.
    pub purpose: String,
    /// Owner.
    pub owner: String,
    /// Algorithm; empty for secrets that are no keys.
    pub algorithm: String,
    /// Length in bits.
    pub bits: Option<u32>,
    /// Where it lies.
    pub storage: StorageMedium,
    /// Its name in the vault.
    pub vault_name: Option<String>,
    /// The vault's name of the version in use.
    pub current_version: Option<String>,
    /// The number of that version, from 1.
    pub version_number: u32,
    /// Its state.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it came into use.
    pub activated_at: Option<Timestamp>,
    /// When it was last rotated.
    pub rotated_at: Option<Timestamp>,
    /// When it must have been rotated.
    pub rotate_by: Option<Timestamp>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// Whether its state is one in which rotation can be late.
    pub rotates: bool,
    /// Whether it breaks a rule on algorithm, storage, owner or purpose.
    pub violates: bool,
    /// DEKs wrapped by it, for a KEK.
    pub deks: Option<u64>,
}

impl KeyRow {
    /// Days until it must have been rotated, rounded down; negative when late.
    #[must_use]
    pub fn due_in_days(&self, now: Timestamp) -> Option<i64> {
        self.rotate_by.map(|rotate_by| rotate_by.days_since(now))
    }

    /// Whether its rotation is late.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.rotates && self.rotate_by.is_some_and(|rotate_by| rotate_by <= now)
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// As counted or estimated.
    pub value: u64,
    /// Whether it was counted.
    pub is_exact: bool,
}

/// One page of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysPage {
    /// The rows.
    pub rows: Vec<KeyRow>,
    /// Where the next page starts; `None` when this is the last.
    pub next: Option<KeyCursor>,
    /// The register's clock.
    pub now: Timestamp,
}

/// The columns of a [`KeyRow`], out of `custody.key AS k`.
pub(super) const KEY_COLUMNS: &str = "
    SELECT k.id, k.kind, k.name, k.tenant, t.name AS tenant_name, k.integration, k.secret_name, k.classification, k.purpose,
           k.owner, k.algorithm, k.bits, k.storage, k.vault_name, k.current_version, k.version_number, k.state, k.created_at,
           k.activated_at, k.rotated_at, k.rotate_by, k.expires_at, custody.rotates(k.state) AS rotates, k.violates,
           k.name_folded, k.tenant_folded, (k.phase_out_date::timestamp AT TIME ZONE 'UTC') AS phase_out_at, k.rule_version, k.revision,
           CASE WHEN k.kind = 'kek' THEN coalesce((SELECT sum(w.deks) FROM custody.wrap_tally AS w WHERE w.kek = k.id), 0)::bigint
           END AS deks
    FROM ";

pub(super) const KEY_TENANT: &str = " LEFT JOIN custody.tenant AS t ON t.id = k.tenant ";

impl Register {
    /// One page of keys.
    ///
    /// # Errors
    /// A cursor of another order is an error of decoding: its page would be a wrong one.
    pub async fn keys_page(
        &self,
        filter: &KeyFilter,
        order: KeyOrder,
        after: Option<&KeyCursor>,
        limit: u32,
    ) -> Result<KeysPage, RegisterError> {
        if after.is_some_and(|cursor| cursor.order() != order) {
            return Err(sqlx::Error::Decode(Box::new(CursorError)).into());
        }
        let limit = limit.clamp(1, KEYS_PAGE_MAX);
        let now = self.clock().await?;
        let is_few = match after {
            Some(cursor) => cursor.is_few(),
            None => *filter != KeyFilter::default() && self.count_keys(filter).await?.value <= COUNTED_MAX,
        };
        let mut query = QueryBuilder::<Postgres>::new(KEY_COLUMNS);
        query.push("(SELECT * FROM (SELECT * FROM custody.key AS k");
        let mut any = filter.push(&mut query, now);
        if is_few {
            // The fence keeps the planner from hoping that matching keys come early in the order.
            query.push(" OFFSET 0) AS k");
            any = false;
        }
        if let Some(cursor) = after {
            query.push(if any { " AND " } else { " WHERE " });
            cursor.push(&mut query);
        }
        if !is_few {
            query.push(") AS k");
        }
        order.push(&mut query);
        // One more than asked for says whether there is a next page.
        query.push(" LIMIT ").push_bind(i64::from(limit) + 1).push(") AS k").push(KEY_TENANT);
        order.push(&mut query);
        // Not kept: a plan made for one filter's values is a bad one for another's.
        let rows = query.build().persistent(false).fetch_all(self.pool()).await?;
        let full = usize::try_from(limit).map_err(|source| sqlx::Error::Decode(Box::new(source)))?;
        let last = if rows.len() > full { full.checked_sub(1).and_then(|last| rows.get(last)) } else { None };
        Ok(KeysPage {
            next: last.map(|row| order.cursor(row, is_few)).transpose()?,
            rows: rows.iter().take(full).map(key_row).collect::<Result<_, _>>()?,
            now,
        })
    }

    /// How many keys match.
    pub async fn count_keys(&self, filter: &KeyFilter) -> Result<Count, RegisterError> {
        let now = self.clock().await?;
        if filter.is_tallied() {
            let mut query = QueryBuilder::<Postgres>::new(
                "SELECT coalesce(sum(k.keys), 0)::bigint AS keys FROM custody.key_tally AS k",
            );
            filter.push(&mut query, now);
            let row = query.build().fetch_one(self.pool()).await?;
            return Ok(Count { value: row.count("keys")?, is_exact: true });
        }
        let mut query = QueryBuilder::<Postgres>::new("SELECT count(*) AS keys FROM (SELECT FROM custody.key AS k");
        filter.push(&mut query, now);
        query.push(" LIMIT ").push_bind(i64::try_from(COUNTED_MAX).unwrap_or(i64::MAX) + 1).push(") AS counted");
        let counted = query.build().persistent(false).fetch_one(self.pool()).await?.count("keys")?;
        if counted <= COUNTED_MAX {
            return Ok(Count { value: counted, is_exact: true });
        }
        let mut query = QueryBuilder::<Postgres>::new("EXPLAIN (FORMAT JSON) SELECT FROM custody.key AS k");
        filter.push(&mut query, now);
        let plan: serde_json::Value = query.build().persistent(false).fetch_one(self.pool()).await?.try_get(0)?;
        let estimate = plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_u64).unwrap_or(0);
        Ok(Count { value: estimate.max(counted), is_exact: false })
    }

    /// How many keys there are, of every kind and in every state.
    pub async fn total_keys(&self) -> Result<u64, RegisterError> {
        Ok(self.count_keys(&KeyFilter::default()).await?.value)
    }
}

pub(super) fn key_row(row: &PgRow) -> Result<KeyRow, sqlx::Error> {
    Ok(KeyRow {
        id: row.id("id", KeyId)?,
        kind: row.word("kind")?,
        name: row.try_get("name")?,
        tenant: row.id_maybe("tenant", TenantId)?,
        tenant_name: row.try_get("tenant_name")?,
        integration: row.try_get("integration")?,
        secret_name: row.try_get("secret_name")?,
        classification: row.word("classification")?,
        purpose: row.try_get("purpose")?,
        owner: row.try_get("owner")?,
        algorithm: row.try_get("algorithm")?,
        bits: row.small_maybe("bits")?,
        storage: row.word("storage")?,
        vault_name: row.try_get("vault_name")?,
        current_version: row.try_get("current_version")?,
        version_number: row.small("version_number")?,
        state: row.word("state")?,
        created_at: row.at("created_at")?,
        activated_at: row.at_maybe("activated_at")?,
        rotated_at: row.at_maybe("rotated_at")?,
        rotate_by: row.at_maybe("rotate_by")?,
        expires_at: row.at_maybe("expires_at")?,
        rotates: row.try_get("rotates")?,
        violates: row.try_get("violates")?,
        deks: row.count_maybe("deks")?,
    })
}
