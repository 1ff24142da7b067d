//! One entry's place under a checkpoint, computed here from the entry's own bytes.

use ledger::{Fault, GENESIS, Hash, link};
use register::CHECKPOINTS_PAGE_MAX;
use transparency::{
    Checkpoint, SignedCheckpoint, TlogProof, leaf, places_for_inclusion, prove_inclusion, root_from_path,
};

use super::checkpoints::KnownCheckpoint;
use super::error::ProofError;
use super::grown::broken;
use crate::console::Console;

/// The proof of one entry.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// Its number.
    pub number: u64,
    /// The checkpoint that it is under, with the signatures that hold; `None` while it is under none that anybody signed: then it is
    /// proven against the ledger as the register shows it now.
    pub under: Option<KnownCheckpoint>,
    /// What was proven, as other tools read it.
    pub proof: TlogProof,
    /// Whether the path leads from the entry, hashed again here, to the checkpoint's root.
    pub holds: bool,
}

impl Console {
    /// Proves an entry: against the smallest signed checkpoint that covers it, or against the ledger as it is now.
    ///
    /// # Errors
    /// [`ProofError::NoEntry`]; [`ProofError::Nodes`] when the register's tree is not whole.
    pub async fn prove_entry(&self, number: u64) -> Result<Inclusion, ProofError> {
        let (head, _) = self.register.head().await?;
        if number == 0 || number > head {
            return Err(ProofError::NoEntry { number });
        }
        let covers = |known: &KnownCheckpoint| {
            (number..=head).contains(&known.size()) && known.signatures.iter().any(|it| it.holds)
        };
        let mut known = self.checkpoints(CHECKPOINTS_PAGE_MAX).await?;
        known.retain(covers);
        let under = known.into_iter().min_by_key(KnownCheckpoint::size);
        let checkpoint = match &under {
            Some(known) => known.note.clone(),
            None => {
                let root = self.register_root(head).await?;
                SignedCheckpoint::unsigned(Checkpoint::new(&self.origin(), head, root)?)?
            }
        };
        let (index, size) = (number.saturating_sub(1), checkpoint.checkpoint().size());
        let places = places_for_inclusion(index, size).map_err(|_no_leaf| ProofError::Nodes)?;
        let nodes = self.nodes(&places).await?;
        let path = prove_inclusion(&nodes, index, size).map_err(|_missing| ProofError::Nodes)?;
        let leaf = leaf(&self.chain_hash_again(number).await?);
        let holds = root_from_path(&leaf, index, size, &path).as_ref() == Some(checkpoint.checkpoint().root());
        Ok(Inclusion { number, under, proof: TlogProof { index, path, checkpoint }, holds })
    }

    /// The chain hash that follows from an entry's bytes and from the one before it, whatever is stored beside it.
    async fn chain_hash_again(&self, number: u64) -> Result<Hash, ProofError> {
        let before = number.saturating_sub(1);
        let rows = self.register.ledger_records_of(&[before, number]).await?;
        let find = |wanted: u64| rows.iter().find(|row| row.seq == wanted);
        let missing = |number: u64| broken(Fault::Gap { expected: number, found: number.saturating_add(1) });
        let previous = match before {
            0 => GENESIS,
            before => find(before).ok_or_else(|| missing(before))?.hash,
        };
        let row = find(number).ok_or_else(|| missing(number))?;
        Ok(link(&previous, &row.entry, &row.signatures))
    }
}
