//! `countersign rules show|history|change`: the policy in force, how it came to be, and asking for its next version.

use clap::{Args, Subcommand};
use custody::request::{RulesOrder, Wanted};
use domain::{ClauseTerm, Countersigner, QuorumRule, RotationTerm, RuleRows, RuleSection};
use register::{RULE_HISTORY_MAX, RuleVersionRow, RulesRow};
use serde_json::{Value, json};
use workplace::Desk;

use super::request::Asked;
use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::people::words;
use crate::table::Table;

/// The rules.
#[derive(Debug, Args)]
pub struct Rules {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The rules in force
    Show {
        /// Of one section: rotation, algorithms, quorum, terms or settings
        section: Option<RuleSection>,
    },
    /// Every version: who asked, who signed, what changed
    History {
        /// Of one section
        section: Option<RuleSection>,
        /// Most versions
        #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(RULE_HISTORY_MAX)))]
        limit: u32,
    },
    /// Ask for the next version of a section: one request, which another person countersigns
    Change(Box<Change>),
}

/// The next version of a section.
#[derive(Debug, Args)]
struct Change {
    /// Which section: rotation, algorithms, quorum, terms or settings
    section: RuleSection,
    /// A rule and its value afterwards, as `rules show --json` spells them; several may change at once
    #[arg(long = "set", value_name = "RULE=VALUE", value_parser = assignment, required_unless_present = "remove")]
    set: Vec<(String, String)>,
    /// A rule that goes
    #[arg(long, value_name = "RULE")]
    remove: Vec<String>,
    /// The decision record it rests on: needed where the change weakens the policy
    #[arg(long, value_name = "RECORD", default_value = "")]
    decision: String,
    #[command(flatten)]
    asked: Asked,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((rule, value)) if !rule.is_empty() && !value.is_empty() => Ok((rule.to_owned(), value.to_owned())),
        _ => Err("say RULE=VALUE".to_owned()),
    }
}

impl Rules {
    /// Shows, tells or asks.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match self.what.unwrap_or(What::Show { section: None }) {
            What::Show { section } => show(desk, section).await,
            What::History { section, limit } => history(desk, section, limit).await,
            What::Change(it) => it.ask(desk, context).await,
        })
        .await
    }
}

impl Change {
    async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let gone = self.remove.into_iter().map(|rule| (rule, String::new()));
        let changes: RuleRows = self.set.into_iter().chain(gone).collect();
        let order = RulesOrder { section: self.section, changes, decision_record: self.decision };
        self.asked.submit(desk, context, &Wanted::ChangeRules(order)).await
    }
}

async fn show(desk: &Desk, section: Option<RuleSection>) -> Result<Answer, Failure> {
    let (mut document, mut texts) = (serde_json::Map::new(), Vec::new());
    for section in RuleSection::ALL.iter().filter(|each| section.is_none_or(|wanted| wanted == **each)) {
        let rules = desk.console.register.rules(*section).await?;
        texts.push(format!("{}, version {}\n{}", section.title(), rules.version, text(&rules)));
        document.insert(section.word().to_owned(), of_rules(&rules));
    }
    Ok(Answer::new(Value::Object(document), texts.join("\n\n")))
}

fn of_rules(of: &RulesRow) -> Value {
    let rules: Vec<Value> = of
        .rows
        .iter()
        .map(|(name, value)| {
            let mut rule = json!({ "name": name, "value": value });
            if let Some(more) = particulars(of.section, name, value).as_object_mut()
                && let Some(all) = rule.as_object_mut()
            {
                all.append(more);
            }
            rule
        })
        .collect();
    json!({ "version": of.version, "rules": rules })
}

/// What a rule says, in its own words.
fn particulars(section: RuleSection, name: &str, value: &str) -> Value {
    let read = match section {
        RuleSection::Rotation => RotationTerm::read(name, value).map(|term| {
            json!({
                "kind": term.kind,
                "classification": term.classification,
                "threat_level": term.threat_level,
                "period_days": term.period_days,
                "warn_days": term.warn_days,
            })
        }),
        RuleSection::Quorum => QuorumRule::read(name, value).map(|rule| {
            let pair =
                |pair: &Countersigner| json!({ "requested_as": pair.requested_as, "countersigned_as": pair.roles });
            json!({
                "operation": rule.operation,
                "people_min": rule.people_min,
                "pairs": rule.countersigners.iter().map(pair).collect::<Vec<_>>(),
            })
        }),
        RuleSection::Terms => ClauseTerm::read(name, value)
            .map(|term| json!({ "cited": term.cited(), "title": term.title, "term_days_max": term.term_days_max })),
        RuleSection::Algorithms | RuleSection::Settings => None,
    };
    read.unwrap_or_else(|| json!({}))
}

