//! The ledger as it was written: for verification, which trusts nothing but these bytes.

use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use sqlx::Row as _;

use super::cells::{Cells as _, bigint};
use crate::{Register, RegisterError};

/// Entries in one page of a stream: some megabytes, so that the round trip no longer counts.
const PAGE: u64 = 4_096;

/// An entry with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRecord {
    /// Its number, from 1.
    pub seq: u64,
    /// The entry's canonical bytes.
    pub entry: Vec<u8>,
    /// Its signature block.
    pub signatures: Vec<u8>,
    /// Its chain hash.
    pub hash: [u8; 32],
}

impl Register {
    /// Records from number `from` on, in order, at most `limit`.
    pub async fn ledger_records(&self, from: u64, limit: u32) -> Result<Vec<LedgerRecord>, RegisterError> {
        let rows = sqlx::query(
            "SELECT seq, entry, signatures, hash FROM custody.ledger_entry WHERE seq >= $1 ORDER BY seq LIMIT $2",
        )
        .bind(bigint(from))
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(LedgerRecord {
                seq: row.count("seq")?,
                entry: row.try_get("entry")?,
                signatures: row.try_get("signatures")?,
                hash: row.try_get("hash")?,
            });
        }
        Ok(found)
    }

    /// Records `from` to `to`, both included, in order: for whole ledgers. Ends where the ledger ends.
    pub fn ledger_stream(&self, from: u64, to: u64) -> impl Stream<Item = Result<LedgerRecord, RegisterError>> + use<> {
        let register = self.clone();
        let ranges = async move {
            let (head, _) = register.head().await?;
            let pages = ranges(from, to.min(head)).map(move |(first, last)| {
                let register = register.clone();
                // A task of its own: a reader who leaves must not leave a half-read connection to the next one.
                let copied = tokio::spawn(async move { register.copy_records(first, last).await });
                async move { copied.await.unwrap_or(Err(RegisterError::Unavailable(sqlx::Error::WorkerCrashed))) }
            });
            // The next page is on its way while this one is looked at.
            Ok::<_, RegisterError>(stream::iter(pages).buffered(2))
        };
        stream::once(ranges).try_flatten().map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten()
    }

    /// One page by `COPY`, several times as fast as rows. Entries never change, so pages of one ledger fit together.
    async fn copy_records(&self, first: u64, last: u64) -> Result<Vec<LedgerRecord>, RegisterError> {
        // Numbers only: nothing in this statement comes from a person. COPY takes no bind parameters.
        let statement = format!(
            "COPY (SELECT seq, entry, signatures, hash FROM custody.ledger_entry WHERE seq BETWEEN {} AND {} ORDER BY seq)
             TO STDOUT (FORMAT binary)",
            bigint(first),
            bigint(last)
        );
        let rows = self.copy(&statement).await?;
        let mut found = Vec::new();
        rows.read(|[seq, entry, signatures, hash]| {
            let seq = i64::from_be_bytes(seq.try_into()?);
            found.push(LedgerRecord {
                seq: seq.try_into()?,
                entry: entry.to_vec(),
                signatures: signatures.to_vec(),
                hash: hash.try_into()?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// Number and hash of the last entry; number 0 before the founding.
    pub async fn head(&self) -> Result<(u64, [u8; 32]), RegisterError> {
        let row = sqlx::query("SELECT seq, hash FROM custody.head").fetch_one(self.pool()).await?;
        Ok((row.count("seq")?, row.try_get("hash")?))
    }
}

/// Pages of the numbers `from` to `to`.
pub(super) fn ranges(from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> {
    let first = move |page: &u64| page.checked_add(PAGE).filter(|next| *next <= to);
    let start = (from.max(1) <= to).then_some(from.max(1));
    std::iter::successors(start, first).map(move |first| (first, first.saturating_add(PAGE - 1).min(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_every_number_once() {
        let covered = |from, to| ranges(from, to).flat_map(|(first, last)| first..=last).collect::<Vec<u64>>();
        assert_eq!(covered(0, 3), [1, 2, 3]);
        assert_eq!(covered(7, 7), [7]);
        assert_eq!(covered(5, 4), [0; 0]);
        assert_eq!(covered(1, 3 * PAGE + 1), (1..=3 * PAGE + 1).collect::<Vec<_>>());
        assert_eq!(covered(1, 2 * PAGE), (1..=2 * PAGE).collect::<Vec<_>>());
    }
}
