//! The register of exceptions: its pages, one of them whole, what one person ends at once, and the look at all of it.

use std::sync::Arc;

use custody::request::{Excepted, NewException};
use domain::{EXCEPTION_ACCEPTANCE, Operation, Timestamp};
use ipc::{
    AcceptanceView, Cursor, ExceptionActsView, ExceptionDetailRequest, ExceptionDetailView, ExceptionFolder,
    ExceptionFormRequest, ExceptionFormView, ExceptionRevokeRequest, ExceptionRowView, ExceptionWish,
    ExceptionsPageRequest, ExceptionsPageView, FieldProblem, IpcError, RefusalReason, ScopeTerm, Thing,
};
use register::{ExceptionCursor, ExceptionDetail, ExceptionFilter, ExceptionRow};
use tauri::State;

use super::requests::Loaded;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::acts::Asking;
use crate::views::exceptions::{
    Around, acceptors, chain_view, clause_view, covered_view, ended_view, exception_of, row_view, seal_slots, state_of,
};
use crate::views::keys::{key_of, kind_of};
use crate::views::moments::{count32, micros};
use crate::views::people::Directory;
use crate::views::protect::tenant_of;

/// Keys of an exception that are shown as they stood; all of them are in the ledger.
const KEYS_SHOWN: usize = 50;

#[tauri::command]
pub(crate) async fn exceptions_page(
    host: State<'_, Host>,
    request: ExceptionsPageRequest,
) -> Result<ExceptionsPageView, IpcError> {
    let work = host.at_work().await?;
    Ok(page(&work, &request).await?)
}

#[tauri::command]
pub(crate) async fn exception_detail(
    host: State<'_, Host>,
    request: ExceptionDetailRequest,
) -> Result<ExceptionDetailView, IpcError> {
    let work = host.at_work().await?;
    Ok(detail(&work, &request.exception).await?)
}

#[tauri::command]
pub(crate) async fn exception_form(
    host: State<'_, Host>,
    request: ExceptionFormRequest,
) -> Result<ExceptionFormView, IpcError> {
    let work = host.at_work().await?;
    Ok(form(&work, request.renews.as_ref()).await?)
}

#[tauri::command]
pub(crate) async fn exception_revoke(
    host: State<'_, Host>,
    request: ExceptionRevokeRequest,
) -> Result<ExceptionDetailView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let id = exception_of(&request.exception)?;
    let console = &work.desk.console;
    console.revoke_exception(work.pen().await?, id, &request.reason).await.map_err(Failure::from)?;
    Ok(detail(&work, &request.exception).await?)
}

async fn page(work: &Arc<AtWork>, request: &ExceptionsPageRequest) -> Result<ExceptionsPageView, Failure> {
    let register = &work.desk.console.register;
    let folder = match request.folder {
        ExceptionFolder::Open => register::ExceptionFolder::Open,
        ExceptionFolder::Closed => register::ExceptionFolder::Closed,
        ExceptionFolder::All => register::ExceptionFolder::All,
    };
    let clause = request.clause.clone().filter(|clause| !clause.is_empty());
    let filter = ExceptionFilter { folder, clause, state: request.state.map(state_of), text: request.text.clone() };
    let after = request.after.as_ref().map(place_of).transpose()?;
    let (found, matching, counts, clauses) = tokio::try_join!(
        register.exceptions_page(&filter, after, request.limit),
        register.count_exceptions(&filter),
        register.exception_counts(),
        register.exception_clauses(),
    )?;
    let around = Around { clauses: &clauses, now: found.now };
    let mut rows = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        rows.push(shown(work, row, &around).await?);
    }
    // The register keeps what was renewed among the closed; the window names the two apart.
    let named = |row: &ExceptionRowView| request.state.is_none_or(|state| state == row.state);
    let operators = work.operators().await?;
    let people = Directory { operators: &operators, now: found.now };
    let asking = Asking { held: &work.desk.person.roles, people: &people };
    Ok(ExceptionsPageView {
        rows: rows.into_iter().filter(named).collect(),
        next: found.next.map(|next| Cursor(format!("{}.{}", next.expires_at.micros(), next.number.0))),
        matching: count32(matching),
        open: count32(counts.open),
        closed: count32(counts.closed),
        now: micros(found.now),
        clauses: clauses.iter().map(clause_view).collect(),
        ask: asking.may_ask(Operation::GrantException, None),
    })
}

/// Pages go on behind a date and a number.
fn place_of(cursor: &Cursor) -> Result<ExceptionCursor, Failure> {
    let read = || {
        let (at, number) = cursor.0.split_once('.')?;
        let number = domain::ExceptionNumber(number.parse().ok()?);
        Some(ExceptionCursor { expires_at: Timestamp::from_micros(at.parse().ok()?), number })
    };
    read().ok_or_else(|| Failure::invalid("after", FieldProblem::NotANumber))
}

/// A row with its seals. What is asked for shows whose seal is missing.
pub(super) async fn shown(
    work: &Arc<AtWork>,
    row: &ExceptionRow,
    around: &Around<'_>,
) -> Result<ExceptionRowView, Failure> {
    if row.granted_at.is_none() {
        let loaded = Loaded::read(work, row.request).await?;
        let asked = loaded.shown(work).row_view();
        return Ok(row_view(row, around, asked.slots, asked.waits_for_me));
    }
    let operators = work.operators().await?;
    let people = Directory { operators: &operators, now: around.now };
    let seals = work.desk.console.register.seals(row.request).await?;
    Ok(row_view(row, around, seal_slots(&seals, &people), false))
}

