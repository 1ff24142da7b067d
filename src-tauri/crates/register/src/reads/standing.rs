//! How custodians stand: lost devices, proofs of life, quorums that nobody could meet, and what became of somebody.

use domain::{Operation, OperatorId, RequestId, Role, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::cells::Cells as _;
use crate::{Register, RegisterError};

/// LIMIT: so many acts about one operator are read, the newest first.
pub const OPERATOR_EVENTS_MAX: u32 = 200;

/// Where a lost device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossState {
    /// Not wiped yet, and in time.
    Waiting,
    /// Not wiped, and the time is over.
    Late,
    /// Wiped in time.
    Wiped,
    /// Wiped after its time.
    WipedLate,
}

impl LossState {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Late => "late",
            Self::Wiped => "wiped",
            Self::WipedLate => "wiped_late",
        }
    }
}

/// A lost device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostDeviceRow {
    /// Id of its key.
    pub device: Vec<u8>,
    /// Its name.
    pub device_name: String,
    /// Whose it was.
    pub operator: OperatorId,
    /// Their name.
    pub operator_name: String,
    /// When it was lost.
    pub lost_at: Timestamp,
    /// When that was reported.
    pub reported_at: Timestamp,
    /// Until when it must be wiped.
    pub due_at: Timestamp,
    /// When it was.
    pub wiped_at: Option<Timestamp>,
    /// What shows that it was.
    pub evidence: Option<String>,
    /// Where that stands now.
    pub state: LossState,
}

/// When a custodian last showed that they can sign, and acknowledged their duties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofOfLifeRow {
    /// Who.
    pub operator: OperatorId,
    /// Their name.
    pub name: String,
    /// Their latest rehearsal or seal.
    pub proven_at: Option<Timestamp>,
    /// Until when they must show it again.
    pub rehearse_by: Timestamp,
    /// Whether that is over.
    pub rehearsal_overdue: bool,
    /// When they last acknowledged their duties.
    pub acknowledged_at: Option<Timestamp>,
    /// In which version.
    pub acknowledged_version: Option<u32>,
    /// Until when they must again.
    pub acknowledge_by: Timestamp,
    /// Whether that is over.
    pub acknowledgement_overdue: bool,
}

/// Why an operation could not be signed at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmetWhy {
    /// There are no two people who may, with a device.
    TooFew,
    /// Only with somebody who has not shown for too long that they can sign.
    NotProven,
}

/// An operation that nobody could bring to force now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetQuorumRow {
    /// Which.
    pub operation: Operation,
    /// Why.
    pub why: UnmetWhy,
    /// How many people it takes.
    pub minimum: u32,
    /// Names of those who could ask.
    pub may_request: Vec<String>,
    /// Names of those who could countersign.
    pub may_countersign: Vec<String>,
}

/// The duties of a custodian, in their newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutiesRow {
    /// Which version.
    pub version: u32,
    /// Word for word.
    pub words: String,
}

/// A role that somebody had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRoleRow {
    /// The role.
    pub role: Role,
    /// Since when.
    pub granted_at: Timestamp,
    /// Until when.
    pub ended_at: Timestamp,
    /// Entry that ended it.
    pub ended_seq: u64,
}

/// A seal that was given and no longer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LapsedSealRow {
    /// Whose.
    pub operator: OperatorId,
    /// Their name.
    pub name: String,
    /// The role it was given in.
    pub role: Role,
    /// `operator_suspended`, `operator_left`, `device_revoked` or `role_ended`.
    pub why: String,
}

/// Something that happened to an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorEventRow {
    /// Number of the entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Its verb.
    pub verb: String,
    /// The operation that came into force, for `request.applied`.
    pub operation: Option<Operation>,
    /// Who did it.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// What they said.
    pub purpose: String,
}

#[derive(serde::Deserialize)]
struct UnmetDetail {
    minimum: u32,
    may_request: Vec<String>,
    may_countersign: Vec<String>,
}

