//! Reviews of key state transitions: what was signed by whom, what was found, and what is due.

use domain::{OperatorId, RequestId, Role, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cells::{At, Cells as _, bigint};
use super::ledger_page::{EntryRow, rows_of_numbers};
use crate::act::decoding;
use crate::{Register, RegisterError};

/// Most reviews of one answer.
pub const TRANSITION_REVIEWS_PAGE_MAX: u32 = 100;

/// One reviewer's part in a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewSignatureRow {
    /// Who.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// As which lead.
    pub role: Role,
    /// When.
    pub at: Timestamp,
    /// Their entry.
    pub seq: u64,
    /// What they said.
    pub note: String,
}

/// What a finding became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingBecomes {
    /// Nothing but these words.
    Note,
    /// An incident, by the hold that keeps its evidence.
    Incident {
        /// Which.
        hold: Uuid,
        /// As people call it.
        reference: String,
    },
    /// A request for an exception.
    Exception {
        /// Which.
        request: RequestId,
        /// Its number.
        number: u32,
    },
}

/// What a reviewer found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// The entry of the reviewer who said so.
    pub seq: u64,
    /// The entry that it is about, where it is about one.
    pub about: Option<u64>,
    /// What it became.
    pub becomes: FindingBecomes,
    /// In their words.
    pub words: String,
}

/// A review, closed or waiting for the second lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitionReviewRow {
    /// Number of its checkpoint's last entry.
    pub size: u64,
    /// Entries up to this one were in the review before.
    pub after: u64,
    /// Entries on the list.
    pub items: u64,
    /// Digest of the list.
    pub digest: [u8; 32],
    /// Who signed it first.
    pub signed: ReviewSignatureRow,
    /// Who closed it.
    pub closed: Option<ReviewSignatureRow>,
    /// What both found.
    pub findings: Vec<FindingRow>,
}

/// How the review stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitionStanding {
    /// Where the last closed one ended; 0 before there was one.
    pub after: u64,
    /// When that was closed.
    pub last_at: Option<Timestamp>,
    /// The one that waits for the second lead, by its checkpoint's last entry.
    pub open: Option<u64>,
    /// How often it is due, in days.
    pub every_days: u32,
    /// When it is due.
    pub due_at: Timestamp,
    /// Acts on the review list that wait for a second look.
    pub looks: u64,
}

/// Refusals of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalTally {
    /// Login that tried.
    pub login: String,
    /// What it called.
    pub function: String,
    /// Why it was refused.
    pub code: String,
    /// How often.
    pub count: u64,
}

const REVIEWS: &str = "
    SELECT r.size, r.after, r.items, r.digest,
           r.signed_by, s.name AS signed_name, r.signed_role, r.signed_at, r.signed_seq, r.signed_note,
           r.closed_by, c.name AS closed_name, r.closed_role, r.closed_at, r.closed_seq, r.closed_note
    FROM custody.transition_review AS r JOIN custody.operator AS s ON s.id = r.signed_by
    LEFT JOIN custody.operator AS c ON c.id = r.closed_by
    WHERE r.size < $1 ORDER BY r.size DESC LIMIT $2";

impl Register {
    /// How the review stands at this moment.
    pub async fn transition_standing(&self) -> Result<TransitionStanding, RegisterError> {
        let row = sqlx::query("SELECT * FROM custody.transition_review_standing($1)")
            .bind(At(self.clock().await?))
            .fetch_one(self.pool())
            .await?;
        Ok(TransitionStanding {
            after: row.count("after")?,
            last_at: row.at_maybe("last_at")?,
            open: row.count_maybe("open_size")?,
            every_days: row.small("every_days")?,
            due_at: row.at("due_at")?,
            looks: row.count("looks")?,
        })
    }

    /// Reviews whose checkpoint is smaller than `below`, newest first.
    pub async fn transition_reviews(
        &self,
        below: Option<u64>,
        limit: u32,
    ) -> Result<Vec<TransitionReviewRow>, RegisterError> {
        let limit = i64::from(limit.clamp(1, TRANSITION_REVIEWS_PAGE_MAX));
        let below = bigint(below.unwrap_or(u64::MAX));
        let rows = sqlx::query(REVIEWS).bind(below).bind(limit).fetch_all(self.pool()).await?;
        let mut found = rows.iter().map(review).collect::<Result<Vec<_>, _>>()?;
        let sizes: Vec<i64> = found.iter().map(|row| bigint(row.size)).collect();
        let rows = sqlx::query(
            "SELECT f.size, f.seq, f.about, f.becomes, f.incident, h.reference, f.request, q.number, f.words
             FROM custody.review_finding AS f LEFT JOIN custody.hold AS h ON h.id = f.incident
             LEFT JOIN custody.request AS q ON q.id = f.request WHERE f.size = ANY ($1) ORDER BY f.seq, f.nth",
        )
        .bind(sizes)
        .fetch_all(self.pool())
        .await?;
        for row in &rows {
            let size = row.count("size")?;
            if let Some(review) = found.iter_mut().find(|review| review.size == size) {
                review.findings.push(finding(row)?);
            }
        }
        Ok(found)
    }

