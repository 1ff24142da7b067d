//! Tokens that end: swept when they have expired, or invalidated at once in an emergency.
//!
//! Every batch is an entry of its own that counts it and names its tokens by a digest. What another act changed meanwhile is asked
//! for again.

use register::{Receipt, RegisterError, Scope, TokenBatch};

use super::{ProtectError, scoped};
use crate::author::{Act, Author};
use crate::console::Console;
use crate::estate::Progress;
use crate::request::reason_of;
use crate::run::{Effect, perform};

/// How often in a row a batch may turn out to be another one than was asked for.
const OVERTAKEN_MAX: u32 = 20;

/// Tokens that are no more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndedTokens {
    /// How many were overwritten and deleted.
    pub deleted: u64,
    /// How many a hold keeps.
    pub kept: u64,
    /// Ledger entries, one for each batch.
    pub entries: Vec<u64>,
}

impl Console {
    /// Ends every token of `scope`. It does not stop those who seal new ones: protect the scope first.
    ///
    /// # Errors
    /// [`ProtectError`]; batches that were written before stand, and the same call goes on.
    pub async fn invalidate_tokens(
        &self,
        author: &Author,
        scope: &Scope,
        purpose: &str,
        progress: Progress<'_>,
    ) -> Result<EndedTokens, ProtectError> {
        let purpose = reason_of(purpose)?;
        let mut ended = EndedTokens::default();
        let mut overtaken = 0;
        loop {
            let batch = self.register.invalidation_batch(scope).await?;
            if is_last(&batch, &mut ended, progress) {
                return Ok(ended);
            }
            let first = ended.entries.first().copied().unwrap_or(0);
            let act = counted(scoped("tokens.invalidated", scope), &batch).purpose(&purpose).with("continues", first);
            let entry = self.entry(author, act).await?;
            let answer = perform(Effect::InvalidateTokens, self.register.invalidate_tokens(entry.as_act())).await;
            add(&mut ended, &mut overtaken, answer)?;
        }
    }

    /// Ends every token that has expired by now, by the register's clock.
    ///
    /// # Errors
    /// [`ProtectError`]; batches that were written before stand, and the next sweep goes on.
    pub async fn sweep(&self, author: &Author, progress: Progress<'_>) -> Result<EndedTokens, ProtectError> {
        let before = self.now().await?;
        let mut ended = EndedTokens::default();
        let mut overtaken = 0;
        loop {
            let batch = self.register.sweep_batch(before).await?;
            if is_last(&batch, &mut ended, progress) {
                return Ok(ended);
            }
            let act = Act::new("tokens.swept", "custody", self.custody.id).with("before", before.micros());
            let entry = self.entry(author, counted(act, &batch)).await?;
            let answer = perform(Effect::SweepTokens, self.register.sweep_tokens(entry.as_act())).await;
            add(&mut ended, &mut overtaken, answer)?;
        }
    }
}

fn counted(act: Act, batch: &TokenBatch) -> Act {
    act.with("count", batch.count).with("digest", hex::encode(batch.digest))
}

/// Shows how far it is; whether there is nothing left to end.
fn is_last(batch: &TokenBatch, ended: &mut EndedTokens, progress: Progress<'_>) -> bool {
    let count = |tokens: u64| usize::try_from(tokens).unwrap_or(usize::MAX);
    progress(count(ended.deleted), count(ended.deleted.saturating_add(batch.count).saturating_add(batch.beyond)));
    ended.kept = batch.kept;
    batch.count == 0
}

fn add(
    ended: &mut EndedTokens,
    overtaken: &mut u32,
    answer: Result<Receipt, RegisterError>,
) -> Result<(), RegisterError> {
    match answer {
        Ok(receipt) => {
            *overtaken = 0;
            ended.deleted += receipt.number("deleted").unwrap_or(0);
            ended.entries.push(receipt.seq);
            Ok(())
        }
        Err(RegisterError::Refused(refusal))
            if matches!(refusal.code(), "batch_differs" | "nothing_left") && *overtaken < OVERTAKEN_MAX =>
        {
            *overtaken += 1;
            Ok(())
        }
        Err(error) => Err(error),
    }
}
