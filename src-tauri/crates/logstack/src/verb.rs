//! What each verb of the ledger is in the words of the log stacks. The one table of the mapping.

/// Classes of OCSF that the ledger is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// 3001, upon an account.
    AccountChange,
    /// 3002, a session.
    Authentication,
    /// 3004, upon what has a name of its own: a key, a request, a device.
    EntityManagement,
    /// 3005, a role.
    UserAccess,
    /// 6003, what a run or a batch does to data and vault.
    ApiActivity,
}

/// What was done, in the words that OCSF has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    Create,
    Read,
    Update,
    Delete,
    Enable,
    Disable,
    Activate,
    Deactivate,
    Suspend,
    Logon,
    Logoff,
    RemoveRole,
    Other,
}

/// How much it matters, in the words of OCSF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Informational,
    Low,
    Medium,
    High,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An entry is there only when it was done.
    Success,
    /// It says itself that it failed.
    Failure,
    /// It is about to be tried.
    Intended,
}

/// What a verb is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub class: Class,
    pub activity: Activity,
    pub severity: Severity,
    pub outcome: Outcome,
}

/// What `verb` is. A verb that has no row is told as well: as something done to an entity.
pub(crate) fn meaning(verb: &str) -> Meaning {
    let outcome = match verb {
        "step.failed" => Outcome::Failure,
        "step.intended" | "key.protection_intended" => Outcome::Intended,
        _ => Outcome::Success,
    };
    let row = TABLE.iter().find(|row| row.0 == verb);
    let (_, class, activity, severity) =
        row.copied().unwrap_or(("", Class::EntityManagement, Activity::Other, Severity::Informational));
    Meaning { class, activity, severity, outcome }
}

type Row = (&'static str, Class, Activity, Severity);

/// Verbs of `docs/formats/acts.md`.
const TABLE: &[Row] = {
    use Activity::*;
    use Class::{
        AccountChange as Account, ApiActivity as Api, Authentication as Login, EntityManagement as Entity, UserAccess,
    };
    use Severity::{High, Informational as Info, Low, Medium};
    &[
        ("custody.founded", Entity, Create, Medium),
        ("session.opened", Login, Logon, Info),
        ("session.closed", Login, Logoff, Info),
        ("operator.suspended", Account, Disable, Medium),
        ("operator.left", Account, Delete, Medium),
        ("role.withdrawn", UserAccess, RemoveRole, Medium),
        ("device.revoked", Entity, Deactivate, Medium),
        ("device.reported_lost", Entity, Disable, High),
        ("device.wiped", Entity, Delete, Info),
        ("key.adopted", Entity, Create, Info),
        ("key.created", Entity, Create, Low),
        ("key.version_created", Entity, Update, Low),
        ("key.version_disabled", Entity, Disable, Low),
        ("key.version_enabled", Entity, Enable, Low),
        ("key.versions_enabled", Entity, Enable, Medium),
        ("key.suspended", Entity, Suspend, Medium),
        ("key.revoked", Entity, Disable, High),
        ("key.deactivated", Entity, Deactivate, Medium),
        ("key.compromised", Entity, Disable, High),
        ("key.protection_intended", Entity, Disable, Low),
        ("key.protection_confirmed", Entity, Disable, Low),
        ("key.reactivated", Api, Update, Medium),
        ("key.deleted", Entity, Delete, High),
        ("key.purged", Entity, Delete, High),
        ("key.recovered", Entity, Enable, Medium),
        ("keys.deactivated", Api, Update, Medium),
        ("keys.destroyed", Api, Delete, High),
        ("secret.version_set", Entity, Update, Low),
        ("inventory.imported", Api, Create, Info),
        ("dek.created", Api, Create, Info),
        ("dek.rewrapped", Api, Update, Info),
        ("dek.replaced", Api, Update, Info),
        ("dek.retired", Api, Update, Info),
        ("dek.erased", Api, Delete, High),
        ("token.sealed", Api, Create, Info),
        ("token.reencrypted", Api, Update, Info),
        ("tokens.deleted", Api, Delete, High),
        ("tokens.invalidated", Api, Delete, High),
        ("tokens.swept", Api, Delete, Info),
        ("register.reclaimed", Api, Delete, Info),
        ("vault.observed", Api, Read, Info),
        ("refusals.attested", Api, Read, Info),
        ("observations.pruned", Api, Delete, Low),
        ("hold.set", Entity, Enable, Medium),
        ("hold.lifted", Entity, Disable, Medium),
        ("request.submitted", Entity, Create, Low),
        ("request.sealed", Entity, Update, Low),
        ("request.rejected", Entity, Disable, Low),
        ("request.withdrawn", Entity, Disable, Info),
        ("request.lapsed", Entity, Disable, Info),
        ("request.applied", Entity, Activate, Medium),
        ("run.started", Api, Create, Low),
        ("run.claimed", Api, Update, Info),
        ("run.paused", Api, Update, Low),
        ("run.resumed", Api, Update, Low),
        ("run.turned_back", Api, Update, Medium),
        ("run.finished", Api, Update, Low),
        ("step.intended", Api, Update, Info),
        ("step.done", Api, Update, Info),
        ("step.failed", Api, Update, Medium),
        ("certificate.issued", Api, Create, Low),
        ("exception.revoked", Entity, Disable, Medium),
        ("exception.reminded", Entity, Other, Info),
        ("exceptions.reviewed", Entity, Other, Info),
        ("shared_key.withdrawn", Entity, Disable, Medium),
        ("review.signed_off", Entity, Update, Info),
        ("review.signed", Entity, Create, Info),
        ("review.cosigned", Entity, Update, Info),
        ("checkpoint.signed", Entity, Create, Info),
        ("checkpoint.cosigned", Entity, Update, Info),
        ("drill.passed", Entity, Other, Info),
        ("rehearsal.signed", Entity, Other, Info),
        ("duties.acknowledged", Entity, Other, Info),
        ("log_target.dropped", Entity, Delete, Medium),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_one_row() {
        let mut verbs: Vec<&str> = TABLE.iter().map(|row| row.0).collect();
        verbs.sort_unstable();
        let rows = verbs.len();
        verbs.dedup();
        assert_eq!(verbs.len(), rows);
    }
}
