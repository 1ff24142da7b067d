//! One exception with all that was written, and the chain that it is a link of.

use domain::{
    ExceptionId, ExceptionNumber, ExceptionState, KeyId, KeyKind, KeyState, OperatorId, RequestState, Timestamp,
};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::{At, Cells as _, unfit};
use super::exceptions::{ExceptionRow, LINE_BEGIN, LINE_END, exception_row};
use crate::{Register, RegisterError};

/// Links of a chain that are shown.
pub const EXCEPTION_CHAIN_MAX: u32 = 100;

/// A key as it stood when its exception was decided.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct KeyAtDecision {
    /// Which.
    pub key: KeyId,
    /// What it was for.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: KeyState,
    /// Its state now.
    pub state_now: Option<KeyState>,
    /// Its version in use.
    pub version: Option<String>,
    /// Number of that version.
    pub version_number: u32,
    /// When it was last rotated, in microseconds.
    pub rotated_at: Option<Timestamp>,
    /// When it should have been rotated, in microseconds.
    pub rotate_by: Option<Timestamp>,
}

/// How an exception ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionEnded {
    /// When.
    pub at: Timestamp,
    /// Who asked for it, or did it.
    pub by: OperatorId,
    /// Their name.
    pub by_name: String,
    /// With which entry.
    pub seq: u64,
    /// The evidence of a closing, the reason of a revocation; empty where a renewal closed it.
    pub words: String,
}

/// A link of a chain of renewals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionLink {
    /// Which.
    pub id: ExceptionId,
    /// Its number.
    pub number: ExceptionNumber,
    /// Who asked.
    pub requested_by: OperatorId,
    /// Their name.
    pub requested_by_name: String,
    /// When.
    pub requested_at: Timestamp,
    /// Who accepted its risk, if somebody has.
    pub accepted_by: Option<OperatorId>,
    /// Their name.
    pub accepted_by_name: Option<String>,
    /// When it came into force, if it did.
    pub granted_at: Option<Timestamp>,
    /// Its date.
    pub expires_at: Timestamp,
    /// Where it stands; `None` where its request came to nothing.
    pub state: Option<ExceptionState>,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionDetail {
    /// Its line.
    pub row: ExceptionRow,
    /// Where its request stands.
    pub request_state: RequestState,
    /// Why it is needed.
    pub justification: String,
    /// What limits the risk until then, in place today.
    pub controls: String,
    /// The words that were, or would be, accepted.
    pub acceptance: String,
    /// When the risk was accepted, if it was.
    pub accepted_at: Option<Timestamp>,
    /// Entry of the seal that accepted it.
    pub accepted_seq: Option<u64>,
    /// The longest term of its clause when it was granted.
    pub term_days_max: Option<u32>,
    /// Entry that granted it.
    pub granted_seq: Option<u64>,
    /// Keys that it reached when it was decided, as they stood.
    pub keys_at_decision: Vec<KeyAtDecision>,
    /// How it ended, if it did.
    pub ended: Option<ExceptionEnded>,
    /// All links of its chain that came into force or still may, the first first.
    pub chain: Vec<ExceptionLink>,
}

