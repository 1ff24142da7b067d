//! The exception register: what departs from the policy, until when, and by whose word.

use domain::{
    ExceptionId, ExceptionNumber, ExceptionState, KeyId, KeyKind, OperatorId, RequestId, TenantId, Timestamp,
};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::{At, Cells as _, parse, unfit};
use super::key_filter::{literal, search_words};
use crate::{Register, RegisterError};

/// Most exceptions in one page.
pub const EXCEPTIONS_PAGE_MAX: u32 = 200;

/// Which exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExceptionFolder {
    /// Requested, active, expiring, expired: in order of their dates.
    #[default]
    Open,
    /// Closed and revoked, newest first.
    Closed,
    /// All, newest first.
    All,
}

/// Which exceptions, narrowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExceptionFilter {
    /// The folder.
    pub folder: ExceptionFolder,
    /// Only from this clause.
    pub clause: Option<String>,
    /// Only those that stand so.
    pub state: Option<ExceptionState>,
    /// Words in number, title, owner, clause, or the name of a key named in it.
    pub text: String,
}

/// Where a page of exceptions ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionCursor {
    /// Date of the last one.
    pub expires_at: Timestamp,
    /// Its number.
    pub number: ExceptionNumber,
}

/// What an exception covers, as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// A key.
    Key {
        /// Which.
        key: KeyId,
        /// Its name.
        name: String,
    },
    /// Keys of a kind; with tenants beside it, of theirs only.
    Kind(KeyKind),
    /// Keys of a tenant; with kinds beside it, of these only.
    Tenant {
        /// Which.
        tenant: TenantId,
        /// Its name.
        name: String,
    },
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionRow {
    /// Which.
    pub id: ExceptionId,
    /// What people call it.
    pub number: ExceptionNumber,
    /// The request it came from.
    pub request: RequestId,
    /// Number of that request.
    pub request_number: u32,
    /// What it is about.
    pub title: String,
    /// From which clause, such as `B-9-api-secrets`.
    pub clause: String,
    /// The clause in words.
    pub clause_title: String,
    /// What it covers.
    pub covers: Vec<Cover>,
    /// Who answers for it.
    pub owner: String,
    /// Who asked.
    pub requested_by: OperatorId,
    /// Their name.
    pub requested_by_name: String,
    /// When.
    pub requested_at: Timestamp,
    /// Who accepted the risk, once somebody has.
    pub accepted_by: Option<OperatorId>,
    /// Their name.
    pub accepted_by_name: Option<String>,
    /// When it came into force, if it did.
    pub granted_at: Option<Timestamp>,
    /// Its date.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: ExceptionState,
    /// The one it renews, or would renew.
    pub renews: Option<ExceptionNumber>,
    /// The one that renewed it.
    pub renewed_by: Option<ExceptionNumber>,
    /// The open request that would answer it.
    pub answer: Option<ExceptionAnswer>,
}

/// An open request that would renew or close an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionAnswer {
    /// Which.
    pub request: RequestId,
    /// Its number.
    pub number: u32,
    /// Whether it renews; otherwise it closes.
    pub renews: bool,
}

/// One page of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionsPage {
    /// The rows.
    pub rows: Vec<ExceptionRow>,
    /// Where the next page starts; `None` when this is the last.
    pub next: Option<ExceptionCursor>,
    /// The register's clock.
    pub now: Timestamp,
}

/// How many exceptions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExceptionCounts {
    /// Requested, active, expiring or expired.
    pub open: u64,
    /// Of those, asked for.
    pub requested: u64,
    /// Of those, in force with a near date.
    pub expiring: u64,
    /// Of those, past their date.
    pub expired: u64,
    /// Closed or revoked.
    pub closed: u64,
}

/// A clause that exceptions may be asked from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseTerm {
    /// Its word, such as `B-9-api-secrets`.
    pub clause: String,
    /// What it says.
    pub title: String,
    /// The longest term of an exception from it, in days.
    pub days_max: u32,
}

