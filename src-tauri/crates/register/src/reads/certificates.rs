//! Certificates of destruction, and what one is made from.

use domain::{KeyId, KeyKind, Operation, OperatorId, RequestId, RunId, Timestamp};
use serde::Deserialize;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::cells::{Cells as _, unfit};
use super::ledger::LedgerRecord;
use crate::{Register, RegisterError};

/// Most certificates in one page.
pub const CERTIFICATES_PAGE_MAX: u32 = 200;

/// A certificate, without the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// Its number, from 1: what people call it.
    pub number: u32,
    /// The run that destroyed.
    pub run: RunId,
    /// That run's number.
    pub run_number: u32,
    /// The request it carried out.
    pub request: RequestId,
    /// That request's number.
    pub request_number: u32,
    /// What was done.
    pub operation: Operation,
    /// How many keys were destroyed.
    pub keys: u64,
    /// Size of the file, in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// Who issued it.
    pub issued_by: OperatorId,
    /// When.
    pub issued_at: Timestamp,
    /// Entry that says so.
    pub issued_seq: u64,
}

/// One page of certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificatesPage {
    /// The rows, newest first.
    pub rows: Vec<CertificateRow>,
    /// Number that the next page's certificates are below; `None` when this is the last.
    pub next_below: Option<u32>,
}

/// A key that a run proved destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestroyedKeyRow {
    /// Entry that proves it.
    pub seq: u64,
    /// Which.
    pub key: KeyId,
    /// What it was for.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Its tenant, where it had one.
    pub tenant: Option<String>,
    /// The integration or secret it served, where there was one.
    pub scope: Option<String>,
    /// Its name in the vault, where it lay there.
    pub vault_name: Option<String>,
    /// Its versions in the vault, with the SHA-256 of the public half where it had one.
    pub versions: Vec<(String, Option<Vec<u8>>)>,
    /// How it was proven to be gone.
    pub proof: String,
}

#[derive(Deserialize)]
struct VersionJson {
    version: String,
    digest: Option<String>,
}

/// A query of certificates.
macro_rules! of_certificate {
    ($rest:literal) => {
        concat!(
            "SELECT c.number, c.run, u.number AS run_number, u.request, r.number AS request_number, r.operation,
                    (SELECT count(*) FROM custody.destroyed_key AS d WHERE d.run = c.run) AS keys,
                    length(c.bytes) AS size, c.digest, c.issued_by, c.issued_at, c.issued_seq
             FROM custody.certificate AS c JOIN custody.run AS u ON u.id = c.run JOIN custody.request AS r ON r.id = u.request ",
            $rest
        )
    };
}

impl Register {
    /// One page of certificates: those with a number below `below`, newest first.
    pub async fn certificates_page(&self, below: Option<u32>, limit: u32) -> Result<CertificatesPage, RegisterError> {
        let limit = limit.clamp(1, CERTIFICATES_PAGE_MAX);
        let found = sqlx::query(of_certificate!("WHERE c.number < $1 ORDER BY c.number DESC LIMIT $2"))
            .bind(below.map_or(i32::MAX, |below| i32::try_from(below).unwrap_or(i32::MAX)))
            .bind(i64::from(limit) + 1)
            .fetch_all(self.pool())
            .await?;
        let mut rows = found.iter().map(certificate_row).collect::<Result<Vec<_>, _>>()?;
        let full = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > full;
        rows.truncate(full);
        Ok(CertificatesPage { next_below: rows.last().filter(|_| more).map(|last| last.number), rows })
    }

    /// The certificate of a run.
    pub async fn certificate(&self, run: RunId) -> Result<Option<CertificateRow>, RegisterError> {
        let row = sqlx::query(of_certificate!("WHERE c.run = $1")).bind(run.0).fetch_optional(self.pool()).await?;
        Ok(row.as_ref().map(certificate_row).transpose()?)
    }

    /// The file of a run's certificate, as it was issued.
    pub async fn certificate_file(&self, run: RunId) -> Result<Option<Vec<u8>>, RegisterError> {
        let query = sqlx::query_scalar("SELECT bytes FROM custody.certificate WHERE run = $1");
        Ok(query.bind(run.0).fetch_optional(self.pool()).await?)
    }

