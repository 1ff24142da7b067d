//! What is done at regular times: when it was last, when it is due, and what the evidence is.

use domain::{OperatorId, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cells::{At, Cells as _, bigint};
use crate::act::decoding;
use crate::{Register, RegisterError};

/// Most records of one answer.
pub const DUTY_RECORDS_MAX: u32 = 200;

/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

/// What is done at regular times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduledDuty {
    /// Two leads look through what happened to keys.
    TransitionReview,
    /// Somebody looks at the whole register of exceptions.
    ExceptionReview,
    /// The policy is reviewed.
    PolicyReview,
    /// The encryption system is audited.
    SystemAudit,
    /// It is audited after an incident that ended.
    IncidentAudit,
    /// Backups of keys are restored.
    RestoreDrill,
}

/// A word that is no such duty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not on the schedule")]
pub struct UnknownDuty(String);

impl ScheduledDuty {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TransitionReview => "transition_review",
            Self::ExceptionReview => "exception_review",
            Self::PolicyReview => "policy_review",
            Self::SystemAudit => "system_audit",
            Self::IncidentAudit => "incident_audit",
            Self::RestoreDrill => "restore_drill",
        }
    }
}

impl std::str::FromStr for ScheduledDuty {
    type Err = UnknownDuty;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [
            Self::TransitionReview,
            Self::ExceptionReview,
            Self::PolicyReview,
            Self::SystemAudit,
            Self::IncidentAudit,
            Self::RestoreDrill,
        ]
        .into_iter()
        .find(|duty| duty.word() == word)
        .ok_or_else(|| UnknownDuty(word.to_owned()))
    }
}

/// The last time that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyDone {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// Their entry.
    pub seq: u64,
}

/// One line of the schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// What.
    pub duty: ScheduledDuty,
    /// How often, in days; after an incident, within so many.
    pub every_days: u32,
    /// The last time that counts.
    pub last: Option<DutyDone>,
    /// When it is due; `None` where there is nothing to do it about.
    pub due_at: Option<Timestamp>,
    /// Entry of a newer record that nobody has looked at yet: it counts once somebody did.
    pub waits: Option<u64>,
    /// How many wait to be done: of audits after incidents there can be several, or none.
    pub open: u64,
    /// When this was read.
    pub now: Timestamp,
}

impl ScheduleRow {
    /// Whole days since it was due; `None` while it is not late.
    #[must_use]
    pub fn days_late(&self) -> Option<u32> {
        let late = self.now.micros().saturating_sub(self.due_at?.micros());
        (late > 0).then(|| u32::try_from(late / DAY).unwrap_or(u32::MAX))
    }

    /// Whole days until it is due, negative once it is late.
    #[must_use]
    pub fn days_left(&self) -> Option<i64> {
        let left = self.due_at?.micros().saturating_sub(self.now.micros());
        Some(left.div_euclid(DAY))
    }
}

/// A policy review or an audit that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRecordRow {
    /// Its entry, and its number on the review list.
    pub seq: u64,
    /// What was done.
    pub duty: ScheduledDuty,
    /// Who.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// The incident that an audit follows, and as people call it.
    pub incident: Option<(Uuid, String)>,
    /// Name of the document that is the evidence.
    pub evidence_name: String,
    /// Its SHA-256.
    pub evidence_digest: [u8; 32],
    /// What they said.
    pub note: String,
    /// Who looked at it, and when; it counts from then on.
    pub looked_at: Option<(String, Timestamp)>,
}

/// An incident that ended and was not audited yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedIncidentRow {
    /// The hold that kept its evidence.
    pub hold: Uuid,
    /// As people call it.
    pub reference: String,
    /// When it ended.
    pub ended_at: Timestamp,
}

impl Register {
    /// Everything that is done at regular times, whatever is due first in front.
    pub async fn schedule(&self) -> Result<Vec<ScheduleRow>, RegisterError> {
        let now = self.clock().await?;
        let rows = sqlx::query(
            "SELECT s.duty, s.every_days, s.last_at, s.last_by, o.name AS last_name, s.last_seq, s.due_at, s.waits, s.open
             FROM custody.schedule($1) AS s LEFT JOIN custody.operator AS o ON o.id = s.last_by
             ORDER BY s.due_at NULLS LAST, s.duty",
        )
        .bind(At(now))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| line(row, now)).collect::<Result<_, _>>()?)
    }

    /// Policy reviews and audits that were recorded, newest first.
    pub async fn duty_records(&self, below: Option<u64>, limit: u32) -> Result<Vec<DutyRecordRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT d.seq, d.duty, d.by, o.name AS by_name, d.at, d.incident, h.reference, d.evidence_name, d.evidence_digest,
                    d.note, s.name AS looked_name, i.signed_off_at
             FROM custody.duty_record AS d JOIN custody.operator AS o ON o.id = d.by
             JOIN custody.review_item AS i ON i.seq = d.seq LEFT JOIN custody.operator AS s ON s.id = i.signed_off_by
             LEFT JOIN custody.hold AS h ON h.id = d.incident
             WHERE d.seq < $1 ORDER BY d.seq DESC LIMIT $2",
        )
        .bind(bigint(below.unwrap_or(u64::MAX)))
        .bind(i64::from(limit.clamp(1, DUTY_RECORDS_MAX)))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(record).collect()
    }

    /// Incidents that ended and were not audited yet, the oldest first.
    pub async fn incidents_unaudited(&self) -> Result<Vec<EndedIncidentRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT h.id, h.reference, h.lifted_at FROM custody.incidents_unaudited() AS h ORDER BY h.lifted_at, h.id LIMIT 200",
        )
        .fetch_all(self.pool())
        .await?;
        let incident = |row: &PgRow| {
            Ok(EndedIncidentRow {
                hold: row.try_get("id")?,
                reference: row.try_get("reference")?,
                ended_at: row.at("lifted_at")?,
            })
        };
        Ok(rows.iter().map(incident).collect::<Result<_, sqlx::Error>>()?)
    }
}

fn line(row: &PgRow, now: Timestamp) -> Result<ScheduleRow, sqlx::Error> {
    Ok(ScheduleRow {
        duty: row.word("duty")?,
        every_days: row.small("every_days")?,
        last: match row.count_maybe("last_seq")? {
            None => None,
            Some(seq) => Some(DutyDone {
                at: row.at("last_at")?,
                by: row.id("last_by", OperatorId)?,
                by_name: row.try_get("last_name")?,
                seq,
            }),
        },
        due_at: row.at_maybe("due_at")?,
        waits: row.count_maybe("waits")?,
        open: row.count("open")?,
        now,
    })
}

fn record(row: &PgRow) -> Result<DutyRecordRow, RegisterError> {
    let digest: Vec<u8> = row.try_get("evidence_digest")?;
    let incident: Option<Uuid> = row.try_get("incident")?;
    let looked: Option<String> = row.try_get("looked_name")?;
    Ok(DutyRecordRow {
        seq: row.count("seq")?,
        duty: row.word("duty")?,
        by: row.id("by", OperatorId)?,
        by_name: row.try_get("by_name")?,
        at: row.at("at")?,
        incident: match incident {
            None => None,
            Some(hold) => Some((hold, row.try_get("reference")?)),
        },
        evidence_name: row.try_get("evidence_name")?,
        evidence_digest: digest.try_into().map_err(|_length| decoding("a digest has 32 bytes"))?,
        note: row.try_get("note")?,
        looked_at: looked.zip(row.at_maybe("signed_off_at")?),
    })
}
