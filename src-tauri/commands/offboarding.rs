//! Offboarding: the survey before anyone asks, and where each one stands.

use std::time::Duration;

use custody::request::ErasureStrength;
use domain::Operation;
use ipc::{
    Cursor, IpcError, OffboardingFolder, OffboardingRowView, OffboardingRunView, OffboardingSurveyRequest,
    OffboardingsPageRequest, OffboardingsPageView, RunLinkView, SurveyView, Thing,
};
use register::{RequestFolder, RequestRow};
use tauri::State;

use super::{requests, runs};
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::acts::Asking;
use crate::views::moments::micros;
use crate::views::offboarding::{checks, found};
use crate::views::people::Directory;
use crate::views::protect::tenant_of;
use crate::views::tenants::row_view;
use crate::views::{certificates, erasure};

const PAGE_MAX: u32 = 100;
/// Requests that are looked through for one page. LIMIT: the register finds requests by folder, not by what they ask for.
const SCANNED_MAX: u32 = 2_000;

#[tauri::command]
pub(crate) async fn offboarding_survey(
    host: State<'_, Host>,
    request: OffboardingSurveyRequest,
) -> Result<SurveyView, IpcError> {
    let work = host.at_work().await?;
    Ok(survey(&work, tenant_of(&request.tenant)?).await?)
}

#[tauri::command]
pub(crate) async fn offboardings_page(
    host: State<'_, Host>,
    request: OffboardingsPageRequest,
) -> Result<OffboardingsPageView, IpcError> {
    let work = host.at_work().await?;
    Ok(page(&work, &request).await?)
}

async fn survey(work: &AtWork, tenant: domain::TenantId) -> Result<SurveyView, Failure> {
    let console = &work.desk.console;
    let register = &console.register;
    let offboarding = console.offboarding(tenant).await?;
    let row = register.tenant_detail(tenant).await?.ok_or_else(|| Failure::not_found(Thing::Tenant))?.row;
    let (retention, now, operators) = (register.retention().await?, console.now().await?, work.operators().await?);
    let mut undrilled = Vec::new();
    for kek in offboarding.keks() {
        if register.drill_wanted(kek.id).await? {
            undrilled.push(kek.name.clone());
        }
    }
    let in_vault = offboarding.keks().count().saturating_add(offboarding.secrets().count());
    let recovery = if in_vault > 0 { console.vault.probe().await?.recovery } else { None };
    let kept = recovery.and_then(|recovery| recovery.days);
    let purge = kept.map(|days| now.plus(Duration::from_secs(u64::from(days) * 86_400)));
    let is_cryptographic = offboarding.strength() == ErasureStrength::Cryptographic;
    let living = offboarding.living_keks().map(str::to_owned).collect();
    let people = Directory { operators: &operators, now };
    let asking = Asking { held: &work.desk.person.roles, people: &people };
    Ok(SurveyView {
        tenant: row_view(&row),
        found_at: micros(now),
        found: found(&offboarding),
        checks: checks(&offboarding, undrilled),
        purge_at: purge.map(micros),
        erasure: erasure::erasure(is_cryptographic, retention, now, living, purge),
        ask: asking.may_ask(Operation::OffboardTenant, None),
    })
}

async fn page(work: &AtWork, request: &OffboardingsPageRequest) -> Result<OffboardingsPageView, Failure> {
    let wanted = usize::try_from(request.limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    let under_way = request.folder == OffboardingFolder::UnderWay;
    let mut found = Vec::new();
    // What is not decided comes first, and all of it on the first page.
    if under_way && request.after.is_none() {
        scan(work, RequestFolder::Open, None, &mut found, usize::MAX, |_| true).await?;
    }
    let below = request.after.as_ref().map(requests::number_of).transpose()?;
    let running = |row: &RequestRow| (row.state == domain::RequestState::Executing) == under_way;
    let next = scan(work, RequestFolder::Decided, below, &mut found, wanted, running).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        rows.push(row_of(work, row).await?);
    }
    Ok(OffboardingsPageView { rows, next: next.map(|below| Cursor(below.to_string())) })
}

/// Gathers offboardings of a folder, newest first, until there are `wanted`; answers where to go on.
async fn scan(
    work: &AtWork,
    folder: RequestFolder,
    mut below: Option<u32>,
    found: &mut Vec<RequestRow>,
    wanted: usize,
    fits: impl Fn(&RequestRow) -> bool,
) -> Result<Option<u32>, Failure> {
    let (register, me) = (&work.desk.console.register, work.desk.person.operator);
    let mut scanned = 0_u32;
    loop {
        let page = register.requests_page(folder, me, below, PAGE_MAX).await?;
        let fitting = page.rows.into_iter().filter(|row| row.operation == Operation::OffboardTenant && fits(row));
        found.extend(fitting);
        below = page.next_below;
        scanned = scanned.saturating_add(PAGE_MAX);
        if below.is_none() || found.len() >= wanted || scanned >= SCANNED_MAX {
            return Ok(below);
        }
    }
}

async fn row_of(work: &AtWork, row: RequestRow) -> Result<OffboardingRowView, Failure> {
    let register = &work.desk.console.register;
    let run = register.run_of(row.id).await?;
    let certificate = match &run {
        Some(run) => register.certificate(run.id).await?,
        None => None,
    };
    let run = match run {
        Some(run) => Some(runs::row_view(work, run).await?),
        None => None,
    };
    Ok(OffboardingRowView {
        request: requests::row_view(work, row).await?,
        run: run.map(|run| OffboardingRunView {
            run: RunLinkView { run: run.run, label: run.label },
            state: run.state,
            step: run.step,
            waits_until: run.waits_until,
        }),
        certificate: certificate.as_ref().map(certificates::link),
    })
}