    /// Keys that a run proved destroyed, in the order of the ledger's payloads.
    pub async fn destroyed_keys(&self, run: RunId) -> Result<Vec<DestroyedKeyRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT d.seq, d.key, d.proof, k.kind, k.name, t.name AS tenant, coalesce(k.integration, k.secret_name) AS scope,
                    k.vault_name, (
                SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.version, 'digest', encode(v.public_key_digest, 'hex'))
                                          ORDER BY v.number), '[]')
                FROM custody.key_version AS v WHERE v.key = k.id) AS versions
             FROM custody.destroyed_key AS d JOIN custody.key AS k ON k.id = d.key LEFT JOIN custody.tenant AS t ON t.id = k.tenant
             WHERE d.run = $1 ORDER BY d.seq, d.position",
        )
        .bind(run.0)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(destroyed_row).collect::<Result<_, _>>()?)
    }

    /// The entries that a certificate of this run carries, ascending: the founding; the sessions whose keys signed one of the
    /// others, or will sign the certificate; who was enrolled, suspended or left, by which signatures; the request's, the run's, and what it deleted in the vault.
    pub async fn certified_entries(&self, run: RunId, issuer: &[u8; 32]) -> Result<Vec<LedgerRecord>, RegisterError> {
        let rows = sqlx::query(
            "WITH it AS (
                SELECT u.id, u.request FROM custody.run AS u WHERE u.id = $1
             ), acts AS (
                SELECT l.seq, l.key_id FROM it JOIN custody.ledger_entry AS l
                    ON l.subject_kind = 'request' AND l.subject = it.request::text
                UNION SELECT l.seq, l.key_id FROM it JOIN custody.ledger_entry AS l
                    ON l.subject_kind = 'run' AND l.subject = it.id::text AND l.verb <> 'certificate.issued'
                UNION SELECT l.seq, l.key_id FROM it JOIN custody.key_deletion AS d ON d.run = it.id
                    JOIN custody.ledger_entry AS l ON l.seq IN (d.deleted_seq, d.purged_seq)
                UNION SELECT l.seq, l.key_id FROM custody.ledger_entry AS l
                    WHERE l.verb IN ('custody.founded', 'operator.suspended', 'operator.left', 'role.withdrawn', 'device.revoked',
                                     'device.reported_lost')
                UNION SELECT l.seq, l.key_id FROM custody.request AS r JOIN custody.run AS u ON u.request = r.id
                    JOIN custody.ledger_entry AS l ON l.subject_kind = 'request' AND l.subject = r.id::text
                    WHERE u.applied_seq IS NOT NULL
                      AND r.operation IN ('enrol_operator', 'enrol_device', 'grant_role', 'reinstate_operator')
                      AND l.verb IN ('request.submitted', 'request.sealed', 'request.applied')
             ), sessions AS (
                SELECT DISTINCT encode(a.key_id, 'hex') AS name FROM acts AS a UNION SELECT encode($2, 'hex')
             ), wanted AS (
                SELECT a.seq FROM acts AS a
                UNION SELECT l.seq FROM sessions AS s JOIN custody.ledger_entry AS l
                    ON l.subject_kind = 'session' AND l.subject = s.name AND l.verb IN ('session.opened', 'session.closed')
             )
             SELECT l.seq, l.entry, l.signatures, l.hash FROM wanted AS w JOIN custody.ledger_entry AS l ON l.seq = w.seq
             ORDER BY l.seq",
        )
        .bind(run.0)
        .bind(issuer.as_slice())
        .fetch_all(self.pool())
        .await?;
        let record = |row: &PgRow| {
            Ok::<_, sqlx::Error>(LedgerRecord {
                seq: row.count("seq")?,
                entry: row.try_get("entry")?,
                signatures: row.try_get("signatures")?,
                hash: row.try_get("hash")?,
            })
        };
        Ok(rows.iter().map(record).collect::<Result<_, _>>()?)
    }
}

fn certificate_row(row: &PgRow) -> Result<CertificateRow, sqlx::Error> {
    let size: i32 = row.try_get("size")?;
    Ok(CertificateRow {
        number: row.small("number")?,
        run: row.id("run", RunId)?,
        run_number: row.small("run_number")?,
        request: row.id("request", RequestId)?,
        request_number: row.small("request_number")?,
        operation: row.word("operation")?,
        keys: row.count("keys")?,
        size: u64::try_from(size).map_err(|source| unfit("size", source))?,
        digest: row.try_get("digest")?,
        issued_by: row.id("issued_by", OperatorId)?,
        issued_at: row.at("issued_at")?,
        issued_seq: row.count("issued_seq")?,
    })
}

fn destroyed_row(row: &PgRow) -> Result<DestroyedKeyRow, sqlx::Error> {
    let Json(versions): Json<Vec<VersionJson>> = row.try_get("versions")?;
    let version = |found: VersionJson| {
        let digest = found.digest.map(|digest| hex::decode(digest).map_err(|source| unfit("versions", source)));
        Ok::<_, sqlx::Error>((found.version, digest.transpose()?))
    };
    Ok(DestroyedKeyRow {
        seq: row.count("seq")?,
        key: row.id("key", KeyId)?,
        kind: row.word("kind")?,
        name: row.try_get("name")?,
        tenant: row.try_get("tenant")?,
        scope: row.try_get("scope")?,
        vault_name: row.try_get("vault_name")?,
        versions: versions.into_iter().map(version).collect::<Result<_, _>>()?,
        proof: row.try_get("proof")?,
    })
}
