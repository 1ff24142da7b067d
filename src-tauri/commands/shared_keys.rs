//! The register of keys that serve several tenants: those without an entry, those asked for, those in force, and what ended.

use std::collections::BTreeSet;
use std::sync::Arc;

use custody::request::NewSharedKey;
use domain::{KeyId, Operation, Plan, SHARING_ACCEPTANCE, Timestamp, ViolationRule};
use ipc::{
    FieldProblem, IpcError, KeyRefView, Nothing, RequestLinkView, SharedKeyRowView, SharedKeyState, SharedKeyWish,
    SharedKeyWithdrawRequest, SharedKeysView, Thing,
};
use register::{RequestFolder, RequestRow, SharedKeyRow, ViolationRow};
use tauri::State;

use super::requests::Loaded;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::acts::Asking;
use crate::views::exceptions::{acceptors, days_left, seal_slots};
use crate::views::keys::{key_of, key_type};
use crate::views::moments::{count32, micros};
use crate::views::people::Directory;
use crate::views::requests::label;

/// Rows of each kind that are shown. LIMIT: an estate with more shared keys than this sees the newest.
const SHOWN_MAX: u32 = 200;
/// Days before its review date in which an entry is shown as due.
const DUE_DAYS: i32 = 30;

#[tauri::command]
pub(crate) async fn shared_keys(host: State<'_, Host>, request: Nothing) -> Result<SharedKeysView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(read(&work).await?)
}

#[tauri::command]
pub(crate) async fn shared_key_withdraw(
    host: State<'_, Host>,
    request: SharedKeyWithdrawRequest,
) -> Result<SharedKeysView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let entry = request.entry.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::SharedKey))?;
    let console = &work.desk.console;
    console.withdraw_shared_key(work.pen().await?, entry, &request.reason).await.map_err(Failure::from)?;
    Ok(read(&work).await?)
}

/// An entry as the use case takes it.
pub(super) fn wanted(wish: &SharedKeyWish) -> Result<NewSharedKey, Failure> {
    let review_by = wish.review_by.to_i64().map(Timestamp::from_micros);
    Ok(NewSharedKey {
        key: key_of(&wish.key)?,
        decision_record: wish.decision_record.clone(),
        justification: wish.justification.clone(),
        controls: wish.controls.clone(),
        review_by: review_by.ok_or_else(|| Failure::invalid("reviewBy", FieldProblem::NotANumber))?,
    })
}

async fn read(work: &Arc<AtWork>) -> Result<SharedKeysView, Failure> {
    let register = &work.desk.console.register;
    let operators = work.operators().await?;
    let (now, term, entries, broken) = tokio::try_join!(
        register.clock(),
        register.shared_key_term_days(),
        register.shared_keys_page(false, None, SHOWN_MAX),
        register.violations_page(&[ViolationRule::SharedAcrossTenants], None, SHOWN_MAX),
    )?;
    let people = Directory { operators: &operators, now };
    let asked = asked_for(work).await?;
    let busy: BTreeSet<KeyId> = asked.iter().map(|(key, _)| *key).collect();
    let missing = |row: &&ViolationRow| row.excepted_by.is_none() && row.key.is_some_and(|key| !busy.contains(&key));
    let mut rows = Vec::new();
    for row in broken.rows.iter().filter(missing) {
        rows.extend(without_entry(work, row).await?);
    }
    rows.extend(asked.into_iter().map(|(_, row)| row));
    for row in &entries {
        rows.push(entered(work, row, &people).await?);
    }
    rows.sort_by_key(|row| rank(row.state));
    let asking = Asking { held: &work.desk.person.roles, people: &people };
    Ok(SharedKeysView {
        rows,
        now: micros(now),
        acceptors: acceptors(&people, work.desk.person.operator),
        words: SHARING_ACCEPTANCE.to_owned(),
        term_days_max: term,
        ask: asking.may_ask(Operation::ShareKey, None),
        withdraw: asking.may_protect(None),
    })
}

/// What needs somebody first.
fn rank(state: SharedKeyState) -> u8 {
    match state {
        SharedKeyState::Missing => 0,
        SharedKeyState::Overdue => 1,
        SharedKeyState::ReviewDue => 2,
        SharedKeyState::Requested => 3,
        SharedKeyState::Entered => 4,
        SharedKeyState::Withdrawn | SharedKeyState::Replaced => 5,
    }
}

fn key_ref(key: KeyId, name: &str) -> KeyRefView {
    KeyRefView { key: ipc::KeyId(key.to_string()), name: name.to_owned() }
}

