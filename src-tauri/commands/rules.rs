//! Policies: the rules in force, their history, what a change would mean, and what breaks them.

use custody::request::RulesOrder;
use domain::{Operation, RuleRows};
use ipc::{
    BrokenCountView, CompareRulesRequest, IpcError, Nothing, RuleProblemView, RuleSectionView, RuleWish,
    RulesComparedView, RulesHistoryRequest, RulesHistoryView, RulesView, ViolationsRequest, ViolationsView,
};
use register::{RULE_HISTORY_MAX, Refusal, RegisterError, RuleVersionRow, VIOLATIONS_PAGE_MAX};
use tauri::State;

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::acts::Asking;
use crate::views::moments::{count32, micros, micros_of};
use crate::views::people::Directory;
use crate::views::rules::{
    broken, broken_of, change, range, request as link, rules as rules_view, section, section_of, signed_by, version,
    violation,
};

#[tauri::command]
pub(crate) async fn rules(host: State<'_, Host>, request: Nothing) -> Result<RulesView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(in_force(&work).await?)
}

#[tauri::command]
pub(crate) async fn rules_history(
    host: State<'_, Host>,
    request: RulesHistoryRequest,
) -> Result<RulesHistoryView, IpcError> {
    let work = host.at_work().await?;
    let register = &work.desk.console.register;
    let rows = register.rule_history(Some(section_of(request.section)), RULE_HISTORY_MAX).await;
    Ok(RulesHistoryView { versions: rows.map_err(Failure::from)?.iter().map(version).collect() })
}

#[tauri::command]
pub(crate) async fn compare_rules(
    host: State<'_, Host>,
    request: CompareRulesRequest,
) -> Result<RulesComparedView, IpcError> {
    let work = host.at_work().await?;
    let register = &work.desk.console.register;
    match register.weigh_rules(section_of(request.section), &rows_of(&request.rules)).await {
        Ok(lines) => Ok(RulesComparedView { changes: lines.iter().map(change).collect(), problem: None }),
        Err(RegisterError::Refused(refusal)) => {
            let problem = problem(&refusal).ok_or_else(|| Failure::from(&refusal))?;
            Ok(RulesComparedView { changes: Vec::new(), problem: Some(problem) })
        }
        Err(other) => Err(Failure::from(other).into()),
    }
}

#[tauri::command]
pub(crate) async fn violations(host: State<'_, Host>, request: ViolationsRequest) -> Result<ViolationsView, IpcError> {
    let work = host.at_work().await?;
    let register = &work.desk.console.register;
    let wanted: Vec<_> = request.rule.map(broken_of).into_iter().collect();
    let limit = request.limit.clamp(1, VIOLATIONS_PAGE_MAX);
    let (page, counts) = tokio::try_join!(register.violations_page(&wanted, None, limit), register.violation_counts())
        .map_err(Failure::from)?;
    Ok(ViolationsView {
        rows: page.rows.iter().map(violation).collect(),
        counts: counts
            .iter()
            .filter(|one| one.violations > 0)
            .map(|one| BrokenCountView {
                rule: broken(one.rule),
                count: count32(one.violations),
                excepted: count32(one.excepted),
            })
            .collect(),
    })
}

/// The change of rules that the window asks for.
pub(super) fn order(named: ipc::RuleSection, rules: &[RuleWish], decision_record: &str) -> RulesOrder {
    RulesOrder { section: section_of(named), changes: rows_of(rules), decision_record: decision_record.to_owned() }
}

fn rows_of(rules: &[RuleWish]) -> RuleRows {
    rules.iter().map(|rule| (rule.name.clone(), rule.value.clone())).collect()
}

/// What the register finds unfit about rules; `None` where it refused for another reason.
fn problem(refusal: &Refusal) -> Option<RuleProblemView> {
    let said = |name: &str| refusal.detail().get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    match refusal.code() {
        "rule_unfit" => Some(RuleProblemView { name: said("rule").to_owned(), why: said("why").to_owned() }),
        "quorum_unreachable" => Some(RuleProblemView {
            name: said("operation").to_owned(),
            why: "today's people could not meet it, so nobody could ever change it again".to_owned(),
        }),
        _ => None,
    }
}

async fn in_force(work: &AtWork) -> Result<RulesView, Failure> {
    let register = &work.desk.console.register;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let (history, bounds, counts) = tokio::try_join!(
        register.rule_history(None, RULE_HISTORY_MAX),
        register.setting_bounds(),
        register.violation_counts()
    )?;
    let mut sections = Vec::new();
    for wanted in domain::RuleSection::ALL.iter().copied() {
        let rows = register.rules(wanted).await?;
        let newest = history.iter().find(|row| row.section == wanted && row.in_force);
        let origin = newest.and_then(|row: &RuleVersionRow| row.origin.as_ref());
        sections.push(RuleSectionView {
            section: section(wanted),
            version: rows.version,
            since: newest.and_then(|row| row.at).map_or_else(|| micros_of(0), micros),
            signed_by: signed_by(origin),
            request: origin.map(link),
            rules: rules_view(&rows.rows),
        });
    }
    let people = Directory { operators: &operators, now };
    let asking = Asking { held: &work.desk.person.roles, people: &people };
    let open = super::operators::open_requests(work).await?;
    let uncovered = counts.iter().map(|one| one.violations.saturating_sub(one.excepted)).sum::<u64>();
    Ok(RulesView {
        sections,
        ranges: bounds.into_iter().map(range).collect(),
        change: asking.may_ask(Operation::ChangeRules, None),
        requests: open
            .iter()
            .filter(|row| row.operation == Operation::ChangeRules)
            .map(super::operators::request_link)
            .collect(),
        uncovered: count32(uncovered),
    })
}
