//! Plans: every line of what will change, and what it costs.

use domain::{Change, Operation, Plan};
use serde_json::{Value, json};

use crate::durations::said;
use crate::table::{Table, safe};

/// Name of the key a plan is about.
pub fn subject(plan: &Plan) -> String {
    plan.targets.first().map(|target| target.name.clone()).unwrap_or_default()
}

/// What a plan asks for.
pub fn operation(plan: &Plan) -> &'static str {
    match plan.operation {
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
    }
}

/// For a document.
pub fn document(plan: &Plan) -> Value {
    let change = |line: &Change| json!({ "subject": line.subject, "field": line.field, "before": line.before, "after": line.after });
    json!({
        "operation": plan.operation,
        "subject": subject(plan),
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
        "{} {}\n\n{}\n\n{}\n\nImpact: {}\nPlan hash: {}",
        operation(plan),
        safe(&subject(plan)),
        facts.text(),
        changes(&plan.changes),
        safe(&impact.join(", ")),
        grouped(&plan.hash()),
    )
}

fn counted(name: &str, count: u64) -> String {
    match name {
        "estimated_seconds" => format!("about {}", said(count)),
        name => format!("{count} {}", name.replace('_', " ")),
    }
}

/// Before and after, line by line: `+` comes, `-` goes, `~` changes.
fn changes(changes: &[Change]) -> String {
    let mut table = Table::new(&["", "what", "before", "after"]);
    for line in changes {
        let mark = match (line.before.as_str(), line.after.as_str()) {
            (before, after) if before == after => " ",
            ("", _) => "+",
            (_, "") => "-",
            _ => "~",
        };
        let of = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        table.row([mark, &line.field.replace('_', " "), &of(&line.before), &of(&line.after)]);
    }
    table.text()
}

/// A digest that two people can compare aloud.
pub fn grouped(digest: &[u8]) -> String {
    digest.chunks(2).map(hex::encode).collect::<Vec<_>>().join(" ")
}
