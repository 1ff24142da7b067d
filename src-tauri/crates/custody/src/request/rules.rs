//! The plan to bring the next version of rules into force.

use std::collections::BTreeMap;

use domain::{Change, Facts, KeyId, Operation, Plan, RuleLine, RuleRows, RuleSection};

use register::RegisterError;

use super::draft::{Draft, composed};
use super::error::RequestError;
use crate::console::Console;

/// The entry that puts a plan into force carries it whole.
const PLAN_BYTES_MAX: usize = 28 * 1024;

/// A change of rules that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesOrder {
    /// In which section.
    pub section: RuleSection,
    /// Rules that change, with their values afterwards; an empty value takes a rule away.
    pub changes: RuleRows,
    /// The decision that a change rests on; one that weakens the policy must have it.
    pub decision_record: String,
}

/// Computes the plan. Pure: what it needs to know is in its arguments.
fn plan_rules(
    draft: Draft,
    order: &RulesOrder,
    version: u32,
    lines: &[RuleLine],
    facts: Facts,
    vault_host: String,
) -> Result<Plan, RequestError> {
    let weaker: Vec<&RuleLine> = lines.iter().filter(|line| line.weaker).collect();
    let record = composed(order.decision_record.clone());
    if record.trim().is_empty() && !weaker.is_empty() {
        let rules = weaker.iter().map(|line| line.name.clone()).collect();
        return Err(RequestError::DecisionMissing { rules });
    }
    let mut parameters = BTreeMap::from([
        ("vault".to_owned(), vault_host),
        ("section".to_owned(), order.section.word().to_owned()),
        ("major".to_owned(), (!weaker.is_empty()).to_string()),
    ]);
    if !record.trim().is_empty() {
        parameters.insert("decision_record".to_owned(), record);
    }
    parameters.extend(lines.iter().map(|line| (format!("row.{}", line.name), line.after.clone())));
    let count = |rules: usize| u64::try_from(rules).unwrap_or(u64::MAX);
    let impact = BTreeMap::from([
        ("estimated_seconds".to_owned(), 1),
        ("rules".to_owned(), count(lines.len())),
        ("vault_operations".to_owned(), 0),
        ("weaker".to_owned(), count(weaker.len())),
    ]);
    let targets = vec![order.section.target(version)];
    let changes = changes(order.section, lines);
    let plan = draft.into_plan(Operation::ChangeRules, targets, parameters, changes, impact, facts);
    if plan.encode().len() > PLAN_BYTES_MAX {
        return Err(RequestError::TooMuchAtOnce { rules: lines.len() });
    }
    Ok(plan)
}

fn changes(section: RuleSection, lines: &[RuleLine]) -> Vec<Change> {
    lines.iter().flat_map(|line| line.changes(section)).collect()
}

/// The section that a plan changes, and its rows.
fn rows_of(plan: &Plan) -> Option<(RuleSection, RuleRows)> {
    let section = plan.parameter("section")?.parse().ok()?;
    let row = |(name, value): (&String, &String)| Some((name.strip_prefix("row.")?.to_owned(), value.clone()));
    Some((section, plan.parameters.iter().filter_map(row).collect()))
}

impl Console {
    /// The plan to change these rules, from live state.
    pub(super) async fn rule_change(&self, draft: Draft, order: &RulesOrder) -> Result<Plan, RequestError> {
        let lines = self.register.weigh_rules(order.section, &order.changes).await?;
        let version = self.register.rules(order.section).await?.version;
        let facts = self.register.facts(Operation::ChangeRules, &[KeyId(order.section.id())]).await?;
        plan_rules(draft, order, version, &lines, facts, self.vault_host.clone())
    }

    /// Sets the dates of keys by the rules in force, where a change of rules left some for later. Safe to repeat, and to be left off.
    ///
    /// # Errors
    /// What the register says.
    pub async fn follow_rules(&self) -> Result<(), RegisterError> {
        while self.register.follow_due().await? > 0 {}
        Ok(())
    }

    /// That a change of rules changes what its lines say, and is as major as it says: what comes into force are its parameters, and
    /// what people read are its lines. Any other plan is left alone.
    pub(super) async fn check_rule_change(&self, plan: &Plan) -> Result<(), RequestError> {
        if plan.operation != Operation::ChangeRules {
            return Ok(());
        }
        let (section, rows) = rows_of(plan).ok_or(RequestError::NotWhatWasShown)?;
        let lines = self.register.weigh_rules(section, &rows).await?;
        let major = lines.iter().any(|line| line.weaker).to_string();
        let honest = plan.changes == changes(section, &lines) && plan.parameter("major") == Some(major.as_str());
        if honest { Ok(()) } else { Err(RequestError::LinesDiffer) }
    }
}
