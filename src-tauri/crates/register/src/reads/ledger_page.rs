//! The ledger's screen: pages newest first, and one entry with what its signatures were made with.

use domain::{KeyId, OperatorId, RequestId, RunId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::cells::{At, Cells as _, bigint};
use super::key_filter::{literal, search_words};
use super::keys_page::Count;
use crate::{Register, RegisterError};

/// Most entries in one page.
pub const LEDGER_PAGE_MAX: u32 = 500;

/// Matching entries that are counted; beyond, "at least so many" must do.
const COUNTED_MAX: u32 = 10_000;

/// Which entries. Nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Any of these verbs.
    pub verbs: Vec<String>,
    /// By this actor.
    pub actor: Option<OperatorId>,
    /// About this subject: its kind and its text.
    pub subject: Option<(String, String)>,
    /// Words that all occur in subject or purpose.
    pub text: String,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// What a subject's text means in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectMeaning {
    /// A key, with its name.
    Key(KeyId, String),
    /// A request, with its number.
    Request(RequestId, u32),
    /// A run, with its number.
    Run(RunId, u32),
    /// An operator, with their name.
    Operator(OperatorId, String),
}

/// An entry in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its number.
    pub seq: u64,
    /// Id made by the writer.
    pub id: Uuid,
    /// When the register wrote it.
    pub recorded_at: Timestamp,
    /// When, by the writer's clock.
    pub entry_time: Timestamp,
    /// Who.
    pub actor: OperatorId,
    /// Verb.
    pub verb: String,
    /// Kind of subject.
    pub subject_kind: String,
    /// Subject as recorded.
    pub subject: String,
    /// What that is, where the register knows it.
    pub meaning: Option<SubjectMeaning>,
    /// Why.
    pub purpose: String,
    /// The entry's canonical bytes: attributes are in there.
    pub entry: Vec<u8>,
}

/// One page of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPage {
    /// The rows, newest first.
    pub rows: Vec<EntryRow>,
    /// Number that the next page's entries are below; `None` when this is the last.
    pub next_below: Option<u64>,
}

/// One entry with all that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryDetail {
    /// The row.
    pub row: EntryRow,
    /// Its signature block.
    pub signatures: Vec<u8>,
    /// Its chain hash, as stored.
    pub hash: [u8; 32],
    /// Chain hash of the entry before, as stored; zeros before the first.
    pub previous_hash: [u8; 32],
}

/// A key that signs entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// SHA-256 of the public key.
    pub key_id: [u8; 32],
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Whose.
    pub operator: OperatorId,
    /// Name of the device, for a device key; `None` for a session key.
    pub device_name: Option<String>,
}

