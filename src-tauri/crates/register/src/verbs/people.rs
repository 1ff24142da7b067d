//! Founding, sessions, suspension, and what was refused.

use super::verbs;

verbs! {
    /// Founds the custody: entry 1, signed by both founders, handed in by whoever migrated the database.
    found();
    /// Certifies a session key with a device key.
    open_session();
    /// Ends a session.
    close_session();
    /// Suspends an operator, at once and by one person.
    suspend_operator();
    /// Puts a range of kept refusals under the ledger's seal.
    attest_refusals();
}
