//! Founding, sessions, the end of access, proofs of life, and what was refused.

use super::verbs;
use crate::act::decoding;
use crate::{Register, RegisterError};

verbs! {
    /// Founds the custody: entry 1, signed by both founders, handed in by whoever migrated the database.
    found();
    /// Certifies a session key with a device key.
    open_session();
    /// Ends a session.
    close_session();
    /// Suspends an operator, at once and by one person.
    suspend_operator();
    /// Ends the access of somebody who left, at once and by one person.
    operator_left();
    /// Ends roles, and with the last of them everything.
    withdraw_role();
    /// Ends the trust in a device key.
    revoke_device();
    /// Ends the trust in the key of a lost device, and starts the clock for wiping it.
    report_lost_device();
    /// Says that a lost device was wiped, with the evidence.
    record_wiped();
    /// Shows that a custodian can sign.
    sign_rehearsal();
    /// Acknowledges a custodian's duties, word for word.
    acknowledge_duties();
    /// Puts a range of kept refusals under the ledger's seal.
    attest_refusals();
}

impl Register {
    /// SHA-256 over the kept refusals `first` to `last`: what [`Register::attest_refusals`] puts under the ledger's seal.
    ///
    /// # Errors
    /// When the register cannot be reached.
    pub async fn refusals_digest(&self, first: u64, last: u64) -> Result<[u8; 32], RegisterError> {
        let number = |id: u64| i64::try_from(id).unwrap_or(i64::MAX);
        let query = sqlx::query_scalar::<_, Vec<u8>>("SELECT custody.refusals_digest($1, $2)");
        let digest = query.bind(number(first)).bind(number(last)).fetch_one(self.pool()).await?;
        <[u8; 32]>::try_from(digest).map_err(|_length| decoding("a digest has 32 bytes"))
    }
}
