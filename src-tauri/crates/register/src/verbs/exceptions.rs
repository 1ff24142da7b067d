//! Exceptions and shared keys: what one person ends at once, reminders, and the review of the register.

use super::verbs;

verbs! {
    /// Ends an exception in force at once. The detail has `number`.
    revoke_exception();
    /// Says that people are about to be reminded of an exception's date: once for each threshold and channel.
    remind_exception();
    /// Signs that the whole register was looked at. Refused as `exceptions_differ` where it is not what was seen.
    review_exceptions();
    /// Ends the leave of a key to serve several tenants, at once. The detail has `key`.
    withdraw_shared_key();
}
