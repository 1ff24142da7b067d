//! The list that two leads work through.

use canonical::Encoder;
use futures::StreamExt as _;
use ledger::{Entry, Fault, GENESIS, link};
use sha2::{Digest as _, Sha256};

use super::{Group, ReviewError};
use crate::author::{Act, Author, random_id};
use crate::console::Console;
use crate::proof::{ProofError, broken};

/// An entry on the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its number.
    pub number: u64,
    /// Where it belongs.
    pub group: Group,
    /// What it says, out of verified bytes.
    pub entry: Entry,
}

/// What happened between two checkpoints, without what nobody has to look at.
#[derive(Debug, Clone)]
pub struct TransitionList {
    /// Entries up to this one were looked at before.
    pub after: u64,
    /// The last entry that this list reaches to.
    pub size: u64,
    /// What is on it, by number.
    pub items: Vec<Listed>,
    /// What both reviewers sign: `docs/formats/acts.md`.
    pub digest: [u8; 32],
}

impl TransitionList {
    /// Entries of the period that are not on the list.
    #[must_use]
    pub fn routine(&self) -> u64 {
        let listed = u64::try_from(self.items.len()).unwrap_or(u64::MAX);
        self.size.saturating_sub(self.after).saturating_sub(listed)
    }

    /// How many items there are of each group that has any, in the groups' order.
    #[must_use]
    pub fn counts(&self) -> Vec<(Group, usize)> {
        let count = |group: Group| (group, self.items.iter().filter(|item| item.group == group).count());
        Group::ALL.into_iter().map(count).filter(|(_, count)| *count > 0).collect()
    }
}

impl Console {
    /// What is to be reviewed after the entry `after`, up to `size`, or to the ledger's end as it is now. Every entry of it is one of the
    /// verified ledger: the chain leads from it to the head that the witness saw.
    ///
    /// # Errors
    /// [`ReviewError`], by cause.
    pub async fn transitions(&self, after: u64, size: Option<u64>) -> Result<TransitionList, ReviewError> {
        let seen = self.witness.catch_up(&self.register).await?;
        let size = size.unwrap_or(seen.entries);
        if size > seen.entries || after > size {
            return Err(ProofError::NoEntry { number: size.max(after) }.into());
        }
        let mut last = match after {
            0 => GENESIS,
            _ => {
                let found = self.register.ledger_records(after, 1).await?.pop().filter(|row| row.seq == after);
                found.ok_or_else(|| broken(Fault::Gap { expected: after, found: after.saturating_add(1) }))?.hash
            }
        };
        let (mut number, mut items, mut rows) = (after, Vec::new(), Encoder::new());
        let mut records = std::pin::pin!(self.register.ledger_stream(after.saturating_add(1), seen.entries));
        while let Some(record) = records.next().await {
            let record = record?;
            number = number.saturating_add(1);
            if record.seq != number {
                return Err(broken(Fault::Gap { expected: number, found: record.seq }).into());
            }
            last = link(&last, &record.entry, &record.signatures);
            if number > size {
                continue;
            }
            let entry = Entry::decode(&record.entry).map_err(|source| broken(Fault::Entry { number, source }))?;
            if let Some(group) = Group::of(&entry) {
                let digest: [u8; 32] = Sha256::digest(&record.entry).into();
                rows = rows.sequence(Encoder::new().count(number).bytes(&digest));
                items.push(Listed { number, group, entry });
            }
        }
        if number != seen.entries || last != seen.head {
            return Err(broken(Fault::Rewritten { number: seen.entries }).into());
        }
        Ok(TransitionList { after, size, items, digest: Sha256::digest(rows.finish()).into() })
    }

    /// Puts refusals that no entry attests yet under the ledger's seal, so that they are on the next list. Answers how many numbers that
    /// were, 0 where there are none.
    ///
    /// # Errors
    /// [`ReviewError`]. That another console was first is none.
    pub async fn attest_refusals(&self, author: &Author) -> Result<u64, ReviewError> {
        let Some((first, last)) = self.register.refusals_unattested().await? else { return Ok(0) };
        let digest = self.register.refusals_digest(first, last).await?;
        let count = last.saturating_sub(first).saturating_add(1);
        let act = Act::new("refusals.attested", "batch", random_id())
            .with("first", first)
            .with("last", last)
            .with("digest", hex::encode(digest));
        let entry = self.entry(author, act).await?;
        match self.register.attest_refusals(entry.as_act()).await {
            Ok(_) => Ok(count),
            Err(register::RegisterError::Refused(refusal)) if refusal.code() == "payload_count" => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}
