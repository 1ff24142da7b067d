//! Which part of the print an entry belongs to, and what it says there.

use domain::{Operation, Plan};
use ledger::Entry;

use super::layout::{flat, moment};
use crate::applied::plan_in;

/// A part of the print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Protection,
    Destruction,
    Rotation,
    Exceptions,
    People,
    Rules,
    Reviews,
}

/// The part of an entry, if it has a row of its own.
pub(super) fn part_of(entry: &Entry) -> Option<Part> {
    Some(match entry.verb.as_str() {
        "key.suspended"
        | "key.revoked"
        | "key.deactivated"
        | "key.compromised"
        | "key.protection_confirmed"
        | "key.reactivated"
        | "key.versions_enabled"
        | "tokens.invalidated" => Part::Protection,
        "keys.destroyed" | "dek.erased" | "tokens.deleted" | "keys.deactivated" | "key.deleted" | "key.purged"
        | "key.recovered" | "register.reclaimed" | "certificate.issued" => Part::Destruction,
        "key.version_created"
        | "key.created"
        | "key.version_disabled"
        | "key.version_enabled"
        | "dek.rewrapped"
        | "dek.replaced"
        | "dek.retired"
        | "token.reencrypted"
        | "secret.version_set"
        | "drill.passed" => Part::Rotation,
        "refusals.attested" | "ledger.verified" => Part::Reviews,
        "custody.founded" | "rehearsal.signed" | "duties.acknowledged" => Part::People,
        "request.applied" => applied(entry)?,
        verb => match verb.split('.').next()? {
            "hold" => Part::Protection,
            "exception" | "exceptions" | "shared_key" => Part::Exceptions,
            "operator" | "role" | "device" => Part::People,
            "rule" | "rules" => Part::Rules,
            "review" | "reviews" | "checkpoint" => Part::Reviews,
            _ => return None,
        },
    })
}

/// What two people put into force, by the plan that the entry carries.
fn applied(entry: &Entry) -> Option<Part> {
    Some(match plan_applied(entry)?.operation {
        Operation::GrantException | Operation::CloseException | Operation::ShareKey => Part::Exceptions,
        Operation::EnrolOperator | Operation::EnrolDevice | Operation::GrantRole | Operation::ReinstateOperator => {
            Part::People
        }
        Operation::LiftHold => Part::Protection,
        _ => Part::Rules,
    })
}

/// The plan that an entry put into force carries.
pub(super) fn plan_applied(entry: &Entry) -> Option<Plan> {
    (entry.verb == "request.applied").then(|| plan_in(entry)).flatten()
}

/// What an act is called.
pub(super) fn verb_in_words(verb: &str) -> String {
    let mut words = verb.replacen('.', ": ", 1).replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// What an operation is called.
pub(super) fn operation_in_words(operation: Operation) -> String {
    let mut words = operation.word().replace('_', " ").replace("kek", "KEK").replace("dek", "DEK");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Attributes that say where an act belongs, or repeat what another column says, and no figure of it.
const PLACING: [&str; 10] =
    ["fence", "step", "position", "payload_digest", "signature", "seal", "plan_hash", "request", "run", "role"];

/// The particulars an act carries, each with its name; a purpose comes first.
pub(super) fn particulars(entry: &Entry) -> String {
    let purpose = (!entry.purpose.is_empty()).then(|| entry.purpose.clone());
    let named = entry
        .attributes
        .iter()
        .filter(|(name, value)| !PLACING.contains(&name.as_str()) && !name.starts_with("plan.") && !value.is_empty());
    let is_moment = |name: &str| name.ends_with("_at") || name == "before";
    let figures = named.map(|(name, value)| match value.parse::<i64>() {
        Ok(micros) if is_moment(name) => format!("{name}: {}", self::moment(micros)),
        _ => format!("{name}: {value}"),
    });
    flat(&purpose.into_iter().chain(figures).collect::<Vec<_>>().join("; "))
}
