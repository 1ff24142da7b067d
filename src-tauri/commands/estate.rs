//! How keys come in: DEKs, inventory files, discovery, the labelled sample.

use std::sync::Arc;

use custody::estate::Estate;
use custody::estate::deks::{DekOrder, DekTarget};
use custody::estate::discovery::{Adoption, Discovery};
use custody::estate::inventory::Preview;
use custody::estate::sample::SampleStep;
use ipc::{
    CellProblemView, CreateDeksRequest, CreatedDeksView, DiscoveryAdoptRequest, DiscoveryView, DriftView, FieldProblem,
    ImportCommitRequest, ImportId, ImportPreviewRequest, ImportPreviewView, ImportRowView, ImportedView, IpcError,
    KeyRefView, Nothing, SampleLoadedView, Stage, Task, Thing,
};
use tauri::State;

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::estate::{cell_problem, drift_kind, vault_object};
use crate::views::keys::key_of;
use crate::views::moments::{count32, micros};
use crate::views::people::classification_of;

/// Keys named in the answer to an order.
const KEYS_SHOWN: usize = 20;
/// Previews that are kept: an operator looks at one file at a time.
const PREVIEWS_MAX: usize = 3;

#[tauri::command]
pub(crate) async fn create_deks(
    host: State<'_, Host>,
    request: CreateDeksRequest,
) -> Result<CreatedDeksView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    if request.targets.len() > usize::try_from(ipc::CREATE_DEKS_MAX).unwrap_or(usize::MAX) {
        return Err(Failure::invalid("targets", FieldProblem::TooLong).into());
    }
    let target = |it: ipc::DekTarget| match it {
        ipc::DekTarget::Tenant { tenant, integration } => DekTarget::Tenant { tenant, integration },
        ipc::DekTarget::Secret { name } => DekTarget::Secret { name },
    };
    let order = DekOrder {
        kek: key_of(&request.kek)?,
        targets: request.targets.into_iter().map(target).collect(),
        owner: request.owner,
        purpose: request.purpose,
        classification: classification_of(request.classification),
    };
    let meter = host.relay.meter(Task::CreateDeks, Stage::Deks);
    let made = estate(&work).await?.create_deks(&order, &meter).await.map_err(Failure::from)?;
    let named = made.keys.iter().take(KEYS_SHOWN);
    Ok(CreatedDeksView {
        count: count32(made.keys.len()),
        keys: named.map(|it| KeyRefView { key: ipc::KeyId(it.key.to_string()), name: it.name.clone() }).collect(),
        entry: made.entries.last().copied().map_or(0, count32),
    })
}

#[tauri::command]
pub(crate) async fn import_preview(
    host: State<'_, Host>,
    request: ImportPreviewRequest,
) -> Result<ImportPreviewView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    if request.text.len() > usize::try_from(ipc::IMPORT_BYTES_MAX).unwrap_or(usize::MAX) {
        return Err(IpcError::TooLarge { limit_bytes: ipc::IMPORT_BYTES_MAX });
    }
    let preview = estate(&work).await?.preview_inventory(request.text.as_bytes()).await.map_err(Failure::from)?;
    let id = ImportId(uuid::Uuid::new_v4().to_string());
    let view = preview_view(id.clone(), &request.file_name, &preview);
    let mut previews = work.previews.lock().await;
    if previews.len() >= PREVIEWS_MAX {
        previews.clear();
    }
    previews.insert(id, (request.file_name, preview));
    Ok(view)
}

#[tauri::command]
pub(crate) async fn import_commit(
    host: State<'_, Host>,
    request: ImportCommitRequest,
) -> Result<ImportedView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let mut previews = work.previews.lock().await;
    let (file_name, preview) = previews.get(&request.import).ok_or_else(|| Failure::not_found(Thing::Import))?;
    let imported = estate(&work).await?.import_inventory(preview, file_name).await.map_err(Failure::from)?;
    previews.remove(&request.import);
    Ok(ImportedView { count: count32(imported.count), entry: count32(imported.entry) })
}

