//! What was put into force, as its entry has it: `request.applied` carries the whole plan (`docs/formats/acts.md`).

use domain::Plan;
use ledger::Entry;

/// The plan that an entry carries in pieces `plan.00`, `plan.01`, …; none where they are not one.
pub fn plan_in(entry: &Entry) -> Option<Plan> {
    let pieces = entry.attributes.iter().filter(|(name, _)| name.starts_with("plan."));
    let hex: String = pieces.map(|(_, piece)| piece.as_str()).collect();
    Plan::decode(&hex::decode(hex).ok()?).ok()
}
