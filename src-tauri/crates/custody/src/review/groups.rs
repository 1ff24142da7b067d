//! What an entry is, to somebody who looks through two weeks of them.

use domain::Operation;
use ledger::Entry;

use crate::applied::plan_in;

/// What belongs together on the list, in the order in which it is worked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Asked for, decided, put into force.
    Requests,
    /// Runs and how they ended; steps that failed.
    Runs,
    /// Keys that came, got versions, came back.
    Keys,
    /// What one person stopped at once, and holds.
    Protection,
    /// What was destroyed, deleted or swept, and certificates.
    Destruction,
    /// Exceptions and shared keys.
    Exceptions,
    /// Who came, who left, which devices.
    People,
    /// Refusals and failed access.
    Refusals,
    /// Rules and settings.
    Rules,
    /// Second looks, drills, audits.
    Reviews,
    /// Whatever this console does not know a group for.
    Other,
}

impl Group {
    /// All of them, in order.
    pub const ALL: [Self; 11] = [
        Self::Requests,
        Self::Runs,
        Self::Keys,
        Self::Protection,
        Self::Destruction,
        Self::Exceptions,
        Self::People,
        Self::Refusals,
        Self::Rules,
        Self::Reviews,
        Self::Other,
    ];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Runs => "runs",
            Self::Keys => "keys",
            Self::Protection => "protection",
            Self::Destruction => "destruction",
            Self::Exceptions => "exceptions",
            Self::People => "people",
            Self::Refusals => "refusals",
            Self::Rules => "rules",
            Self::Reviews => "reviews",
            Self::Other => "other",
        }
    }

    /// The group of an entry; `None` for what nobody has to look at. Whether an entry is on the list depends on its verb alone, as in
    /// `custody.is_routine`: a verb that is not known here is on it.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        match entry.verb.as_str() {
            "request.applied" => Some(plan_in(entry).map_or(Self::Requests, |plan| Self::of_operation(plan.operation))),
            verb => Self::of_verb(verb),
        }
    }

    /// The group of a verb.
    #[must_use]
    pub fn of_verb(verb: &str) -> Option<Self> {
        Some(match verb {
            "session.opened"
            | "session.closed"
            | "vault.observed"
            | "run.claimed"
            | "step.intended"
            | "step.done"
            | "dek.rewrapped"
            | "token.sealed"
            | "token.reencrypted"
            | "key.protection_intended"
            | "exception.reminded"
            | "rehearsal.signed"
            | "duties.acknowledged"
            | "checkpoint.signed"
            | "checkpoint.cosigned"
            | "review.signed"
            | "review.cosigned" => return None,
            "run.started" | "run.paused" | "run.resumed" | "run.turned_back" | "run.finished" | "step.failed" => {
                Self::Runs
            }
            "key.suspended"
            | "key.revoked"
            | "key.deactivated"
            | "key.compromised"
            | "key.protection_confirmed"
            | "hold.set"
            | "hold.lifted"
            | "tokens.invalidated" => Self::Protection,
            "keys.deactivated" | "tokens.deleted" | "tokens.swept" | "dek.erased" | "register.reclaimed"
            | "keys.destroyed" | "key.deleted" | "key.purged" | "certificate.issued" => Self::Destruction,
            "exception.revoked" | "exceptions.reviewed" | "shared_key.withdrawn" => Self::Exceptions,
            "custody.founded" => Self::People,
            "refusals.attested" => Self::Refusals,
            "review.signed_off" | "drill.passed" | "policy.reviewed" | "system.audited" => Self::Reviews,
            "inventory.imported" => Self::Keys,
            verb => match verb.split_once('.').map(|(noun, _)| noun) {
                Some("request") => Self::Requests,
                Some("key" | "dek" | "secret") => Self::Keys,
                Some("operator" | "role" | "device") => Self::People,
                _ => Self::Other,
            },
        })
    }

    /// Where what two people put into force belongs.
    const fn of_operation(operation: Operation) -> Self {
        match operation {
            Operation::GrantException | Operation::CloseException | Operation::ShareKey => Self::Exceptions,
            Operation::ChangeRules => Self::Rules,
            Operation::EnrolOperator | Operation::EnrolDevice | Operation::GrantRole | Operation::ReinstateOperator => {
                Self::People
            }
            _ => Self::Requests,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Group;

    #[test]
    fn every_group_has_its_own_word_and_unknown_verbs_are_looked_at() {
        let mut words: Vec<&str> = Group::ALL.iter().map(|group| group.word()).collect();
        words.dedup();
        assert_eq!(words.len(), Group::ALL.len());
        assert_eq!(Group::of_verb("moon.howled"), Some(Group::Other));
        assert_eq!(Group::of_verb("step.intended"), None);
        assert_eq!(Group::of_verb("key.compromised"), Some(Group::Protection));
    }
}
