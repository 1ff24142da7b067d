//! Tenants: whose data lies under which key, and what may be done with them.

use domain::{KeyId, Operation, TenantId};
use ipc::{
    Cursor, FieldProblem, IpcError, RefusalReason, RequestLinkView, TenantActsView, TenantDetailRequest,
    TenantDetailView, TenantsPageRequest, TenantsPageView, Thing,
};
use register::{ProtectiveActRow, RequestRow, Scope, TenantCursor, TenantDetail, TenantStatus};
use tauri::State;

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::acts::Asking;
use crate::views::moments::count32;
use crate::views::people::Directory;
use crate::views::protect::{hold, tenant_of, unconfirmed};
use crate::views::tenants::{row_view, under};
use crate::views::{certificates, requests};

/// Events looked through for a tenant's offboarding: few name a tenant and not one of its keys.
const EVENTS_MAX: u32 = 200;
/// Protective acts that the vault has not confirmed, among which a tenant's is looked for.
const UNCONFIRMED_MAX: u32 = 200;

#[tauri::command]
pub(crate) async fn tenants_page(
    host: State<'_, Host>,
    request: TenantsPageRequest,
) -> Result<TenantsPageView, IpcError> {
    let work = host.at_work().await?;
    Ok(page(&work, &request).await?)
}

#[tauri::command]
pub(crate) async fn tenant_detail(
    host: State<'_, Host>,
    request: TenantDetailRequest,
) -> Result<TenantDetailView, IpcError> {
    let work = host.at_work().await?;
    Ok(detail(&work, tenant_of(&request.tenant)?).await?)
}

async fn page(work: &AtWork, request: &TenantsPageRequest) -> Result<TenantsPageView, Failure> {
    let register = &work.desk.console.register;
    let after = request.after.as_ref().map(cursor_of).transpose()?;
    let (found, matching, all) = tokio::try_join!(
        register.tenants_page(&request.text, after.as_ref(), request.limit),
        register.tenants(&request.text, 1),
        register.tenants("", 1),
    )?;
    Ok(TenantsPageView {
        rows: found.rows.iter().map(row_view).collect(),
        next: found.next.map(|next| Cursor(format!("{}/{}", next.id, next.folded))),
        matching: count32(matching.total),
        total: count32(all.total),
    })
}

fn cursor_of(cursor: &Cursor) -> Result<TenantCursor, Failure> {
    let read = |(id, folded): (&str, &str)| Some(TenantCursor { folded: folded.to_owned(), id: id.parse().ok()? });
    let found = cursor.0.split_once('/').and_then(read);
    found.ok_or_else(|| Failure::invalid("after", FieldProblem::NotAName))
}

async fn detail(work: &AtWork, tenant: TenantId) -> Result<TenantDetailView, Failure> {
    let console = &work.desk.console;
    let register = &console.register;
    let found = register.tenant_detail(tenant).await?.ok_or_else(|| Failure::not_found(Thing::Tenant))?;
    let (operators, now) = (work.operators().await?, console.now().await?);
    let people = Directory { operators: &operators, now };
    let offboarding = offboarding(work, tenant).await?;
    let run = match &offboarding {
        Some(request) => register.run_of(request.id).await?,
        None => None,
    };
    let certificate = match run {
        Some(run) => register.certificate(run.id).await?,
        None => None,
    };
    let open = register.protective_acts(true, None, UNCONFIRMED_MAX).await?;
    Ok(TenantDetailView {
        row: row_view(&found.row),
        under: found.keks.iter().map(under).collect(),
        integrations: found.integrations.clone(),
        holds: found.holds.iter().map(|row| hold(row, &people)).collect(),
        unconfirmed: open.iter().filter(|act| concerns(act, tenant)).find_map(unconfirmed),
        offboarding: offboarding.as_ref().map(|request| RequestLinkView {
            request: ipc::RequestId(request.id.to_string()),
            label: requests::label(request.number),
        }),
        certificate: certificate.as_ref().map(certificates::link),
        acts: acts(&Asking { held: &work.desk.person.roles, people: &people }, &found),
    })
}

fn concerns(act: &ProtectiveActRow, tenant: TenantId) -> bool {
    matches!(&act.scope, Scope::Tenant(of) | Scope::Integration(of, _) if *of == tenant)
}

/// The offboarding that was asked for last, unless it came to nothing.
async fn offboarding(work: &AtWork, tenant: TenantId) -> Result<Option<RequestRow>, Failure> {
    let register = &work.desk.console.register;
    // A plan names the tenant as its target, in the place of a key.
    for event in register.timeline(KeyId(tenant.0), EVENTS_MAX).await? {
        let Some((request, _)) = event.request.filter(|_| event.verb == "request.submitted") else { continue };
        let Some(row) = register.request(request).await? else { continue };
        use domain::RequestState::{Approved, Executed, Executing, Open};
        if row.operation == Operation::OffboardTenant && matches!(row.state, Open | Approved | Executing | Executed) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn acts(asking: &Asking<'_>, found: &TenantDetail) -> TenantActsView {
    let refused = |code: &str| Some(RefusalReason::Register { refusal: code.to_owned() });
    let status = found.row.status;
    let leaving = matches!(status, TenantStatus::Offboarding | TenantStatus::Offboarded);
    let gone = || if leaving { refused("tenant_inactive") } else { None };
    let stands = || if status == TenantStatus::Active { None } else { refused("tenant_inactive") };
    let asleep = || if status == TenantStatus::Suspended { None } else { refused("tenant_not_suspended") };
    let held = (!found.holds.is_empty()).then_some(RefusalReason::Held);
    TenantActsView {
        suspend: asking.may_protect(stands()),
        revoke: asking.may_protect(gone()),
        set_hold: asking.may_protect(gone()),
        invalidate_tokens: asking.may_protect(None),
        reactivate: asking.may_ask(Operation::Reactivate, asleep()),
        offboard: asking.may_ask(Operation::OffboardTenant, gone().or(held)),
    }
}
