//! The ledger's tree and its checkpoints, and what an export of a part of the ledger needs to find that part. Nothing read here is
//! believed: whoever uses it holds it against hashes and signatures.

use domain::{KeyId, OperatorId, RequestId, TenantId, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cells::{Cells as _, bigint};
use super::ledger::LedgerRecord;
use crate::{Register, RegisterError};

/// Most checkpoints of one answer.
pub const CHECKPOINTS_PAGE_MAX: u32 = 100;

/// Level and index of a node of the tree, leaves being level 0.
pub type NodePlace = (u32, u64);

/// A checkpoint as the register keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Number of its last entry.
    pub size: u64,
    /// Root of the tree over its entries.
    pub root: [u8; 32],
    /// Entry by which it was made.
    pub signed_seq: u64,
    /// Who made it, then who cosigned it, in that order.
    pub signatures: Vec<CheckpointSignatureRow>,
}

/// One person's signature under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointSignatureRow {
    /// Who.
    pub operator: OperatorId,
    /// With which device key.
    pub device: [u8; 32],
    /// The time in a cosignature, in seconds since 1970; `None` for who made the checkpoint.
    pub seconds: Option<u64>,
    /// Ed25519.
    pub signature: [u8; 64],
    /// When it was given.
    pub at: Timestamp,
    /// Its entry.
    pub seq: u64,
}

impl Register {
    /// The newest checkpoints, newest first.
    pub async fn checkpoints(&self, limit: u32) -> Result<Vec<CheckpointRow>, RegisterError> {
        self.newest_checkpoints(Some(limit.clamp(1, CHECKPOINTS_PAGE_MAX))).await
    }

    /// All checkpoints, newest first: people make them, so there are few.
    pub async fn all_checkpoints(&self) -> Result<Vec<CheckpointRow>, RegisterError> {
        self.newest_checkpoints(None).await
    }

    async fn newest_checkpoints(&self, limit: Option<u32>) -> Result<Vec<CheckpointRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT c.size, c.root, c.signed_seq, s.operator, s.device, s.seconds, s.signature, s.signed_at, s.seq
             FROM (SELECT * FROM custody.checkpoint ORDER BY size DESC LIMIT $1) AS c
             JOIN custody.checkpoint_signature AS s ON s.size = c.size
             ORDER BY c.size DESC, s.seq",
        )
        .bind(limit.map(i64::from))
        .fetch_all(self.pool())
        .await?;
        let mut found: Vec<CheckpointRow> = Vec::new();
        for row in &rows {
            let size = row.count("size")?;
            let signature = signature(row)?;
            match found.last_mut().filter(|last| last.size == size) {
                Some(last) => last.signatures.push(signature),
                None => found.push(CheckpointRow {
                    size,
                    root: row.try_get("root")?,
                    signed_seq: row.count("signed_seq")?,
                    signatures: vec![signature],
                }),
            }
        }
        Ok(found)
    }

    /// Whether this operator may cosign a checkpoint: `ok`, or the code of the refusal.
    pub async fn may_cosign(&self, size: u64, operator: OperatorId) -> Result<String, RegisterError> {
        let answer = sqlx::query_scalar("SELECT custody.may_cosign($1, $2)").bind(bigint(size)).bind(operator.0);
        Ok(answer.fetch_one(self.pool()).await?)
    }

    /// Nodes of the ledger's tree, in the order in which they were asked for, as far as there are any.
    pub async fn tree_nodes(&self, places: &[NodePlace]) -> Result<Vec<(NodePlace, [u8; 32])>, RegisterError> {
        let levels: Vec<i32> = places.iter().map(|place| i32::try_from(place.0).unwrap_or(i32::MAX)).collect();
        let indexes: Vec<i64> = places.iter().map(|place| bigint(place.1)).collect();
        let rows = sqlx::query(
            "SELECT p.nth, coalesce(n.hash, sha256('\\x00'::bytea || e.hash)) AS hash
             FROM unnest($1::int[], $2::bigint[]) WITH ORDINALITY AS p (level, index, nth)
             LEFT JOIN custody.ledger_node AS n ON n.level = p.level AND n.index = p.index
             LEFT JOIN custody.ledger_entry AS e ON p.level = 0 AND e.seq = p.index + 1
             WHERE n.hash IS NOT NULL OR e.hash IS NOT NULL ORDER BY p.nth",
        )
        .bind(levels)
        .bind(indexes)
        .fetch_all(self.pool())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let nth = usize::try_from(row.count("nth")?).ok();
            if let Some(place) = nth.and_then(|nth| places.get(nth.checked_sub(1)?)) {
                found.push((*place, row.try_get("hash")?));
            }
        }
        Ok(found)
    }

    /// The records with these numbers, ascending.
    pub async fn ledger_records_of(&self, numbers: &[u64]) -> Result<Vec<LedgerRecord>, RegisterError> {
        let numbers: Vec<i64> = numbers.iter().map(|number| bigint(*number)).collect();
        let rows = sqlx::query(
            "SELECT seq, entry, signatures, hash FROM custody.ledger_entry WHERE seq = ANY ($1) ORDER BY seq",
        )
        .bind(numbers)
        .fetch_all(self.pool())
        .await?;
        let record = |row: PgRow| {
            Ok(LedgerRecord {
                seq: row.count("seq")?,
                entry: row.try_get("entry")?,
                signatures: row.try_get("signatures")?,
                hash: row.try_get("hash")?,
            })
        };
        rows.into_iter().map(record).collect()
    }

    /// The keys that a tenant has or had.
    pub async fn all_keys_of_tenant(&self, tenant: TenantId) -> Result<Vec<KeyId>, RegisterError> {
        let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM custody.key WHERE tenant = $1 ORDER BY id")
            .bind(tenant.0)
            .fetch_all(self.pool())
            .await?;
        Ok(ids.into_iter().map(KeyId).collect())
    }

    /// Entries that changed the state of one of these keys, among them those that brought many keys at once.
    pub async fn entries_of_keys(&self, keys: &[Uuid]) -> Result<Vec<u64>, RegisterError> {
        let query = "SELECT DISTINCT seq FROM custody.state_transition WHERE key = ANY ($1) ORDER BY seq";
        let rows = sqlx::query(query).bind(keys).fetch_all(self.pool()).await?;
        Ok(rows.iter().map(|row| row.count("seq")).collect::<Result<_, _>>()?)
    }

    /// Requests of which one of these keys or tenants is a target.
    pub async fn requests_with_targets(&self, targets: &[Uuid]) -> Result<Vec<RequestId>, RegisterError> {
        let query = "SELECT DISTINCT request FROM custody.request_target WHERE key = ANY ($1) ORDER BY request";
        let ids: Vec<Uuid> = sqlx::query_scalar(query).bind(targets).fetch_all(self.pool()).await?;
        Ok(ids.into_iter().map(RequestId).collect())
    }

    /// The plan of a request, as it was signed.
    pub async fn plan_of(&self, request: Uuid) -> Result<Option<Vec<u8>>, RegisterError> {
        let query = sqlx::query_scalar("SELECT plan FROM custody.request WHERE id = $1").bind(request);
        Ok(query.fetch_optional(self.pool()).await?)
    }
}

fn signature(row: &PgRow) -> Result<CheckpointSignatureRow, sqlx::Error> {
    Ok(CheckpointSignatureRow {
        operator: row.id("operator", OperatorId)?,
        device: row.try_get("device")?,
        seconds: row.count_maybe("seconds")?,
        signature: row.try_get("signature")?,
        at: row.at("signed_at")?,
        seq: row.count("seq")?,
    })
}
