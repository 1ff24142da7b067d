//! What the vault was last seen to hold, and what the register refused.

use domain::{OperatorId, Timestamp};
use serde_json::Value;
use sqlx::Row as _;

use super::cells::{Cells as _, bigint};
use crate::{Register, RegisterError};

/// Most refusals in one page.
pub const REFUSALS_PAGE_MAX: u32 = 500;

/// One difference between vault and register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftRow {
    /// `key`, `secret` or `certificate`.
    pub kind: String,
    /// Name in the vault.
    pub name: String,
    /// What differs: `only_in_vault`, `version_unknown`, …
    pub drift: String,
    /// What the register said.
    pub register: String,
    /// What the vault said.
    pub vault: String,
}

/// A comparison of vault and register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservationRow {
    /// Entry that recorded it.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: OperatorId,
    /// Every difference, in order of name.
    pub drift: Vec<DriftRow>,
}

/// Something the register refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// Its number; numbers may be missing, since a transaction can be undone.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Login that tried.
    pub login: String,
    /// The operator behind it, if enrolled.
    pub operator: Option<OperatorId>,
    /// Function that was called.
    pub function: String,
    /// Verb of the entry, if it could be read.
    pub verb: Option<String>,
    /// Subject of the entry, if it could be read.
    pub subject: Option<String>,
    /// Why, as a code.
    pub code: String,
    /// What belongs to the code.
    pub detail: Value,
}

impl Register {
    /// The last comparison of vault and register, if there was one.
    pub async fn last_observation(&self) -> Result<Option<ObservationRow>, RegisterError> {
        let entry = sqlx::query(
            "SELECT seq, recorded_at, actor FROM custody.ledger_entry WHERE verb = 'vault.observed' ORDER BY seq DESC LIMIT 1",
        )
        .fetch_optional(self.pool())
        .await?;
        let Some(entry) = entry else { return Ok(None) };
        let seq = entry.count("seq")?;
        let rows = sqlx::query(
            "SELECT kind, name, drift, coalesce(detail ->> 'register', '') AS register, coalesce(detail ->> 'vault', '') AS vault
             FROM custody.vault_observation WHERE seq = $1 ORDER BY name, kind, drift",
        )
        .bind(bigint(seq))
        .fetch_all(self.pool())
        .await?;
        let mut drift = Vec::with_capacity(rows.len());
        for row in rows {
            drift.push(DriftRow {
                kind: row.try_get("kind")?,
                name: row.try_get("name")?,
                drift: row.try_get("drift")?,
                register: row.try_get("register")?,
                vault: row.try_get("vault")?,
            });
        }
        Ok(Some(ObservationRow { seq, at: entry.at("recorded_at")?, actor: entry.id("actor", OperatorId)?, drift }))
    }

    /// Refusals with a number below `below`, newest first.
    pub async fn refusals(&self, below: Option<u64>, limit: u32) -> Result<Vec<RefusalRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT id, at, login, operator, function, verb, subject, code, detail
             FROM custody.refusal WHERE id < $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(bigint(below.unwrap_or(u64::MAX)))
        .bind(i64::from(limit.min(REFUSALS_PAGE_MAX)))
        .fetch_all(self.pool())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(RefusalRow {
                id: row.count("id")?,
                at: row.at("at")?,
                login: row.try_get("login")?,
                operator: row.id_maybe("operator", OperatorId)?,
                function: row.try_get("function")?,
                verb: row.try_get("verb")?,
                subject: row.try_get("subject")?,
                code: row.try_get("code")?,
                detail: row.try_get("detail")?,
            });
        }
        Ok(found)
    }
}