#[tauri::command]
pub(crate) async fn discover(host: State<'_, Host>, request: Nothing) -> Result<DiscoveryView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    work.touch();
    Ok(discovery_view(&estate(&work).await?.discover().await.map_err(Failure::from)?))
}

#[tauri::command]
pub(crate) async fn discovery_adopt(
    host: State<'_, Host>,
    request: DiscoveryAdoptRequest,
) -> Result<DiscoveryView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    for item in request.items {
        let adoption = Adoption {
            name: item.name,
            owner: item.owner,
            purpose: item.purpose,
            classification: classification_of(item.classification),
        };
        estate(&work).await?.adopt(&adoption).await.map_err(Failure::from)?;
    }
    Ok(discovery_view(&estate(&work).await?.discover().await.map_err(Failure::from)?))
}

#[tauri::command]
pub(crate) async fn sample_load(host: State<'_, Host>, request: Nothing) -> Result<SampleLoadedView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    work.touch();
    let meters =
        [Stage::Keks, Stage::Rows, Stage::Deks, Stage::Tokens].map(|stage| host.relay.meter(Task::SampleLoad, stage));
    let [keks, rows, deks, tokens] = &meters;
    let progress = |step: SampleStep, done, total| match step {
        SampleStep::Keks => keks(done, total),
        SampleStep::Inventory => rows(done, total),
        SampleStep::Deks => deks(done, total),
        SampleStep::Tokens => tokens(done, total),
    };
    let loaded = estate(&work).await?.load_sample(&progress).await.map_err(Failure::from)?;
    Ok(SampleLoadedView {
        tenants: count32(loaded.tenants),
        keks: count32(loaded.keks),
        deks: count32(loaded.deks),
        tokens: count32(loaded.tokens),
    })
}

async fn estate(work: &Arc<AtWork>) -> Result<Estate<'_>, Failure> {
    Ok(Estate::new(&work.desk.console, work.pen().await?))
}

fn preview_view(import: ImportId, file_name: &str, preview: &Preview) -> ImportPreviewView {
    let row = |it: &custody::estate::inventory::ShownRow| ImportRowView {
        row: it.row,
        cells: it.cells.clone(),
        good: it.good,
    };
    let problem = |it: &custody::estate::inventory::Problem| CellProblemView {
        row: it.row,
        column: it.column.clone(),
        value: it.value.clone(),
        problem: cell_problem(it.problem),
        accepted: it.accepted.clone(),
    };
    let shown = usize::try_from(ipc::IMPORT_PREVIEW_ROWS_MAX).unwrap_or(usize::MAX);
    ImportPreviewView {
        import,
        file_name: file_name.to_owned(),
        columns: preview.columns().to_vec(),
        rows_total: count32(preview.rows_total()),
        rows_good: count32(preview.rows_good()),
        rows_unchanged: count32(preview.rows_unchanged()),
        rows: preview.shown().iter().take(shown).map(row).collect(),
        problems: preview.problems().kept().iter().take(shown).map(problem).collect(),
        problems_total: count32(preview.problems().total()),
    }
}

fn discovery_view(found: &Discovery) -> DiscoveryView {
    let drift = |it: &custody::estate::discovery::Drift| DriftView {
        kind: drift_kind(it.kind),
        object: vault_object(it.object),
        name: it.name.clone(),
        key: it.key.as_ref().map(|(key, name)| KeyRefView { key: ipc::KeyId(key.to_string()), name: name.clone() }),
        register: it.register.clone(),
        vault: it.vault.clone(),
        adoptable: it.adoptable,
        weak: it.weak,
    };
    DiscoveryView {
        at: micros(found.at),
        vault_objects: count32(found.vault_objects),
        register_records: count32(found.register_records),
        agreeing: count32(found.agreeing),
        drift: found.drift.iter().map(drift).collect(),
        entry: count32(found.entry),
    }
}
