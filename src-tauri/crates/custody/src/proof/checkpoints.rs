//! Making, cosigning and reading checkpoints. Formats: `docs/formats/checkpoint.md`.

use domain::{OperatorId, Timestamp};
use keychain::LedgerTree;
use ledger::{Hash, PublicKey, verify_signature};
use register::{CHECKPOINTS_PAGE_MAX, CheckpointRow, CheckpointSignatureRow, Receipt};
use transparency::{Checkpoint, CheckpointError, Note, NoteSignature, SignedCheckpoint, log_key, origin, reviewer_key};

use super::error::ProofError;
use super::grown::{keepsake, restore};
use crate::author::{Act, Author};
use crate::console::Console;

/// A checkpoint in the register, with those of its signatures that hold.
#[derive(Debug, Clone)]
pub struct KnownCheckpoint {
    /// The note, as it is published.
    pub note: SignedCheckpoint,
    /// Entry by which it was made.
    pub signed_seq: u64,
    /// Who signed it, also those whose signature does not hold.
    pub signatures: Vec<KnownSignature>,
}

/// One person's signature under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSignature {
    /// Who.
    pub operator: OperatorId,
    /// The id of their device key.
    pub device: [u8; 32],
    /// Whether they cosigned it; otherwise they made it.
    pub is_review: bool,
    /// When.
    pub at: Timestamp,
    /// Its entry.
    pub seq: u64,
    /// Whether it verifies with a device key that the ledger certifies for them.
    pub holds: bool,
}

/// A checkpoint that was looked at, and what this computer shall keep of it from now on.
#[derive(Debug, Clone)]
pub struct Checkpointed {
    /// Number of its last entry.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// Its tree, for the keychain.
    pub keep: LedgerTree,
    /// How many entries the ledger has by now, all of them verified, and the chain hash of the last.
    pub verified: (u64, Hash),
    /// The act that was done, if one was.
    pub receipt: Option<Receipt>,
}

impl KnownCheckpoint {
    /// Number of its last entry.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.note.checkpoint().size()
    }
}

