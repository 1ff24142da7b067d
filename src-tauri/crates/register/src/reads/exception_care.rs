//! What the exception register asks of people over time: reminders before dates, and its review.

use domain::{ExceptionId, ExceptionNumber, OperatorId, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::cells::{At, Cells as _};
use crate::act::decoding;
use crate::{Register, RegisterError};

/// By which way people are reminded. Each has its own reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReminderChannel {
    /// A notification on an operator's desktop.
    Desktop,
    /// A message to an address.
    Webhook,
}

impl ReminderChannel {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Webhook => "webhook",
        }
    }
}

/// An exception whose date is to be reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    /// Which.
    pub exception: ExceptionId,
    /// Its number.
    pub number: ExceptionNumber,
    /// What it is about.
    pub title: String,
    /// From which clause.
    pub clause: String,
    /// Who answers for it.
    pub owner: String,
    /// Its date.
    pub expires_at: Timestamp,
    /// The threshold that has passed, in days: 30, 7 or 1.
    pub days: u32,
}

/// What a reviewer of the register has before them, and signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionsSeen {
    /// Exceptions that are open.
    pub open: u32,
    /// Digest over them.
    pub digest: [u8; 32],
}

/// A review of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionReviewRow {
    /// Its entry.
    pub seq: u64,
    /// Who.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// Exceptions that were open.
    pub open: u32,
    /// What they said.
    pub note: String,
    /// What they found; empty where nothing.
    pub findings: String,
}

/// How the review of the register stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionReviewStanding {
    /// The last review.
    pub last: Option<ExceptionReviewRow>,
    /// How often it is due, in days.
    pub every_days: u32,
    /// When the next is due; never before there was an exception.
    pub due_at: Option<Timestamp>,
    /// Days since the last one, or since the first exception where there was none.
    pub days_since: Option<u32>,
}

const REVIEWS: &str = "
    SELECT r.seq, r.by, o.name AS by_name, r.at, r.open, r.note, r.findings
    FROM custody.exception_review AS r JOIN custody.operator AS o ON o.id = r.by ";

impl Register {
    /// Exceptions to be reminded of now by this way, at most 1,000, the nearest dates first.
    pub async fn exceptions_to_remind(&self, channel: ReminderChannel) -> Result<Vec<DueReminder>, RegisterError> {
        let rows =
            sqlx::query("SELECT d.* FROM custody.exceptions_to_remind($1, custody.clock()) AS d").bind(channel.word());
        let rows = rows.fetch_all(self.pool()).await?;
        Ok(rows.iter().map(due).collect::<Result<_, _>>()?)
    }

    /// The open register as a reviewer signs it.
    pub async fn exceptions_seen(&self) -> Result<ExceptionsSeen, RegisterError> {
        let row = sqlx::query("SELECT s.open, s.digest FROM custody.exceptions_seen(custody.clock()) AS s");
        let row = row.fetch_one(self.pool()).await?;
        let digest: Vec<u8> = row.try_get("digest")?;
        let digest = digest.try_into().map_err(|_length| decoding("a digest has 32 bytes"))?;
        Ok(ExceptionsSeen { open: row.small("open")?, digest })
    }

    /// How the review of the register stands at this moment.
    pub async fn exception_review_standing(&self) -> Result<ExceptionReviewStanding, RegisterError> {
        let query =
            "SELECT s.last_seq, s.every_days, s.due_at, s.days_since FROM custody.exception_review_standing($1) AS s";
        let row = sqlx::query(query).bind(At(self.clock().await?)).fetch_one(self.pool()).await?;
        Ok(ExceptionReviewStanding {
            last: match row.count_maybe("last_seq")? {
                Some(seq) => self.exception_reviews(seq.checked_add(1), 1).await?.pop(),
                None => None,
            },
            every_days: row.small("every_days")?,
            due_at: row.at_maybe("due_at")?,
            days_since: row.small_maybe("days_since")?,
        })
    }

    /// Reviews of the register with entries below `below`, newest first.
    pub async fn exception_reviews(
        &self,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<ExceptionReviewRow>, RegisterError> {
        let mut query = sqlx::QueryBuilder::<sqlx::Postgres>::new(REVIEWS);
        query.push("WHERE r.seq < ").push_bind(super::cells::bigint(below.unwrap_or(u64::MAX)));
        query.push(" ORDER BY r.seq DESC LIMIT ").push_bind(i64::from(limit.clamp(1, 200)));
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(review).collect::<Result<_, _>>()?)
    }
}

fn due(row: &PgRow) -> Result<DueReminder, sqlx::Error> {
    Ok(DueReminder {
        exception: row.id("exception", ExceptionId)?,
        number: ExceptionNumber(row.small("number")?),
        title: row.try_get("title")?,
        clause: row.try_get("clause")?,
        owner: row.try_get("owner")?,
        expires_at: row.at("expires_at")?,
        days: row.small("days")?,
    })
}

fn review(row: &PgRow) -> Result<ExceptionReviewRow, sqlx::Error> {
    Ok(ExceptionReviewRow {
        seq: row.count("seq")?,
        by: row.id("by", OperatorId)?,
        by_name: row.try_get("by_name")?,
        at: row.at("at")?,
        open: row.small("open")?,
        note: row.try_get("note")?,
        findings: row.try_get("findings")?,
    })
}
