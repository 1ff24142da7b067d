//! Tokens: ended in an emergency, swept when they expire.

use ipc::{
    IpcError, Nothing, RefusalReason, Stage, Task, TokenScope, TokensCountRequest, TokensCountView, TokensGoneView,
    TokensInvalidateRequest, TokensView,
};
use register::{LedgerFilter, Scope, TokenBatch};
use tauri::State;

use super::app::head;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::keys::key_of;
use crate::views::moments::{count32, micros};
use crate::views::protect::tenant_of;

#[tauri::command]
pub(crate) async fn tokens(host: State<'_, Host>, request: Nothing) -> Result<TokensView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(figures(&work).await?)
}

#[tauri::command]
pub(crate) async fn tokens_count(
    host: State<'_, Host>,
    request: TokensCountRequest,
) -> Result<TokensCountView, IpcError> {
    let work = host.at_work().await?;
    Ok(count(&work, &request.scope).await?)
}

#[tauri::command]
pub(crate) async fn tokens_invalidate(
    host: State<'_, Host>,
    request: TokensInvalidateRequest,
) -> Result<TokensGoneView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let wanted = type_this(&work, &request.scope)?;
    if wanted.is_some() && wanted != request.typed {
        return Err(Failure::refused(RefusalReason::TypedDiffers).into());
    }
    let (console, scope) = (&work.desk.console, scope_of(&work, &request.scope)?);
    let meter = host.relay.meter(Task::Protect, Stage::Tokens);
    let ended = console.invalidate_tokens(work.pen().await?, &scope, &request.reason, &meter).await;
    let ended = ended.map_err(Failure::from)?;
    Ok(TokensGoneView { count: count32(ended.deleted), entry: ended.entries.last().copied().map(count32) })
}

#[tauri::command]
pub(crate) async fn tokens_sweep(host: State<'_, Host>, request: Nothing) -> Result<TokensGoneView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    work.touch();
    let meter = host.relay.meter(Task::Sweep, Stage::Tokens);
    let ended = work.desk.console.sweep(work.pen().await?, &meter).await.map_err(Failure::from)?;
    Ok(TokensGoneView { count: count32(ended.deleted), entry: ended.entries.last().copied().map(count32) })
}

fn scope_of(work: &AtWork, scope: &TokenScope) -> Result<Scope, Failure> {
    Ok(match scope {
        TokenScope::Key { key } => Scope::Key(key_of(key)?),
        TokenScope::Integration { tenant, integration } => Scope::Integration(tenant_of(tenant)?, integration.clone()),
        TokenScope::Tenant { tenant } => Scope::Tenant(tenant_of(tenant)?),
        TokenScope::Everything => Scope::Everything(work.desk.console.custody.id),
    })
}

/// What must be typed before everything goes: the custody's name.
fn type_this(work: &AtWork, scope: &TokenScope) -> Result<Option<String>, Failure> {
    let everything = matches!(scope, TokenScope::Everything);
    everything.then(|| Ok(head(&work.desk.premises)?.name)).transpose()
}

fn all(batch: &TokenBatch) -> u64 {
    batch.count.saturating_add(batch.beyond).saturating_add(batch.kept)
}

async fn figures(work: &AtWork) -> Result<TokensView, Failure> {
    let console = &work.desk.console;
    let register = &console.register;
    let now = console.now().await?;
    let everything = register.invalidation_batch(&Scope::Everything(console.custody.id)).await?;
    let expired = register.sweep_batch(now).await?;
    let swept = LedgerFilter { verbs: vec!["tokens.swept".to_owned()], ..LedgerFilter::default() };
    let last = register.ledger_page(&swept, None, 1).await?.rows.into_iter().next();
    let count = last.as_ref().and_then(|row| ledger::Entry::decode(&row.entry).ok());
    let count = count.and_then(|entry| entry.attribute("count").and_then(|count| count.parse::<u64>().ok()));
    Ok(TokensView {
        live: count32(all(&everything)),
        expired: count32(expired.count.saturating_add(expired.beyond)),
        swept_at: last.map(|row| micros(row.recorded_at)),
        swept: count32(count.unwrap_or(0)),
    })
}

async fn count(work: &AtWork, scope: &TokenScope) -> Result<TokensCountView, Failure> {
    let register = &work.desk.console.register;
    let asked = scope_of(work, scope)?;
    let batch = register.invalidation_batch(&asked).await?;
    Ok(TokensCountView {
        tokens: count32(batch.count.saturating_add(batch.beyond)),
        kept: count32(batch.kept),
        type_this: type_this(work, scope)?,
    })
}
