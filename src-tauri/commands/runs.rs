//! Runs: started, watched, paused, taken over, turned back.

use std::sync::Arc;

use domain::{Plan, RunId, StepKind};
use ipc::{
    Cursor, FieldProblem, IpcError, PaceView, RefusalReason, RunActionsView, RunDetailView, RunEntryView, RunFolder,
    RunRequest, RunRollbackRequest, RunRowView, RunStartRequest, RunsPageRequest, RunsPageView, StandingView, Thing,
};
use register::{OperatorRow, RunDirection, RunRow, SealRow, StepRow};
use tauri::State;
use vault::{CallCost, RsaBits};

use super::requests::number_of;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, micros, rate, seconds_between};
use crate::views::people::Directory;
use crate::views::plans::number;
use crate::views::requests::may;
use crate::views::runs::ShownRun;

/// Ledger entries shown with a run.
const ENTRIES_SHOWN: u32 = 12;

#[tauri::command]
pub(crate) async fn run_start(host: State<'_, Host>, request: RunStartRequest) -> Result<RunDetailView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let id = request.request.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Request))?;
    let author = work.pen().await?;
    let run = work.desk.console.start(author, id).await.map_err(Failure::from)?;
    work.runs.execute(&work.desk, author, run, None).await;
    Ok(detail(&work, run).await?)
}

#[tauri::command]
pub(crate) async fn runs_page(host: State<'_, Host>, request: RunsPageRequest) -> Result<RunsPageView, IpcError> {
    let work = host.at_work().await?;
    Ok(page(&work, &request).await?)
}

#[tauri::command]
pub(crate) async fn run_detail(host: State<'_, Host>, request: RunRequest) -> Result<RunDetailView, IpcError> {
    let work = host.at_work().await?;
    Ok(detail(&work, parse(&request.run)?).await?)
}

#[tauri::command]
pub(crate) async fn run_pause(host: State<'_, Host>, request: RunRequest) -> Result<RunDetailView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let run = parse(&request.run)?;
    if !work.runs.pause(run).await {
        // Another console executes it: the register stops it there, at its next act.
        work.desk.console.pause_elsewhere(work.pen().await?, run).await.map_err(Failure::from)?;
    }
    Ok(detail(&work, run).await?)
}

#[tauri::command]
pub(crate) async fn run_resume(host: State<'_, Host>, request: RunRequest) -> Result<RunDetailView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let run = parse(&request.run)?;
    work.runs.execute(&work.desk, work.pen().await?, run, None).await;
    Ok(detail(&work, run).await?)
}

#[tauri::command]
pub(crate) async fn run_rollback(
    host: State<'_, Host>,
    request: RunRollbackRequest,
) -> Result<RunDetailView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    if request.reason.trim().is_empty() {
        return Err(Failure::invalid("reason", FieldProblem::Empty).into());
    }
    let run = parse(&request.run)?;
    work.runs.pause(run).await;
    work.runs.settle(run).await;
    work.runs.execute(&work.desk, work.pen().await?, run, Some(request.reason)).await;
    Ok(detail(&work, run).await?)
}

/// Everything that is known of one run, read at one go.
struct Loaded {
    run: RunRow,
    plan: Plan,
    request_number: u32,
    seals: Vec<SealRow>,
    steps: Vec<StepRow>,
    operators: Arc<Vec<OperatorRow>>,
    now: domain::Timestamp,
    /// Known here when this console executes it.
    live: Option<Option<custody::run::Progress>>,
    waits_until: Option<domain::Timestamp>,
}

impl Loaded {
    async fn of(work: &AtWork, run: RunRow) -> Result<Self, Failure> {
        let register = &work.desk.console.register;
        let request = register.request(run.request).await?.ok_or_else(|| Failure::not_found(Thing::Request))?;
        let (seals, steps, now) =
            tokio::try_join!(register.seals(run.request), register.steps(run.id), register.clock())?;
        let mut loaded = Self {
            plan: Plan::decode(&request.plan)?,
            request_number: request.number,
            seals,
            steps,
            operators: work.operators().await?,
            now,
            live: work.runs.progress(run.id).await,
            waits_until: None,
            run,
        };
        loaded.waits_until = waits_until(register, &loaded).await?;
        Ok(loaded)
    }

