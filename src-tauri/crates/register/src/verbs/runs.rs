//! Runs: the lease, the steps, and what each of them changes.

use domain::RunId;
use uuid::Uuid;

use super::verbs;
use crate::act::{OutcomeRow, decoding};
use crate::{Receipt, Register, RegisterError, SignedAct};

verbs! {
    /// Starts the one run of an approved request and takes its lease. The detail has the `fence`.
    start_run();
    /// Takes over a run whose lease has lapsed, or one's own. The detail has the new `fence`.
    claim_run();
    /// Stops a run in good order.
    pause_run();
    /// Goes on with a paused run and takes its lease. The detail has the new `fence`.
    resume_run();
    /// Turns a run back: from here on its steps undo what it did.
    turn_back();
    /// Writes down what is about to be done.
    intend_step();
    /// Writes down what came of it: `step.done` or `step.failed`.
    finish_step();
    /// Records the version that the vault made for this run: `key.version_created` in a rotation, `key.created`, which
    /// makes the key's record, in a creation.
    record_version();
    /// Replaces a batch of wraps by compare-and-set. Refused as `wrap_moved`, with the DEKs, when any of them moved.
    rewrap_batch(payload);
    /// Records that a version was proven disabled.
    record_version_disabled();
    /// Records that a version was proven enabled again.
    record_version_enabled();
    /// Puts new DEKs in the place of the present ones, which stay as former wraps.
    replace_deks(payload);
    /// From here on nothing is sealed under the former versions that the run retires.
    retire_deks();
    /// Overwrites wraps with zeros and deletes them, where the run's operation allows it.
    erase_wraps(payload);
    /// Closes a run with its verification.
    finish_run();
}

/// Tokens sealed anew, column by column: what [`Register::reencrypt_tokens`] takes instead of a payload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReencryptedTokens {
    /// Which.
    pub ids: Vec<Uuid>,
    /// The revision each was read in.
    pub revisions: Vec<i32>,
    /// The sealed tokens.
    pub envelopes: Vec<Vec<u8>>,
}

impl Register {
    /// Replaces a batch of tokens by compare-and-set. Refused as `token_moved`, and nothing written, when any of them moved.
    ///
    /// # Errors
    /// [`RegisterError`]: refused, busy or out of reach.
    pub async fn reencrypt_tokens(
        &self,
        act: SignedAct<'_>,
        tokens: &ReencryptedTokens,
    ) -> Result<Receipt, RegisterError> {
        let verb = "SELECT * FROM custody.reencrypt_tokens($1, $2, $3, $4, $5)";
        let query = sqlx::query_as::<_, OutcomeRow>(verb).bind(act.entry).bind(act.signatures);
        let query = query.bind(&tokens.ids).bind(&tokens.revisions).bind(&tokens.envelopes);
        let outcome = query.fetch_one(self.pool()).await?;
        outcome.into_result()?.ok_or_else(|| decoding("an accepted act has a number"))
    }

    /// Keeps the lease of one's own run for another 30 seconds. No act, so no entry.
    ///
    /// # Errors
    /// Refused as `lease_lost` when another console has the run, as `run_paused` or `run_finished` when nobody does.
    pub async fn renew_lease(&self, run: RunId, fence: u64) -> Result<(), RegisterError> {
        // A fence beyond what the database counts to can't be anybody's.
        let fence = i64::try_from(fence).unwrap_or(i64::MAX);
        let query = sqlx::query_as::<_, OutcomeRow>("SELECT * FROM custody.renew_lease($1, $2)");
        let outcome = query.bind(run.0).bind(fence).fetch_one(self.pool()).await?;
        outcome.into_result().map(|_no_entry| ())
    }
}
