//! Signing a review: the first lead signs the checkpoint that it reaches to, the second one cosigns it, both with the list's digest in the
//! same entry.

use domain::{RequestId, Role, Text};
use keychain::LedgerTree;
use transparency::{Checkpoint, CheckpointError};
use uuid::Uuid;

use super::{ReviewError, TransitionList};
use crate::author::{Act, Author};
use crate::console::Console;
use crate::proof::{Checkpointed, ProofError, cosigned, keepsake, restore};
use crate::request::reason_of;

const FINDING_CHARS_MAX: usize = 4_000;

/// What a finding becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// Nothing but these words.
    Note,
    /// An incident: the hold that keeps its evidence.
    Incident(Uuid),
    /// A request for an exception.
    Exception(RequestId),
}

/// What a reviewer found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry that it is about, where it is about one.
    pub about: Option<u64>,
    /// What it becomes.
    pub becomes: Becomes,
    /// In words.
    pub words: String,
}

/// What a reviewer says and as which lead.
#[derive(Debug, Clone, Copy)]
pub struct ReviewWords<'a> {
    /// Security or DevOps.
    pub role: Role,
    /// What they looked at.
    pub note: &'a str,
    /// What they found.
    pub findings: &'a [Finding],
}

impl Console {
    /// The checkpoint that a list reaches to, for people to see before they sign it.
    ///
    /// # Errors
    /// [`ReviewError`], by cause.
    pub async fn see_review(
        &self,
        kept: Option<&LedgerTree>,
        list: &TransitionList,
    ) -> Result<Checkpointed, ReviewError> {
        Ok(self.reviewed(kept, list).await?.1)
    }

    /// Signs a review of `list` as the first lead, under a device key.
    ///
    /// # Errors
    /// [`ReviewError`]: refused as `looks_missing` while an act within it waits for its second look, as `list_differs` where the register
    /// comes to another list, as `checkpoint_known` where a later checkpoint is there.
    pub async fn sign_review(
        &self,
        device: &Author,
        kept: Option<&LedgerTree>,
        list: &TransitionList,
        words: &ReviewWords<'_>,
    ) -> Result<Checkpointed, ReviewError> {
        let (checkpoint, seen) = self.reviewed(kept, list).await?;
        let signature = device.sign(checkpoint.encode().as_bytes());
        let act = said("review.signed", list, &seen, words, &signature)?;
        let entry = self.entry(device, act).await?;
        let receipt = self.register.sign_review(entry.as_act()).await?;
        Ok(Checkpointed { receipt: Some(receipt), ..seen })
    }

    /// Closes the review of `list` as the second lead, by cosigning its checkpoint under a device key.
    ///
    /// # Errors
    /// [`ReviewError`]: refused as `same_person` to the first lead, as `role_missing` without the other role, as `review_superseded`
    /// where a newer review was begun.
    pub async fn close_review(
        &self,
        device: &Author,
        kept: Option<&LedgerTree>,
        list: &TransitionList,
        words: &ReviewWords<'_>,
    ) -> Result<Checkpointed, ReviewError> {
        let (checkpoint, seen) = self.reviewed(kept, list).await?;
        let now = self.now().await?;
        // The register reads the time out of the entry.
        let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or(0);
        let signature = device.sign(cosigned(&checkpoint, seconds).as_bytes());
        let entry = device.write(said("review.cosigned", list, &seen, words, &signature)?, now);
        let receipt = self.register.cosign_review(entry.as_act()).await?;
        Ok(Checkpointed { receipt: Some(receipt), ..seen })
    }

    /// The checkpoint that a list reaches to, computed here, of a ledger that grows from what this computer keeps. What is kept may be
    /// newer: then all of the ledger is read, and must have both.
    async fn reviewed(
        &self,
        kept: Option<&LedgerTree>,
        list: &TransitionList,
    ) -> Result<(Checkpoint, Checkpointed), ReviewError> {
        let size = list.size;
        let kept = kept.map(restore).transpose()?;
        let newer = kept.as_ref().filter(|kept| kept.size() > size);
        let grown = match newer {
            None => self.grown(kept.as_ref(), &[size]).await?,
            Some(kept) => {
                // Alarms where the ledger is another one than was seen here.
                self.grown(Some(kept), &[]).await?;
                self.grown(None, &[size, kept.size()]).await?
            }
        };
        let tree = grown.trees.get(&size).ok_or(ProofError::NoEntry { number: size })?;
        let checkpoint = Checkpoint::new(&self.origin(), size, tree.root())
            .map_err(|error: CheckpointError| ProofError::from(error))?;
        let keep = keepsake(newer.unwrap_or(tree));
        let verified = (grown.entries, grown.head);
        Ok((checkpoint, Checkpointed { size, root: tree.root(), keep, verified, receipt: None }))
    }
}

fn said(
    verb: &'static str,
    list: &TransitionList,
    seen: &Checkpointed,
    words: &ReviewWords<'_>,
    signature: &[u8; 64],
) -> Result<Act, ReviewError> {
    let mut act = Act::new(verb, "checkpoint", list.size)
        .purpose(&reason_of(words.note)?)
        .with("root", hex::encode(seen.root))
        .with("signature", hex::encode(signature))
        .with("role", words.role.word())
        .with("after", list.after)
        .with("items", list.items.len())
        .with("digest", hex::encode(list.digest));
    for (nth, finding) in words.findings.iter().enumerate() {
        let text = Text::parse("finding", &finding.words, FINDING_CHARS_MAX)?;
        let (becomes, reference) = match finding.becomes {
            Becomes::Note => ("note", String::new()),
            Becomes::Incident(hold) => ("incident", hold.to_string()),
            Becomes::Exception(request) => ("exception", request.to_string()),
        };
        act = act
            .with(format!("finding.{nth:02}.about"), finding.about.map(|entry| entry.to_string()).unwrap_or_default())
            .with(format!("finding.{nth:02}.becomes"), becomes)
            .with(format!("finding.{nth:02}.reference"), reference)
            .with(format!("finding.{nth:02}.text"), text.as_str());
    }
    Ok(act)
}
