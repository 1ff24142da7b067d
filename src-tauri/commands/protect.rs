//! Protective acts and holds: one person, at once.

use custody::protect::NewHold;
use domain::KeyKind;
use ipc::{
    ConsequencesView, HoldView, HoldsView, IpcError, Nothing, ProtectAct, ProtectConfirmRequest, ProtectPreviewRequest,
    ProtectRequest, ProtectedView, SetHoldRequest, Thing,
};
use register::{HoldTarget, KeyFilter, KeyRow, ProtectiveActRow, Scope};
use tauri::State;

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::count32;
use crate::views::people::Directory;
use crate::views::protect::{hold, protection_of, scope_of, subject};

/// Holds in force that are listed. LIMIT: the newest; each is on its tenant's or key's own page as well.
const HOLDS_SHOWN: u32 = 200;

#[tauri::command]
pub(crate) async fn protect_preview(
    host: State<'_, Host>,
    request: ProtectPreviewRequest,
) -> Result<ConsequencesView, IpcError> {
    let work = host.at_work().await?;
    Ok(consequences(&work, request.act, &scope_of(&request.scope)?).await?)
}

#[tauri::command]
pub(crate) async fn protect(host: State<'_, Host>, request: ProtectRequest) -> Result<ProtectedView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let (act, scope) = (protection_of(request.act), scope_of(&request.scope)?);
    let console = &work.desk.console;
    let done = console.protect(work.pen().await?, act, &scope, &request.reason).await.map_err(Failure::from)?;
    Ok(protected(&work, done.entry).await?)
}

#[tauri::command]
pub(crate) async fn protect_confirm(
    host: State<'_, Host>,
    request: ProtectConfirmRequest,
) -> Result<ProtectedView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let act = u64::from(request.act);
    work.desk.console.confirm_protection(work.pen().await?, act).await.map_err(Failure::from)?;
    Ok(protected(&work, act).await?)
}

#[tauri::command]
pub(crate) async fn holds(host: State<'_, Host>, request: Nothing) -> Result<HoldsView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(in_force(&work).await?)
}

#[tauri::command]
pub(crate) async fn set_hold(host: State<'_, Host>, request: SetHoldRequest) -> Result<HoldView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    Ok(set(&work, request).await?)
}

async fn set(work: &AtWork, request: SetHoldRequest) -> Result<HoldView, Failure> {
    let console = &work.desk.console;
    let target = match scope_of(&request.scope)? {
        Scope::Key(key) => HoldTarget::Key(key),
        // A hold on an integration would leave the tenant's other keys to be destroyed: the tenant is held.
        Scope::Tenant(tenant) | Scope::Integration(tenant, _) => HoldTarget::Tenant(tenant),
        Scope::Everything(_) => return Err(Failure::not_found(Thing::Tenant)),
    };
    let kind = match request.kind {
        ipc::HoldKind::LegalHold => register::HoldKind::Legal,
        ipc::HoldKind::Incident => register::HoldKind::Incident,
    };
    let new = NewHold { kind, target, reference: request.reference, reason: request.reason };
    let id = console.set_hold(work.pen().await?, &new).await?;
    let row = console.register.hold(id).await?.ok_or_else(|| Failure::not_found(Thing::Hold))?;
    let (operators, now) = (work.operators().await?, console.now().await?);
    Ok(hold(&row, &Directory { operators: &operators, now }))
}

async fn in_force(work: &AtWork) -> Result<HoldsView, Failure> {
    let console = &work.desk.console;
    let (operators, now) = (work.operators().await?, console.now().await?);
    let people = Directory { operators: &operators, now };
    let rows = console.register.holds_page(true, None, HOLDS_SHOWN).await?;
    Ok(HoldsView { holds: rows.iter().map(|row| hold(row, &people)).collect() })
}

/// A protective act as it stands in the register now.
async fn protected(work: &AtWork, entry: u64) -> Result<ProtectedView, Failure> {
    let row = work.desk.console.register.protective_act(entry).await?;
    let row: ProtectiveActRow = row.ok_or_else(|| Failure::not_found(Thing::Entry))?;
    let subject = subject(&row.scope, &row.name).ok_or_else(|| Failure::not_found(Thing::Key))?;
    Ok(ProtectedView {
        subject,
        keys: count32(row.keys),
        confirmed: count32(row.confirmed),
        unconfirmed: count32(row.in_vault.saturating_sub(row.confirmed)),
        entry: count32(row.seq),
    })
}

/// States from which such an act takes a key out of use.
fn from_states(act: ProtectAct) -> &'static [domain::KeyState] {
    use domain::KeyState::{Active, Compromised, Deactivated, PreActive, Suspended};
    match act {
        ProtectAct::Suspend => &[PreActive, Active],
        ProtectAct::Disable => &[Active, Suspended],
        ProtectAct::Revoke => &[PreActive, Active, Suspended, Deactivated, Compromised],
        ProtectAct::ReportCompromise => &[PreActive, Active, Suspended, Deactivated],
    }
}

/// Counts what a protective act would touch.
async fn consequences(work: &AtWork, act: ProtectAct, scope: &Scope) -> Result<ConsequencesView, Failure> {
    let register = &work.desk.console.register;
    let mut found = ConsequencesView { keys: 0, vault_keys: 0, deks: 0, tokens: 0, tenants: 0, skipped: 0 };
    let mut count = |row: &KeyRow| {
        if !from_states(act).contains(&row.state) {
            let over = matches!(row.state, domain::KeyState::Destroyed | domain::KeyState::Archived);
            found.skipped = found.skipped.saturating_add(u32::from(!over));
            return;
        }
        found.keys = found.keys.saturating_add(1);
        found.vault_keys = found.vault_keys.saturating_add(u32::from(row.vault_name.is_some()));
        let deks = if row.kind == KeyKind::Dek { 1 } else { row.deks.map_or(0, count32) };
        found.deks = found.deks.saturating_add(deks);
    };
    match scope {
        Scope::Key(key) => {
            let detail = register.key_detail(*key).await?.ok_or_else(|| Failure::not_found(Thing::Key))?;
            count(&detail.key);
            found.tenants = count32(detail.tenants);
        }
        Scope::Tenant(tenant) | Scope::Integration(tenant, _) => {
            let detail = register.tenant_detail(*tenant).await?.ok_or_else(|| Failure::not_found(Thing::Tenant))?;
            let filter = KeyFilter { tenant: Some(detail.row.name), ..KeyFilter::default() };
            let order = register::KeyOrder { sort: register::KeySort::Name, direction: register::Direction::Ascending };
            let mut after = None;
            loop {
                let page = register.keys_page(&filter, order, after.as_ref(), ipc::KEYS_PAGE_MAX).await?;
                let wanted =
                    |row: &&KeyRow| scope.integration().is_none_or(|name| row.integration.as_deref() == Some(name));
                page.rows.iter().filter(wanted).for_each(&mut count);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            found.tenants = u32::from(found.keys > 0);
        }
        Scope::Everything(_) => return Err(Failure::not_found(Thing::Key)),
    }
    if found.deks > 0 {
        let batch = register.invalidation_batch(scope).await?;
        found.tokens = count32(batch.count.saturating_add(batch.beyond).saturating_add(batch.kept));
    }
    Ok(found)
}
