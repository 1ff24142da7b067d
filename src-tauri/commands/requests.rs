//! The inbox: plans, drafts, requests, and who may do what with them.

use std::sync::Arc;
use std::time::Duration;

use custody::request::{
    Grounds, NewKek, OffboardingOrder, Purge, Reactivation, ReclaimHours, RotationOptions, SecretRotationOptions,
    Wanted, Windows,
};
use domain::{DekTrigger, KeyId, KeyName, KeyState, OperatorId, Plan, RequestId, Timestamp};
use ipc::{
    Cursor, Done, DraftId, DraftRequest, DraftView, FieldProblem, FolderCountsView, IpcError, OpenSignWindowRequest,
    OperationRequest, PlanRequest, PlanView, RecheckRequest, RecheckView, RequestDetailRequest, RequestDetailView,
    RequestFolder, RequestRowView, RequestsPageRequest, RequestsPageView, RunLinkView, SignSubject, Thing,
    WithdrawRequest,
};
use rand_core::OsRng;
use register::{MaySignRow, OperatorRow, RequestRow, RunRow, SealRow};
use tauri::State;

use crate::at_work::{AtWork, Signing};
use crate::failure::Failure;
use crate::host::Host;
use crate::views::exceptions::exception_of;
use crate::views::keys::key_of;
use crate::views::moments::{count32, micros};
use crate::views::people::Directory;
use crate::views::plans::plan_view;
use crate::views::protect::tenant_of;
use crate::views::requests::{Shown, differences, may_not, verified_signers};
use crate::views::{people, runs};

/// Entries of a request that are named on its page.
const ENTRIES_MAX: u32 = 100;

#[tauri::command]
pub(crate) async fn plan_request(host: State<'_, Host>, request: PlanRequest) -> Result<PlanView, IpcError> {
    let work = host.at_work().await?;
    let within = windows(request.approve_within_hours, request.execute_within_hours);
    Ok(plan_view(&plan(&work, &request.operation, Grounds::default(), within).await?, false))
}

#[tauri::command]
pub(crate) async fn draft_request(host: State<'_, Host>, request: DraftRequest) -> Result<DraftView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let grounds =
        Grounds { reason: request.reason, change_record: request.change_record, rollback_plan: request.rollback_plan };
    let within = windows(request.approve_within_hours, request.execute_within_hours);
    let plan = plan(&work, &request.operation, grounds, within).await?;
    work.desk.console.check_plan(&plan).await.map_err(Failure::from)?;
    let (draft, view) = (DraftId(plan.request.to_string()), plan_view(&plan, true));
    work.keep_draft(draft.clone(), plan).await;
    Ok(DraftView { draft, plan: view })
}

#[tauri::command]
pub(crate) async fn open_sign_window(host: State<'_, Host>, request: OpenSignWindowRequest) -> Result<Done, IpcError> {
    let work = host.at_work().await?;
    match &request.subject {
        SignSubject::Draft { draft } => drop(work.draft(draft).await.ok_or_else(|| Failure::not_found(Thing::Draft))?),
        SignSubject::Request { request, .. } => drop(Loaded::read(&work, parse(request)?).await?),
        SignSubject::Review { review } => drop(super::reviews::item(&work, review).await?),
        SignSubject::Register { digest } => drop(super::exceptions_review::sign_context(&work, digest).await?),
        SignSubject::Checkpoint { cosign } => drop(super::checkpoints::sign_context(&work, *cosign).await?),
        SignSubject::Transitions { .. } => drop(super::transitions::sign_context(&work, &request.subject).await?),
        SignSubject::Record { .. } => drop(super::schedule::sign_context(&work, &request.subject).await?),
        SignSubject::Duty { duty } => drop(super::duties::sign_context(&work, *duty).await?),
    }
    *work.signing.lock().await = Some(Signing { subject: request.subject, shown: None });
    host.relay.open_sign_window()?;
    Ok(Done {})
}

#[tauri::command]
pub(crate) async fn requests_page(
    host: State<'_, Host>,
    request: RequestsPageRequest,
) -> Result<RequestsPageView, IpcError> {
    let work = host.at_work().await?;
    Ok(page(&work, &request).await?)
}

#[tauri::command]
pub(crate) async fn request_detail(
    host: State<'_, Host>,
    request: RequestDetailRequest,
) -> Result<RequestDetailView, IpcError> {
    let work = host.at_work().await?;
    Ok(detail(&work, parse(&request.request)?).await?)
}

