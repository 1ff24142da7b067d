//! `countersign violations`: what breaks a rule now, what to do about it, and in whose hands that is.

use clap::Args;
use domain::ViolationRule;
use register::{VIOLATIONS_PAGE_MAX, ViolationCount, ViolationCursor, ViolationRow};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;

/// What breaks a rule.
#[derive(Debug, Args)]
pub struct Violations {
    /// Only of this rule; may be repeated
    #[arg(long, value_name = "RULE")]
    rule: Vec<ViolationRule>,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(VIOLATIONS_PAGE_MAX)))]
    limit: u32,
    /// From where the page before ended
    #[arg(long, value_name = "CURSOR")]
    after: Option<ViolationCursor>,
}

impl Violations {
    /// Lists them.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| {
            let register = &desk.console.register;
            let counts = register.violation_counts().await?;
            let page = register.violations_page(&self.rule, self.after.as_ref(), self.limit).await?;
            let next = page.next.map(|next| next.to_string());
            let document = json!({
                "counts": counts.iter().map(of_count).collect::<Vec<_>>(),
                "violations": page.rows.iter().map(of_violation).collect::<Vec<_>>(),
                "next_after": next,
            });
            let more = next.map(|next| format!("\nnext page: --after {next}")).unwrap_or_default();
            let text = match page.rows.is_empty() {
                true => "No rule is broken.".to_owned(),
                false => format!("{}\n\n{}{more}", counted(&counts), listed(&page.rows)),
            };
            Ok(Answer::new(document, text))
        })
        .await
    }
}

fn of_count(of: &ViolationCount) -> Value {
    json!({
        "rule": of.rule,
        "violations": of.violations,
        "excepted": of.excepted,
        "remedy": of.remedy,
        "hands": of.hands,
    })
}

fn of_violation(of: &ViolationRow) -> Value {
    json!({
        "rule": of.rule,
        "key": of.key,
        "subject": of.subject,
        "since": of.since.to_string(),
        "detail": of.detail,
        "remedy": of.remedy,
        "hands": of.hands,
        "excepted_by": of.excepted_by.map(|(id, number)| json!({ "exception": id, "number": number.to_string() })),
    })
}

fn counted(counts: &[ViolationCount]) -> String {
    let mut table = Table::new(&["rule", "broken by", "excepted", "what to do", "in whose hands"]);
    for count in counts.iter().filter(|count| count.violations > 0) {
        let (broken, excepted) = (count.violations.to_string(), count.excepted.to_string());
        table.row([said(count.rule).as_str(), &broken, &excepted, &count.remedy, &count.hands]);
    }
    table.text()
}

fn listed(rows: &[ViolationRow]) -> String {
    let mut table = Table::new(&["rule", "key", "owner", "since", "excepted by"]);
    for row in rows {
        let owner = row.detail.get("owner").map_or("", String::as_str);
        let excepted = row.excepted_by.map(|(_, number)| number.to_string()).unwrap_or_default();
        table.row([said(row.rule).as_str(), &row.subject, owner, &row.since.to_string(), &excepted]);
    }
    table.text()
}

fn said(rule: ViolationRule) -> String {
    rule.word().replace('_', " ")
}