impl Register {
    /// Lost devices, those that are not wiped first.
    pub async fn lost_devices(&self) -> Result<Vec<LostDeviceRow>, RegisterError> {
        let rows = sqlx::query("SELECT * FROM custody.lost_devices(custody.clock())").fetch_all(self.pool()).await?;
        Ok(rows.iter().map(lost_device).collect::<Result<_, _>>()?)
    }

    /// Every custodian's proofs of life.
    pub async fn proofs_of_life(&self) -> Result<Vec<ProofOfLifeRow>, RegisterError> {
        let rows = sqlx::query("SELECT * FROM custody.proofs_of_life(custody.clock())").fetch_all(self.pool()).await?;
        let proof = |row: &PgRow| {
            Ok::<_, sqlx::Error>(ProofOfLifeRow {
                operator: row.id("operator", OperatorId)?,
                name: row.try_get("name")?,
                proven_at: row.at_maybe("proven_at")?,
                rehearse_by: row.at("rehearse_by")?,
                rehearsal_overdue: row.try_get("rehearsal_overdue")?,
                acknowledged_at: row.at_maybe("acknowledged_at")?,
                acknowledged_version: row.small_maybe("acknowledged_version")?,
                acknowledge_by: row.at("acknowledge_by")?,
                acknowledgement_overdue: row.try_get("acknowledgement_overdue")?,
            })
        };
        Ok(rows.iter().map(proof).collect::<Result<_, _>>()?)
    }

    /// Operations that no two people could bring to force at this moment.
    pub async fn unmet_quorums(&self) -> Result<Vec<UnmetQuorumRow>, RegisterError> {
        let rows = sqlx::query("SELECT * FROM custody.unmet_quorums(custody.clock())").fetch_all(self.pool()).await?;
        let unmet = |row: &PgRow| {
            let Json(detail): Json<UnmetDetail> = row.try_get("detail")?;
            Ok::<_, sqlx::Error>(UnmetQuorumRow {
                operation: row.word("operation")?,
                why: if row.try_get::<&str, _>("why")? == "too_few" { UnmetWhy::TooFew } else { UnmetWhy::NotProven },
                minimum: detail.minimum,
                may_request: detail.may_request,
                may_countersign: detail.may_countersign,
            })
        };
        Ok(rows.iter().map(unmet).collect::<Result<_, _>>()?)
    }

    /// Operations that could be signed now, and could not any more without this person; without some of their roles, where any are
    /// named; without a device, where one is.
    pub async fn would_break_quorum(
        &self,
        operator: OperatorId,
        roles: Option<&[Role]>,
        device: Option<&[u8; 32]>,
    ) -> Result<Vec<Operation>, RegisterError> {
        let words: Option<Vec<&str>> = match (roles, device) {
            (None, Some(_)) => Some(Vec::new()),
            (roles, _) => roles.map(|roles| roles.iter().map(|role| role.word()).collect()),
        };
        let devices: Vec<&[u8]> = device.iter().map(|key| key.as_slice()).collect();
        let row = sqlx::query("SELECT custody.would_break_quorum(custody.clock(), $1, $2, $3) AS operations")
            .bind(operator.0)
            .bind(words)
            .bind(devices)
            .fetch_one(self.pool())
            .await?;
        Ok(row.words("operations")?)
    }

    /// A custodian's duties in force.
    pub async fn duties(&self) -> Result<DutiesRow, RegisterError> {
        let row = sqlx::query("SELECT version, words FROM custody.duty_text ORDER BY version DESC LIMIT 1")
            .fetch_one(self.pool())
            .await?;
        Ok(DutiesRow { version: row.small("version")?, words: row.try_get("words")? })
    }

