//! Protective acts: what was protected, and whether the vault has confirmed it.

use domain::{CustodyId, KeyId, KeyKind, KeyState, OperatorId, TenantId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::cells::{Cells as _, bigint};
use crate::{Register, RegisterError};

/// Most protective acts in one page.
pub const PROTECTIVE_ACTS_PAGE_MAX: u32 = 200;

/// How far an act of protection reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One key. For tokens: those under a DEK, or under every DEK of a KEK.
    Key(KeyId),
    /// An integration of a tenant.
    Integration(TenantId, String),
    /// A tenant.
    Tenant(TenantId),
    /// Everything in the custody. For tokens only.
    Everything(CustodyId),
}

impl Scope {
    /// As an entry's kind of subject.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Integration(..) => "integration",
            Self::Tenant(_) => "tenant",
            Self::Everything(_) => "custody",
        }
    }

    /// As an entry's subject.
    #[must_use]
    pub const fn target(&self) -> Uuid {
        match self {
            Self::Key(key) => key.0,
            Self::Integration(tenant, _) | Self::Tenant(tenant) => tenant.0,
            Self::Everything(custody) => custody.0,
        }
    }

    /// The integration's name, where one is meant.
    #[must_use]
    pub fn integration(&self) -> Option<&str> {
        match self {
            Self::Integration(_, name) => Some(name),
            _ => None,
        }
    }
}

/// A protective act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectiveActRow {
    /// Its entry.
    pub seq: u64,
    /// `key.suspended`, `key.revoked`, `key.deactivated` or `key.compromised`.
    pub verb: String,
    /// What it protects.
    pub scope: Scope,
    /// Name of that key or tenant.
    pub name: String,
    /// Who.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub purpose: String,
    /// Keys whose state it changed.
    pub keys: u64,
    /// Of those, in the vault.
    pub in_vault: u64,
    /// Of those, proven to be refused by the vault.
    pub confirmed: u64,
    /// Entry with which the last of them was confirmed; `None` while the vault has not confirmed all.
    pub confirmed_seq: Option<u64>,
}

/// A key that a protective act concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedKeyRow {
    /// The act's entry.
    pub act: u64,
    /// Which key.
    pub key: KeyId,
    /// What it is.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Its name in the vault.
    pub vault_name: Option<String>,
    /// Its state before the act.
    pub from_state: KeyState,
    /// Its state now.
    pub state: KeyState,
    /// Whether it lies in the vault.
    pub in_vault: bool,
    /// Versions that the act found in use there; `None` while it was not looked. Disabled once it is confirmed.
    pub versions: Option<Vec<String>>,
    /// Entry that recorded the proof.
    pub confirmed_seq: Option<u64>,
    /// Entry that recorded that they are enabled again, in a reactivation that is not over.
    pub enabled_seq: Option<u64>,
    /// Versions that the register has as enabled.
    pub enabled: Vec<String>,
}

/// A key that is out of use, as the plan of its reactivation names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedNow {
    /// Which.
    pub key: KeyId,
    /// What it is.
    pub kind: KeyKind,
    /// Its name; the vault's, where it lies there.
    pub name: String,
    /// Its current version, where it has one.
    pub version: Option<String>,
    /// Its state.
    pub state: KeyState,
    /// Whose it is.
    pub tenant: Option<TenantId>,
    /// Versions that a reactivation enables again.
    pub versions: Vec<String>,
}

const ACTS: &str = "
    SELECT a.seq, a.verb, a.scope, a.target, coalesce(a.integration, '') AS integration, a.by, o.name AS by_name, a.at, a.purpose,
           a.keys, a.confirmed_seq,
           coalesce((SELECT k.name FROM custody.key AS k WHERE a.scope = 'key' AND k.id = a.target),
                    (SELECT t.name FROM custody.tenant AS t WHERE t.id = a.target), '') AS name,
           (SELECT count(*) FROM custody.protected_key AS p WHERE p.act = a.seq AND p.in_vault) AS in_vault,
           (SELECT count(*) FROM custody.protected_key AS p WHERE p.act = a.seq AND p.confirmed_seq IS NOT NULL) AS confirmed
    FROM custody.protective_act AS a JOIN custody.operator AS o ON o.id = a.by ";

const KEYS: &str = "
    SELECT p.act, p.key, k.kind, k.name, k.vault_name, p.from_state, k.state, p.in_vault, p.versions, p.confirmed_seq, p.enabled_seq,
           ARRAY(SELECT v.version FROM custody.key_version AS v WHERE v.key = p.key AND v.state = 'enabled' ORDER BY v.number) AS enabled
    FROM custody.protected_key AS p JOIN custody.key AS k ON k.id = p.key ";

