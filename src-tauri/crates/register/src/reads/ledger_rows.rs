//! The ledger's rows with everything that stands beside an entry: for a verification of the table itself, which believes no column.

use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use sqlx::Row as _;
use uuid::Uuid;

use super::cells::{Cells as _, POSTGRES_EPOCH_MICROS, bigint};
use super::checkpoints::NodePlace;
use super::copy::CopyRows;
use super::ledger::{LedgerRecord, ranges};
use crate::{Register, RegisterError};

/// Levels that the tree's table may have, beginning with 1.
const LEVELS: u32 = 62;

/// What a row repeats of its entry for filters, and when the register says that it came. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// The entry's own id.
    pub entry_id: Uuid,
    /// By the register's clock.
    pub recorded_at: i64,
    /// By the writer's.
    pub entry_time: i64,
    /// Who acted.
    pub actor: Uuid,
    /// The key of the first signature.
    pub key_id: Vec<u8>,
    /// What was done.
    pub verb: Vec<u8>,
    /// To what kind of thing.
    pub subject_kind: Vec<u8>,
    /// To which.
    pub subject: Vec<u8>,
    /// Why.
    pub purpose: Vec<u8>,
}

/// Rows with consecutive numbers, as far as there are any, and the nodes of the tree that their entries complete.
#[derive(Debug, Clone, Default)]
pub struct LedgerPart {
    /// The entries, with what proves them.
    pub records: Vec<LedgerRecord>,
    /// What stands beside each of them.
    pub beside: Vec<Beside>,
    /// Nodes above the leaves, as far as the register has them.
    pub nodes: Vec<(NodePlace, [u8; 32])>,
}

/// Where the register says that the ledger ends, and where its tables do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEnd {
    /// Number in the head.
    pub seq: u64,
    /// Chain hash in the head; none where there is no head.
    pub hash: Vec<u8>,
    /// Number of the last row.
    pub last: u64,
    /// How many nodes each level of the tree has, beginning with level 1, as their highest index says.
    pub nodes: Vec<u64>,
}

impl Register {
    /// Where the ledger ends, seen at one moment.
    pub async fn ledger_end(&self) -> Result<LedgerEnd, RegisterError> {
        let row = sqlx::query(
            "SELECT coalesce(h.seq, 0) AS seq, coalesce(h.hash, '') AS hash,
                    (SELECT coalesce(max(e.seq), 0) FROM custody.ledger_entry AS e) AS last,
                    ARRAY(SELECT coalesce((SELECT max(n.index) + 1 FROM custody.ledger_node AS n WHERE n.level = l.level), 0)
                          FROM generate_series(1, $1) AS l (level) ORDER BY l.level) AS nodes
             FROM (SELECT) AS one LEFT JOIN custody.head AS h ON true",
        )
        .bind(i32::try_from(LEVELS).unwrap_or(i32::MAX))
        .fetch_one(self.pool())
        .await?;
        let nodes: Vec<i64> = row.try_get("nodes")?;
        let nodes = nodes.into_iter().map(|count| u64::try_from(count).unwrap_or(0)).collect();
        Ok(LedgerEnd { seq: row.count("seq")?, hash: row.try_get("hash")?, last: row.count("last")?, nodes })
    }

    /// All rows up to number `to`, in order and in parts, with the nodes that their entries complete.
    pub fn ledger_parts(&self, to: u64) -> impl Stream<Item = Result<LedgerPart, RegisterError>> + use<> {
        let register = self.clone();
        let parts = ranges(1, to).map(move |(first, last)| {
            let register = register.clone();
            // A task of its own: a reader who leaves must not leave a half-read connection to the next one.
            let copied = tokio::spawn(async move { register.copy_part(first, last).await });
            async move { copied.await.unwrap_or(Err(RegisterError::Unavailable(sqlx::Error::WorkerCrashed))) }
        });
        // The next part is on its way while this one is looked at.
        stream::iter(parts).buffered(2)
    }