    fn shown(&self) -> ShownRun<'_> {
        ShownRun {
            run: &self.run,
            plan: &self.plan,
            request_number: self.request_number,
            seals: &self.seals,
            steps: &self.steps,
            operators: &self.operators,
            now: self.now,
            live: self.live.as_ref().and_then(Option::as_ref),
            waits_until: self.waits_until,
        }
    }
}

/// Until when a run waits for the vault's own purge, or for an hour in which tables may be rewritten.
async fn waits_until(
    register: &register::Register,
    loaded: &Loaded,
) -> Result<Option<domain::Timestamp>, register::RegisterError> {
    let run = &loaded.run;
    if run.finished_at.is_some() || run.direction == RunDirection::Back || !loaded.plan.operation.destroys() {
        return Ok(None);
    }
    match loaded.shown().present() {
        StepKind::AwaitPurge => {
            let open = register.deletions(run.id).await?.into_iter().filter(|it| it.purged_seq.is_none());
            Ok(open.filter_map(|it| it.scheduled_purge_at).max().filter(|at| *at > loaded.now))
        }
        StepKind::Reclaim => Ok(register.reclaim_obstacles(run.id).await?.quiet_from),
        _ => Ok(None),
    }
}

/// Where a run stands, for a request's page.
pub(super) async fn state_of(work: &AtWork, run: &RunRow, _plan: &Plan) -> Result<ipc::RunState, Failure> {
    Ok(Loaded::of(work, run.clone()).await?.shown().state())
}

/// A run in a list.
pub(super) async fn row_view(work: &AtWork, run: RunRow) -> Result<RunRowView, Failure> {
    Ok(Loaded::of(work, run).await?.shown().row_view())
}

async fn page(work: &Arc<AtWork>, request: &RunsPageRequest) -> Result<RunsPageView, Failure> {
    let register = &work.desk.console.register;
    let folder = match request.folder {
        RunFolder::Active => register::RunFolder::Active,
        RunFolder::Finished => register::RunFolder::Finished,
    };
    let below = request.after.as_ref().map(number_of).transpose()?;
    let (found, counts) = tokio::try_join!(register.runs_page(folder, below, request.limit), register.run_counts())?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for run in found.rows {
        rows.push(row_view(work, run).await?);
    }
    Ok(RunsPageView {
        rows,
        next: found.next_below.map(|below| Cursor(below.to_string())),
        active: count32(counts.active),
        finished: count32(counts.finished),
    })
}

async fn detail(work: &Arc<AtWork>, id: RunId) -> Result<RunDetailView, Failure> {
    let register = &work.desk.console.register;
    let run = register.run(id).await?.ok_or_else(|| Failure::not_found(Thing::Run))?;
    let loaded = Loaded::of(work, run).await?;
    let (shown, directory) = (loaded.shown(), Directory { operators: &loaded.operators, now: loaded.now });
    let run = &loaded.run;
    let is_open = run.finished_at.is_none();
    let (entries, evidence_total) = register.run_entries(id, ENTRIES_SHOWN).await?;
    let mut evidence = Vec::with_capacity(entries.len());
    for entry in entries {
        evidence.extend(entry_view(register, entry, loaded.plan.operation).await?);
    }
    let executors: Vec<ipc::PersonView> = directory
        .active()
        .filter(|row| crate::views::requests::executes(&row.roles_at(loaded.now)))
        .map(|row| directory.person(row.id))
        .collect();
    let held = is_open && !run.lapsed && run.state == domain::RunState::Running;
    Ok(RunDetailView {
        row: shown.row_view(),
        steps: shown.step_views(),
        pace: pace(work, &loaded),
        standing: standing(work, &loaded, &executors).await?,
        executed_by: held.then(|| directory.person(run.owner)),
        here: loaded.live.is_some(),
        lease_until: held.then(|| micros(run.lease_until)),
        lease_renewed_s_ago: held.then(|| 30_u32.saturating_sub(seconds_between(loaded.now, run.lease_until))),
        taken_over_from: None,
        proven_at_take_over: None,
        evidence,
        evidence_total: count32(evidence_total),
        actions: actions(&loaded, &directory, &executors),
        failure: work.runs.failure(id).await,
        certificate: register.certificate(id).await?.as_ref().map(crate::views::certificates::link),
        certifies: loaded.plan.operation.destroys(),
    })
}

