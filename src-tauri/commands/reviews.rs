//! The review list: what one person did, looked at by another, signed off under their device key.

use std::sync::Arc;

use ipc::{
    Cursor, IpcError, RequestLinkView, ReviewDetailRequest, ReviewDetailView, ReviewFactView, ReviewFolder, ReviewId,
    ReviewRowView, ReviewsPageRequest, ReviewsPageView, RunLinkView, SealedView, SignContextView, SignReviewView,
    SubjectView, Thing,
};
use keychain::Passphrase;
use ledger::Entry;
use register::{EntryDetail, ReviewItemRow, Scope};
use tauri::State;

use super::app::{head, me};
use super::requests::number_of;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest};
use crate::views::people::Directory;
use crate::views::protect::subject as scope_view;
use crate::views::requests::may;
use crate::views::reviews::{eligible, refusal, row_view};
use crate::views::{certificates, requests, runs};

const PAGE_MAX: u32 = 100;
/// Items looked through for one page of those that were signed off.
const SCANNED_MAX: u32 = 2_000;

#[tauri::command]
pub(crate) async fn reviews_page(
    host: State<'_, Host>,
    request: ReviewsPageRequest,
) -> Result<ReviewsPageView, IpcError> {
    let work = host.at_work().await?;
    Ok(page(&work, &request).await?)
}

#[tauri::command]
pub(crate) async fn review_detail(
    host: State<'_, Host>,
    request: ReviewDetailRequest,
) -> Result<ReviewDetailView, IpcError> {
    let work = host.at_work().await?;
    let (item, entry) = item(&work, &request.review).await?;
    Ok(detail(&work, &item, &entry).await?)
}

/// Items that this operator may sign off, the newest.
pub(super) async fn waiting_for_me(work: &AtWork, limit: u32) -> Result<Vec<ReviewRowView>, Failure> {
    let register = &work.desk.console.register;
    let rows = register.review_page(work.desk.person.operator, true, None, PAGE_MAX).await?;
    let wanted = usize::try_from(limit).unwrap_or(0);
    let mine: Vec<ReviewItemRow> = rows.into_iter().filter(|row| row.may_sign_off == "ok").take(wanted).collect();
    rows_of(work, &mine).await
}

/// An item with the entry it is about.
pub(super) async fn item(work: &AtWork, review: &ReviewId) -> Result<(ReviewItemRow, EntryDetail), Failure> {
    let register = &work.desk.console.register;
    let unknown = || Failure::not_found(Thing::Review);
    let seq: u64 = review.0.parse().map_err(|_not_a_number| unknown())?;
    let found = register.review_page(work.desk.person.operator, false, Some(seq.saturating_add(1)), 1).await?;
    let item = found.into_iter().find(|row| row.seq == seq).ok_or_else(unknown)?;
    let entry = register.ledger_entry(seq).await?.ok_or_else(unknown)?;
    Ok((item, entry))
}

/// What the sign window shows of an item: what is signed off is the entry, by its hash.
pub(super) async fn sign_context(work: &Arc<AtWork>, review: &ReviewId) -> Result<SignContextView, Failure> {
    let (item, entry) = item(work, review).await?;
    if let Some(reason) = refusal(&item.may_sign_off) {
        return Err(Failure::refused(reason));
    }
    let role = work.desk.person.roles.iter().copied().filter(|role| *role != domain::Role::Auditor);
    let role = role.filter_map(crate::views::people::role).next().unwrap_or(ipc::Role::Security);
    let statement = SignReviewView {
        custody: head(&work.desk.premises)?,
        item: detail(work, &item, &entry).await?,
        signer: me(work),
        role,
        device_key: digest(&work.desk.session.device),
        statement_hash: digest(&entry.hash),
    };
    Ok(SignContextView::Review { statement })
}

