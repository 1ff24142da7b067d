//! Folders of runs, newest first.

use sqlx::{Postgres, QueryBuilder};

use super::cells::Cells as _;
use super::runs::{RUN_COLUMNS, RunRow, run_row};
use crate::{Register, RegisterError};

/// Most runs in one page.
pub const RUNS_PAGE_MAX: u32 = 200;

/// A folder of the runs screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunFolder {
    /// Under way or paused.
    Active,
    /// Completed or rolled back.
    Finished,
}

/// One page of runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunsPage {
    /// The rows.
    pub rows: Vec<RunRow>,
    /// Number that the next page's runs are below; `None` when this is the last.
    pub next_below: Option<u32>,
}

/// How many runs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunCounts {
    /// Under way or paused.
    pub active: u64,
    /// Completed or rolled back.
    pub finished: u64,
}

impl Register {
    /// One page of a folder: runs with a number below `below`, newest first.
    pub async fn runs_page(
        &self,
        folder: RunFolder,
        below: Option<u32>,
        limit: u32,
    ) -> Result<RunsPage, RegisterError> {
        let limit = limit.clamp(1, RUNS_PAGE_MAX);
        let mut query = QueryBuilder::<Postgres>::new(RUN_COLUMNS);
        query.push("WHERE r.finished_at ").push(if folder == RunFolder::Active { "IS NULL" } else { "IS NOT NULL" });
        query.push(" AND r.number < ");
        query.push_bind(below.map_or(i32::MAX, |below| i32::try_from(below).unwrap_or(i32::MAX)));
        query.push(" ORDER BY r.number DESC LIMIT ").push_bind(i64::from(limit) + 1);
        let found = query.build().fetch_all(self.pool()).await?;
        let mut rows = found.iter().map(run_row).collect::<Result<Vec<_>, _>>()?;
        let full = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > full;
        rows.truncate(full);
        Ok(RunsPage { next_below: rows.last().filter(|_| more).map(|last| last.number), rows })
    }

    /// How many runs are under way, and how many ended.
    pub async fn run_counts(&self) -> Result<RunCounts, RegisterError> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE finished_at IS NULL) AS active,
                    count(*) FILTER (WHERE finished_at IS NOT NULL) AS finished FROM custody.run",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(RunCounts { active: row.count("active")?, finished: row.count("finished")? })
    }
}
