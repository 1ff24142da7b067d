//! Plans: every line of what will change, and what it costs. What can't be undone comes first.

use std::collections::BTreeSet;

use domain::{Change, Operation, Plan};
use serde_json::{Value, json};

use crate::durations::said;
use crate::table::{Table, safe};

/// Field of the change that says how strong an erasure is.
const ERASURE: &str = "erasure";

/// Name of what a plan is about; of the first of several.
pub fn subject(plan: &Plan) -> String {
    of_several(plan.targets.first().map(|target| target.name.as_str()), plan.targets.len())
}

/// The first of several names, and how many there are besides.
pub fn of_several(first: Option<&str>, count: usize) -> String {
    let first = first.unwrap_or_default();
    match count.saturating_sub(1) {
        0 => first.to_owned(),
        more => format!("{first} and {more} more"),
    }
}

/// What a plan asks for.
pub fn operation(of: Operation) -> &'static str {
    match of {
        Operation::CreateKek => "Create KEK",
        Operation::RotateKek => "Rotate KEK",
        Operation::RotateDek => "Rotate DEK",
        Operation::RotateSecret => "Rotate secret",
        Operation::DestroyDek => "Destroy DEK",
        Operation::DestroyKek => "Destroy KEK",
        Operation::DestroySecret => "Destroy secret",
        Operation::OffboardTenant => "Offboard tenant",
        Operation::RecoverKek => "Recover KEK",
        Operation::Reactivate => "Reactivate",
        Operation::LiftHold => "Lift hold",
        Operation::GrantException => "Grant exception",
        Operation::CloseException => "Close exception",
        Operation::ShareKey => "Share key",
        Operation::ChangeRules => "Change rules",
        Operation::EnrolOperator => "Enrol operator",
        Operation::EnrolDevice => "Enrol device",
        Operation::GrantRole => "Grant role",
        Operation::ReinstateOperator => "Reinstate operator",
    }
}

/// What of it can't be undone, if something can't.
pub fn irreversible(of: Operation) -> Option<&'static str> {
    match of {
        Operation::DestroyDek => Some("CAN'T BE UNDONE: tokens and wrapped keys are overwritten and deleted for good."),
        Operation::DestroyKek => {
            Some("CAN'T BE UNDONE once the vault has purged the key; until then two people can recover it.")
        }
        Operation::DestroySecret => {
            Some("CAN'T BE UNDONE: the secret is out of use at once, and gone once it is purged.")
        }
        Operation::OffboardTenant => {
            Some("CAN'T BE UNDONE: everything of this tenant is destroyed for good, its tokens first.")
        }
        Operation::RotateDek => {
            Some("Turned back only until the old wraps are overwritten, which is its last step but one.")
        }
        Operation::CreateKek
        | Operation::RotateKek
        | Operation::RotateSecret
        | Operation::RecoverKek
        | Operation::Reactivate
        | Operation::LiftHold
        | Operation::GrantException
        | Operation::CloseException
        | Operation::ShareKey
        | Operation::ChangeRules
        | Operation::EnrolOperator
        | Operation::EnrolDevice
        | Operation::GrantRole
        | Operation::ReinstateOperator => None,
    }
}

/// How strong the erasure is, in the plan's own words.
pub fn erasure(plan: &Plan) -> Option<&Change> {
    plan.changes.iter().find(|line| line.field == ERASURE)
}

/// For a document.
pub fn document(plan: &Plan) -> Value {
    let change = |line: &Change| json!({ "subject": line.subject, "field": line.field, "before": line.before, "after": line.after });
    json!({
        "operation": plan.operation,
        "subject": subject(plan),
        "irreversible": irreversible(plan.operation).filter(|_| plan.operation.destroys()),
        "erasure": erasure(plan).map(|line| json!({
            "strength": plan.parameter(ERASURE), "until": plan.parameter("residue_until"), "what": line.after,
        })),
        "targets": plan.targets.iter().map(|target| json!({
            "key": target.key, "name": target.name, "version": target.version,
        })).collect::<Vec<_>>(),
        "parameters": plan.parameters,
        "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
        "impact": plan.impact,
        "reason": plan.reason,
        "change_record": plan.change_record,
        "rollback_plan": plan.rollback_plan,
        "planned_at": plan.clocks.planned_at.to_string(),
        "approve_by": plan.clocks.approve_by.to_string(),
        "execute_by": plan.clocks.execute_by.to_string(),
        "hash": hex::encode(plan.hash()),
        "state_digest": hex::encode(plan.state_digest()),
    })
}

/// To read before signing: all that the hash covers and a person can judge.
pub fn text(plan: &Plan) -> String {
    let mut facts = Table::pairs();
    facts.pair("environment", plan.environment.word());
    facts.pair("reason", &plan.reason);
    facts.pair("change record", &plan.change_record);
    facts.pair("rollback plan", &plan.rollback_plan);
    facts.pair("approve by", plan.clocks.approve_by.to_string());
    facts.pair("execute by", plan.clocks.execute_by.to_string());
    for (name, value) in &plan.parameters {
        facts.pair(&name.replace('_', " "), value);
    }
    let impact: Vec<String> = plan.impact.iter().map(|(name, count)| counted(name, *count)).collect();
    format!(
        "{} {}\n{}\n{}\n\n{}\n\nImpact: {}\nPlan hash: {}",
        operation(plan.operation),
        safe(&subject(plan)),
        warnings(plan),
        facts.text(),
        changes(&plan.changes),
        safe(&impact.join(", ")),
        grouped(&plan.hash()),
    )
}

/// What nobody may overlook stands before everything else.
fn warnings(plan: &Plan) -> String {
    let warning = irreversible(plan.operation).map(str::to_owned);
    let strength = erasure(plan).map(|line| format!("Erasure: {}", safe(&line.after)));
    let lines: Vec<String> = warning.into_iter().chain(strength).map(|line| format!("{line}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("\n{}", lines.concat()) }
}

fn counted(name: &str, count: u64) -> String {
    match name {
        "estimated_seconds" => format!("about {}", said(count)),
        name => format!("{count} {}", name.replace('_', " ")),
    }
}

/// Before and after, line by line: `+` comes, `-` goes, `~` changes. Of which key is said where there are several.
fn changes(changes: &[Change]) -> String {
    let several = changes.iter().map(|line| line.subject.as_str()).collect::<BTreeSet<_>>().len() > 1;
    let mut table =
        Table::new(if several { &["", "of", "what", "before", "after"] } else { &["", "what", "before", "after"] });
    for line in changes {
        let mark = match (line.before.as_str(), line.after.as_str()) {
            (before, after) if before == after => " ",
            ("", _) => "+",
            (_, "") => "-",
            _ => "~",
        };
        let of = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let (what, before, after) = (line.field.replace('_', " "), of(&line.before), of(&line.after));
        let cells = [mark, line.subject.as_str(), &what, &before, &after];
        table.row(cells.into_iter().enumerate().filter(|(column, _)| several || *column != 1).map(|(_, cell)| cell));
    }
    table.text()
}

/// A digest that two people can compare aloud.
pub fn grouped(digest: &[u8]) -> String {
    digest.chunks(2).map(hex::encode).collect::<Vec<_>>().join(" ")
}