/// A key that serves several tenants and has no leave to.
async fn without_entry(work: &AtWork, row: &ViolationRow) -> Result<Option<SharedKeyRowView>, Failure> {
    let register = &work.desk.console.register;
    let Some(key) = row.key else { return Ok(None) };
    let Some(found) = register.key(key).await? else { return Ok(None) };
    Ok(Some(SharedKeyRowView {
        entry: None,
        key: key_ref(key, &row.subject),
        key_type: key_type(found.kind),
        tenants: Vec::new(),
        tenants_total: register.tenants_served(key).await?,
        state: SharedKeyState::Missing,
        decision_record: String::new(),
        accepted_by: None,
        review_by: None,
        days_left: None,
        slots: Vec::new(),
        request: None,
        justification: String::new(),
        controls: String::new(),
        granted_entry: None,
    }))
}

/// Entries that are asked for, with the key each is about.
async fn asked_for(work: &Arc<AtWork>) -> Result<Vec<(KeyId, SharedKeyRowView)>, Failure> {
    let (register, me) = (&work.desk.console.register, work.desk.person.operator);
    let (mut found, mut below) = (Vec::new(), None);
    loop {
        let page = register.requests_page(RequestFolder::Open, me, below, SHOWN_MAX.min(100)).await?;
        for row in page.rows.into_iter().filter(|row| row.operation == Operation::ShareKey) {
            found.extend(asked(work, row).await?);
        }
        below = page.next_below;
        if below.is_none() {
            return Ok(found);
        }
    }
}

async fn asked(work: &Arc<AtWork>, row: RequestRow) -> Result<Option<(KeyId, SharedKeyRowView)>, Failure> {
    let register = &work.desk.console.register;
    let plan = Plan::decode(&row.plan)?;
    let word = |name: &str| plan.parameter(name).unwrap_or_default().to_owned();
    let Ok(key) = word("key").parse::<KeyId>() else { return Ok(None) };
    let Some(of) = register.key(key).await? else { return Ok(None) };
    let link = RequestLinkView { request: ipc::RequestId(row.id.to_string()), label: label(row.number) };
    let entry = plan.targets.first().map(|target| ipc::SharedKeyId(target.key.to_string()));
    let now = register.clock().await?;
    let review_by = word("review_by").parse().ok().map(Timestamp::from_micros);
    let view = SharedKeyRowView {
        entry,
        key: key_ref(key, &of.name),
        key_type: key_type(of.kind),
        tenants: Vec::new(),
        tenants_total: register.tenants_served(key).await?,
        state: SharedKeyState::Requested,
        decision_record: word("decision_record"),
        accepted_by: None,
        review_by: review_by.map(micros),
        days_left: review_by.map(|at| days_left(at, now)),
        justification: word("justification"),
        controls: word("controls"),
        slots: Loaded::of(work, row).await?.shown(work).slots(),
        request: Some(link),
        granted_entry: None,
    };
    Ok(Some((key, view)))
}

/// An entry that two people made.
async fn entered(work: &AtWork, row: &SharedKeyRow, people: &Directory<'_>) -> Result<SharedKeyRowView, Failure> {
    let register = &work.desk.console.register;
    let left = days_left(row.review_by, people.now);
    let state = match (row.ended_at, row.replaced, row.in_force) {
        (Some(_), true, _) => SharedKeyState::Replaced,
        (Some(_), false, _) => SharedKeyState::Withdrawn,
        (None, _, false) => SharedKeyState::Overdue,
        (None, _, true) if left < DUE_DAYS => SharedKeyState::ReviewDue,
        (None, _, true) => SharedKeyState::Entered,
    };
    let request = register.request(row.request).await?;
    Ok(SharedKeyRowView {
        entry: Some(ipc::SharedKeyId(row.id.to_string())),
        key: key_ref(row.key, &row.key_name),
        key_type: key_type(row.key_kind),
        tenants: Vec::new(),
        tenants_total: row.tenants,
        state,
        decision_record: row.decision_record.clone(),
        accepted_by: Some(people.person(row.accepted_by)),
        review_by: Some(micros(row.review_by)),
        days_left: Some(left),
        slots: seal_slots(&register.seals(row.request).await?, people),
        request: request.map(|request| RequestLinkView {
            request: ipc::RequestId(request.id.to_string()),
            label: label(request.number),
        }),
        justification: row.justification.clone(),
        controls: row.controls.clone(),
        granted_entry: Some(count32(row.granted_seq)),
    })
}