fn actions(loaded: &Loaded, directory: &Directory<'_>, executors: &[ipc::PersonView]) -> RunActionsView {
    let run = &loaded.run;
    let (open, here) = (run.finished_at.is_none(), loaded.live.is_some());
    let working = open && run.state == domain::RunState::Running && !run.lapsed;
    let held_elsewhere = working && !here;
    let not_now = || Some(RefusalReason::RunState);
    let pause = if working { None } else { not_now() };
    let resume = match (open, here, held_elsewhere) {
        (true, false, false) => None,
        (true, false, true) => {
            Some(RefusalReason::RunHeld { by: Some(directory.person(run.owner)), until: micros(run.lease_until) })
        }
        _ => not_now(),
    };
    let leaves_something = loaded.plan.operation.steps_back() != [StepKind::Compare, StepKind::Close];
    let rollback = match (open, run.direction) {
        _ if !leaves_something => Some(RefusalReason::NothingToRollBack),
        (true, RunDirection::Forward) if held_elsewhere => {
            Some(RefusalReason::RunHeld { by: Some(directory.person(run.owner)), until: micros(run.lease_until) })
        }
        (true, RunDirection::Forward) => None,
        (false, _) => Some(RefusalReason::OldVersionGone),
        _ => not_now(),
    };
    RunActionsView { pause: may(pause, executors), resume: may(resume, executors), rollback: may(rollback, executors) }
}

fn pace(work: &AtWork, loaded: &Loaded) -> Option<PaceView> {
    let live = loaded.live.as_ref()?.as_ref()?;
    let vault = &work.desk.console.vault;
    let line = loaded.plan.changes.iter().find(|line| line.field == "algorithm")?;
    let bits = line.after.split_whitespace().last()?.parse().ok().and_then(RsaBits::from_bits)?;
    let figures = vault.pacing(CallCost::Key(bits));
    let batch = number(&loaded.plan, "batch_size").unwrap_or(100).max(1);
    Some(PaceView {
        rate_per_s: rate(live.pace.rate),
        left_s: live.pace.left_s.map(count32),
        budget_percent: number(&loaded.plan, "budget_percent").unwrap_or(0),
        used_in_window: figures.used,
        limit_in_window: figures.limit.unwrap_or(0),
        throttled: count32(figures.throttled),
        batch: count32(live.done).div_ceil(batch).max(1),
        batches: count32(live.total).div_ceil(batch).max(1),
    })
}

async fn standing(work: &AtWork, loaded: &Loaded, executors: &[ipc::PersonView]) -> Result<StandingView, Failure> {
    let register = &work.desk.console.register;
    let run = &loaded.run;
    let count = async |version: Option<&String>| match version {
        Some(version) => register.count_wraps(run.key, version).await,
        None => Ok(0),
    };
    let versions = register.key_versions(run.key).await?;
    let old = run.from_version.as_ref();
    Ok(StandingView {
        on_new: count32(count(run.new_version.as_ref()).await?),
        on_old: count32(count(old).await?),
        old_version: number(&loaded.plan, "version_before"),
        new_version: number(&loaded.plan, "version_after"),
        old_enabled: versions.iter().any(|version| Some(&version.version) == old && version.enabled),
        may_continue: executors.to_vec(),
    })
}

async fn entry_view(
    register: &register::Register,
    seq: u64,
    operation: domain::Operation,
) -> Result<Option<RunEntryView>, Failure> {
    let Some(found) = register.ledger_entry(seq).await? else { return Ok(None) };
    let entry = ledger::Entry::decode(&found.row.entry).ok();
    let attribute = |name: &str| entry.as_ref().and_then(|entry| entry.attribute(name).map(str::to_owned));
    let step = attribute("step").and_then(|word| word.parse().ok());
    Ok(Some(RunEntryView {
        entry: count32(seq),
        verb: found.row.verb,
        step: step.map(|kind| crate::views::runs::step_kind(kind, operation == domain::Operation::CreateKek)),
        count: attribute("count").and_then(|count| count.parse().ok()),
        at: micros(found.row.recorded_at),
    }))
}

fn parse(run: &ipc::RunId) -> Result<RunId, Failure> {
    run.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Run))
}
