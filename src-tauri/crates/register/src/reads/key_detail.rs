//! Everything about one key, and what happened to it.

use domain::{KeyId, KeyState, OperatorId, RequestId, RunId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::Cells as _;
use super::keks::KeyVersionRow;
use super::keys_page::{KEY_COLUMNS, KEY_TENANT, KeyRow, key_row};
use crate::{Register, RegisterError};

/// Most events of one key that are read.
pub const TIMELINE_MAX: u32 = 500;

/// A rule that a key breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Violation {
    /// Its algorithm or length is not approved.
    WeakAlgorithm,
    /// It lies where no key should lie any more.
    LegacyStorage,
    /// Nobody owns it.
    OwnerMissing,
    /// Nobody said what it is for.
    PurposeMissing,
    /// Its rotation is late.
    Overdue,
    /// The vault did not have it at the last observation.
    NotInVault,
}

/// The wrap of a DEK, without the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedByRow {
    /// The KEK.
    pub kek: KeyId,
    /// Its name.
    pub name: String,
    /// The vault's name of its version.
    pub version: String,
    /// That version's number.
    pub version_number: u32,
    /// `RSA-OAEP-256` or `RSA-OAEP`.
    pub algorithm: String,
}

/// The rotation rule in force for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInForce {
    /// Version of the rules.
    pub version: u32,
    /// Longest service, in days.
    pub period_days: u32,
    /// Warning time before the date, in days.
    pub warn_days: u32,
}

/// Everything about one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDetail {
    /// Its row.
    pub key: KeyRow,
    /// Until when its legacy storage must be left.
    pub phase_out_at: Option<Timestamp>,
    /// Counts the changes of the record.
    pub revision: u64,
    /// What wraps it, for a DEK.
    pub wrapped_by: Option<WrappedByRow>,
    /// The rotation rule in force for it.
    pub rule: Option<RuleInForce>,
    /// Tokens sealed under it, or under the DEKs it wraps.
    pub tokens: u64,
    /// Tenants whose data lies under it.
    pub tenants: u64,
    /// Rules it breaks.
    pub violations: Vec<Violation>,
    /// Its versions in the vault, oldest first.
    pub versions: Vec<KeyVersionRow>,
    /// The register's clock.
    pub now: Timestamp,
}

/// One event in the life of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRow {
    /// Entry that proves it.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: OperatorId,
    /// Verb of the entry.
    pub verb: String,
    /// Why.
    pub purpose: String,
    /// State it led to, where it led to another one.
    pub to_state: Option<KeyState>,
    /// Number of the version it is about.
    pub version_number: Option<u32>,
    /// The request it belongs to, with its number.
    pub request: Option<(RequestId, u32)>,
    /// The run it belongs to, with its number.
    pub run: Option<(RunId, u32)>,
}

const UNDER: &str = "
    SELECT count(DISTINCT d.tenant) AS tenants,
           coalesce(sum((SELECT count(*) FROM custody.token AS t WHERE t.dek = d.id)), 0)::bigint AS tokens
    FROM (SELECT k.id FROM custody.key AS k WHERE k.id = $1 AND k.kind <> 'kek'
          UNION ALL SELECT w.dek FROM custody.wrap AS w WHERE w.kek = $1) AS under,
         LATERAL (SELECT o.id, o.tenant FROM custody.key AS o WHERE o.id = under.id OFFSET 0) AS d";

const DETAIL: &str = "
    SELECT w.kek, n.name, w.kek_version, v.number, w.algorithm, r.version AS rule_version, r.period_days, r.warn_days,
           NOT custody.is_approved_algorithm(k.kind, k.algorithm, k.bits) AS weak,
           k.storage = 'key_vault' AND EXISTS (
               SELECT FROM custody.vault_observation AS o
               WHERE o.seq = (SELECT max(e.seq) FROM custody.ledger_entry AS e WHERE e.verb = 'vault.observed')
                 AND o.name = k.vault_name AND o.drift IN ('only_in_register', 'deleted')) AS missing
    FROM custody.key AS k
    LEFT JOIN custody.wrap AS w ON w.dek = k.id
    LEFT JOIN custody.key AS n ON n.id = w.kek
    LEFT JOIN custody.key_version AS v ON v.key = w.kek AND v.version = w.kek_version
    LEFT JOIN LATERAL custody.rotation_rule_for(k.kind, k.classification) AS r ON true
    WHERE k.id = $1";

