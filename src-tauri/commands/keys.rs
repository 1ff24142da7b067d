//! The inventory: pages, one key in full, saved views.

use std::sync::Arc;

use ipc::{
    Cursor, DeleteViewRequest, IpcError, KeyActView, KeyDetailRequest, KeyDetailView, KeyRefView, KeyVersionView,
    KeysPageRequest, KeysPageView, Nothing, RequestLinkView, RunLinkView, SaveViewRequest, SavedViewId, SavedViewView,
    SavedViewsView, TenantView, TenantsListRequest, TenantsListView, TimelineEvent, TimelineView, UnconfirmedView,
    VersionState, Violation,
};
use register::{KeyDetail, KeyVersionRow, TimelineRow};
use serde::{Deserialize, Serialize};
use tauri::State;

use super::requests;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::acts::{Asking, Standing, of_key};
use crate::views::keys::{classification, cursor_of, filter_of, key_of, key_state, order_of, row_view, storage};
use crate::views::moments::{count32, digest, micros};
use crate::views::people::{Directory, environment};

/// Name of the keys screen among saved views.
const SCREEN: &str = "keys";
const VIEW_NAME_MAX: usize = 60;
/// Events and requests shown with a key.
const TIMELINE_SHOWN: u32 = 60;
const REQUESTS_SHOWN: usize = 10;

#[tauri::command]
pub(crate) async fn keys_page(host: State<'_, Host>, request: KeysPageRequest) -> Result<KeysPageView, IpcError> {
    let work = host.at_work().await?;
    let register = &work.desk.console.register;
    let (filter, order) = (filter_of(&request.filter)?, order_of(request.sort, request.direction));
    let after = request.after.as_ref().map(cursor_of).transpose()?;
    let (page, matching, total) = tokio::try_join!(
        register.keys_page(&filter, order, after.as_ref(), request.limit),
        register.count_keys(&filter),
        register.total_keys(),
    )
    .map_err(Failure::from)?;
    Ok(KeysPageView {
        rows: page.rows.iter().map(|row| row_view(row, page.now)).collect(),
        next: page.next.map(|next| Cursor(next.to_string())),
        matching: count32(matching.value),
        total: count32(total),
    })
}

#[tauri::command]
pub(crate) async fn key_detail(host: State<'_, Host>, request: KeyDetailRequest) -> Result<KeyDetailView, IpcError> {
    let work = host.at_work().await?;
    Ok(detail(&work, key_of(&request.key)?).await?)
}

#[tauri::command]
pub(crate) async fn tenants_list(
    host: State<'_, Host>,
    request: TenantsListRequest,
) -> Result<TenantsListView, IpcError> {
    let work = host.at_work().await?;
    let found = work.desk.console.register.tenants(&request.prefix, request.limit).await.map_err(Failure::from)?;
    let view = |row: register::TenantRow| TenantView {
        tenant: crate::views::protect::tenant_id(row.id),
        name: row.name,
        keys: count32(row.keys),
    };
    Ok(TenantsListView { tenants: found.tenants.into_iter().map(view).collect(), total: count32(found.total) })
}

#[tauri::command]
pub(crate) async fn saved_views(host: State<'_, Host>, request: Nothing) -> Result<SavedViewsView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(views(&work).await?)
}

#[tauri::command]
pub(crate) async fn save_view(host: State<'_, Host>, request: SaveViewRequest) -> Result<SavedViewsView, IpcError> {
    let work = host.at_work().await?;
    let name = domain::Text::parse("name", &request.name, VIEW_NAME_MAX).map_err(Failure::from)?;
    let kept = Kept { filter: request.filter, sort: request.sort, direction: request.direction };
    let kept = serde_json::to_value(&kept).map_err(Failure::internal)?;
    work.desk.console.register.save_view(SCREEN, name.as_str(), &kept).await.map_err(Failure::from)?;
    Ok(views(&work).await?)
}

#[tauri::command]
pub(crate) async fn delete_view(host: State<'_, Host>, request: DeleteViewRequest) -> Result<SavedViewsView, IpcError> {
    let work = host.at_work().await?;
    work.desk.console.register.delete_view(SCREEN, &request.id.0).await.map_err(Failure::from)?;
    Ok(views(&work).await?)
}

/// What is kept of a view.
#[derive(Serialize, Deserialize)]
struct Kept {
    filter: ipc::KeyFilter,
    sort: ipc::KeySort,
    direction: ipc::SortDirection,
}

