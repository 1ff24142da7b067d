//! What an operator sees first, and what is configured.

use std::sync::Arc;

use ipc::{
    AgeBucketView, DueKeyView, IpcError, KekHistoryVersionView, KekHistoryView, NeedView, Nothing, OverviewView,
    RotationRuleView, SettingsView,
};
use register::{DueKey, KekHistory, RequestFolder, RunFolder};
use tauri::State;
use vault::{CallCost, RsaBits};

use super::{app, requests, runs};
use crate::at_work::{AtWork, IDLE_LOCK_MINUTES};
use crate::failure::Failure;
use crate::host::Host;
use crate::views::keys::{days, key_state, key_type, named, scope};
use crate::views::log_stack;
use crate::views::moments::{count32, micros};
use crate::views::people::Directory;

/// How many of each kind are named under "needs you now".
const NEEDS_SHOWN: u32 = 5;
/// Age of a DEK from which on somebody should look at it.
const DEK_REVIEW_DAYS: u32 = 365;
/// Longest session, in hours.
const SESSION_HOURS_MAX: u32 = 12;

#[tauri::command]
pub(crate) async fn overview(host: State<'_, Host>, request: Nothing) -> Result<OverviewView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(read(&work).await?)
}

#[tauri::command]
pub(crate) async fn settings(host: State<'_, Host>, request: Nothing) -> Result<SettingsView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(configured(&work).await?)
}

async fn read(work: &Arc<AtWork>) -> Result<OverviewView, Failure> {
    let found = work.desk.console.register.overview(work.desk.person.operator).await?;
    let operators = work.operators().await?;
    let directory = Directory { operators: &operators, now: found.now };
    let due: Vec<DueKeyView> = found.due.iter().filter_map(|key| due_view(key, found.now)).collect();
    let needs = needs(work, &found, &due).await?;
    let mut kek_history = Vec::with_capacity(found.keks.len());
    for kek in &found.keks {
        kek_history.push(history(work, kek, found.now, &directory).await?);
    }
    let bucket = |it: &register::AgeBucket| AgeBucketView {
        from_days: it.from_days,
        to_days: it.to_days,
        count: count32(it.keys),
    };
    Ok(OverviewView {
        now: micros(found.now),
        keys: count32(found.keys),
        within_rule: count32(found.within_rule),
        with_rule: count32(found.with_rule),
        overdue: count32(found.overdue),
        due_soon: count32(found.due_soon),
        waiting_second_seal: count32(found.requests.open.saturating_sub(found.requests.approved)),
        for_me: count32(found.requests.for_me),
        approved_not_started: count32(found.requests.approved),
        reviews: count32(work.desk.console.register.review_counts(work.desk.person.operator).await?.open),
        violations: count32(found.violations),
        gate: match super::gate::asked(work).await {
            Ok(gate) => Some(gate),
            Err(failure) => {
                tracing::warn!(?failure, "the gate could not be read");
                None
            }
        },
        drift: found.drift.map(|(count, _)| count32(count)),
        discovered_at: found.drift.map(|(_, at)| micros(at)),
        needs_total: count32(needs.len()),
        needs,
        due,
        dek_age: found.dek_ages.iter().map(bucket).collect(),
        deks: count32(found.deks),
        dek_review_days: DEK_REVIEW_DAYS,
        kek_history,
    })
}