const ENTRY_COLUMNS: &str = "
    SELECT e.seq, e.entry_id, e.recorded_at, e.entry_time, e.actor, e.verb, e.subject_kind, e.subject, e.purpose, e.entry,
           e.signatures, e.hash,
           (SELECT k.name FROM custody.key AS k WHERE e.kind_of_id = 'key' AND k.id = e.subject_id) AS key_name,
           (SELECT q.number FROM custody.request AS q WHERE e.kind_of_id = 'request' AND q.id = e.subject_id) AS request_number,
           (SELECT r.number FROM custody.run AS r WHERE e.kind_of_id = 'run' AND r.id = e.subject_id) AS run_number,
           (SELECT o.name FROM custody.operator AS o WHERE e.kind_of_id = 'operator' AND o.id = e.subject_id) AS operator_name,
           e.subject_id
    FROM (SELECT e.*, CASE WHEN e.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN e.subject_kind END AS kind_of_id,
                 CASE WHEN e.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN e.subject::uuid END AS subject_id
          FROM custody.ledger_entry AS e ";

impl LedgerFilter {
    fn push(&self, query: &mut QueryBuilder<Postgres>, below: Option<u64>) {
        query.push("WHERE e.seq < ").push_bind(bigint(below.unwrap_or(u64::MAX)));
        match self.verbs.as_slice() {
            [] => {}
            [verb] => drop(query.push(" AND e.verb = ").push_bind(verb.clone())),
            verbs => drop(query.push(" AND e.verb = ANY (").push_bind(verbs.to_vec()).push(")")),
        }
        if let Some(actor) = self.actor {
            query.push(" AND e.actor = ").push_bind(actor.0);
        }
        if let Some((kind, subject)) = &self.subject {
            query.push(" AND e.subject_kind = ").push_bind(kind.clone());
            query.push(" AND e.subject = ").push_bind(subject.clone());
        }
        for word in search_words(&self.text) {
            query
                .push(" AND lower(e.subject || ' ' || e.purpose) LIKE lower(")
                .push_bind(format!("%{}%", literal(&word)))
                .push(")");
        }
        if let Some(since) = self.since {
            query.push(" AND e.recorded_at >= ").push_bind(At(since));
        }
        if let Some(until) = self.until {
            query.push(" AND e.recorded_at < ").push_bind(At(until));
        }
    }
}

impl Register {
    /// One page of the ledger: entries with a number below `below`, newest first.
    pub async fn ledger_page(
        &self,
        filter: &LedgerFilter,
        below: Option<u64>,
        limit: u32,
    ) -> Result<LedgerPage, RegisterError> {
        let limit = limit.clamp(1, LEDGER_PAGE_MAX);
        let mut query = QueryBuilder::<Postgres>::new(ENTRY_COLUMNS);
        filter.push(&mut query, below);
        query.push(" ORDER BY e.seq DESC LIMIT ").push_bind(i64::from(limit) + 1).push(") AS e ORDER BY e.seq DESC");
        let found = query.build().persistent(false).fetch_all(self.pool()).await?;
        let mut rows = found.iter().map(entry_row).collect::<Result<Vec<_>, _>>()?;
        let full = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > full;
        rows.truncate(full);
        Ok(LedgerPage { next_below: rows.last().filter(|_| more).map(|last| last.seq), rows })
    }

    /// How many entries match: exact up to ten thousand, and of the whole ledger.
    pub async fn count_entries(&self, filter: &LedgerFilter) -> Result<Count, RegisterError> {
        if *filter == LedgerFilter::default() {
            let (head, _) = self.head().await?;
            return Ok(Count { value: head, is_exact: true });
        }
        let mut query =
            QueryBuilder::<Postgres>::new("SELECT count(*) AS entries FROM (SELECT FROM custody.ledger_entry AS e ");
        filter.push(&mut query, None);
        query.push(" LIMIT ").push_bind(i64::from(COUNTED_MAX) + 1).push(") AS counted");
        let value = query.build().persistent(false).fetch_one(self.pool()).await?.count("entries")?;
        Ok(Count { value: value.min(u64::from(COUNTED_MAX)), is_exact: value <= u64::from(COUNTED_MAX) })
    }

    /// Numbers of the entries about a run, newest first, and how many there are.
    pub async fn run_entries(&self, run: RunId, limit: u32) -> Result<(Vec<u64>, u64), RegisterError> {
        self.entries_about("run", run.0, limit).await
    }

    /// Numbers of the entries about a request, newest first, and how many there are.
    pub async fn request_entries(&self, request: RequestId, limit: u32) -> Result<(Vec<u64>, u64), RegisterError> {
        self.entries_about("request", request.0, limit).await
    }

    async fn entries_about(&self, kind: &str, subject: Uuid, limit: u32) -> Result<(Vec<u64>, u64), RegisterError> {
        let rows = sqlx::query(
            "SELECT seq, count(*) OVER () AS total FROM custody.ledger_entry
             WHERE subject_kind = $1 AND subject = $2 ORDER BY seq DESC LIMIT $3",
        )
        .bind(kind)
        .bind(subject.to_string())
        .bind(i64::from(limit.min(LEDGER_PAGE_MAX)))
        .fetch_all(self.pool())
        .await?;
        let total = rows.first().map(|row| row.count("total")).transpose()?.unwrap_or(0);
        Ok((rows.iter().map(|row| row.count("seq")).collect::<Result<_, _>>()?, total))
    }

    /// Verbs that occur.
    pub async fn ledger_verbs(&self) -> Result<Vec<String>, RegisterError> {
        Ok(sqlx::query_scalar("SELECT custody.ledger_verbs()").fetch_all(self.pool()).await?)
    }

    /// One entry.
    pub async fn ledger_entry(&self, seq: u64) -> Result<Option<EntryDetail>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(ENTRY_COLUMNS);
        query.push("WHERE e.seq = ").push_bind(bigint(seq)).push(") AS e");
        let Some(row) = query.build().fetch_optional(self.pool()).await? else { return Ok(None) };
        let previous = sqlx::query_scalar("SELECT hash FROM custody.ledger_entry WHERE seq = $1")
            .bind(bigint(seq.saturating_sub(1)))
            .fetch_optional(self.pool())
            .await?;
        Ok(Some(EntryDetail {
            row: entry_row(&row)?,
            signatures: row.try_get("signatures")?,
            hash: row.try_get("hash")?,
            previous_hash: previous.unwrap_or([0; 32]),
        }))
    }

    /// The keys of these ids that were ever enrolled or certified.
    pub async fn signing_keys(&self, key_ids: &[[u8; 32]]) -> Result<Vec<SigningKeyRow>, RegisterError> {
        let key_ids: Vec<Vec<u8>> = key_ids.iter().map(|key_id| key_id.to_vec()).collect();
        let rows = sqlx::query(
            "SELECT key_id, public_key, operator, name AS device_name FROM custody.device WHERE key_id = ANY ($1)
             UNION ALL SELECT key_id, public_key, operator, NULL FROM custody.session WHERE key_id = ANY ($1)",
        )
        .bind(key_ids)
        .fetch_all(self.pool())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(SigningKeyRow {
                key_id: row.try_get("key_id")?,
                public_key: row.try_get("public_key")?,
                operator: row.id("operator", OperatorId)?,
                device_name: row.try_get("device_name")?,
            });
        }
        Ok(found)
    }
}

