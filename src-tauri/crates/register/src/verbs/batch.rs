//! Many signed acts in one transaction: for whoever takes in more of them than one commit each would let through.
//!
//! Each act goes through the same door as alone, with the same checks, and gets an answer of its own; what is refused is kept as a
//! refusal and stops none of the others. The transaction holds all of them or, when the register fails, none: then the same entries are sent
//! again, and those that are there already are refused as `entry_known`.

use crate::act::{OutcomeRow, decoding};
use crate::{Receipt, Refusal, Register, RegisterError, SignedAct};

/// Most acts of one transaction: others wait for its end.
pub const BATCH_ACTS_MAX: usize = 500;

impl Register {
    /// Records what was seen in the vault, several times: an answer for each act, in their order.
    ///
    /// # Errors
    /// [`RegisterError`] when the register fails or is out of reach, or when there are more than [`BATCH_ACTS_MAX`]: then nothing was done.
    pub async fn observe_vaults(
        &self,
        acts: &[(SignedAct<'_>, &[u8])],
    ) -> Result<Vec<Result<Receipt, Refusal>>, RegisterError> {
        self.perform_all(
            "SELECT o.* FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS a (entry, signatures, payload, nth)
             CROSS JOIN LATERAL custody.observe_vault(a.entry, a.signatures, a.payload) AS o ORDER BY a.nth",
            acts,
        )
        .await
    }

    /// Calls a verb for each act. One statement is one transaction, and within it each call sees what those before it did.
    async fn perform_all(
        &self,
        verb: &'static str,
        acts: &[(SignedAct<'_>, &[u8])],
    ) -> Result<Vec<Result<Receipt, Refusal>>, RegisterError> {
        if acts.len() > BATCH_ACTS_MAX {
            return Err(decoding(format!("a batch holds {BATCH_ACTS_MAX} acts at most, and not {}", acts.len())));
        }
        let (entries, signatures): (Vec<&[u8]>, Vec<&[u8]>) =
            acts.iter().map(|(act, _)| (act.entry, act.signatures)).unzip();
        let payloads: Vec<&[u8]> = acts.iter().map(|(_, payload)| *payload).collect();
        let query = sqlx::query_as::<_, OutcomeRow>(verb).bind(entries).bind(signatures).bind(payloads);
        let answers = query.fetch_all(self.pool()).await?;
        if answers.len() != acts.len() {
            return Err(decoding(format!("{} acts got {} answers", acts.len(), answers.len())));
        }
        let answer = |row: OutcomeRow| match row.into_result() {
            Ok(receipt) => receipt.map(Ok).ok_or_else(|| decoding("an accepted act has a number")),
            Err(RegisterError::Refused(refusal)) => Ok(Err(refusal)),
            Err(other) => Err(other),
        };
        answers.into_iter().map(answer).collect()
    }
}