    /// Roles that somebody had, the last that ended first.
    pub async fn ended_roles(&self, operator: OperatorId) -> Result<Vec<EndedRoleRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT role, granted_at, ended_at, ended_seq FROM custody.ended_role WHERE operator = $1 ORDER BY ended_seq DESC, role",
        )
        .bind(operator.0)
        .fetch_all(self.pool())
        .await?;
        let ended = |row: &PgRow| {
            Ok::<_, sqlx::Error>(EndedRoleRow {
                role: row.word("role")?,
                granted_at: row.at("granted_at")?,
                ended_at: row.at("ended_at")?,
                ended_seq: row.count("ended_seq")?,
            })
        };
        Ok(rows.iter().map(ended).collect::<Result<_, _>>()?)
    }

    /// Seals on a request that no longer count, with the reason.
    pub async fn lapsed_seals(&self, request: RequestId) -> Result<Vec<LapsedSealRow>, RegisterError> {
        let rows = sqlx::query("SELECT operator, name, role, why FROM custody.lapsed_seals($1, custody.clock())")
            .bind(request.0)
            .fetch_all(self.pool())
            .await?;
        let lapsed = |row: &PgRow| {
            Ok::<_, sqlx::Error>(LapsedSealRow {
                operator: row.id("operator", OperatorId)?,
                name: row.try_get("name")?,
                role: row.word("role")?,
                why: row.try_get("why")?,
            })
        };
        Ok(rows.iter().map(lapsed).collect::<Result<_, _>>()?)
    }

    /// What happened to an operator, the newest first: enrolment, roles, devices, the end of access, proofs of life.
    pub async fn operator_events(&self, operator: OperatorId) -> Result<Vec<OperatorEventRow>, RegisterError> {
        let rows = sqlx::query(
            "WITH acts AS (
                SELECT l.seq, NULL AS operation FROM custody.ledger_entry AS l WHERE l.subject_kind = 'operator' AND l.subject = $1::text
                UNION SELECT l.seq, NULL FROM custody.device AS d JOIN custody.ledger_entry AS l
                    ON l.subject_kind = 'device' AND l.subject = encode(d.key_id, 'hex') WHERE d.operator = $1
                UNION SELECT u.applied_seq, r.operation FROM custody.request_target AS t JOIN custody.request AS r ON r.id = t.request
                    JOIN custody.run AS u ON u.request = r.id WHERE t.key = $1 AND u.applied_seq IS NOT NULL
                UNION SELECT o.enrolled_seq, NULL FROM custody.operator AS o JOIN custody.custody AS c ON c.founded_seq = o.enrolled_seq
                    WHERE o.id = $1
             )
             SELECT l.seq, l.recorded_at, l.verb, a.operation, l.actor, coalesce(o.name, '') AS by_name, l.purpose
             FROM acts AS a JOIN custody.ledger_entry AS l ON l.seq = a.seq LEFT JOIN custody.operator AS o ON o.id = l.actor
             ORDER BY l.seq DESC LIMIT $2",
        )
        .bind(operator.0)
        .bind(i64::from(OPERATOR_EVENTS_MAX))
        .fetch_all(self.pool())
        .await?;
        let event = |row: &PgRow| {
            let operation: Option<String> = row.try_get("operation")?;
            Ok::<_, sqlx::Error>(OperatorEventRow {
                seq: row.count("seq")?,
                at: row.at("recorded_at")?,
                verb: row.try_get("verb")?,
                operation: operation.and_then(|word| word.parse().ok()),
                by: row.id("actor", OperatorId)?,
                by_name: row.try_get("by_name")?,
                purpose: row.try_get("purpose")?,
            })
        };
        Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
    }
}

fn lost_device(row: &PgRow) -> Result<LostDeviceRow, sqlx::Error> {
    Ok(LostDeviceRow {
        device: row.try_get("device")?,
        device_name: row.try_get("device_name")?,
        operator: row.id("operator", OperatorId)?,
        operator_name: row.try_get("operator_name")?,
        lost_at: row.at("lost_at")?,
        reported_at: row.at("reported_at")?,
        due_at: row.at("due_at")?,
        wiped_at: row.at_maybe("wiped_at")?,
        evidence: row.try_get("evidence")?,
        state: match row.try_get("state")? {
            "waiting" => LossState::Waiting,
            "wiped" => LossState::Wiped,
            "wiped_late" => LossState::WipedLate,
            // Whatever else stands there is no good news.
            _ => LossState::Late,
        },
    })
}
