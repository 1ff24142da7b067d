//! `countersign rules`: the policy in force, as the register has it.

use domain::{Countersigner, QuorumRule};
use register::{RotationRuleRow, SettingsRow};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::said;
use crate::failure::Failure;
use crate::people::words;
use crate::table::Table;

/// Says the rules.
pub async fn run(context: &Context) -> Result<Answer, Failure> {
    with_desk(context, async |desk| {
        let register = &desk.console.register;
        let (quorum, rotation) = (register.quorum_rules().await?, register.rotation_rules().await?);
        let settings = register.settings().await?;
        let document = json!({
            "quorum": { "version": quorum.version, "rules": quorum.rules.iter().map(quorum_document).collect::<Vec<_>>() },
            "rotation": {
                "version": rotation.version,
                "rules": rotation.rules.iter().map(rotation_document).collect::<Vec<_>>(),
            },
            "settings": settings_document(&settings),
        });
        let text = format!(
            "{}\n\n{}\n\n{}",
            quorum_text(&quorum.rules),
            rotation_text(&rotation.rules),
            settings_text(&settings)
        );
        Ok(Answer::new(document, text))
    })
    .await
}

fn quorum_document(rule: &QuorumRule) -> Value {
    let pair = |pair: &Countersigner| json!({ "requested_as": pair.requested_as, "countersigned_as": pair.roles });
    json!({
        "operation": rule.operation,
        "people_min": rule.people_min,
        "pairs": rule.countersigners.iter().map(pair).collect::<Vec<_>>(),
    })
}

fn quorum_text(rules: &[QuorumRule]) -> String {
    let mut table = Table::new(&["operation", "people", "asked for as", "countersigned as"]);
    for rule in rules {
        for pair in &rule.countersigners {
            let people = rule.people_min.to_string();
            table.row([rule.operation.word(), &people, pair.requested_as.word(), &words(&pair.roles)]);
        }
    }
    table.text()
}

fn rotation_document(rule: &RotationRuleRow) -> Value {
    json!({
        "kind": rule.kind,
        "classification": rule.classification,
        "threat_level": rule.threat_level,
        "in_force": rule.in_force,
        "period_days": rule.period_days,
        "warn_days": rule.warn_days,
    })
}

/// Those of the threat level now; the document has all of them.
fn rotation_text(rules: &[RotationRuleRow]) -> String {
    let mut table = Table::new(&["kind", "classification", "rotated within", "warned before"]);
    for rule in rules.iter().filter(|rule| rule.in_force) {
        let classification = rule.classification.map_or("any", |it| it.word());
        let (period, warn) = (format!("{} d", rule.period_days), format!("{} d", rule.warn_days));
        table.row([rule.kind.word(), classification, &period, &warn]);
    }
    table.text()
}

fn settings_document(settings: &SettingsRow) -> Value {
    json!({
        "vault_budget_percent": settings.vault_budget_percent,
        "vault_operations_per_ten_seconds": settings.vault_operations_per_ten_seconds,
        "rewrap_batch": settings.rewrap_batch,
        "approve_days_max": settings.approve_days_max,
        "execute_days_max": settings.execute_days_max,
        "grace_seconds": settings.grace_seconds,
        "threat_level": settings.threat_level,
        "role_cool_down_hours": settings.role_cool_down_hours,
    })
}

fn settings_text(settings: &SettingsRow) -> String {
    let mut facts = Table::pairs();
    facts.pair("threat level", &settings.threat_level);
    facts.pair("vault budget", format!("{} % of the vault's limit", settings.vault_budget_percent));
    facts.pair("grace period", said(u64::from(settings.grace_seconds)));
    facts.pair("time to approve", format!("at most {} d", settings.approve_days_max));
    facts.pair("time to execute", format!("at most {} d", settings.execute_days_max));
    facts.pair("new roles count after", format!("{} h", settings.role_cool_down_hours));
    facts.text()
}
