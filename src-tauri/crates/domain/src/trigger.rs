//! Why data-encryption keys are rotated.

use crate::words::words;

words! {
    /// What the policy has data-encryption keys rotated for.
    DekTrigger, "trigger of a rotation" {
        /// The tokens were regenerated.
        TokenRegeneration = "token_regeneration",
        /// Somebody else may know the key.
        SuspectedCompromise = "suspected_compromise",
        /// The integration belongs to somebody else now.
        OwnershipChange = "ownership_change",
        /// It is due.
        Schedule = "schedule",
    }
}