/// What needs this operator now, most urgent first: a broken ledger, seals, stopped runs, starts, drift, lateness.
async fn needs(work: &Arc<AtWork>, found: &register::Overview, due: &[DueKeyView]) -> Result<Vec<NeedView>, Failure> {
    let (register, me) = (&work.desk.console.register, work.desk.person.operator);
    let mut needs = Vec::new();
    let verified = work.verified.read().await.clone();
    if let Some(broken_at) = verified.and_then(|it| it.broken_at()) {
        needs.push(NeedView::Ledger { broken_at: Some(broken_at) });
    }
    for row in register.requests_page(RequestFolder::ForMe, me, None, NEEDS_SHOWN).await?.rows {
        needs.push(NeedView::Sign { request: requests::row_view(work, row).await? });
    }
    for run in register.runs_page(RunFolder::Active, None, NEEDS_SHOWN).await?.rows {
        let run = runs::row_view(work, run).await?;
        if matches!(run.state, ipc::RunState::Stopped | ipc::RunState::Paused | ipc::RunState::Failed) {
            needs.push(NeedView::Run { run });
        }
    }
    for row in register.requests_page(RequestFolder::Open, me, None, NEEDS_SHOWN).await?.rows {
        if row.state == domain::RequestState::Approved {
            needs.push(NeedView::Start { request: requests::row_view(work, row).await? });
        }
    }
    for row in register.protective_acts(true, None, NEEDS_SHOWN).await? {
        needs.extend(crate::views::protect::unconfirmed(&row).map(|act| NeedView::Confirm { act }));
    }
    for exception in super::exceptions::pressing(work, NEEDS_SHOWN).await? {
        needs.push(NeedView::Exception { exception });
    }
    for review in super::reviews::waiting_for_me(work, NEEDS_SHOWN).await? {
        needs.push(NeedView::Review { review });
    }
    for row in register.log_targets().await?.iter().filter(|row| row.is_stalled) {
        needs.push(NeedView::LogTarget { target: log_stack::target(row, found.now) });
    }
    let late = super::schedule::pressing(work).await?;
    needs.extend(late.into_iter().map(|duty| NeedView::Scheduled { duty }));
    if let Some((count, at)) = found.drift.filter(|(count, _)| *count > 0) {
        needs.push(NeedView::Drift { count: count32(count), at: micros(at) });
    }
    let late = due.iter().filter(|key| key.due_in_days < 0 && !key.requested);
    needs.extend(late.take(3).map(|key| NeedView::Overdue { key: key.clone() }));
    Ok(needs)
}

fn due_view(due: &DueKey, now: domain::Timestamp) -> Option<DueKeyView> {
    let row = &due.key;
    Some(DueKeyView {
        key: named(row),
        key_type: key_type(row.kind),
        scope: scope(row),
        rotate_by: micros(row.rotate_by?),
        due_in_days: days(row.due_in_days(now))?,
        requested: due.is_requested,
    })
}

async fn history(
    work: &AtWork,
    kek: &KekHistory,
    now: domain::Timestamp,
    directory: &Directory<'_>,
) -> Result<KekHistoryView, Failure> {
    let register = &work.desk.console.register;
    let mut versions = Vec::with_capacity(kek.versions.len());
    for version in &kek.versions {
        let run = match version.run {
            Some(run) => register.run(run).await?,
            None => None,
        };
        let seals = match run {
            Some(run) => register.seals(run.request).await?,
            None => Vec::new(),
        };
        versions.push(KekHistoryVersionView {
            version: version.number,
            since: micros(version.created_at),
            seals: seals.iter().map(|seal| directory.person(seal.operator)).collect(),
        });
    }
    Ok(KekHistoryView {
        key: named(&kek.key),
        state: key_state(kek.key.state),
        versions,
        rotate_by: kek.key.rotate_by.map(micros),
        due_in_days: days(kek.key.due_in_days(now)),
    })
}

async fn configured(work: &Arc<AtWork>) -> Result<SettingsView, Failure> {
    let console = &work.desk.console;
    let (settings, rules) = tokio::try_join!(console.register.settings(), console.register.rotation_rules())?;
    let (targets, now) = tokio::try_join!(console.register.log_targets(), console.register.clock())?;
    let workplace = work.desk.premises.workplace().clone();
    let home = workplace.home().display().to_string();
    let status = tokio::task::spawn_blocking(move || workplace.keychain().status()).await;
    let clause = format!("rotation rules, version {}", rules.version);
    let in_force =
        rules.rules.iter().filter(|rule| rule.threat_level == settings.threat_level && rule.classification.is_none());
    let rule = |rule: &register::RotationRuleRow| RotationRuleView {
        key_type: key_type(rule.kind),
        every_days: rule.period_days,
        clause: clause.clone(),
    };
    Ok(SettingsView {
        custody: app::head(&work.desk.premises)?,
        keychain: app::keychain_view(status),
        budget_percent: settings.vault_budget_percent,
        limit_in_window: console.vault.budget().calls_max(CallCost::Key(RsaBits::B2048)).unwrap_or(0),
        batch_size: settings.rewrap_batch,
        idle_lock_minutes: IDLE_LOCK_MINUTES,
        session_hours_max: SESSION_HOURS_MAX,
        rules: in_force.map(rule).collect(),
        log_targets: targets.iter().map(|row| log_stack::target(row, now)).collect(),
        data_folder: home,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
