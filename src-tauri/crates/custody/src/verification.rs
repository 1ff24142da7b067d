//! Verification of all of a ledger, and of everything that the register keeps beside it: as if this console had never read it.
//!
//! Entries prove themselves. What the register makes of them is for screens, filters and proofs, and a superuser can rewrite it without
//! touching an entry: columns, head, nodes of the tree, seals, checkpoints, people, observations. Each is held against the entries here, and the entry is named.

use std::collections::HashMap;

use futures::StreamExt as _;
use ledger::{Entry, Fault, Hash, Record, Said, SignatureBlock, Summary, Verifier};
use register::{Beside, LedgerEnd, LedgerPart, Register};
use transparency::{Place, Tree, leaf};

use crate::approvals::Approvals;
use crate::proof::Checkpoints;
use crate::retention::Observations;
use crate::witness::{Witness, WitnessError, record};

/// What a writer's clock may differ from the register's, in microseconds: the register takes no entry beyond that.
const SKEW_MICROS: u64 = 60 * 1_000_000;

impl Witness {
    /// Verifies all of the ledger anew, every hash and every signature, as if this console had never read it; that nothing it
    /// has read is missing; and that the register's columns, head, tree, seals, checkpoints, people and observations are those that the entries brought.
    /// `watch` is told how many entries were verified.
    ///
    /// # Errors
    /// [`WitnessError::Fault`] with the first bad entry.
    pub async fn verify_all(
        &self,
        register: &Register,
        watch: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Summary, WitnessError> {
        let mut pass = Pass::new(self.anew().await);
        let end = register.ledger_end().await?;
        let mut parts = std::pin::pin!(register.ledger_parts(end.seq));
        while let Some(part) = parts.next().await {
            pass.take(part?)?;
            watch(pass.verifier.summary().entries);
        }
        let Pass { verifier, approvals, checkpoints, observations, .. } = pass;
        verifier.may_end()?;
        ends_there(&end, &verifier.summary())?;
        if let Some(fault) = approvals.first_difference(register, verifier.summary().entries).await? {
            return Err(fault.into());
        }
        if let Some(fault) = checkpoints.first_difference(register, verifier.summary().entries).await? {
            return Err(fault.into());
        }
        if let Some(fault) = crate::people::first_difference(register, &verifier).await? {
            return Err(fault.into());
        }
        if let Some(fault) = observations.first_difference(register, verifier.summary().entries).await? {
            return Err(fault.into());
        }
        watch(verifier.summary().entries);
        Ok(verifier.summary())
    }
}

/// One pass over the ledger.
struct Pass {
    verifier: Verifier,
    tree: Tree,
    approvals: Approvals,
    checkpoints: Checkpoints,
    observations: Observations,
}

impl Pass {
    fn new(verifier: Verifier) -> Self {
        Self {
            verifier,
            tree: Tree::new(),
            approvals: Approvals::default(),
            checkpoints: Checkpoints::default(),
            observations: Observations::default(),
        }
    }

    /// Verifies a part: of what is wrong in it, the first is told.
    fn take(&mut self, part: LedgerPart) -> Result<(), Fault> {
        let LedgerPart { records, beside, nodes } = part;
        let nodes: HashMap<Place, Hash> =
            nodes.into_iter().map(|((level, index), hash)| (Place { level, index }, hash)).collect();
        let records: Vec<Record> = records.into_iter().map(record).collect();
        let Self { verifier, tree, approvals, checkpoints, observations } = self;
        let mut rows = records.iter().zip(&beside);
        let mut rewritten: Option<Fault> = None;
        let pushed = verifier.push_all(&records, &mut |said| {
            let (Said::Entry(entry), Some((record, beside))) = (said, rows.next()) else { return };
            if rewritten.is_some() {
                return;
            }
            approvals.learn(&entry, record);
            checkpoints.learn(&entry, record);
            let number = record.number;
            observations.learn(number, &entry);
            if !repeats(beside, &entry, record) {
                rewritten = Some(Fault::Row { number });
            } else if !grows(tree, &record.hash, &nodes) {
                rewritten = Some(Fault::Node { number });
            }
        });
        // What an entry said was verified before it was compared, so a row that differs comes before the fault.
        rewritten.map_or(pushed, Err)
    }
}

/// Whether the row says what the entry says. When it was recorded no entry says: only that it was within the clocks' tolerance.
fn repeats(beside: &Beside, entry: &Entry, record: &Record) -> bool {
    let signer = SignatureBlock::decode(&record.signatures).ok();
    let signer = signer.as_ref().and_then(|block| block.pairs().first()).map(|(key, _)| key.as_slice());
    beside.entry_id == entry.id
        && beside.entry_time == entry.time
        && beside.recorded_at.abs_diff(entry.time) <= SKEW_MICROS
        && beside.actor == entry.actor.id
        && signer == Some(beside.key_id.as_slice())
        && beside.verb == entry.verb.as_bytes()
        && beside.subject_kind == entry.subject.kind.as_bytes()
        && beside.subject == entry.subject.name.as_bytes()
        && beside.purpose == entry.purpose.as_bytes()
}

/// Adds the next leaf; whether the nodes that it completes are those that the register has.
fn grows(tree: &mut Tree, hash: &Hash, nodes: &HashMap<Place, Hash>) -> bool {
    let mut same = true;
    tree.push_each(leaf(hash), &mut |place, node| same &= place.level == 0 || nodes.get(&place) == Some(node));
    same
}

/// Whether the ledger ends where the head says, with nothing behind it, in any table.
fn ends_there(end: &LedgerEnd, read: &Summary) -> Result<(), Fault> {
    let LedgerEnd { seq, hash, last, nodes } = end;
    if last != seq || read.entries != *seq {
        return Err(Fault::Head { number: read.entries.min(*last).saturating_add(1) });
    }
    if *hash != read.head {
        return Err(Fault::Head { number: *seq });
    }
    // None is missing: each was compared. Those that are too many are under no entry.
    let more = |(level, count): (u32, &u64)| *count > seq.checked_shr(level).unwrap_or(0);
    if (1..).zip(nodes).any(more) { Err(Fault::Node { number: *seq }) } else { Ok(()) }
}