/// Signs an item off under the device key. `shown` is the hash of the entry that the reader saw.
pub(super) async fn sign_off(
    work: &Arc<AtWork>,
    review: &ReviewId,
    note: &str,
    shown: [u8; 32],
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let (item, entry) = item(work, review).await?;
    if entry.hash != shown {
        return Err(IpcError::Moved.into());
    }
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let receipt = work.desk.console.sign_off(&device, item.seq, note).await?;
    Ok(SealedView {
        request: None,
        label: name_of(work, &item, &entry).await?,
        decision: None,
        entry: count32(receipt.seq),
        missing: 0,
    })
}

async fn page(work: &AtWork, request: &ReviewsPageRequest) -> Result<ReviewsPageView, Failure> {
    let (register, me) = (&work.desk.console.register, work.desk.person.operator);
    let limit = request.limit.clamp(1, PAGE_MAX);
    let wanted = usize::try_from(limit).unwrap_or(1);
    let open = request.folder == ReviewFolder::Waiting;
    let mut below = request.after.as_ref().map(number_of).transpose()?.map(u64::from);
    let (mut found, mut scanned, mut more) = (Vec::new(), 0_u32, true);
    while more && found.len() < wanted && scanned < SCANNED_MAX {
        let rows = register.review_page(me, open, below, PAGE_MAX).await?;
        more = rows.len() == usize::try_from(PAGE_MAX).unwrap_or(usize::MAX);
        scanned = scanned.saturating_add(PAGE_MAX);
        below = rows.last().map(|row| row.seq).or(below);
        found.extend(rows.into_iter().filter(|row| row.signed_off.is_none() == open));
    }
    if found.len() > wanted {
        found.truncate(wanted);
        below = found.last().map(|row| row.seq);
        more = true;
    }
    let counts = register.review_counts(me).await?;
    Ok(ReviewsPageView {
        rows: rows_of(work, &found).await?,
        next: below.filter(|_| more).map(|below| Cursor(below.to_string())),
        waiting: count32(counts.open),
        for_me: count32(counts.for_me),
    })
}

async fn rows_of(work: &AtWork, items: &[ReviewItemRow]) -> Result<Vec<ReviewRowView>, Failure> {
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let people = Directory { operators: &operators, now };
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        let Some(entry) = work.desk.console.register.ledger_entry(item.seq).await? else { continue };
        rows.push(row_view(item, name_of(work, item, &entry).await?, &people));
    }
    Ok(rows)
}

async fn detail(work: &AtWork, item: &ReviewItemRow, entry: &EntryDetail) -> Result<ReviewDetailView, Failure> {
    let register = &work.desk.console.register;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let people = Directory { operators: &operators, now };
    let name = name_of(work, item, entry).await?;
    let run = match item.subject_kind.as_str() {
        "run" => match item.subject.parse() {
            Ok(run) => register.run(run).await?,
            Err(_not_an_id) => None,
        },
        _ => None,
    };
    let request = match &run {
        Some(run) => register.request(run.request).await?,
        None => None,
    };
    let certificate = match &run {
        Some(run) => register.certificate(run.id).await?,
        None => None,
    };
    let reason = refusal(&item.may_sign_off);
    Ok(ReviewDetailView {
        row: row_view(item, name.clone(), &people),
        reason: item.purpose.clone(),
        subject: scope(work, item, entry, &name).await?,
        facts: facts(entry),
        entry: count32(item.seq),
        request: request.map(|row| RequestLinkView {
            request: ipc::RequestId(row.id.to_string()),
            label: requests::label(row.number),
        }),
        run: run.map(|row| RunLinkView { run: ipc::RunId(row.id.to_string()), label: runs::label(row.number) }),
        certificate: certificate.as_ref().map(certificates::link),
        sign_off: may(reason, &eligible(item, &people)),
    })
}

/// The particulars that the act's own entry carries.
fn facts(entry: &EntryDetail) -> Vec<ReviewFactView> {
    let decoded = Entry::decode(&entry.row.entry).ok();
    let all = decoded.iter().flat_map(|entry| entry.attributes.iter());
    all.map(|(name, value)| ReviewFactView { name: name.clone(), value: value.clone() }).collect()
}

