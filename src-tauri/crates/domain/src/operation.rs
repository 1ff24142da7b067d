//! What can be requested, and the states a request and its run go through.

use crate::words::words;

words! {
    /// An operation that needs two people.
    Operation, "operation" {
        /// A new key-encryption key in the vault.
        CreateKek = "create_kek",
        /// A new version of a key-encryption key, with every DEK re-wrapped.
        RotateKek = "rotate_kek",
        /// New data-encryption keys, with every token under the old ones re-encrypted.
        RotateDek = "rotate_dek",
        /// A new value of a secret in the vault, the old one disabled after an overlap.
        RotateSecret = "rotate_secret",
        /// The end of data-encryption keys and of the tokens under them.
        DestroyDek = "destroy_dek",
        /// The end of a key-encryption key that nothing depends on any more.
        DestroyKek = "destroy_kek",
        /// The end of a secret in the vault.
        DestroySecret = "destroy_secret",
        /// The end of everything of a tenant.
        OffboardTenant = "offboard_tenant",
        /// A deleted key-encryption key comes back while the vault still has it.
        RecoverKek = "recover_kek",
        /// Keys that were suspended or deactivated serve again.
        Reactivate = "reactivate",
        /// A legal hold or an incident no longer keeps keys from being destroyed.
        LiftHold = "lift_hold",
        /// Something departs from a clause of the policy until a date.
        GrantException = "grant_exception",
        /// An exception is over before or after its date, with evidence.
        CloseException = "close_exception",
        /// A key serves several tenants, by a decision on record.
        ShareKey = "share_key",
        /// The next version of rules.
        ChangeRules = "change_rules",
        /// Somebody joins, with their first device.
        EnrolOperator = "enrol_operator",
        /// An operator's further device.
        EnrolDevice = "enrol_device",
        /// An operator's further role or authority.
        GrantRole = "grant_role",
        /// A suspended operator may act again.
        ReinstateOperator = "reinstate_operator",
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
        /// Make new DEKs and wrap them; the old ones stay until no token needs them.
        ReplaceDek = "replace_dek",
        /// Re-encrypt every token under the new DEK.
        Reencrypt = "reencrypt",
        /// Re-encrypt every token under the DEK before (roll-back).
        ReencryptBack = "reencrypt_back",
        /// Overwrite and remove the old wraps.
        EraseOld = "erase_old",
        /// Overwrite and remove the wraps that were given up (roll-back).
        EraseNew = "erase_new",
        /// Take keys out of use: nothing new is sealed or wrapped.
        Deactivate = "deactivate",
        /// Overwrite and delete tokens.
        DeleteTokens = "delete_tokens",
        /// Overwrite wraps with zeros, then delete them.
        EraseWraps = "erase_wraps",
        /// Rewrite the tables so that the old bytes leave their files.
        Reclaim = "reclaim",
        /// Delete in the vault: soft-delete, where the vault has it.
        DeleteFromVault = "delete_from_vault",
        /// Purge, or wait for the date at which the vault purges.
        AwaitPurge = "await_purge",
        /// Prove that nothing is left.
        ProveAbsent = "prove_absent",
        /// Recover from soft-delete.
        Recover = "recover",
        /// Enable versions in the vault again.
        EnableVersions = "enable_versions",
        /// Put keys into use again.
        Activate = "activate",
        /// Lift the hold.
        Lift = "lift",
        /// Change the register as the plan says.
        Apply = "apply",
        /// Record the verification and close.
        Close = "close",
    }
}
