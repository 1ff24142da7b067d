//! The review list: acts that a second person looks at after they were done.

use domain::{OperatorId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::{Cells as _, bigint};
use crate::{Register, RegisterError};

/// Most items in one page.
pub const REVIEW_PAGE_MAX: u32 = 200;

/// That an item was signed off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedOff {
    /// By whom.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// With which entry.
    pub seq: u64,
    /// What they said.
    pub note: String,
}

/// An item of the review list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewItemRow {
    /// Entry it is about.
    pub seq: u64,
    /// `protective_act`, `invalidation`, `hold`, `destruction`, …
    pub kind: String,
    /// Verb of that entry.
    pub verb: String,
    /// What its subject is.
    pub subject_kind: String,
    /// Its subject.
    pub subject: String,
    /// What its writer said.
    pub purpose: String,
    /// Who did it.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// Whether the one who asks may sign it off: `ok`, or why not.
    pub may_sign_off: String,
    /// That it was signed off, if it was.
    pub signed_off: Option<SignedOff>,
}

/// How many items wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReviewCounts {
    /// Not signed off.
    pub open: u64,
    /// Of those, this operator may sign off.
    pub for_me: u64,
}

impl Register {
    /// Items about entries below `below`, newest first, as `me` sees them; only those that wait, if so wished.
    pub async fn review_page(
        &self,
        me: OperatorId,
        open: bool,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<ReviewItemRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(
            "SELECT r.seq, r.kind, e.verb, r.subject_kind, r.subject, e.purpose, r.by, b.name AS by_name, r.at,
                    r.signed_off_by, s.name AS signed_off_name, r.signed_off_at, r.signed_off_seq, r.note,
                    custody.may_sign_off(r.seq, ",
        );
        query.push_bind(me.0).push(
            ") AS may_sign_off
             FROM custody.review_item AS r JOIN custody.ledger_entry AS e ON e.seq = r.seq
             JOIN custody.operator AS b ON b.id = r.by LEFT JOIN custody.operator AS s ON s.id = r.signed_off_by
             WHERE r.seq < ",
        );
        query.push_bind(bigint(below.unwrap_or(u64::MAX)));
        if open {
            query.push(" AND r.signed_off_seq IS NULL");
        }
        query.push(" ORDER BY r.seq DESC LIMIT ").push_bind(i64::from(limit.clamp(1, REVIEW_PAGE_MAX)));
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(item).collect::<Result<_, _>>()?)
    }

    /// How many items wait, as `me` sees them.
    pub async fn review_counts(&self, me: OperatorId) -> Result<ReviewCounts, RegisterError> {
        let row = sqlx::query(
            "SELECT count(*) AS open, count(*) FILTER (WHERE custody.may_sign_off(r.seq, $1) = 'ok') AS for_me
             FROM custody.review_item AS r WHERE r.signed_off_seq IS NULL",
        )
        .bind(me.0)
        .fetch_one(self.pool())
        .await?;
        Ok(ReviewCounts { open: row.count("open")?, for_me: row.count("for_me")? })
    }
}

fn item(row: &PgRow) -> Result<ReviewItemRow, sqlx::Error> {
    let signed_off = match row.count_maybe("signed_off_seq")? {
        None => None,
        Some(seq) => Some(SignedOff {
            by: row.id("signed_off_by", OperatorId)?,
            by_name: row.try_get("signed_off_name")?,
            at: row.at("signed_off_at")?,
            seq,
            note: row.try_get("note")?,
        }),
    };
    Ok(ReviewItemRow {
        seq: row.count("seq")?,
        kind: row.try_get("kind")?,
        verb: row.try_get("verb")?,
        subject_kind: row.try_get("subject_kind")?,
        subject: row.try_get("subject")?,
        purpose: row.try_get("purpose")?,
        by: row.id("by", OperatorId)?,
        by_name: row.try_get("by_name")?,
        at: row.at("at")?,
        may_sign_off: row.try_get("may_sign_off")?,
        signed_off,
    })
}
