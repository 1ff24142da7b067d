//! How far each target of the log stack is, as its senders report it.

use domain::{OperatorId, Timestamp};
use sqlx::Row as _;

use super::cells::{Cells as _, bigint};
use crate::{Refusal, Register, RegisterError};

/// A target of the log stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTargetRow {
    /// What its senders call it.
    pub name: String,
    /// `ocsf` or `ecs`.
    pub format: String,
    /// Last entry that it has acknowledged.
    pub position: u64,
    /// When that last grew.
    pub moved_at: Timestamp,
    /// When somebody last reported.
    pub reported_at: Timestamp,
    /// Who.
    pub reported_by: OperatorId,
    /// Why it does not move; empty where it does.
    pub trouble: String,
    /// Entries that it has not acknowledged yet.
    pub behind: u64,
    /// When the oldest of them was written.
    pub waiting_since: Option<Timestamp>,
    /// Whether that is longer ago than a stream that works ever leaves it.
    pub is_stalled: bool,
}

impl LogTargetRow {
    /// Minutes for which the oldest entry has waited at `now`.
    #[must_use]
    pub fn minutes_behind(&self, now: Timestamp) -> u64 {
        let waited = self.waiting_since.map_or(0, |since| now.micros().saturating_sub(since.micros()));
        u64::try_from(waited / 60_000_000).unwrap_or(0)
    }
}

impl Register {
    /// Every target, by name.
    pub async fn log_targets(&self) -> Result<Vec<LogTargetRow>, RegisterError> {
        let rows = sqlx::query("SELECT * FROM custody.log_targets()").fetch_all(self.pool()).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(LogTargetRow {
                name: row.try_get("name")?,
                format: row.try_get("format")?,
                position: row.count("position")?,
                moved_at: row.at("moved_at")?,
                reported_at: row.at("reported_at")?,
                reported_by: row.id("reported_by", OperatorId)?,
                trouble: row.try_get("trouble")?,
                behind: row.count("behind")?,
                waiting_since: row.at_maybe("waiting_since")?,
                is_stalled: row.try_get("stalled")?,
            });
        }
        Ok(found)
    }

    /// Reports how far a target is. No act: it appends nothing and nobody decides anything by it.
    ///
    /// # Errors
    /// Refused as `operator_inactive`, `position_beyond`, `too_many_targets` or `malformed`.
    pub async fn report_log_target(
        &self,
        name: &str,
        format: &str,
        position: u64,
        trouble: &str,
    ) -> Result<(), RegisterError> {
        let query = sqlx::query_scalar("SELECT custody.report_log_target($1, $2, $3, $4)").bind(name).bind(format);
        let code: String = query.bind(bigint(position)).bind(trouble).fetch_one(self.pool()).await?;
        if code == "ok" { Ok(()) } else { Err(Refusal::new(code, serde_json::Value::Null).into()) }
    }
}
