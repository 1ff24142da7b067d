//! Writing bundles: the ledger, or a part of it, in one file that others verify alone. Format: `docs/formats/bundle.md`.

use std::collections::BTreeSet;
use std::io::Write;

use futures::StreamExt as _;
use keychain::LedgerTree;
use ledger::{Entry, Fault, GENESIS, Hash, Record, SignatureBlock};
use register::LedgerRecord;
use transparency::bundle::{CHECKPOINTS_MAX, Chooser, Header, Linked, Proven, Selection, Writer};
use transparency::{
    Checkpoint, Place, SignedCheckpoint, Tree, places_for_consistency, places_for_inclusion, prove_consistency,
    prove_inclusion,
};
use uuid::Uuid;

use super::error::{Alarm, ProofError};
use super::grown::{broken, restore};
use crate::console::Console;

/// Chosen entries that are fetched together, with the nodes of all their proofs.
const FETCH: usize = 100;
/// How many entries are written between two words to whoever watches.
const WATCH_EVERY: u64 = 5_000;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// How many entries.
    pub entries: u64,
    /// Number of the newest checkpoint's last entry.
    pub size: u64,
    /// The checkpoint that this computer keeps and the bundle holds, if there is one.
    pub remembered: Option<Checkpoint>,
}

impl Console {
    /// Writes a bundle, in constant memory for a whole ledger. Its entries are the register's word: whoever gives the file away verifies
    /// it first, with the pinned founding and with [`Exported::remembered`].
    ///
    /// # Errors
    /// [`ProofError::Alarm`] when the ledger does not grow from what is kept.
    pub async fn export<W: Write + Send>(
        &self,
        selection: Selection,
        kept: Option<&LedgerTree>,
        out: W,
        watch: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Exported, ProofError> {
        let size = self.witness.catch_up(&self.register).await?.entries;
        if let Selection::Entry(number) = selection
            && (number == 0 || number > size)
        {
            return Err(ProofError::NoEntry { number });
        }
        let kept = kept.map(restore).transpose()?;
        let checkpoints = self.linked(kept.as_ref(), size).await?;
        let header = Header {
            custody: self.custody.id.0,
            environment: self.custody.environment.word().to_owned(),
            made_at: self.now().await?.micros(),
            selection,
        };
        let writer = Writer::begin(out, &header, &checkpoints)?;
        let entries = match selection {
            Selection::Whole => self.write_all(writer, size, watch).await?,
            _ => self.write_chosen(writer, selection, size, watch).await?,
        };
        let remembered = match kept {
            Some(kept) => Some(Checkpoint::new(&self.origin(), kept.size(), kept.root())?),
            None => None,
        };
        Ok(Exported { entries, size, remembered })
    }

    /// The newest checkpoints that people signed, the one that is kept, and the ledger as it is now, each with its proof.
    async fn linked(&self, kept: Option<&Tree>, size: u64) -> Result<Vec<Linked>, ProofError> {
        let newest = Checkpoint::new(&self.origin(), size, self.register_root(size).await?)?;
        let room = u32::try_from(CHECKPOINTS_MAX.saturating_sub(2)).unwrap_or(1);
        let known = self.checkpoints(room).await?.into_iter().filter(|known| known.size() < size);
        let mut found: Vec<SignedCheckpoint> = known.map(|known| known.note).collect();
        if let Some(kept) = kept {
            if kept.size() > size {
                return Err(Alarm::Shorter { kept: kept.size(), now: size }.into());
            }
            let checkpoint = Checkpoint::new(&self.origin(), kept.size(), kept.root())?;
            if checkpoint.size() < size && !found.iter().any(|known| *known.checkpoint() == checkpoint) {
                // Another one of the same size contradicts what is kept, which is what is believed.
                found.retain(|known| known.checkpoint().size() != checkpoint.size());
                found.push(SignedCheckpoint::unsigned(checkpoint)?);
            }
        }
        found.sort_by_key(|signed| signed.checkpoint().size());
        let mut linked = Vec::with_capacity(found.len().saturating_add(1));
        for checkpoint in found {
            let older = checkpoint.checkpoint().size();
            let path = self.consistency(older, size).await?;
            if checkpoint.checkpoint().grows_to(&newest, &path).is_err() {
                return Err(match kept.filter(|kept| kept.size() == older) {
                    Some(kept) => self.where_it_forks(kept, size).await?,
                    None => ProofError::NotThisLedger { size: older },
                });
            }
            linked.push(Linked { checkpoint, path });
        }
        linked.push(Linked { checkpoint: SignedCheckpoint::unsigned(newest)?, path: Vec::new() });
        Ok(linked)
    }

    /// The root that the register's nodes say; what is written under it shows whether that is so.
    pub(super) async fn register_root(&self, size: u64) -> Result<Hash, ProofError> {
        let bits = (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1);
        let places: Vec<Place> = bits.map(|level| Place { level, index: (size >> level).saturating_sub(1) }).collect();
        let nodes = self.nodes(&places).await?;
        let peaks: Vec<Hash> = places.iter().filter_map(|place| nodes.get(place).copied()).collect();
        Ok(Tree::restore(size, &peaks).ok_or(ProofError::Nodes)?.root())
    }

    async fn consistency(&self, older: u64, newer: u64) -> Result<Vec<Hash>, ProofError> {
        let places = places_for_consistency(older, newer).map_err(|_sizes| ProofError::Nodes)?;
        let nodes = self.nodes(&places).await?;
        prove_consistency(&nodes, older, newer).map_err(|_missing| ProofError::Nodes)
    }

    async fn write_all<W: Write + Send>(
        &self,
        mut writer: Writer<W>,
        size: u64,
        watch: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<u64, ProofError> {
        let mut rows = std::pin::pin!(self.register.ledger_stream(1, size));
        while let Some(row) = rows.next().await {
            let record = record(row?);
            writer.entry(&record)?;
            self.write_plan(&mut writer, &read(&record)?.0).await?;
            if record.number.is_multiple_of(WATCH_EVERY) {
                watch(record.number, size);
            }
        }
        watch(size, size);
        writer.end()?;
        Ok(size)
    }

    /// What a request's entry was about rides along, so that the reader sees what people signed.
    async fn write_plan<W: Write + Send>(&self, writer: &mut Writer<W>, entry: &Entry) -> Result<(), ProofError> {
        let is_request = entry.verb == "request.submitted";
        let Some(request) = Uuid::parse_str(&entry.subject.name).ok().filter(|_| is_request) else { return Ok(()) };
        if let Some(plan) = self.register.plan_of(request).await? {
            writer.plan(&plan)?;
        }
        Ok(())
    }

    async fn write_chosen<W: Write + Send>(
        &self,
        mut writer: Writer<W>,
        selection: Selection,
        size: u64,
        watch: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<u64, ProofError> {
        let numbers: Vec<u64> = self.chosen(selection, size, watch).await?.into_iter().collect();
        for chunk in numbers.chunks(FETCH) {
            let before = chunk.iter().map(|number| number.saturating_sub(1));
            let with_previous: BTreeSet<u64> =
                chunk.iter().copied().chain(before).filter(|number| *number > 0).collect();
            let rows = self.register.ledger_records_of(&with_previous.into_iter().collect::<Vec<_>>()).await?;
            let records: Vec<Record> = rows.into_iter().map(record).collect();
            let mut places = BTreeSet::new();
            for number in chunk {
                places.extend(
                    places_for_inclusion(number.saturating_sub(1), size).map_err(|_no_leaf| ProofError::Nodes)?,
                );
            }
            let nodes = self.nodes(&places.into_iter().collect::<Vec<_>>()).await?;
            for number in chunk {
                let find = |wanted: u64| records.iter().find(|record| record.number == wanted);
                let missing = || broken(Fault::Gap { expected: *number, found: number.saturating_add(1) });
                let found = find(*number).ok_or_else(missing)?;
                let previous = match number.saturating_sub(1) {
                    0 => GENESIS,
                    before => find(before).ok_or_else(missing)?.hash,
                };
                let path =
                    prove_inclusion(&nodes, number.saturating_sub(1), size).map_err(|_missing| ProofError::Nodes)?;
                writer.proven(Proven { record: found, previous: &previous, path: &path })?;
                self.write_plan(&mut writer, &read(found)?.0).await?;
            }
        }
        writer.end()?;
        Ok(u64::try_from(numbers.len()).unwrap_or(u64::MAX))
    }

    /// Reads the whole ledger once to know what the selection holds, and whose keys signed it.
    async fn chosen(
        &self,
        selection: Selection,
        size: u64,
        watch: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<BTreeSet<u64>, ProofError> {
        let mut choice = self.choice(selection).await?;
        let mut chooser = Chooser::new();
        let mut rows = std::pin::pin!(self.register.ledger_stream(1, size));
        while let Some(row) = rows.next().await {
            let record = record(row?);
            let (entry, block) = read(&record)?;
            let wanted = choice.wants(record.number, &entry);
            chooser.see(record.number, &entry, &block, wanted);
            if record.number.is_multiple_of(WATCH_EVERY) {
                watch(record.number, size);
            }
        }
        watch(size, size);
        Ok(chooser.numbers())
    }
}

fn record(row: LedgerRecord) -> Record {
    Record { number: row.seq, entry: row.entry, signatures: row.signatures, hash: row.hash }
}

fn read(record: &Record) -> Result<(Entry, SignatureBlock), ProofError> {
    let number = record.number;
    let entry = Entry::decode(&record.entry).map_err(|source| broken(Fault::Entry { number, source }))?;
    let block =
        SignatureBlock::decode(&record.signatures).map_err(|source| broken(Fault::Signatures { number, source }))?;
    Ok((entry, block))
}
