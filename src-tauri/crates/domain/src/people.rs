//! Environments and roles.

use crate::words::words;

words! {
    /// The environment of a custody. One custody has exactly one.
    Environment, "environment" {
        /// Developers' keys.
        Development = "development",
        /// Rehearsals.
        Staging = "staging",
        /// Customers' keys.
        Production = "production",
        /// Keys of backups, kept apart.
        Backup = "backup",
    }
}

words! {
    /// What an operator may do.
    Role, "role" {
        /// Approves and sets policy.
        Security = "security",
        /// Requests and executes vault operations.
        DevOps = "devops",
        /// Requests.
        Engineering = "engineering",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// Executes approved requests unattended.
        Agent = "agent",
        /// Accepts risks for the company: an authority beside the role Security, in which exceptions are countersigned.
        RiskAcceptance = "risk_acceptance",
    }
}