#[tauri::command]
pub(crate) async fn recheck_request(host: State<'_, Host>, request: RecheckRequest) -> Result<RecheckView, IpcError> {
    let work = host.at_work().await?;
    let console = &work.desk.console;
    let found = console.recheck(parse(&request.request)?).await.map_err(Failure::from)?;
    let now = console.now().await.map_err(Failure::from)?;
    Ok(RecheckView { at: micros(now), seconds_ago: 0, differences: differences(&found) })
}

#[tauri::command]
pub(crate) async fn withdraw_request(
    host: State<'_, Host>,
    request: WithdrawRequest,
) -> Result<RequestDetailView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let id = parse(&request.request)?;
    work.desk.console.withdraw(id, &request.reason, work.pen().await?).await.map_err(Failure::from)?;
    Ok(detail(&work, id).await?)
}

/// Everything that is known of one request, read at one go.
pub(super) struct Loaded {
    pub row: RequestRow,
    pub plan: Plan,
    pub seals: Vec<SealRow>,
    pub may: MaySignRow,
    pub now: Timestamp,
    operators: Arc<Vec<OperatorRow>>,
    verified: Vec<OperatorId>,
    run: Option<RunRow>,
    rejection: Option<(String, u64)>,
}

impl Loaded {
    pub async fn read(work: &AtWork, id: RequestId) -> Result<Self, Failure> {
        let row = work.desk.console.register.request(id).await?.ok_or_else(|| Failure::not_found(Thing::Request))?;
        Self::of(work, row).await
    }

    pub async fn of(work: &AtWork, row: RequestRow) -> Result<Self, Failure> {
        let register = &work.desk.console.register;
        let plan = Plan::decode(&row.plan)?;
        let (seals, may, run, now) = tokio::try_join!(
            register.seals(row.id),
            register.may_sign(row.id, work.desk.person.operator),
            register.run_of(row.id),
            register.clock(),
        )?;
        let rejection = match seals.iter().find(|seal| seal.decision == domain::Decision::Reject) {
            Some(seal) => register.ledger_entry(seal.seq).await?.map(|entry| (entry.row.purpose, seal.seq)),
            None => None,
        };
        let verified = verified_signers(&work.desk.console.witness, &plan, &seals).await;
        Ok(Self { plan, seals, may, now, operators: work.operators().await?, verified, run, rejection, row })
    }

    pub fn directory(&self) -> Directory<'_> {
        Directory { operators: &self.operators, now: self.now }
    }

    pub fn shown<'a>(&'a self, work: &AtWork) -> Shown<'a> {
        Shown {
            row: &self.row,
            plan: &self.plan,
            seals: &self.seals,
            verified: &self.verified,
            may: &self.may,
            operators: &self.operators,
            now: self.now,
            me: work.desk.person.operator,
            rejection: self.rejection.clone(),
            rolled_back: self.run.as_ref().is_some_and(|run| run.state == domain::RunState::RolledBack),
        }
    }
}

/// A request in a list.
pub(super) async fn row_view(work: &AtWork, row: RequestRow) -> Result<RequestRowView, Failure> {
    Ok(Loaded::of(work, row).await?.shown(work).row_view())
}

async fn page(work: &Arc<AtWork>, request: &RequestsPageRequest) -> Result<RequestsPageView, Failure> {
    let (register, me) = (&work.desk.console.register, work.desk.person.operator);
    let folder = match request.folder {
        RequestFolder::ForMe => register::RequestFolder::ForMe,
        RequestFolder::Mine => register::RequestFolder::Mine,
        RequestFolder::Open => register::RequestFolder::Open,
        RequestFolder::Decided => register::RequestFolder::Decided,
    };
    let below = request.after.as_ref().map(number_of).transpose()?;
    let (found, counts) =
        tokio::try_join!(register.requests_page(folder, me, below, request.limit), register.request_counts(me))?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for row in found.rows {
        rows.push(row_view(work, row).await?);
    }
    Ok(RequestsPageView {
        rows,
        next: found.next_below.map(|below| Cursor(below.to_string())),
        counts: FolderCountsView {
            for_me: count32(counts.for_me),
            mine: count32(counts.mine),
            open: count32(counts.open),
            decided: count32(counts.decided),
        },
    })
}

/// Pages of requests and runs go down by number.
pub(super) fn number_of(cursor: &Cursor) -> Result<u32, Failure> {
    cursor.0.parse().map_err(|_not_a_number| Failure::invalid("after", FieldProblem::NotANumber))
}