async fn detail(work: &Arc<AtWork>, id: &ipc::ExceptionId) -> Result<ExceptionDetailView, Failure> {
    let register = &work.desk.console.register;
    let found = register.exception(exception_of(id)?).await?.ok_or_else(|| Failure::not_found(Thing::Exception))?;
    let (clauses, now) = tokio::try_join!(register.exception_clauses(), register.clock())?;
    let operators = work.operators().await?;
    let people = Directory { operators: &operators, now };
    let mut row = shown(work, &found.row, &Around { clauses: &clauses, now }).await?;
    row.clause.term_days_max = found.term_days_max.unwrap_or(row.clause.term_days_max);
    let chain = chain_view(&found.chain, &people);
    Ok(ExceptionDetailView {
        justification: found.justification.clone(),
        controls: found.controls.clone(),
        requester: people.person(found.row.requested_by),
        requested_at: micros(found.row.requested_at),
        acceptance: AcceptanceView {
            by: found.row.accepted_by.map(|operator| people.person(operator)),
            words: found.acceptance.clone(),
            at: found.accepted_at.map(micros),
            entry: found.accepted_seq.map(count32),
        },
        keys: found.keys_at_decision.iter().take(KEYS_SHOWN).map(covered_view).collect(),
        keys_total: count32(found.keys_at_decision.len()),
        ended: ended_view(&found, &chain, &people),
        entry: found.granted_seq.map(count32),
        acts: acts(work, &found, &people),
        chain,
        row,
    })
}

/// What may be done about it. The register decides; this says beforehand what it would say.
fn acts(work: &AtWork, found: &ExceptionDetail, people: &Directory<'_>) -> ExceptionActsView {
    let refused = |refusal: &str| Some(RefusalReason::Register { refusal: refusal.to_owned() });
    let asking = Asking { held: &work.desk.person.roles, people };
    let over = if found.ended.is_some() || found.row.granted_at.is_none() { refused("exception_over") } else { None };
    let asked = found.row.answer.is_some().then_some(RefusalReason::RequestOpen);
    let late = if found.row.state == domain::ExceptionState::Expired { refused("exception_expired") } else { None };
    ExceptionActsView {
        renew: asking.may_ask(Operation::GrantException, over.clone().or(asked.clone())),
        close: asking.may_ask(Operation::CloseException, over.clone().or(asked)),
        revoke: asking.may_protect(over.or(late)),
    }
}

async fn form(work: &Arc<AtWork>, renews: Option<&ipc::ExceptionId>) -> Result<ExceptionFormView, Failure> {
    let register = &work.desk.console.register;
    let (clauses, now) = tokio::try_join!(register.exception_clauses(), register.clock())?;
    let operators = work.operators().await?;
    let people = Directory { operators: &operators, now };
    let renews = match renews {
        Some(id) => Some(detail(work, id).await?),
        None => None,
    };
    let asking = Asking { held: &work.desk.person.roles, people: &people };
    let ask = renews.as_ref().map(|of| of.acts.renew.clone());
    Ok(ExceptionFormView {
        now: micros(now),
        clauses: clauses.iter().map(clause_view).collect(),
        acceptors: acceptors(&people, work.desk.person.operator),
        words: EXCEPTION_ACCEPTANCE.to_owned(),
        ask: ask.unwrap_or_else(|| asking.may_ask(Operation::GrantException, None)),
        renews,
    })
}

/// An exception as the use case takes it.
pub(super) fn wanted(wish: &ExceptionWish) -> Result<NewException, Failure> {
    let expires_at = wish.expires_at.to_i64().map(Timestamp::from_micros);
    let excepted = match &wish.renews {
        // A renewal covers what it renews, whatever the window says.
        Some(renewed) => Excepted::Renewing(exception_of(renewed)?),
        None => {
            let (mut keys, mut kinds, mut tenants) = (Vec::new(), Vec::new(), Vec::new());
            for term in &wish.terms {
                match term {
                    ScopeTerm::Key { key } => keys.push(key_of(key)?),
                    ScopeTerm::Tenant { tenant } => tenants.push(tenant_of(tenant)?),
                    ScopeTerm::Type { key_type } => kinds.push(kind_of(*key_type)),
                }
            }
            Excepted::Clause { clause: wish.clause.clone(), keys, kinds, tenants }
        }
    };
    Ok(NewException {
        excepted,
        title: wish.title.clone(),
        justification: wish.justification.clone(),
        controls: wish.controls.clone(),
        owner: wish.owner.clone(),
        expires_at: expires_at.ok_or_else(|| Failure::invalid("expiresAt", FieldProblem::NotANumber))?,
    })
}

/// Exceptions that expired or end soon, the nearest dates first: what somebody has to see to.
pub(super) async fn pressing(work: &Arc<AtWork>, limit: u32) -> Result<Vec<ExceptionRowView>, Failure> {
    let register = &work.desk.console.register;
    let filter = ExceptionFilter { folder: register::ExceptionFolder::Open, ..ExceptionFilter::default() };
    let (found, clauses) =
        tokio::try_join!(register.exceptions_page(&filter, None, limit), register.exception_clauses())?;
    let around = Around { clauses: &clauses, now: found.now };
    let near =
        |row: &&ExceptionRow| matches!(row.state, domain::ExceptionState::Expired | domain::ExceptionState::Expiring);
    let mut rows = Vec::new();
    for row in found.rows.iter().filter(near) {
        rows.push(shown(work, row, &around).await?);
    }
    Ok(rows)
}
