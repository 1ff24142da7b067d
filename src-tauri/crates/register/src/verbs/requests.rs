//! Requests and their seals.

use super::verbs;

verbs! {
    /// Submits a plan with its requester's seal.
    submit_request(plan);
    /// Approves or rejects with the second seal. Refused as `plan_stale`, with the differences, when the plan no longer
    /// describes the register.
    decide_request();
    /// Takes a request back.
    withdraw_request();
    /// Changes the register as the plan of a run says that changes nothing else.
    apply_request();
    /// Ends a request whose plan no longer describes what is there.
    lapse_request();
}