async fn detail(work: &Arc<AtWork>, id: RequestId) -> Result<RequestDetailView, Failure> {
    let loaded = Loaded::read(work, id).await?;
    let (shown, directory) = (loaded.shown(work), loaded.directory());
    let register = &work.desk.console.register;
    let mut answers = Vec::new();
    for operator in loaded.operators.iter() {
        answers.push((operator.id, register.may_sign(id, operator.id).await?));
    }
    let may_sign: Vec<ipc::PersonView> = answers
        .iter()
        .filter(|(_, answer)| answer.allowed())
        .map(|(operator, _)| directory.person(*operator))
        .collect();
    let about = register::LedgerFilter {
        subject: Some(("request".to_owned(), id.to_string())),
        ..register::LedgerFilter::default()
    };
    let mut entries: Vec<u32> =
        register.ledger_page(&about, None, ENTRIES_MAX).await?.rows.iter().map(|row| count32(row.seq)).collect();
    entries.reverse();
    let run = loaded.run.as_ref();
    let found = &loaded.row.differences;
    Ok(RequestDetailView {
        row: shown.row_view(),
        plan: plan_view(&loaded.plan, true),
        reason: loaded.plan.reason.clone(),
        change_record: loaded.plan.change_record.clone(),
        rollback_plan: loaded.plan.rollback_plan.clone(),
        quorum: shown.quorum(),
        countersign_roles: shown.countersign_roles(),
        actions: shown.actions(&may_sign),
        may_sign,
        may_not_sign: may_not(&answers, &loaded.row, &directory),
        run: run.map(|run| RunLinkView { run: ipc::RunId(run.id.to_string()), label: runs::label(run.number) }),
        run_state: match run {
            Some(run) => Some(super::runs::state_of(work, run, &loaded.plan).await?),
            None => None,
        },
        differences: found.iter().map(|it| crate::failure::difference(&it.fact, &it.planned, &it.found)).collect(),
        entries,
    })
}

async fn plan(work: &AtWork, operation: &OperationRequest, grounds: Grounds, within: Windows) -> Result<Plan, Failure> {
    let console = &work.desk.console;
    let wanted = wanted(work, operation).await?;
    Ok(console.plan(work.desk.person.operator, &wanted, grounds, within).await?)
}

/// What is asked for, as the use case takes it.
async fn wanted(work: &AtWork, operation: &OperationRequest) -> Result<Wanted, Failure> {
    let console = &work.desk.console;
    Ok(match operation {
        OperationRequest::RotateKek { key, grace_seconds } => Wanted::RotateKek {
            key: key_of(key)?,
            options: RotationOptions { grace: seconds(*grace_seconds), full_proof: false },
        },
        OperationRequest::CreateKek { name, bits, owner, purpose, classification, tenant } => {
            let tenant = tenant.as_deref().map(|tenant| checked("tenant", tenant)).transpose()?;
            Wanted::CreateKek(NewKek {
                key: KeyId::make(console.now().await?, &mut OsRng),
                name: KeyName::parse(name).map_err(|_not_a_name| Failure::invalid("name", FieldProblem::NotAName))?,
                bits: *bits,
                owner: checked("owner", owner)?,
                purpose: checked("purpose", purpose)?,
                classification: people::classification_of(*classification),
                tenant,
            })
        }
        OperationRequest::RotateDek { keys, trigger } => {
            Wanted::RotateDeks { keys: keys_of(keys)?, trigger: trigger_of(*trigger) }
        }
        OperationRequest::RotateSecret { key, overlap_seconds } => Wanted::RotateSecret {
            key: key_of(key)?,
            options: SecretRotationOptions { grace: seconds(*overlap_seconds), ..SecretRotationOptions::default() },
        },
        OperationRequest::DestroyDek { keys, reclaim } => {
            Wanted::DestroyDeks { keys: keys_of(keys)?, reclaim_hours: hours_of(*reclaim)? }
        }
        OperationRequest::DestroyKek { key, purge } => {
            Wanted::DestroyKek { key: key_of(key)?, purge: purge_of(*purge) }
        }
        OperationRequest::DestroySecret { key, purge } => {
            Wanted::DestroySecret { key: key_of(key)?, purge: purge_of(*purge) }
        }
        OperationRequest::OffboardTenant { tenant, purge, reclaim } => {
            let tenant = tenant_of(tenant)?;
            // What the plan names as typed is what the sign window makes the requester type before it is sealed.
            let typed_name = console.offboarding(tenant).await?.found.name;
            let (purge, reclaim_hours) = (purge_of(*purge), hours_of(*reclaim)?);
            Wanted::OffboardTenant(OffboardingOrder { tenant, typed_name, purge, reclaim_hours })
        }
        OperationRequest::RecoverKek { key } => Wanted::RecoverKek { key: key_of(key)? },
        OperationRequest::Reactivate { scope } => Wanted::Reactivate(reactivation(work, scope).await?),
        OperationRequest::LiftHold { hold } => {
            let hold = hold.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Hold))?;
            Wanted::LiftHold { hold }
        }
        OperationRequest::GrantException { wish } => Wanted::GrantException(super::exceptions::wanted(wish)?),
        OperationRequest::CloseException { exception, evidence } => {
            Wanted::CloseException { exception: exception_of(exception)?, evidence: evidence.clone() }
        }
        OperationRequest::ShareKey { wish } => Wanted::ShareKey(super::shared_keys::wanted(wish)?),
        OperationRequest::ChangeRules { .. }
        | OperationRequest::EnrolOperator { .. }
        | OperationRequest::EnrolDevice { .. }
        | OperationRequest::GrantRole { .. }
        | OperationRequest::ReinstateOperator { .. } => {
            super::operators::wanted(work, operation, console.now().await?)?
        }
    })
}