fn attribute(entry: &EntryDetail, name: &str) -> Option<String> {
    Entry::decode(&entry.row.entry).ok()?.attribute(name).map(str::to_owned)
}

/// What an item is upon, as people call it.
async fn name_of(work: &AtWork, item: &ReviewItemRow, entry: &EntryDetail) -> Result<String, Failure> {
    let register = &work.desk.console.register;
    let as_written = || item.subject.clone();
    Ok(match item.subject_kind.as_str() {
        "key" => match item.subject.parse() {
            Ok(key) => register.key(key).await?.map_or_else(as_written, |row| row.name),
            Err(_not_an_id) => as_written(),
        },
        "tenant" | "integration" => match item.subject.parse() {
            Ok(tenant) => {
                let name = register.tenant_detail(tenant).await?.map_or_else(as_written, |found| found.row.name);
                attribute(entry, "integration").map_or(name.clone(), |integration| format!("{name} · {integration}"))
            }
            Err(_not_an_id) => as_written(),
        },
        "hold" => match item.subject.parse() {
            Ok(hold) => {
                let found = register.hold(hold).await?;
                found.map_or_else(as_written, |row| format!("{}, {}", row.target_name, row.reference))
            }
            Err(_not_an_id) => as_written(),
        },
        "operator" => match item.subject.parse() {
            Ok(operator) => {
                let operators = work.operators().await?;
                operators.iter().find(|row| row.id == operator).map_or_else(as_written, |row| row.name.clone())
            }
            Err(_not_an_id) => as_written(),
        },
        "run" => name_of_run(work, &item.subject).await?.unwrap_or_else(as_written),
        "exception" => match item.subject.parse() {
            Ok(exception) => {
                let found = register.exception(exception).await?;
                found.map_or_else(as_written, |it| format!("{}, {}", it.row.number, it.row.title))
            }
            Err(_not_an_id) => as_written(),
        },
        "shared_key" => match item.subject.parse() {
            Ok(entry) => register.shared_key(entry).await?.map_or_else(as_written, |row| row.key_name),
            Err(_not_an_id) => as_written(),
        },
        "custody" => head(&work.desk.premises)?.name,
        _ => as_written(),
    })
}

/// What a run was about.
async fn name_of_run(work: &AtWork, run: &str) -> Result<Option<String>, Failure> {
    let register = &work.desk.console.register;
    let Ok(run) = run.parse() else { return Ok(None) };
    let Some(run) = register.run(run).await? else { return Ok(None) };
    let Some(request) = register.request(run.request).await? else { return Ok(None) };
    let plan = domain::Plan::decode(&request.plan)?;
    let name = crate::views::plans::subject(&plan);
    Ok(Some(match plan.targets.len() {
        0 | 1 => name,
        more => format!("{name} and {} more", more.saturating_sub(1)),
    }))
}

/// What an item is upon, where that has a page of its own.
async fn scope(
    work: &AtWork,
    item: &ReviewItemRow,
    entry: &EntryDetail,
    name: &str,
) -> Result<Option<SubjectView>, Failure> {
    let scope = match item.subject_kind.as_str() {
        "key" => item.subject.parse().ok().map(Scope::Key),
        "tenant" => item.subject.parse().ok().map(Scope::Tenant),
        "integration" => {
            let tenant = item.subject.parse().ok();
            tenant.zip(attribute(entry, "integration")).map(|(tenant, name)| Scope::Integration(tenant, name))
        }
        "hold" => match item.subject.parse() {
            Ok(hold) => work.desk.console.register.hold(hold).await?.map(|row| match row.target {
                register::HoldTarget::Tenant(tenant) => Scope::Tenant(tenant),
                register::HoldTarget::Key(key) => Scope::Key(key),
            }),
            Err(_not_an_id) => None,
        },
        _ => None,
    };
    Ok(scope.and_then(|scope| scope_view(&scope, name)).map(|view| SubjectView { name: name.to_owned(), ..view }))
}