async fn views(work: &AtWork) -> Result<SavedViewsView, Failure> {
    let register = &work.desk.console.register;
    let mut views = Vec::new();
    for row in register.saved_views(SCREEN).await? {
        // One that a newer console kept is not shown by this one, and stays.
        let Ok(kept) = serde_json::from_value::<Kept>(row.filters) else { continue };
        let matching = register.count_keys(&filter_of(&kept.filter)?).await?;
        views.push(SavedViewView {
            id: SavedViewId(row.name.clone()),
            name: row.name,
            filter: kept.filter,
            sort: kept.sort,
            direction: kept.direction,
            matching: count32(matching.value),
        });
    }
    Ok(SavedViewsView { views })
}

async fn detail(work: &Arc<AtWork>, key: domain::KeyId) -> Result<KeyDetailView, Failure> {
    let register = &work.desk.console.register;
    let found = register.key_detail(key).await?.ok_or_else(|| Failure::not_found(ipc::Thing::Key))?;
    let (timeline, operators) = (register.timeline(key, TIMELINE_SHOWN).await?, work.operators().await?);
    let directory = Directory { operators: &operators, now: found.now };
    let mut requests = Vec::new();
    let mut events = Vec::with_capacity(timeline.len());
    for row in &timeline {
        if let Some((request, _)) = row.request
            && row.verb == "request.submitted"
            && requests.len() < REQUESTS_SHOWN
            && let Some(row) = register.request(request).await?
        {
            requests.push(requests::row_view(work, row).await?);
        }
        events.extend(event(register, row, &directory).await?);
    }
    let row = &found.key;
    let holds = register.holds_of_keys(&[key]).await?;
    let wrapped_by = found.wrapped_by.as_ref();
    let in_vault = row.vault_name.is_some() || wrapped_by.is_some();
    Ok(KeyDetailView {
        row: row_view(row, found.now),
        environment: environment(work.desk.console.custody.environment),
        algorithm: algorithm(&found),
        bits: row.bits,
        storage: storage(row.storage),
        phase_out_by: found.phase_out_at.map(micros),
        vault_host: in_vault.then(|| work.desk.console.vault_host.clone()),
        vault_name: row.vault_name.clone(),
        wrapped_by: wrapped_by.map(|it| KeyRefView { key: ipc::KeyId(it.kek.to_string()), name: it.name.clone() }),
        wrapped_by_version: wrapped_by.map(|it| it.version_number),
        classification: classification(row.classification),
        purpose: row.purpose.clone(),
        owner: row.owner.clone(),
        created_at: Some(micros(row.created_at)),
        activated_at: row.activated_at.map(micros),
        expires_at: row.expires_at.map(micros),
        rotate_every_days: found.rule.map(|rule| rule.period_days),
        rule_clause: found.rule.map(|rule| format!("rotation rules, version {}", rule.version)),
        tokens: count32(found.tokens),
        tenants: count32(found.tenants),
        violations: found.violations.iter().copied().map(violation).collect(),
        versions: versions(&found),
        timeline: events,
        tenant: row.tenant.map(crate::views::protect::tenant_id),
        acts: acts(work, &found, &requests, &holds, &directory).await?,
        holds: holds.iter().map(|row| crate::views::protect::hold(row, &directory)).collect(),
        unconfirmed: unconfirmed(work, key).await?,
        requests,
    })
}

fn algorithm(found: &KeyDetail) -> String {
    let row = &found.key;
    let sized = match row.bits {
        Some(bits) if !row.algorithm.contains(&bits.to_string()) => format!("{}-{bits}", row.algorithm),
        _ => row.algorithm.clone(),
    };
    match &found.wrapped_by {
        Some(wrap) => format!("{sized}, {}", wrap.algorithm),
        None if row.kind == domain::KeyKind::Kek => format!("{sized}, RSA-OAEP-256"),
        None => sized,
    }
}

fn versions(found: &KeyDetail) -> Vec<KeyVersionView> {
    let newest_first: Vec<&KeyVersionRow> = found.versions.iter().rev().collect();
    let current = found.key.current_version.as_ref();
    let view = |row: &&KeyVersionRow| KeyVersionView {
        version: row.number,
        vault_version: Some(row.version.clone()),
        state: match (Some(&row.version) == current, row.enabled) {
            (true, _) => VersionState::Current,
            (false, true) => VersionState::Grace,
            (false, false) => VersionState::Disabled,
        },
        since: micros(row.created_at),
        until: row.disabled_at.map(micros),
        public_key_digest: row.public_key_digest.as_ref().map(|bytes| digest(bytes)),
        wraps: Some(count32(row.deks)),
    };
    newest_first.iter().map(view).collect()
}

