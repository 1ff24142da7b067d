//! How long things are kept: observations of the vault are pruned when the term of the rules is over, and whoever verifies the
//! ledger finds an observation that was changed, or that went without the act that says so.

use std::collections::{BTreeMap, BTreeSet};

use canonical::Encoder;
use domain::Timestamp;
use futures::TryStreamExt as _;
use ledger::{Entry, Fault};
use register::{PruningBatch, Register, RegisterError};
use sha2::{Digest as _, Sha256};

use crate::author::{Act, Author};
use crate::console::Console;

/// Nothing younger may be pruned, whatever the rules say: the least that `custody.setting_rule` lets them say.
const TERM_DAYS_MIN: i64 = 30;

/// How far the register's clock may be from this computer's: whoever moved it could end every term.
const CLOCKS_APART_MAX_S: i64 = 600;

const DAY_MICROS: i64 = 86_400_000_000;

/// How often in a row a batch may turn out to be another one than was asked for.
const OVERTAKEN_MAX: u32 = 20;

/// Observations that are no more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pruned {
    /// How many observations.
    pub observations: u64,
    /// How many rows they had.
    pub rows: u64,
    /// Ledger entries, one for each batch.
    pub entries: Vec<u64>,
}

/// Why nothing more was pruned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetentionError {
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The register's clock can't be right, or this computer's.
    #[error("the register's clock says {register}, this computer's {here}: nothing is pruned until they agree")]
    Clocks {
        /// The register's.
        register: Timestamp,
        /// This computer's.
        here: Timestamp,
    },
}

impl Console {
    /// Prunes every observation whose term is over, batch by batch. `here` is this computer's clock.
    ///
    /// # Errors
    /// [`RetentionError`]; batches that were written before stand, and the next call goes on. Nothing is asked of the register's clock
    /// where there is nothing to prune.
    pub async fn prune_observations(&self, author: &Author, here: Timestamp) -> Result<Pruned, RetentionError> {
        let mut pruned = Pruned::default();
        let mut overtaken = 0;
        while let Some(batch) = self.register.pruning_batch().await? {
            let register = self.now().await?;
            if register.micros().abs_diff(here.micros()) > CLOCKS_APART_MAX_S.unsigned_abs() * 1_000_000 {
                return Err(RetentionError::Clocks { register, here });
            }
            let entry = self.entry(author, pruning(self.custody.id.to_string(), &batch)).await?;
            match self.register.prune_observations(entry.as_act()).await {
                Ok(receipt) => {
                    overtaken = 0;
                    pruned.observations += u64::try_from(batch.entries.len()).unwrap_or(u64::MAX);
                    pruned.rows += batch.rows;
                    pruned.entries.push(receipt.seq);
                }
                Err(RegisterError::Refused(refusal))
                    if matches!(refusal.code(), "batch_differs" | "under_retention") && overtaken < OVERTAKEN_MAX =>
                {
                    overtaken += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(pruned)
    }
}

fn pruning(custody: String, batch: &PruningBatch) -> Act {
    let entries: Vec<String> = batch.entries.iter().map(u64::to_string).collect();
    Act::new("observations.pruned", "custody", custody)
        .with("entries", entries.join(","))
        .with("count", batch.rows)
        .with("root", hex::encode(batch.root))
        .with("days", batch.days)
}

/// What a verified ledger says of observations: what each one saw, and which were pruned.
#[derive(Debug, Default)]
pub(crate) struct Observations {
    seen: BTreeMap<u64, Observed>,
    pruned: BTreeSet<u64>,
    /// The first act of pruning that the rules do not allow.
    unlawful: Option<u64>,
}

#[derive(Debug)]
struct Observed {
    at: i64,
    digest: [u8; 32],
}

impl Observations {
    /// Learns from a verified entry.
    pub fn learn(&mut self, number: u64, entry: &Entry) {
        match entry.verb.as_str() {
            "vault.observed" => {
                let digest = entry.attribute("payload_digest").and_then(digest_in);
                self.seen.extend(digest.map(|digest| (number, Observed { at: entry.time, digest })));
            }
            "observations.pruned" if self.prune(entry).is_none() => {
                self.unlawful.get_or_insert(number);
            }
            _ => {}
        }
    }

    /// Takes note of a pruning; `None` where it names what it may not.
    fn prune(&mut self, entry: &Entry) -> Option<()> {
        let days: i64 = entry.attribute("days")?.parse().ok().filter(|days| *days >= TERM_DAYS_MIN)?;
        let before = entry.time.checked_sub(days.checked_mul(DAY_MICROS)?)?;
        let mut root = Encoder::new();
        let mut last = 0;
        for number in entry.attribute("entries")?.split(',') {
            let number: u64 = number.parse().ok().filter(|number| *number > last)?;
            let observed = self.seen.get(&number).filter(|observed| observed.at < before)?;
            root = root.sequence(Encoder::new().count(number).bytes(&observed.digest));
            last = number;
            if !self.pruned.insert(number) {
                return None;
            }
        }
        (Sha256::digest(root.finish())[..] == entry.attribute("root").and_then(digest_in)?).then_some(())
    }

    /// The first entry, of those up to number `read`, of whose observation the register keeps something else than was signed: rows that
    /// were changed, added, or removed without an act that prunes them.
    pub async fn first_difference(&self, register: &Register, read: u64) -> Result<Option<Fault>, RegisterError> {
        let mut kept: BTreeMap<u64, Encoder> = BTreeMap::new();
        let mut rows = std::pin::pin!(register.observed_rows(read));
        while let Some(row) = rows.try_next().await? {
            let fields = row.fields.iter().fold(Encoder::new(), |fields, text| fields.text(text));
            let before = kept.remove(&row.seq).unwrap_or_default();
            kept.insert(row.seq, before.sequence(fields));
        }
        let mut differing: Vec<u64> = self.unlawful.into_iter().collect();
        for (number, observed) in &self.seen {
            let rows = kept.remove(number);
            let holds = if self.pruned.contains(number) {
                rows.is_none()
            } else {
                Sha256::digest(rows.unwrap_or_default().finish())[..] == observed.digest
            };
            if !holds {
                differing.push(*number);
            }
        }
        // Rows under an entry that says nothing of the kind.
        differing.extend(kept.into_keys());
        if !differing.is_empty() {
            // Pruned while this was read.
            let since = register.pruned_after(read).await?;
            differing.retain(|number| !since.contains(number));
        }
        Ok(differing.into_iter().min().map(|number| Fault::Row { number }))
    }
}

fn digest_in(hex: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(hex, &mut digest).ok().map(|()| digest)
}