/// Entries by their numbers, ascending.
pub(super) async fn rows_of_numbers(register: &Register, numbers: &[u64]) -> Result<Vec<EntryRow>, RegisterError> {
    let mut query = QueryBuilder::<Postgres>::new(ENTRY_COLUMNS);
    let numbers: Vec<i64> = numbers.iter().map(|number| bigint(*number)).collect();
    query.push("WHERE e.seq = ANY (").push_bind(numbers).push(")) AS e ORDER BY e.seq");
    let rows = query.build().fetch_all(register.pool()).await?;
    Ok(rows.iter().map(entry_row).collect::<Result<_, _>>()?)
}

fn entry_row(row: &PgRow) -> Result<EntryRow, sqlx::Error> {
    Ok(EntryRow {
        seq: row.count("seq")?,
        id: row.try_get("entry_id")?,
        recorded_at: row.at("recorded_at")?,
        entry_time: row.at("entry_time")?,
        actor: row.id("actor", OperatorId)?,
        verb: row.try_get("verb")?,
        subject_kind: row.try_get("subject_kind")?,
        subject: row.try_get("subject")?,
        meaning: meaning(row)?,
        purpose: row.try_get("purpose")?,
        entry: row.try_get("entry")?,
    })
}

fn meaning(row: &PgRow) -> Result<Option<SubjectMeaning>, sqlx::Error> {
    let Some(id) = row.try_get::<Option<Uuid>, _>("subject_id")? else { return Ok(None) };
    let key: Option<String> = row.try_get("key_name")?;
    let operator: Option<String> = row.try_get("operator_name")?;
    let request = row.small_maybe("request_number")?.map(|number| SubjectMeaning::Request(RequestId(id), number));
    let run = row.small_maybe("run_number")?.map(|number| SubjectMeaning::Run(RunId(id), number));
    Ok(key
        .map(|name| SubjectMeaning::Key(KeyId(id), name))
        .or(operator.map(|name| SubjectMeaning::Operator(OperatorId(id), name)))
        .or(request)
        .or(run))
}