impl Register {
    /// Protective acts with a number below `below`, newest first; only those that the vault has not confirmed, if so wished.
    pub async fn protective_acts(
        &self,
        unconfirmed: bool,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<ProtectiveActRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(ACTS);
        query.push("WHERE a.seq < ").push_bind(bigint(below.unwrap_or(u64::MAX)));
        if unconfirmed {
            query.push(" AND a.confirmed_seq IS NULL");
        }
        query.push(" ORDER BY a.seq DESC LIMIT ").push_bind(i64::from(limit.clamp(1, PROTECTIVE_ACTS_PAGE_MAX)));
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(act).collect::<Result<_, _>>()?)
    }

    /// One protective act.
    pub async fn protective_act(&self, seq: u64) -> Result<Option<ProtectiveActRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(ACTS);
        query.push("WHERE a.seq = ").push_bind(bigint(seq));
        let row = query.build().fetch_optional(self.pool()).await?;
        Ok(row.as_ref().map(act).transpose()?)
    }

    /// Keys of a protective act that the vault has not confirmed, KEKs first.
    pub async fn unconfirmed_keys(&self, act: u64) -> Result<Vec<ProtectedKeyRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(KEYS);
        query.push("WHERE p.in_vault AND p.confirmed_seq IS NULL AND p.act = ").push_bind(bigint(act));
        query.push(" ORDER BY k.kind <> 'kek', k.name_folded, k.id");
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(protected).collect::<Result<_, _>>()?)
    }

    /// Protections of a key that hold: since it was last in use, newest first.
    pub async fn protections_of(&self, key: KeyId) -> Result<Vec<ProtectedKeyRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(KEYS);
        query.push("WHERE p.reactivated_seq IS NULL AND p.key = ").push_bind(key.0).push(" ORDER BY p.act DESC");
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(protected).collect::<Result<_, _>>()?)
    }

    /// Keys as the plan of their reactivation names them, in order of id.
    pub async fn protected_now(&self, keys: &[KeyId]) -> Result<Vec<ProtectedNow>, RegisterError> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = sqlx::query(
            "SELECT k.id, k.kind, coalesce(k.vault_name, k.name) AS name, k.current_version, k.state, k.tenant,
                    custody.versions_to_enable(k.id) AS versions
             FROM custody.key AS k WHERE k.id = ANY ($1) ORDER BY k.id",
        )
        .bind(keys)
        .fetch_all(self.pool())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(ProtectedNow {
                key: row.id("id", KeyId)?,
                kind: row.word("kind")?,
                name: row.try_get("name")?,
                version: row.try_get("current_version")?,
                state: row.word("state")?,
                tenant: row.id_maybe("tenant", TenantId)?,
                versions: row.try_get("versions")?,
            });
        }
        Ok(found)
    }

    /// Versions that protective acts disabled since the key was last in use: what a reactivation enables again.
    pub async fn versions_to_enable(&self, key: KeyId) -> Result<Vec<String>, RegisterError> {
        Ok(sqlx::query_scalar("SELECT custody.versions_to_enable($1)").bind(key.0).fetch_one(self.pool()).await?)
    }
}

fn act(row: &PgRow) -> Result<ProtectiveActRow, sqlx::Error> {
    let target: Uuid = row.try_get("target")?;
    let scope = match row.try_get("scope")? {
        "key" => Scope::Key(KeyId(target)),
        "tenant" => Scope::Tenant(TenantId(target)),
        _ => Scope::Integration(TenantId(target), row.try_get("integration")?),
    };
    Ok(ProtectiveActRow {
        seq: row.count("seq")?,
        verb: row.try_get("verb")?,
        scope,
        name: row.try_get("name")?,
        by: row.id("by", OperatorId)?,
        by_name: row.try_get("by_name")?,
        at: row.at("at")?,
        purpose: row.try_get("purpose")?,
        keys: row.count("keys")?,
        in_vault: row.count("in_vault")?,
        confirmed: row.count("confirmed")?,
        confirmed_seq: row.count_maybe("confirmed_seq")?,
    })
}

fn protected(row: &PgRow) -> Result<ProtectedKeyRow, sqlx::Error> {
    Ok(ProtectedKeyRow {
        act: row.count("act")?,
        key: row.id("key", KeyId)?,
        kind: row.word("kind")?,
        name: row.try_get("name")?,
        vault_name: row.try_get("vault_name")?,
        from_state: row.word("from_state")?,
        state: row.word("state")?,
        in_vault: row.try_get("in_vault")?,
        versions: row.try_get("versions")?,
        confirmed_seq: row.count_maybe("confirmed_seq")?,
        enabled_seq: row.count_maybe("enabled_seq")?,
        enabled: row.try_get("enabled")?,
    })
}