/// The columns of an [`ExceptionRow`], around a query for lines of `custody.exception_lines`.
pub(super) const LINE_BEGIN: &str = "
    SELECT x.*, r.number AS request_number, answer.id AS answer_request, answer.number AS answer_number,
           answer.operation = 'grant_exception' AS answer_renews, asked.name AS requested_by_name, accepted.name AS accepted_by_name,
           (SELECT q.number FROM custody.exception_request AS q WHERE q.exception = x.renews) AS renews_number,
           (SELECT q.number FROM custody.exception_request AS q WHERE q.exception = x.successor) AS renewed_by_number,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(c.word, c.id, c.name) ORDER BY c.nth), '[]') FROM (
                SELECT 'key' AS word, k.id::text AS id, k.name, n.nth FROM unnest(x.keys) WITH ORDINALITY AS n (id, nth)
                JOIN custody.key AS k ON k.id = n.id
                UNION ALL
                SELECT split_part(s.word, ':', 1), split_part(s.word, ':', 2),
                       (SELECT t.name FROM custody.tenant AS t WHERE 'tenant:' || t.id = s.word), 1000 + s.nth
                FROM unnest(x.scope) WITH ORDINALITY AS s (word, nth)) AS c) AS covers
    FROM (";
pub(super) const LINE_END: &str = ") AS x JOIN custody.request AS r ON r.id = x.request
    JOIN custody.operator AS asked ON asked.id = x.requested_by
    LEFT JOIN custody.operator AS accepted ON accepted.id = x.accepted_by
    LEFT JOIN LATERAL (
        SELECT a.id, a.number, a.operation FROM custody.request_target AS t JOIN custody.request AS a ON a.id = t.request
        WHERE t.key = x.id AND a.id <> x.request AND a.decided IN ('open', 'executing')
          AND custody.request_state(a.id, custody.clock()) IN ('open', 'approved', 'executing')
        ORDER BY a.number DESC LIMIT 1) AS answer ON x.granted_at IS NOT NULL ";

const BY_DATE: &str = " ORDER BY x.expires_at, x.number";
const BY_NUMBER: &str = " ORDER BY x.number DESC";

impl ExceptionFilter {
    fn push(&self, query: &mut QueryBuilder<Postgres>, now: Timestamp) {
        query.push("SELECT x.* FROM custody.exception_lines(").push_bind(At(now)).push(") AS x WHERE true");
        match self.folder {
            ExceptionFolder::Open => drop(query.push(" AND x.is_open")),
            ExceptionFolder::Closed => drop(query.push(" AND NOT x.is_open")),
            ExceptionFolder::All => {}
        }
        if let Some(clause) = &self.clause {
            query.push(" AND x.clause = ").push_bind(clause.clone());
        }
        if let Some(state) = self.state {
            query.push(" AND x.state = ").push_bind(state.word());
        }
        for word in search_words(&self.text) {
            let pattern = format!("%{}%", literal(&word));
            query
                .push(" AND (lower('EX-' || lpad(x.number::text, greatest(4, length(x.number::text)), '0') || ' ' || x.title")
                .push(" || ' ' || x.owner || ' ' || x.clause || ' ' || x.clause_title) LIKE lower(")
                .push_bind(pattern.clone())
                .push(") OR EXISTS (SELECT FROM custody.key AS k WHERE k.id = ANY (x.keys) AND k.name_folded LIKE lower(")
                .push_bind(pattern)
                .push(")))");
        }
    }

    fn order(&self) -> &'static str {
        if self.folder == ExceptionFolder::Open { BY_DATE } else { BY_NUMBER }
    }
}

impl Register {
    /// One page of the register.
    pub async fn exceptions_page(
        &self,
        filter: &ExceptionFilter,
        after: Option<ExceptionCursor>,
        limit: u32,
    ) -> Result<ExceptionsPage, RegisterError> {
        let (now, limit) = (self.clock().await?, limit.clamp(1, EXCEPTIONS_PAGE_MAX));
        let mut query = QueryBuilder::<Postgres>::new(LINE_BEGIN);
        filter.push(&mut query, now);
        if let Some(cursor) = after {
            let number = i64::from(cursor.number.0);
            if filter.folder == ExceptionFolder::Open {
                query.push(" AND (x.expires_at, x.number) > (").push_bind(At(cursor.expires_at)).push(", ");
                query.push_bind(number).push(")");
            } else {
                query.push(" AND x.number < ").push_bind(number);
            }
        }
        // One more than asked for says whether there is a next page.
        query.push(filter.order()).push(" LIMIT ").push_bind(i64::from(limit) + 1).push(LINE_END).push(filter.order());
        let found = query.build().persistent(false).fetch_all(self.pool()).await?;
        let mut rows = found.iter().map(exception_row).collect::<Result<Vec<_>, _>>()?;
        let full = usize::try_from(limit).map_err(|source| unfit("limit", source))?;
        let more = rows.len() > full;
        rows.truncate(full);
        let next = rows.last().filter(|_| more);
        Ok(ExceptionsPage {
            next: next.map(|row| ExceptionCursor { expires_at: row.expires_at, number: row.number }),
            rows,
            now,
        })
    }