fn violation(of: register::Violation) -> Violation {
    match of {
        register::Violation::WeakAlgorithm => Violation::WeakAlgorithm,
        register::Violation::LegacyStorage => Violation::LegacyStorage,
        register::Violation::OwnerMissing => Violation::OwnerMissing,
        register::Violation::PurposeMissing => Violation::PurposeMissing,
        register::Violation::Overdue => Violation::Overdue,
        register::Violation::NotInVault => Violation::NotInVault,
    }
}

/// What this operator may do with the key.
async fn acts(
    work: &AtWork,
    found: &KeyDetail,
    requests: &[ipc::RequestRowView],
    holds: &[register::HoldRow],
    directory: &Directory<'_>,
) -> Result<Vec<KeyActView>, Failure> {
    let register = &work.desk.console.register;
    let row = &found.key;
    let open = |row: &ipc::RequestRowView| {
        use ipc::RequestState::{Approved, Executing, Open};
        matches!(row.state, Open | Approved | Executing)
    };
    let standing = Standing {
        kind: row.kind,
        state: row.state,
        in_vault: row.vault_name.is_some(),
        is_deleted: row.vault_name.is_some() && register.open_deletion(row.id).await?.is_some(),
        live_deks: row.deks.unwrap_or(0),
        is_held: !holds.is_empty(),
        is_requested: requests.iter().any(open),
    };
    Ok(of_key(&Asking { held: &work.desk.person.roles, people: directory }, &standing))
}

/// A protective act upon the key that the vault has not confirmed yet.
async fn unconfirmed(work: &AtWork, key: domain::KeyId) -> Result<Option<UnconfirmedView>, Failure> {
    let register = &work.desk.console.register;
    let open = register.protections_of(key).await?.into_iter().find(|it| it.in_vault && it.confirmed_seq.is_none());
    let Some(open) = open else { return Ok(None) };
    Ok(register.protective_act(open.act).await?.as_ref().and_then(crate::views::protect::unconfirmed))
}

async fn event(
    register: &register::Register,
    row: &TimelineRow,
    directory: &Directory<'_>,
) -> Result<Option<TimelineView>, Failure> {
    let event = match row.verb.as_str() {
        "key.created" | "dek.created" => TimelineEvent::Created,
        "inventory.imported" => TimelineEvent::Imported,
        "key.adopted" => TimelineEvent::Adopted,
        "request.submitted" => TimelineEvent::RotationAsked,
        "request.sealed" => TimelineEvent::RotationSealed,
        "request.rejected" => TimelineEvent::RotationRejected,
        "request.lapsed" => TimelineEvent::RequestLapsed,
        "key.version_created" => TimelineEvent::VersionCreated,
        "dek.rewrapped" => TimelineEvent::Rewrapped,
        "key.version_disabled" => TimelineEvent::VersionDisabled,
        "key.version_enabled" => TimelineEvent::VersionEnabled,
        "key.suspended" | "key.revoked" | "key.deactivated" | "key.compromised" => TimelineEvent::Protected,
        "hold.set" => TimelineEvent::HoldSet,
        "hold.lifted" => TimelineEvent::HoldLifted,
        "tokens.invalidated" | "tokens.deleted" => TimelineEvent::TokensDeleted,
        "dek.erased" => TimelineEvent::WrapErased,
        "key.deleted" => TimelineEvent::Deleted,
        "key.recovered" => TimelineEvent::Recovered,
        "key.purged" => TimelineEvent::Purged,
        "keys.destroyed" => TimelineEvent::Absent,
        _ if row.to_state.is_some() => TimelineEvent::StateChanged,
        _ => return Ok(None),
    };
    let seals = match row.request.filter(|_| event == TimelineEvent::VersionCreated) {
        Some((request, _)) => register.seals(request).await?,
        None => Vec::new(),
    };
    Ok(Some(TimelineView {
        event,
        at: micros(row.at),
        by: Some(directory.person(row.actor)),
        version: row.version_number,
        state: row.to_state.map(key_state),
        entry: Some(count32(row.seq)),
        request: row.request.map(|(request, number)| RequestLinkView {
            request: ipc::RequestId(request.to_string()),
            label: crate::views::requests::label(number),
        }),
        run: row.run.map(|(run, number)| RunLinkView {
            run: ipc::RunId(run.to_string()),
            label: crate::views::runs::label(number),
        }),
        seals: seals.iter().map(|seal| directory.person(seal.operator)).collect(),
    }))
}