impl Console {
    /// The name of this ledger in its checkpoints.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(self.custody.id.0, self.custody.environment.word())
    }

    /// Looks at the ledger as it is now, for a checkpoint of it that somebody is about to make.
    ///
    /// # Errors
    /// [`ProofError::Alarm`] when the ledger does not grow from what is kept.
    pub async fn look(&self, kept: Option<&LedgerTree>) -> Result<Checkpointed, ProofError> {
        self.look_at(kept, None).await
    }

    /// Makes a checkpoint of the ledger as it is now, under a device key.
    ///
    /// # Errors
    /// [`ProofError::Alarm`] when the ledger does not grow from what is kept; refused to others than Security and DevOps.
    pub async fn sign_checkpoint(
        &self,
        device: &Author,
        kept: Option<&LedgerTree>,
    ) -> Result<Checkpointed, ProofError> {
        let seen = self.look(kept).await?;
        self.sign_seen(device, seen).await
    }

    /// Makes the checkpoint that was shown, whatever has been written since.
    ///
    /// # Errors
    /// [`ProofError::NotThisLedger`] when the ledger has another root at that size by now.
    pub async fn sign_checkpoint_of(
        &self,
        device: &Author,
        kept: Option<&LedgerTree>,
        shown: (u64, Hash),
    ) -> Result<Checkpointed, ProofError> {
        let (size, root) = shown;
        let seen = self.look_at(kept, Some(size)).await?;
        if seen.root != root {
            return Err(ProofError::NotThisLedger { size });
        }
        self.sign_seen(device, seen).await
    }

    async fn look_at(&self, kept: Option<&LedgerTree>, size: Option<u64>) -> Result<Checkpointed, ProofError> {
        let kept = kept.map(restore).transpose()?;
        let wanted: Vec<u64> = size.into_iter().collect();
        let grown = self.grown(kept.as_ref(), &wanted).await?;
        let size = size.unwrap_or(grown.entries);
        let tree = grown.trees.get(&size).ok_or(ProofError::Unknown)?;
        let verified = (grown.entries, grown.head);
        Ok(Checkpointed { size, root: tree.root(), keep: keepsake(tree), verified, receipt: None })
    }

    async fn sign_seen(&self, device: &Author, seen: Checkpointed) -> Result<Checkpointed, ProofError> {
        let checkpoint = Checkpoint::new(&self.origin(), seen.size, seen.root)?;
        let signature = device.sign(checkpoint.encode().as_bytes());
        let entry = self.entry(device, about("checkpoint.signed", seen.size, &seen.root, &signature)).await?;
        let receipt = self.register.sign_checkpoint(entry.as_act()).await?;
        Ok(Checkpointed { receipt: Some(receipt), ..seen })
    }

    /// Cosigns the newest checkpoint under a device key: of all that this computer knows it is the largest, and it grew from the others.
    ///
    /// # Errors
    /// [`ProofError::Alarm`] when the ledger does not grow from what is kept; refused as `same_person` to who made the checkpoint, as
    /// `already_signed` the second time.
    pub async fn cosign_checkpoint(
        &self,
        device: &Author,
        kept: Option<&LedgerTree>,
    ) -> Result<Checkpointed, ProofError> {
        let seen = self.see_checkpoint(kept).await?.ok_or(ProofError::Unknown)?;
        let checkpoint = Checkpoint::new(&self.origin(), seen.size, seen.root)?;
        let now = self.now().await?;
        // The register reads the time out of the entry.
        let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
        let signature = device.sign(cosigned(&checkpoint, seconds).as_bytes());
        let entry = device.write(about("checkpoint.cosigned", seen.size, &seen.root, &signature), now);
        let receipt = self.register.cosign_checkpoint(entry.as_act()).await?;
        Ok(Checkpointed { receipt: Some(receipt), ..seen })
    }

    /// Looks at the newest checkpoint in the register: that it is one of the ledger that was verified here, which grows from what is
    /// kept. `None` where there is no checkpoint yet.
    ///
    /// # Errors
    /// [`ProofError::Alarm`]; [`ProofError::NotThisLedger`]; [`ProofError::Older`] when this computer keeps a later one.
    pub async fn see_checkpoint(&self, kept: Option<&LedgerTree>) -> Result<Option<Checkpointed>, ProofError> {
        let kept = kept.map(restore).transpose()?;
        let newest = self.register.checkpoints(1).await?.pop();
        let sizes: Vec<u64> = newest.iter().map(|row| row.size).collect();
        // Also without a checkpoint to look at: what is kept must still be there.
        let grown = self.grown(kept.as_ref(), &sizes).await?;
        let Some(row) = newest else { return Ok(None) };
        let size = row.size;
        if let Some(kept) = kept.map(|kept| kept.size()).filter(|kept| *kept > size) {
            return Err(ProofError::Older { size, kept });
        }
        let tree = grown.trees.get(&size).filter(|tree| tree.root() == row.root);
        let tree = tree.ok_or(ProofError::NotThisLedger { size })?;
        Ok(Some(Checkpointed {
            size,
            root: row.root,
            keep: keepsake(tree),
            verified: (grown.entries, grown.head),
            receipt: None,
        }))
    }

    /// The newest checkpoints, newest first, each signature checked with keys that the ledger certifies.
    ///
    /// # Errors
    /// [`ProofError`], by cause.
    pub async fn checkpoints(&self, most: u32) -> Result<Vec<KnownCheckpoint>, ProofError> {
        self.witness.catch_up(&self.register).await?;
        let rows = self.register.checkpoints(most.min(CHECKPOINTS_PAGE_MAX)).await?;
        let mut known = Vec::with_capacity(rows.len());
        for row in rows {
            known.push(self.known(row).await?);
        }
        Ok(known)
    }

    async fn known(&self, row: CheckpointRow) -> Result<KnownCheckpoint, ProofError> {
        let checkpoint = Checkpoint::new(&self.origin(), row.size, row.root)?;
        let mut note = Note::new(checkpoint.encode()).map_err(CheckpointError::from)?;
        let mut signatures = Vec::with_capacity(row.signatures.len());
        for given in row.signatures {
            let holder = (given.operator, given.device);
            let facts = self.witness.signers_then(&[holder], given.at).await;
            let line = facts.get(&holder).and_then(|facts| line_of(&checkpoint, &given, &facts.public_key));
            signatures.push(KnownSignature {
                operator: given.operator,
                device: given.device,
                is_review: given.seconds.is_some(),
                at: given.at,
                seq: given.seq,
                holds: line.is_some(),
            });
            if let Some(line) = line {
                note.add(line).map_err(CheckpointError::from)?;
            }
        }
        let note = if note.signatures().is_empty() { checkpoint.encode() } else { note.encode() };
        Ok(KnownCheckpoint { note: SignedCheckpoint::parse(note.as_bytes())?, signed_seq: row.signed_seq, signatures })
    }
}

/// The line under the note, if the signature holds.
fn line_of(checkpoint: &Checkpoint, given: &CheckpointSignatureRow, public_key: &PublicKey) -> Option<NoteSignature> {
    let text = checkpoint.encode();
    let (key, message, bytes) = match given.seconds {
        None => (log_key(checkpoint.origin(), public_key).ok()?, text, given.signature.to_vec()),
        Some(seconds) => (
            reviewer_key(checkpoint.origin(), public_key).ok()?,
            cosigned(checkpoint, seconds),
            [seconds.to_be_bytes().as_slice(), &given.signature].concat(),
        ),
    };
    verify_signature(public_key, message.as_bytes(), &given.signature).ok()?;
    Some(NoteSignature::of(&key, bytes))
}

/// What a cosignature signs.
pub(crate) fn cosigned(checkpoint: &Checkpoint, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{}", checkpoint.encode())
}

fn about(verb: &'static str, size: u64, root: &Hash, signature: &[u8; 64]) -> Act {
    Act::new(verb, "checkpoint", size).with("root", hex::encode(root)).with("signature", hex::encode(signature))
}
