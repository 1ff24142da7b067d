//! What can be requested, and the states a request and its run go through.

use crate::words::words;

words! {
    /// An operation that needs two people.
    Operation, "operation" {
        /// A new key-encryption key in the vault.
        CreateKek = "create_kek",
        /// A new version of a key-encryption key, with every DEK re-wrapped.
        RotateKek = "rotate_kek",
    }
}

words! {
    /// Where a request stands. `expired` follows from the database's clock.
    RequestState, "request state" {
        /// Seals are missing.
        Open = "open",
        /// The quorum is complete; nothing was done yet.
        Approved = "approved",
        /// An operator declined, with a reason.
        Rejected = "rejected",
        /// The requester took it back.
        Withdrawn = "withdrawn",
        /// What it depends on changed, its seals no longer count.
        Lapsed = "lapsed",
        /// A clock ran out first.
        Expired = "expired",
        /// Its run has begun.
        Executing = "executing",
        /// Its run is finished and verified.
        Executed = "executed",
        /// Its run was rolled back or given up.
        Failed = "failed",
    }
}

words! {
    /// Where a run stands.
    RunState, "run state" {
        /// A console holds the lease and works, or its lease lapses.
        Running = "running",
        /// Somebody paused it.
        Paused = "paused",
        /// Finished and verified.
        Completed = "completed",
        /// Undone while the old version lived.
        RolledBack = "rolled_back",
    }
}

words! {
    /// The steps of runs. Their order is the operation's own.
    StepKind, "step" {
        /// Compare the plan with live state and prove the quorum.
        Compare = "compare",
        /// Create the key or the new version in the vault.
        CreateVersion = "create_version",
        /// Re-wrap every DEK in batches.
        Rewrap = "rewrap",
        /// Prove that every wrap opens under the new version.
        Prove = "prove",
        /// Wait for late readers.
        Grace = "grace",
        /// Disable the old version, confirmed by a refused unwrap.
        DisableOld = "disable_old",
        /// Put the old version back in use (roll-back).
        EnableOld = "enable_old",
        /// Move every DEK back to the old version (roll-back).
        RewrapBack = "rewrap_back",
        /// Disable the version that was given up (roll-back), confirmed by a refused unwrap.
        DisableNew = "disable_new",
        /// Record the verification and close.
        Close = "close",
    }
}
