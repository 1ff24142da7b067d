//! The inbox: folders of requests, newest first.

use domain::{KeyId, OperatorId};
use sqlx::{Postgres, QueryBuilder};

use super::cells::Cells as _;
use super::requests::{REQUEST_COLUMNS, RequestRow, request_row};
use crate::{Register, RegisterError};

/// Most requests in one page.
pub const REQUESTS_PAGE_MAX: u32 = 200;

/// A folder of the inbox, as one operator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFolder {
    /// Wait for this operator's seal.
    ForMe,
    /// Asked for by this operator and not decided.
    Mine,
    /// Not decided: seals are missing, or nobody has started what was approved.
    Open,
    /// Begun, done, declined, withdrawn, lapsed or expired.
    Decided,
}

/// One page of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestsPage {
    /// The rows.
    pub rows: Vec<RequestRow>,
    /// Number that the next page's requests are below; `None` when this is the last.
    pub next_below: Option<u32>,
}

/// How many requests each folder has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FolderCounts {
    /// Wait for this operator's seal.
    pub for_me: u64,
    /// Asked for by this operator and not decided.
    pub mine: u64,
    /// Not decided.
    pub open: u64,
    /// Of those, approved and not started.
    pub approved: u64,
    /// Decided, one way or another.
    pub decided: u64,
}

/// A request that can still become something: neither decided nor past its clocks. Begins with what an index has.
const ALIVE: &str =
    "r.decided = 'open' AND r.execute_by > now.at AND custody.request_state(r.id, now.at) IN ('open', 'approved')";

/// Whose seal is missing. An approved request needs nobody's.
const WAITS_FOR: &str = "custody.request_state(r.id, now.at) = 'open'
    AND (SELECT answer.code FROM custody.may_sign(r.id, $1) AS answer) = 'ok'";

impl Register {
    /// One page of a folder, as `me` sees it: requests with a number below `below`, newest first.
    pub async fn requests_page(
        &self,
        folder: RequestFolder,
        me: OperatorId,
        below: Option<u32>,
        limit: u32,
    ) -> Result<RequestsPage, RegisterError> {
        let limit = limit.clamp(1, REQUESTS_PAGE_MAX);
        let mut query = QueryBuilder::<Postgres>::new(REQUEST_COLUMNS);
        // The operator is the first parameter of every folder, also where nothing depends on who asks.
        query.push("WHERE ").push_bind(me.0).push(" IS NOT NULL AND r.number < ");
        query.push_bind(below.map_or(i32::MAX, |below| i32::try_from(below).unwrap_or(i32::MAX)));
        match folder {
            RequestFolder::ForMe => query.push(" AND ").push(ALIVE).push(" AND ").push(WAITS_FOR),
            RequestFolder::Mine => query.push(" AND ").push(ALIVE).push(" AND r.requester = $1"),
            RequestFolder::Open => query.push(" AND ").push(ALIVE),
            RequestFolder::Decided => query.push(" AND NOT (").push(ALIVE).push(")"),
        };
        query.push(" ORDER BY r.number DESC LIMIT ").push_bind(i64::from(limit) + 1);
        let found = query.build().fetch_all(self.pool()).await?;
        let mut rows = found.iter().map(request_row).collect::<Result<Vec<_>, _>>()?;
        let full = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > full;
        rows.truncate(full);
        Ok(RequestsPage { next_below: rows.last().filter(|_| more).map(|last| last.number), rows })
    }

    /// Requests that name a key, newest first.
    pub async fn requests_about(&self, key: KeyId, limit: u32) -> Result<Vec<RequestRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(REQUEST_COLUMNS);
        query.push("WHERE r.id IN (SELECT t.request FROM custody.request_target AS t WHERE t.key = ").push_bind(key.0);
        query.push(") ORDER BY r.number DESC LIMIT ").push_bind(i64::from(limit.min(REQUESTS_PAGE_MAX)));
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(request_row).collect::<Result<_, _>>()?)
    }

    /// How many requests each folder has, as `me` sees it.
    pub async fn request_counts(&self, me: OperatorId) -> Result<FolderCounts, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(
            "SELECT count(*) AS open, count(*) FILTER (WHERE alive.state = 'approved') AS approved,
                    count(*) FILTER (WHERE alive.requester = ",
        );
        query.push_bind(me.0).push(
            ") AS mine, count(*) FILTER (WHERE alive.for_me) AS for_me,
               (SELECT count(*) FROM custody.request) - count(*) AS decided
             FROM (SELECT r.requester, custody.request_state(r.id, now.at) AS state, ",
        );
        query
            .push(WAITS_FOR)
            .push(" AS for_me FROM custody.request AS r, (SELECT custody.clock() AS at) AS now WHERE ");
        query.push(ALIVE).push(") AS alive");
        let row = query.build().fetch_one(self.pool()).await?;
        Ok(FolderCounts {
            for_me: row.count("for_me")?,
            mine: row.count("mine")?,
            open: row.count("open")?,
            approved: row.count("approved")?,
            decided: row.count("decided")?,
        })
    }
}