const DETAIL: &str = "
    SELECT x.*, r.parameters ->> 'justification' AS justification, r.parameters ->> 'controls' AS controls,
           r.parameters ->> 'acceptance' AS acceptance, custody.request_state(r.id, now.at) AS request_state, g.accepted_at,
           g.accepted_seq, g.term_days_max, (
               SELECT coalesce(jsonb_agg(s.key || jsonb_build_object('state_now', (
                          SELECT k.state FROM custody.key AS k WHERE k.id = (s.key ->> 'key')::uuid)) ORDER BY s.nth), '[]')
               FROM jsonb_array_elements(g.key_states) WITH ORDINALITY AS s (key, nth)) AS key_states, coalesce(g.closed_at, g.revoked_at) AS ended_at,
           coalesce(g.closed_by, g.revoked_by) AS ended_by, coalesce(g.closed_seq, g.revoked_seq) AS ended_seq, e.name AS ended_by_name,
           coalesce(g.evidence, (SELECT l.purpose FROM custody.ledger_entry AS l WHERE l.seq = g.revoked_seq), '') AS ended_words
    FROM (";

/// A line of a request that came to nothing is none of the register's: it is made from what was asked for.
const LINE: &str = "
    SELECT q.exception AS id, q.number, q.request, q.title, q.clause, coalesce(g.clause_title, q.clause_title) AS clause_title, q.keys,
           q.scope, q.owner, q.requested_by, q.requested_at, g.accepted_by, g.granted_at, g.granted_seq, q.expires_at, q.renews,
           g.successor, CASE WHEN g.id IS NULL THEN 'requested' ELSE custody.exception_state(g, now.at) END AS state
    FROM now, custody.exception_request AS q LEFT JOIN custody.exception AS g ON g.request = q.request WHERE q.exception = ";

const CHAIN: &str = "
    WITH RECURSIVE back (id, renews, step) AS (
        SELECT q.exception, q.renews, 1 FROM custody.exception_request AS q WHERE q.exception = $1
        UNION ALL SELECT q.exception, q.renews, b.step + 1 FROM back AS b
                  JOIN custody.exception_request AS q ON q.exception = b.renews WHERE b.step < $2
    ), forth (id, step) AS (
        SELECT $1, 1
        UNION ALL SELECT q.exception, f.step + 1 FROM forth AS f JOIN custody.exception_request AS q ON q.renews = f.id
                  JOIN custody.exception_lines($3) AS x ON x.id = q.exception WHERE f.step < $2
    )
    SELECT q.exception AS id, q.number, q.expires_at, q.requested_by, a.name AS requested_by_name, q.requested_at, x.granted_at,
           x.state, x.accepted_by, o.name AS accepted_by_name
    FROM custody.exception_request AS q JOIN custody.operator AS a ON a.id = q.requested_by
    LEFT JOIN custody.exception_lines($3) AS x ON x.id = q.exception
    LEFT JOIN custody.operator AS o ON o.id = x.accepted_by
    WHERE q.exception IN (SELECT b.id FROM back AS b UNION SELECT f.id FROM forth AS f) ORDER BY q.number LIMIT $2";

impl Register {
    /// One exception, also one whose request came to nothing.
    pub async fn exception(&self, id: ExceptionId) -> Result<Option<ExceptionDetail>, RegisterError> {
        let now = self.clock().await?;
        let mut query = QueryBuilder::<Postgres>::new("WITH now (at) AS (SELECT ");
        query
            .push_bind(At(now))
            .push("::timestamptz)")
            .push(DETAIL)
            .push(LINE_BEGIN)
            .push(LINE)
            .push_bind(id.0)
            .push(LINE_END);
        query.push(
            ") AS x JOIN custody.request AS r ON r.id = x.request CROSS JOIN now
             LEFT JOIN custody.exception AS g ON g.id = x.id
             LEFT JOIN custody.operator AS e ON e.id = coalesce(g.closed_by, g.revoked_by)",
        );
        let Some(row) = query.build().persistent(false).fetch_optional(self.pool()).await? else { return Ok(None) };
        let chain = self.exception_chain(id, now).await?;
        Ok(Some(detail(&row, chain)?))
    }

    async fn exception_chain(&self, id: ExceptionId, now: Timestamp) -> Result<Vec<ExceptionLink>, RegisterError> {
        let rows = sqlx::query(CHAIN).bind(id.0).bind(i64::from(EXCEPTION_CHAIN_MAX)).bind(At(now)).persistent(false);
        let rows = rows.fetch_all(self.pool()).await?;
        Ok(rows.iter().map(link).collect::<Result<_, _>>()?)
    }
}

fn detail(row: &PgRow, chain: Vec<ExceptionLink>) -> Result<ExceptionDetail, sqlx::Error> {
    let Json(keys_at_decision) = row.try_get("key_states")?;
    Ok(ExceptionDetail {
        row: exception_row(row)?,
        request_state: row.word("request_state")?,
        justification: row.try_get("justification")?,
        controls: row.try_get("controls")?,
        acceptance: row.try_get("acceptance")?,
        accepted_at: row.at_maybe("accepted_at")?,
        accepted_seq: row.count_maybe("accepted_seq")?,
        term_days_max: row.small_maybe("term_days_max")?,
        granted_seq: row.count_maybe("granted_seq")?,
        keys_at_decision,
        ended: ended(row)?,
        chain,
    })
}

fn ended(row: &PgRow) -> Result<Option<ExceptionEnded>, sqlx::Error> {
    let Some(at) = row.at_maybe("ended_at")? else { return Ok(None) };
    Ok(Some(ExceptionEnded {
        at,
        by: row.id("ended_by", OperatorId)?,
        by_name: row.try_get("ended_by_name")?,
        seq: row.count("ended_seq")?,
        words: row.try_get("ended_words")?,
    }))
}

fn link(row: &PgRow) -> Result<ExceptionLink, sqlx::Error> {
    let state: Option<String> = row.try_get("state")?;
    Ok(ExceptionLink {
        id: row.id("id", ExceptionId)?,
        number: ExceptionNumber(row.small("number")?),
        requested_by: row.id("requested_by", OperatorId)?,
        requested_by_name: row.try_get("requested_by_name")?,
        requested_at: row.at("requested_at")?,
        accepted_by: row.id_maybe("accepted_by", OperatorId)?,
        accepted_by_name: row.try_get("accepted_by_name")?,
        granted_at: row.at_maybe("granted_at")?,
        expires_at: row.at("expires_at")?,
        state: state.map(|word| word.parse().map_err(|source| unfit("state", source))).transpose()?,
    })
}