/// Keys that come back: one, or all of a tenant that can.
async fn reactivation(work: &AtWork, scope: &ipc::Scope) -> Result<Reactivation, Failure> {
    let register = &work.desk.console.register;
    let (tenant, integration) = match scope {
        ipc::Scope::Key { key } => return Ok(Reactivation { keys: vec![key_of(key)?], tenant: None }),
        ipc::Scope::Integration { tenant, integration } => (tenant_of(tenant)?, Some(integration)),
        ipc::Scope::Tenant { tenant } => (tenant_of(tenant)?, None),
    };
    let found = register.tenant_detail(tenant).await?.ok_or_else(|| Failure::not_found(Thing::Tenant))?.row;
    let filter = register::KeyFilter {
        tenant: Some(found.name),
        states: vec![KeyState::Suspended, KeyState::Deactivated, KeyState::Compromised],
        ..register::KeyFilter::default()
    };
    let (mut keys, mut after) = (Vec::new(), None);
    loop {
        let page = register.keys_page(&filter, by_name(), after.as_ref(), ipc::KEYS_PAGE_MAX).await?;
        let wanted = |row: &&register::KeyRow| integration.is_none_or(|name| row.integration.as_ref() == Some(name));
        keys.extend(page.rows.iter().filter(wanted).map(|row| row.id));
        after = page.next;
        if after.is_none() || keys.len() > KEYS_MAX {
            break;
        }
    }
    let suspended = found.status == register::TenantStatus::Suspended && integration.is_none();
    Ok(Reactivation { keys, tenant: suspended.then_some(tenant) })
}

/// The register takes no more targets in one plan.
const KEYS_MAX: usize = 500;

fn by_name() -> register::KeyOrder {
    register::KeyOrder { sort: register::KeySort::Name, direction: register::Direction::Ascending }
}

fn keys_of(keys: &[ipc::KeyId]) -> Result<Vec<KeyId>, Failure> {
    match keys.len() {
        0 => Err(Failure::invalid("keys", FieldProblem::Empty)),
        count if count > KEYS_MAX => Err(Failure::invalid("keys", FieldProblem::TooLong)),
        _ => keys.iter().map(key_of).collect(),
    }
}

fn trigger_of(named: ipc::RotationTrigger) -> DekTrigger {
    match named {
        ipc::RotationTrigger::TokenRegeneration => DekTrigger::TokenRegeneration,
        ipc::RotationTrigger::SuspectedCompromise => DekTrigger::SuspectedCompromise,
        ipc::RotationTrigger::OwnershipChange => DekTrigger::OwnershipChange,
        ipc::RotationTrigger::Schedule => DekTrigger::Schedule,
    }
}

fn purge_of(named: ipc::PurgeWish) -> Purge {
    match named {
        ipc::PurgeWish::AtOnce => Purge::AtOnce,
        ipc::PurgeWish::Scheduled => Purge::Scheduled,
    }
}

fn hours_of(named: Option<ipc::HoursWish>) -> Result<ReclaimHours, Failure> {
    let Some(hours) = named else { return Ok(ReclaimHours::Any) };
    let written = format!("{}-{}", hours.first, hours.last);
    written.parse().map_err(|_no_hours| Failure::invalid("reclaim", FieldProblem::OutOfRange))
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(u64::from(count))
}

fn checked(field: &'static str, text: &str) -> Result<String, Failure> {
    Ok(domain::Text::parse(field, text, 200)?.as_str().to_owned())
}

fn windows(approve_hours: u32, execute_hours: u32) -> Windows {
    let hours = |hours: u32| Duration::from_secs(u64::from(hours) * 3600);
    Windows { approve_within: hours(approve_hours), execute_within: hours(execute_hours) }
}

fn parse(request: &ipc::RequestId) -> Result<RequestId, Failure> {
    request.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Request))
}
