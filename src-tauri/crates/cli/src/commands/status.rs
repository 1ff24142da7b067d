//! `countersign status`: what is here; with an operator, what needs them.

use register::{Overview, PROTECTIVE_ACTS_PAGE_MAX};
use serde_json::json;
use workplace::{Desk, Standing};

use crate::answer::Answer;
use crate::at_work::{premises, with_desk, workplace};
use crate::commands::ledger::targets;
use crate::commands::open::{head_document, head_text};
use crate::context::Context;
use crate::failure::Failure;
use crate::table::Table;
use crate::views::keys::day;
use crate::views::schedule;

/// Says how things stand.
pub async fn run(context: &Context) -> Result<Answer, Failure> {
    if workplace(context).await?.standing()? == Standing::Nothing {
        let text = format!(
            "There is no custody in {} yet.\nNext: countersign open-local, or countersign connect",
            context.home.display()
        );
        return Ok(Answer::new(json!({ "custody": null, "home": context.home, "founded": false }), text));
    }
    if context.operator.is_some() || context.passphrase_file.is_some() {
        return with_desk(context, async |desk| of_operator(desk).await).await;
    }
    let premises = premises(context).await?;
    let (head, founded) = (premises.head()?, premises.is_founded().await?);
    let mut people = Table::new(&["device key here", "login", "roles"]);
    for person in premises.people()? {
        people.row([person.name.as_str(), &person.login, &crate::people::words(&person.roles)]);
    }
    let next = if founded { "countersign --as NAME status says what needs you." } else { "Next: countersign found" };
    let text = format!("{}\n\n{}\n\n{next}", head_text(&head), people.text());
    Ok(Answer::new(head_document(&premises, &head, founded)?, text))
}

async fn of_operator(desk: &Desk) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let found = register.overview(desk.person.operator).await?;
    let (head_number, hash) = register.head().await?;
    let reviews = register.review_counts(desk.person.operator).await?;
    let unconfirmed = register.protective_acts(true, None, PROTECTIVE_ACTS_PAGE_MAX).await?;
    let stalled: Vec<_> = register.log_targets().await?.into_iter().filter(|target| target.is_stalled).collect();
    let schedule = register.schedule().await?;
    let head = desk.premises.head()?;
    let mut document = head_document(&desk.premises, &head, true)?;
    let drift = found.drift.map(|(differences, at)| json!({ "differences": differences, "at": at.to_string() }));
    let overview = json!({
        "operator": { "id": desk.person.operator, "name": desk.person.name, "roles": desk.person.roles },
        "ledger": { "entries": head_number, "hash": hex::encode(hash) },
        "requests": {
            "for_me": found.requests.for_me,
            "mine": found.requests.mine,
            "open": found.requests.open,
            "approved": found.requests.approved,
        },
        "runs_active": found.runs.active,
        "reviews": { "for_me": reviews.for_me, "open": reviews.open },
        "log_targets_stalled": stalled.iter().map(|target| targets::document(target, found.now)).collect::<Vec<_>>(),
        "schedule": schedule.iter().map(schedule::document).collect::<Vec<_>>(),
        "unconfirmed_by_vault": unconfirmed.iter().map(|act| act.seq).collect::<Vec<_>>(),
        "keys": found.keys,
        "deks": found.deks,
        "overdue": found.overdue,
        "due_soon": found.due_soon,
        "violations": found.violations,
        "drift": drift,
        "due": found.due.iter().map(|due| json!({
            "key": due.key.name,
            "id": due.key.id,
            "rotate_by": due.key.rotate_by.map(|at| at.to_string()),
            "requested": due.is_requested,
        })).collect::<Vec<_>>(),
        "dek_ages": found.dek_ages.iter().map(|bucket| json!({
            "from_days": bucket.from_days, "to_days": bucket.to_days, "keys": bucket.keys,
        })).collect::<Vec<_>>(),
    });
    if let Some(all) = document.as_object_mut() {
        all.insert("overview".to_owned(), overview);
    }
    let mut facts = Table::pairs();
    facts.pair("requests for you", found.requests.for_me.to_string());
    facts.pair("your requests", found.requests.mine.to_string());
    facts.pair("approved, not begun", found.requests.approved.to_string());
    facts.pair("runs under way", found.runs.active.to_string());
    facts.pair("reviews for you", reviews.for_me.to_string());
    for late in schedule::late(&schedule) {
        facts.pair("late", late);
    }
    if !unconfirmed.is_empty() {
        let entries: Vec<String> = unconfirmed.iter().map(|act| act.seq.to_string()).collect();
        facts.pair("not confirmed by the vault", format!("protective acts of entries {}", entries.join(", ")));
    }
    for target in &stalled {
        facts.pair("log stack stalled", targets::behind(target, found.now));
    }
    facts.pair("rotations overdue", found.overdue.to_string());
    facts.pair("due in 30 days", found.due_soon.to_string());
    facts.pair("violations", found.violations.to_string());
    facts.pair("differences", found.drift.map_or_else(|| "never looked".to_owned(), |(count, _)| count.to_string()));
    facts.pair("keys", found.keys.to_string());
    facts.pair("ledger", format!("{head_number} entries"));
    Ok(Answer::new(document, format!("{}\n\n{}{}", head_text(&head), facts.text(), due(&found))))
}

/// Keys whose rotation comes next, where there are any.
fn due(found: &Overview) -> String {
    let mut due = Table::new(&["rotate by", "key", "requested"]);
    for it in &found.due {
        let date = it.key.rotate_by.map(day).unwrap_or_default();
        due.row([date.as_str(), &it.key.name, if it.is_requested { "yes" } else { "no" }]);
    }
    if found.due.is_empty() { String::new() } else { format!("\n\n{}", due.text()) }
}
