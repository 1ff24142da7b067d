//! Reviews at regular times: of key state transitions by two leads, of the policy, and audits.

use super::verbs;

verbs! {
    /// Signs a review of what happened, and with it the checkpoint that it reaches to. Refused as `looks_missing` (with `entries`) while
    /// an act within it waits for its second look, as `list_differs` where the list is not the register's own.
    sign_review();
    /// Closes a review by cosigning its checkpoint. Refused as `same_person`, as `role_missing` to who holds the first reviewer's role
    /// alone, as `review_superseded` where another one took its place.
    cosign_review();
    /// Records a review of the policy or an audit, with its evidence. It counts once another person looked at it.
    record_duty();
}
