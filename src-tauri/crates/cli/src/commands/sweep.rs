//! `countersign sweep`: expired tokens are overwritten and deleted now, observations whose term is over are pruned, the webhook is reminded
//! of dates that come near, what was refused comes under the ledger's seal, and what is late is said. Made for a scheduler: quiet with nothing
//! to do.

use custody::exceptions::Reminded;
use serde_json::json;
use workplace::Desk;

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Meter;
use crate::views::keys::day;
use crate::views::schedule;

/// Sweeps.
pub async fn run(context: &Context) -> Result<Answer, Failure> {
    with_desk(context, async |desk| sweep(desk, context).await).await
}

async fn sweep(desk: &Desk, context: &Context) -> Result<Answer, Failure> {
    let meter = Meter::new(context, "delete expired tokens");
    let count = |done: usize, total: usize| {
        if total > 0 {
            meter.count(done, total);
        }
    };
    let swept = desk.console.sweep(desk.author(), &count).await;
    meter.end();
    let swept = swept?;
    desk.console.follow_rules().await?;
    let reminded = match desk.webhook()? {
        Some(webhook) => desk.console.send_reminders(desk.author(), &webhook).await?,
        None => Reminded::default(),
    };
    let attested = desk.console.attest_refusals(desk.author()).await?;
    let due = desk.console.register.schedule().await?;
    let late = schedule::late(&due);
    let here = domain::Timestamp::from_micros(jiff::Timestamp::now().as_microsecond());
    let pruned = desk.console.prune_observations(desk.author(), here).await?;
    let document = json!({
        "refusals_attested": attested,
        "late": due.iter().filter(|row| row.days_late().is_some()).map(schedule::document).collect::<Vec<_>>(),
        "deleted": swept.deleted, "kept": swept.kept, "entries": swept.entries,
        "pruned": { "observations": pruned.observations, "rows": pruned.rows, "entries": pruned.entries },
        "reminders": {
            "sent": reminded.sent.iter().map(|due| json!({ "exception": due.number.to_string(), "days": due.days })).collect::<Vec<_>>(),
            "failed": reminded.failed.iter().map(|(due, why)| json!({
                "exception": due.number.to_string(), "days": due.days, "why": why.to_string(),
            })).collect::<Vec<_>>(),
        },
    });
    let mut lines = Vec::new();
    if attested > 0 {
        lines.push(format!("{attested} refusals are under the ledger's seal"));
    }
    if swept.deleted > 0 {
        lines.push(format!("{} expired tokens were overwritten and deleted", swept.deleted));
    }
    if swept.kept > 0 {
        lines.push(format!("{} expired tokens are kept by a hold: countersign hold list", swept.kept));
    }
    if pruned.observations > 0 {
        lines.push(format!("{} observations of the vault whose term is over were pruned", pruned.observations));
    }
    if !reminded.sent.is_empty() {
        lines.push(format!("the webhook was reminded of {} exceptions", reminded.sent.len()));
    }
    for (due, why) in &reminded.failed {
        lines.push(format!(
            "the webhook was not reminded of {}, which expires on {}: {why}",
            due.number,
            day(due.expires_at)
        ));
    }
    lines.extend(late);
    let exit = if reminded.failed.is_empty() { Exit::Done } else { Exit::Refused };
    Ok(Answer { exit, ..Answer::new(document, lines.join("\n")) })
}