    /// How many exceptions a filter leaves.
    pub async fn count_exceptions(&self, filter: &ExceptionFilter) -> Result<u64, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new("SELECT count(*) AS lines FROM (");
        filter.push(&mut query, self.clock().await?);
        query.push(") AS x");
        Ok(query.build().persistent(false).fetch_one(self.pool()).await?.count("lines")?)
    }

    /// How many exceptions there are, by where they stand.
    pub async fn exception_counts(&self) -> Result<ExceptionCounts, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(
            "SELECT count(*) FILTER (WHERE x.is_open) AS open, count(*) FILTER (WHERE x.state = 'requested') AS requested,
                    count(*) FILTER (WHERE x.state = 'expiring') AS expiring,
                    count(*) FILTER (WHERE x.state = 'expired') AS expired, count(*) FILTER (WHERE NOT x.is_open) AS closed
             FROM custody.exception_lines(",
        );
        query.push_bind(At(self.clock().await?)).push(") AS x");
        let row = query.build().persistent(false).fetch_one(self.pool()).await?;
        Ok(ExceptionCounts {
            open: row.count("open")?,
            requested: row.count("requested")?,
            expiring: row.count("expiring")?,
            expired: row.count("expired")?,
            closed: row.count("closed")?,
        })
    }

    /// The exception that people call by this number: also one whose request came to nothing.
    pub async fn exception_numbered(&self, number: ExceptionNumber) -> Result<Option<ExceptionId>, RegisterError> {
        let found = sqlx::query_scalar("SELECT q.exception FROM custody.exception_request AS q WHERE q.number = $1")
            .bind(i64::from(number.0));
        Ok(found.fetch_optional(self.pool()).await?.map(ExceptionId))
    }

    /// Clauses in force that exceptions may be asked from.
    pub async fn exception_clauses(&self) -> Result<Vec<ClauseTerm>, RegisterError> {
        let rows = sqlx::query(
            "SELECT c.clause, t.title, t.days FROM custody.clause_rule AS c, LATERAL custody.exception_term(c.clause) AS t
             WHERE c.version = (SELECT max(l.version) FROM custody.clause_rule AS l) ORDER BY c.clause COLLATE \"C\"",
        );
        let rows = rows.fetch_all(self.pool()).await?;
        let clause = |row: &PgRow| {
            Ok(ClauseTerm {
                clause: row.try_get("clause")?,
                title: row.try_get("title")?,
                days_max: row.small("days")?,
            })
        };
        Ok(rows.iter().map(clause).collect::<Result<_, sqlx::Error>>()?)
    }
}

pub(super) fn exception_row(row: &PgRow) -> Result<ExceptionRow, sqlx::Error> {
    let Json(covers) = row.try_get::<Json<Vec<(String, String, Option<String>)>>, _>("covers")?;
    let number = |column: &str| row.small_maybe(column).map(|number| number.map(ExceptionNumber));
    Ok(ExceptionRow {
        id: row.id("id", ExceptionId)?,
        number: ExceptionNumber(row.small("number")?),
        request: row.id("request", RequestId)?,
        request_number: row.small("request_number")?,
        title: row.try_get("title")?,
        clause: row.try_get("clause")?,
        clause_title: row.try_get("clause_title")?,
        covers: covers.into_iter().map(cover).collect::<Result<_, _>>()?,
        owner: row.try_get("owner")?,
        requested_by: row.id("requested_by", OperatorId)?,
        requested_by_name: row.try_get("requested_by_name")?,
        requested_at: row.at("requested_at")?,
        accepted_by: row.id_maybe("accepted_by", OperatorId)?,
        accepted_by_name: row.try_get("accepted_by_name")?,
        granted_at: row.at_maybe("granted_at")?,
        expires_at: row.at("expires_at")?,
        state: row.word("state")?,
        renews: number("renews_number")?,
        renewed_by: number("renewed_by_number")?,
        answer: answer(row)?,
    })
}

fn answer(row: &PgRow) -> Result<Option<ExceptionAnswer>, sqlx::Error> {
    let Some(request) = row.id_maybe("answer_request", RequestId)? else { return Ok(None) };
    let (number, renews) = (row.small("answer_number")?, row.try_get("answer_renews")?);
    Ok(Some(ExceptionAnswer { request, number, renews }))
}

fn cover((word, id, name): (String, String, Option<String>)) -> Result<Cover, sqlx::Error> {
    let name = name.unwrap_or_default();
    Ok(match word.as_str() {
        "key" => Cover::Key { key: id.parse().map_err(|source| unfit("covers", source))?, name },
        "tenant" => Cover::Tenant { tenant: id.parse().map_err(|source| unfit("covers", source))?, name },
        _ => Cover::Kind(parse("covers", &id)?),
    })
}
