//! Why a request is not made, or not decided.

use domain::{AlgorithmError, Change, ExceptionNumber, ExceptionState, PlanError, TermError};
use register::RegisterError;
use vault::VaultError;

use super::destruction::{Blocker, name_blockers};
use crate::kek::NoKek;

/// Why a request is not made, or not decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The vault refused or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The plan's texts or clocks are not acceptable.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The algorithm is not approved.
    #[error(transparent)]
    Algorithm(#[from] AlgorithmError),
    /// The key in the vault can't wrap.
    #[error(transparent)]
    NoKek(#[from] NoKek),
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// By which id.
        id: String,
    },
    /// The KEK can't be rotated as it stands.
    #[error("{key} cannot be rotated: {why}")]
    NotRotatable {
        /// Which.
        key: String,
        /// Why.
        why: String,
    },
    /// The key can't come back as it stands.
    #[error("{key} cannot be put into use again: {why}")]
    NotReactivatable {
        /// Which.
        key: String,
        /// Why.
        why: String,
    },
    /// Something stands in the way of destroying it: all of it is named.
    #[error("{what} cannot be destroyed now: {}", name_blockers(.blockers))]
    Blocked {
        /// What.
        what: String,
        /// Everything that stands in the way.
        blockers: Vec<Blocker>,
    },
    /// The name that was typed is not the tenant's.
    #[error("the name that was typed, {typed:?}, is not the tenant's")]
    NameDiffers {
        /// What was typed.
        typed: String,
    },
    /// What the plan depends on changed: its seals lapsed.
    #[error("what this request depends on has changed, its seals have lapsed: {}", name_fields(.differences))]
    Stale {
        /// Field by field.
        differences: Vec<Change>,
    },
    /// What the signer saw is not what the register holds.
    #[error("the plan shown for signing is not the plan on record; nothing was signed")]
    NotWhatWasShown,
    /// A change that weakens the policy rests on a decision.
    #[error("this weakens the policy ({}): it needs its decision record", .rules.join(", "))]
    DecisionMissing {
        /// Rules that it weakens.
        rules: Vec<String>,
    },
    /// More than one entry can carry.
    #[error(
        "{rules} rules with what was written about them do not fit into one request: ask for some of them at a time"
    )]
    TooMuchAtOnce {
        /// How many.
        rules: usize,
    },
    /// What people read is not what would come into force.
    #[error("what this request says it changes is not what it would change; nothing was signed")]
    LinesDiffer,
    /// The holder of a new device key never said that it is theirs, here and in these words.
    #[error("the enrolment card does not verify: it was changed, or made for another custody")]
    Card,
    /// The date is not acceptable.
    #[error(transparent)]
    Term(#[from] TermError),
    /// It covers nothing.
    #[error("an exception names keys, types of keys or tenants")]
    ScopeEmpty,
    /// It names too much.
    #[error("an exception names at most {keys_max} keys, and at most {words_max} types and tenants")]
    ScopeTooWide {
        /// Keys.
        keys_max: usize,
        /// Types and tenants.
        words_max: usize,
    },
    /// The exception has ended: there is nothing to renew or to close.
    #[error("{number} is {state} already")]
    ExceptionOver {
        /// Which.
        number: ExceptionNumber,
        /// Where it stands.
        state: ExceptionState,
    },
    /// The key serves one tenant by what it is.
    #[error("{key} is a DEK: it serves one integration of one tenant, and no decision changes that")]
    NotShareable {
        /// Which.
        key: String,
    },
    /// The entry that applies it could not carry it.
    #[error("the request has {bytes} bytes, and {max} at most can be signed: name fewer keys, or write less")]
    PlanTooLong {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        max: usize,
    },
    /// A rejection needs a reason.
    #[error("a rejection needs a reason")]
    ReasonMissing,
}

fn name_fields(differences: &[Change]) -> String {
    let names: Vec<String> = differences.iter().map(|change| format!("{}.{}", change.subject, change.field)).collect();
    names.join(", ")
}
