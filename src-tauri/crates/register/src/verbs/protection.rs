//! What one person does at once to protect, what a second one signs off, and how what was protected comes back.

use super::verbs;

verbs! {
    /// Says that a tenant or a key must be kept: a legal hold or an open incident.
    set_hold();
    /// Lifts a hold, in the run of a request for it.
    lift_hold();
    /// Suspends, revokes, disables or declares compromised, at once and by one person. The detail has `keys` and
    /// `in_vault`.
    protect();
    /// Writes down which versions of a protected key are about to be disabled in the vault.
    intend_protection();
    /// Records that the vault was proven to refuse a protected key.
    confirm_protection();
    /// Records that what a protective act had disabled was proven to be enabled again, in a run of `reactivate`.
    record_versions_enabled();
    /// Puts the keys of a reactivation into use again.
    activate_keys(payload);
    /// Signs an act off that another person did.
    sign_off();
    /// Overwrites and deletes a batch of tokens. The detail has `deleted`, `left` and `kept`.
    invalidate_tokens();
    /// Overwrites and deletes a batch of expired tokens. The detail has `deleted`, `left` and `kept`.
    sweep_tokens();
}