/// Its own entries, those that changed its state or its wrap, and those of its requests and runs. Of a run only beginning and
/// end: its batches are the run's own page.
const TIMELINE: &str = "
    WITH requests AS (SELECT t.request AS id FROM custody.request_target AS t WHERE t.key = $1),
    runs AS (SELECT r.id FROM custody.run AS r WHERE r.request IN (SELECT id FROM requests)),
    seqs AS (
        SELECT e.seq FROM custody.ledger_entry AS e WHERE e.subject_kind = 'key' AND e.subject = $1::text
        UNION SELECT s.seq FROM custody.state_transition AS s WHERE s.key = $1
        UNION SELECT x.seq FROM custody.wrap AS w, LATERAL (VALUES (w.created_seq), (w.changed_seq)) AS x (seq) WHERE w.dek = $1
        UNION SELECT e.seq FROM custody.ledger_entry AS e JOIN requests ON e.subject_kind = 'request' AND e.subject = requests.id::text
        UNION SELECT x.seq FROM custody.run AS r, LATERAL (VALUES (r.started_seq), (r.finished_seq)) AS x (seq)
              WHERE r.id IN (SELECT id FROM runs)
    )
    SELECT e.seq, e.recorded_at, e.actor, e.verb, e.purpose, s.to_state, v.number AS version_number,
           q.id AS request, q.number AS request_number, u.id AS run, u.number AS run_number
    FROM seqs JOIN custody.ledger_entry AS e USING (seq)
    LEFT JOIN custody.state_transition AS s ON s.key = $1 AND s.seq = e.seq
    LEFT JOIN LATERAL (SELECT x.number, x.run FROM custody.key_version AS x WHERE x.key = $1
                       AND (x.recorded_seq = e.seq OR x.changed_seq = e.seq) ORDER BY x.recorded_seq = e.seq DESC LIMIT 1)
              AS v ON e.subject_kind = 'key'
    LEFT JOIN custody.run AS u ON u.id::text = CASE e.subject_kind WHEN 'run' THEN e.subject ELSE v.run::text END
    LEFT JOIN custody.request AS q ON q.id::text = CASE e.subject_kind WHEN 'request' THEN e.subject ELSE u.request::text END
    ORDER BY e.seq DESC LIMIT $2";

impl Register {
    /// A key's row.
    pub async fn key(&self, key: KeyId) -> Result<Option<KeyRow>, RegisterError> {
        let row = self.find_key(key).await?;
        Ok(row.as_ref().map(key_row).transpose()?)
    }

    /// Everything about one key.
    pub async fn key_detail(&self, key: KeyId) -> Result<Option<KeyDetail>, RegisterError> {
        let now = self.clock().await?;
        let Some(row) = self.find_key(key).await? else { return Ok(None) };
        let more = sqlx::query(DETAIL).bind(key.0).fetch_one(self.pool()).await?;
        let under = sqlx::query(UNDER).bind(key.0).fetch_one(self.pool()).await?;
        let found = key_row(&row)?;
        Ok(Some(KeyDetail {
            violations: violations(&found, &more, now)?,
            key: found,
            phase_out_at: row.at_maybe("phase_out_at")?,
            revision: row.count("revision")?,
            wrapped_by: wrapped_by(&more)?,
            rule: rule(&more)?,
            tokens: under.count("tokens")?,
            tenants: under.count("tenants")?,
            versions: self.key_versions(key).await?,
            now,
        }))
    }

    async fn find_key(&self, key: KeyId) -> Result<Option<PgRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(KEY_COLUMNS);
        query.push("custody.key AS k").push(KEY_TENANT).push("WHERE k.id = ").push_bind(key.0);
        Ok(query.build().fetch_optional(self.pool()).await?)
    }

    /// What happened to a key, newest first.
    pub async fn timeline(&self, key: KeyId, limit: u32) -> Result<Vec<TimelineRow>, RegisterError> {
        let rows =
            sqlx::query(TIMELINE).bind(key.0).bind(i64::from(limit.min(TIMELINE_MAX))).fetch_all(self.pool()).await?;
        Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
    }
}

fn violations(key: &KeyRow, more: &PgRow, now: Timestamp) -> Result<Vec<Violation>, sqlx::Error> {
    let broken = [
        (more.try_get("weak")?, Violation::WeakAlgorithm),
        (key.storage == domain::StorageMedium::KubernetesSecretLegacy, Violation::LegacyStorage),
        (key.owner.is_empty(), Violation::OwnerMissing),
        (key.purpose.is_empty(), Violation::PurposeMissing),
        (key.is_overdue(now), Violation::Overdue),
        (more.try_get("missing")?, Violation::NotInVault),
    ];
    Ok(broken.into_iter().filter_map(|(is_broken, violation)| is_broken.then_some(violation)).collect())
}

fn wrapped_by(row: &PgRow) -> Result<Option<WrappedByRow>, sqlx::Error> {
    let Some(kek) = row.id_maybe("kek", KeyId)? else { return Ok(None) };
    Ok(Some(WrappedByRow {
        kek,
        name: row.try_get("name")?,
        version: row.try_get("kek_version")?,
        version_number: row.small("number")?,
        algorithm: row.try_get("algorithm")?,
    }))
}

fn rule(row: &PgRow) -> Result<Option<RuleInForce>, sqlx::Error> {
    let Some(version) = row.small_maybe("rule_version")? else { return Ok(None) };
    Ok(Some(RuleInForce { version, period_days: row.small("period_days")?, warn_days: row.small("warn_days")? }))
}

fn event(row: &PgRow) -> Result<TimelineRow, sqlx::Error> {
    let state: Option<String> = row.try_get("to_state")?;
    Ok(TimelineRow {
        seq: row.count("seq")?,
        at: row.at("recorded_at")?,
        actor: row.id("actor", OperatorId)?,
        verb: row.try_get("verb")?,
        purpose: row.try_get("purpose")?,
        to_state: state.map(|word| super::cells::parse("to_state", &word)).transpose()?,
        version_number: row.small_maybe("version_number")?,
        request: row.id_maybe("request", RequestId)?.zip(row.small_maybe("request_number")?),
        run: row.id_maybe("run", RunId)?.zip(row.small_maybe("run_number")?),
    })
}
