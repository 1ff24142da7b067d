//! What a verified bundle proves, and what it does not, in sentences.

use std::collections::BTreeSet;

use ledger::{Hash, KeyId, Person};

use super::{Header, Selection};
use crate::checkpoint::{Checkpoint, Statement, Voucher};

/// A founder and the device key they founded the custody with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founder {
    /// Who, by their own word.
    pub person: Person,
    /// Fingerprint of their key: SHA-256 of the public key.
    pub key: KeyId,
}

/// A checkpoint that holds, and who vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Signers whose keys the ledger certified before the checkpoint's last entry; nobody, perhaps.
    pub vouchers: Vec<Voucher>,
}

impl Standing {
    /// The people who cosigned it, each once, whatever the number of their keys.
    #[must_use]
    pub fn reviewers(&self) -> Vec<&Voucher> {
        let mut people = BTreeSet::new();
        let reviewed = self.vouchers.iter().filter(|voucher| matches!(voucher.statement, Statement::Reviewed { .. }));
        reviewed.filter(|voucher| people.insert(voucher.person.person.to_lowercase())).collect()
    }
}

/// What was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the bundle is about.
    pub header: Header,
    /// How many entries it holds.
    pub entries: u64,
    /// How many plans ride along.
    pub plans: u64,
    /// Chain hash of the founding entry: it tells this ledger from any other.
    pub founding: Hash,
    /// Who founded the custody.
    pub founders: Vec<Founder>,
    /// The checkpoints, ascending.
    pub standings: Vec<Standing>,
}

impl Verified {
    /// The largest checkpoint that this many people cosigned.
    #[must_use]
    pub fn reviewed_by(&self, people: usize) -> Option<&Standing> {
        self.standings.iter().rev().find(|standing| standing.reviewers().len() >= people)
    }

    /// What follows from the bundle alone.
    #[must_use]
    pub fn proves(&self) -> Vec<String> {
        let mut sentences = vec![match self.header.selection {
            Selection::Whole => format!(
                "The {} entries are the whole ledger up to entry {}: none is missing, changed or out of order.",
                self.entries,
                self.size()
            ),
            _ => format!(
                "Each of the {} entries stands, unchanged, at its number in the ledger of {} entries.",
                self.entries,
                self.size()
            ),
        }];
        sentences.push(
            "Each entry was signed with a key that the ledger itself had certified before, beginning with the founding entry."
                .to_owned(),
        );
        sentences.extend(self.founders.iter().map(|founder| {
            format!("Founder {} signed with the key {}.", founder.person.name, hex::encode(founder.key))
        }));
        sentences.extend(self.standings.iter().flat_map(vouched));
        if self.plans > 0 {
            sentences.push(format!("The {} plans are the ones that were submitted for signature.", self.plans));
        }
        sentences
    }

    /// What does not follow from it, and what would show it.
    #[must_use]
    pub fn leaves_open(&self) -> Vec<String> {
        let mut sentences =
            vec!["Whose keys these are: compare the founders' fingerprints with the founders themselves.".to_owned()];
        sentences.push(match self.reviewed_by(1) {
            None => "That there is no other history: nobody cosigned a checkpoint of this one. Compare it with a checkpoint kept elsewhere."
                .to_owned(),
            Some(standing) if standing.checkpoint.size() < self.size() => format!(
                "That there is no other history after entry {}, the last one that was reviewed.",
                standing.checkpoint.size()
            ),
            Some(_) => "That the reviewers are honest: a history that all of them signed twice would pass.".to_owned(),
        });
        sentences.push(format!("What happened after entry {}.", self.size()));
        if self.header.selection != Selection::Whole {
            sentences.push(
                "That nothing else belongs to this selection, such as the suspension of a signer: only the whole ledger shows that."
                    .to_owned(),
            );
        }
        sentences
            .push("That vault and database did what the entries say: they prove who said so, and when.".to_owned());
        sentences
    }

    /// Number of the newest checkpoint's last entry.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.standings.last().map_or(0, |standing| standing.checkpoint.size())
    }
}

fn vouched(standing: &Standing) -> Vec<String> {
    let size = standing.checkpoint.size();
    let said = |voucher: &Voucher| {
        let (name, key) = (&voucher.person.name, hex::encode(voucher.key));
        match voucher.statement {
            Statement::Made => format!("The checkpoint of entry {size} was made by {name} with the key {key}."),
            Statement::Reviewed { seconds } => format!(
                "The checkpoint of entry {size} was cosigned by {name} with the key {key}, at {seconds} s after 1970 by their clock."
            ),
        }
    };
    standing.vouchers.iter().map(said).collect()
}