fn text(of: &RulesRow) -> String {
    let mut table = match of.section {
        RuleSection::Rotation => {
            Table::new(&["kind", "classification", "threat level", "rotated within", "warned before"])
        }
        RuleSection::Quorum => Table::new(&["operation", "people", "asked for as", "countersigned as"]),
        RuleSection::Terms => Table::new(&["clause", "policy", "at most", "what it says"]),
        RuleSection::Algorithms => Table::new(&["algorithm", "lengths"]),
        RuleSection::Settings => Table::new(&["setting", "value"]),
    };
    for (name, value) in &of.rows {
        match of.section {
            RuleSection::Rotation => {
                let Some(term) = RotationTerm::read(name, value) else { continue };
                let classification = term.classification.map_or("any", |it| it.word());
                let (period, warn) = (format!("{} d", term.period_days), format!("{} d", term.warn_days));
                table.row([term.kind.word(), classification, term.threat_level.word(), &period, &warn]);
            }
            RuleSection::Quorum => {
                for pair in QuorumRule::read(name, value).iter().flat_map(|rule| &rule.countersigners) {
                    let people = value.split(' ').next().unwrap_or_default();
                    table.row([name, people, pair.requested_as.word(), &words(&pair.roles)]);
                }
            }
            RuleSection::Terms => {
                let Some(term) = ClauseTerm::read(name, value) else { continue };
                table.row([name, term.cited().as_str(), &format!("{} d", term.term_days_max), &term.title]);
            }
            RuleSection::Algorithms | RuleSection::Settings => table.row([name.as_str(), value]),
        }
    }
    table.text()
}

async fn history(desk: &Desk, section: Option<RuleSection>, limit: u32) -> Result<Answer, Failure> {
    let versions = desk.console.register.rule_history(section, limit).await?;
    let document = json!({ "versions": versions.iter().map(of_version).collect::<Vec<_>>() });
    Ok(Answer::new(document, versions.iter().map(said).collect::<Vec<_>>().join("\n\n")))
}

fn of_version(of: &RuleVersionRow) -> Value {
    let line = |line: &domain::RuleLine| json!({ "rule": line.name, "before": line.before, "after": line.after, "weaker": line.weaker });
    let origin = of.origin.as_ref().map(|origin| {
        let signer = |(operator, name, role): &(domain::OperatorId, String, domain::Role)| {
            json!({ "operator": operator, "name": name, "role": role })
        };
        json!({
            "request": origin.request,
            "number": origin.number,
            "reason": origin.reason,
            "signed_by": origin.signed_by.iter().map(signer).collect::<Vec<_>>(),
            "entry": origin.seq,
        })
    });
    json!({
        "section": of.section,
        "version": of.version,
        "in_force": of.in_force,
        "at": of.at.map(|at| at.to_string()),
        "major": of.major,
        "decision_record": of.decision_record,
        "request": origin,
        "changes": of.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn said(of: &RuleVersionRow) -> String {
    let since = of.at.map(|at| format!(", since {at}")).unwrap_or_default();
    let mut facts = Table::pairs();
    match &of.origin {
        None => facts.pair("brought by", "the register itself"),
        Some(origin) => {
            let names: Vec<String> =
                origin.signed_by.iter().map(|(_, name, role)| format!("{name} ({role})")).collect();
            facts.pair("brought by", format!("R-{}, entry {}", origin.number, origin.seq));
            facts.pair("signed by", names.join(", "));
            facts.pair("why", &origin.reason);
        }
    }
    if !of.decision_record.is_empty() {
        facts.pair("decision record", &of.decision_record);
    }
    for line in &of.lines {
        let value = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
        let weaker = if line.weaker { ", weaker" } else { "" };
        facts.pair(&line.name, format!("{} → {}{weaker}", value(&line.before), value(&line.after)));
    }
    let standing = if of.in_force { ", in force" } else { "" };
    format!("{}, version {}{standing}{since}\n{}", of.section.title(), of.version, facts.text())
}