    /// Whether this operator may begin a review: `ok`, or why not.
    pub async fn may_review(&self, operator: OperatorId) -> Result<String, RegisterError> {
        Ok(sqlx::query_scalar("SELECT custody.may_review($1)").bind(operator.0).fetch_one(self.pool()).await?)
    }

    /// Whether this operator may close the review of this size: `ok`, or why not.
    pub async fn may_close_review(&self, size: u64, operator: OperatorId) -> Result<String, RegisterError> {
        let answer = sqlx::query_scalar("SELECT custody.may_close_review($1, $2)").bind(bigint(size)).bind(operator.0);
        Ok(answer.fetch_one(self.pool()).await?)
    }

    /// Acts up to this entry that wait for a second look, oldest first, at most 100.
    pub async fn looks_missing(&self, until: u64) -> Result<Vec<u64>, RegisterError> {
        let rows = sqlx::query(
            "SELECT seq FROM custody.review_item WHERE signed_off_seq IS NULL AND seq <= $1 ORDER BY seq LIMIT 100",
        )
        .bind(bigint(until))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| row.count("seq")).collect::<Result<_, _>>()?)
    }

    /// Entries by their numbers, ascending, with what their subjects mean.
    pub async fn entries_of(&self, numbers: &[u64]) -> Result<Vec<EntryRow>, RegisterError> {
        rows_of_numbers(self, numbers).await
    }

    /// Refusals that no entry attests yet: the first and the last number.
    pub async fn refusals_unattested(&self) -> Result<Option<(u64, u64)>, RegisterError> {
        let row = sqlx::query("SELECT first, last FROM custody.refusals_unattested()").fetch_one(self.pool()).await?;
        Ok(row.count_maybe("first")?.zip(row.count_maybe("last")?))
    }

    /// Refusals with these numbers, by login, function and code, the most frequent first; at most 200 kinds.
    pub async fn refusal_tally(&self, first: u64, last: u64) -> Result<Vec<RefusalTally>, RegisterError> {
        let rows = sqlx::query(
            "SELECT login, function, code, count(*) AS count FROM custody.refusal WHERE id BETWEEN $1 AND $2
             GROUP BY login, function, code ORDER BY count DESC, login, function, code LIMIT 200",
        )
        .bind(bigint(first))
        .bind(bigint(last))
        .fetch_all(self.pool())
        .await?;
        let tally = |row: &PgRow| {
            Ok(RefusalTally {
                login: row.try_get("login")?,
                function: row.try_get("function")?,
                code: row.try_get("code")?,
                count: row.count("count")?,
            })
        };
        Ok(rows.iter().map(tally).collect::<Result<_, sqlx::Error>>()?)
    }
}

fn review(row: &PgRow) -> Result<TransitionReviewRow, RegisterError> {
    let digest: Vec<u8> = row.try_get("digest")?;
    let closed = row.count_maybe("closed_seq")?;
    Ok(TransitionReviewRow {
        size: row.count("size")?,
        after: row.count("after")?,
        items: row.count("items")?,
        digest: digest.try_into().map_err(|_length| decoding("a digest has 32 bytes"))?,
        signed: ReviewSignatureRow {
            by: row.id("signed_by", OperatorId)?,
            by_name: row.try_get("signed_name")?,
            role: row.word("signed_role")?,
            at: row.at("signed_at")?,
            seq: row.count("signed_seq")?,
            note: row.try_get("signed_note")?,
        },
        closed: match closed {
            None => None,
            Some(seq) => Some(ReviewSignatureRow {
                by: row.id("closed_by", OperatorId)?,
                by_name: row.try_get("closed_name")?,
                role: row.word("closed_role")?,
                at: row.at("closed_at")?,
                seq,
                note: row.try_get("closed_note")?,
            }),
        },
        findings: Vec::new(),
    })
}

fn finding(row: &PgRow) -> Result<FindingRow, RegisterError> {
    let becomes = match row.try_get::<String, _>("becomes")?.as_str() {
        "note" => FindingBecomes::Note,
        "incident" => FindingBecomes::Incident { hold: row.try_get("incident")?, reference: row.try_get("reference")? },
        "exception" => {
            FindingBecomes::Exception { request: row.id("request", RequestId)?, number: row.small("number")? }
        }
        _ => return Err(decoding("a finding becomes a note, an incident or an exception")),
    };
    Ok(FindingRow { seq: row.count("seq")?, about: row.count_maybe("about")?, becomes, words: row.try_get("words")? })
}