    async fn copy_part(&self, first: u64, last: u64) -> Result<LedgerPart, RegisterError> {
        let mut part = LedgerPart::default();
        // Numbers only: nothing in these statements comes from a person. COPY takes no bind parameters.
        let rows = format!(
            "COPY (SELECT seq, entry, signatures, hash, entry_id, recorded_at, entry_time, actor, key_id, verb, subject_kind, subject, purpose
                   FROM custody.ledger_entry WHERE seq BETWEEN {} AND {} ORDER BY seq) TO STDOUT (FORMAT binary)",
            bigint(first),
            bigint(last)
        );
        self.copy(&rows).await?.read(|fields: [&[u8]; 13]| {
            let [seq, entry, signatures, hash, rest @ ..] = fields;
            let [entry_id, recorded_at, entry_time, actor, key_id, verb, subject_kind, subject, purpose] = rest;
            part.records.push(LedgerRecord {
                seq: i64::from_be_bytes(seq.try_into()?).try_into()?,
                entry: entry.to_vec(),
                signatures: signatures.to_vec(),
                hash: hash.try_into()?,
            });
            part.beside.push(Beside {
                entry_id: Uuid::from_slice(entry_id)?,
                recorded_at: micros(recorded_at)?,
                entry_time: micros(entry_time)?,
                actor: Uuid::from_slice(actor)?,
                key_id: key_id.to_vec(),
                verb: verb.to_vec(),
                subject_kind: subject_kind.to_vec(),
                subject: subject.to_vec(),
                purpose: purpose.to_vec(),
            });
            Ok(())
        })?;
        if let Some(nodes) = nodes_completed(first, last) {
            self.copy(&nodes).await?.read(|[level, index, hash]| {
                let level = u32::try_from(i32::from_be_bytes(level.try_into()?))?;
                let index = u64::try_from(i64::from_be_bytes(index.try_into()?))?;
                part.nodes.push(((level, index), hash.try_into()?));
                Ok(())
            })?;
        }
        Ok(part)
    }

    /// What a `COPY … TO STDOUT` sends.
    pub(super) async fn copy(&self, statement: &str) -> Result<CopyRows, RegisterError> {
        let mut connection = self.pool().acquire().await?;
        let mut chunks = connection.copy_out_raw(statement).await?;
        let mut rows = CopyRows::default();
        while let Some(chunk) = chunks.try_next().await? {
            rows.push(&chunk);
        }
        Ok(rows)
    }
}

/// A copy of the nodes that the entries `first` to `last` complete: on each level those whose last leaf is one of theirs.
fn nodes_completed(first: u64, last: u64) -> Option<String> {
    let before = first.saturating_sub(1);
    let levels = (1..=LEVELS).filter(|level| before >> level < last >> level);
    let nodes = |level: u32| {
        let (from, to) = (bigint(before >> level), bigint(last >> level));
        format!(
            "SELECT level, index, hash FROM custody.ledger_node WHERE level = {level} AND index >= {from} AND index < {to}"
        )
    };
    let parts: Vec<String> = levels.map(nodes).collect();
    (!parts.is_empty()).then(|| format!("COPY ({}) TO STDOUT (FORMAT binary)", parts.join(" UNION ALL ")))
}

fn micros(field: &[u8]) -> Result<i64, std::array::TryFromSliceError> {
    Ok(i64::from_be_bytes(field.try_into()?).saturating_add(POSTGRES_EPOCH_MICROS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_is_read_with_the_entry_that_completes_it() {
        assert_eq!(nodes_completed(1, 1), None);
        assert_eq!(nodes_completed(5, 5), None);
        let all = nodes_completed(1, 4).unwrap_or_default();
        assert!(all.contains("level = 1 AND index >= 0 AND index < 2"), "{all}");
        assert!(all.contains("level = 2 AND index >= 0 AND index < 1") && !all.contains("level = 3"), "{all}");
        let upper = nodes_completed(8, 8).unwrap_or_default();
        for node in ["level = 1 AND index >= 3 AND index < 4", "level = 3 AND index >= 0 AND index < 1"] {
            assert!(upper.contains(node), "{upper}");
        }
    }
}
