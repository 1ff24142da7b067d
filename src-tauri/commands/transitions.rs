//! The review of key state transitions: the list, the two leads' signatures, the reviews of the past.

use std::collections::HashMap;
use std::sync::Arc;

use custody::review::{Group, ReviewWords, TransitionList};
use domain::Role;
use ipc::{
    FindingView, IncidentChoiceView, IpcError, Nothing, RefusalReason, RequestLinkView, ReviewFinding, SealedView,
    SignContextView, SignSubject, SignTransitionsView, TransitionHistoryView, TransitionReviewView,
};
use keychain::Passphrase;
use register::{
    HOLDS_PAGE_MAX, HoldKind, OperatorRow, REQUESTS_PAGE_MAX, RequestFolder, TRANSITION_REVIEWS_PAGE_MAX,
    TransitionReviewRow, TransitionStanding,
};
use sha2::{Digest as _, Sha256};
use tauri::State;

use super::app::{head, me};
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest, micros};
use crate::views::people::{Directory, role, roles};
use crate::views::requests::{label, may};
use crate::views::transitions as views;

/// The two departments whose leads review.
const LEADS: [Role; 2] = [Role::Security, Role::DevOps];

#[tauri::command]
pub(crate) async fn transition_review(
    host: State<'_, Host>,
    request: Nothing,
) -> Result<TransitionReviewView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(read(&work).await?)
}

#[tauri::command]
pub(crate) async fn transition_history(
    host: State<'_, Host>,
    request: Nothing,
) -> Result<TransitionHistoryView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(history(&work).await?)
}

/// The review that waits for its second lead.
async fn open(work: &AtWork, standing: &TransitionStanding) -> Result<Option<TransitionReviewRow>, Failure> {
    let Some(size) = standing.open else { return Ok(None) };
    let found = work.desk.console.register.transition_reviews(size.checked_add(1), 1).await?.pop();
    Ok(found.filter(|row| row.size == size))
}

async fn read(work: &Arc<AtWork>) -> Result<TransitionReviewView, Failure> {
    let console = &work.desk.console;
    let register = &console.register;
    let (operators, now) = (work.operators().await?, console.now().await?);
    let people = Directory { operators: &operators, now };
    let standing = register.transition_standing().await?;
    let waiting = open(work, &standing).await?;
    let sign = may_sign(work, waiting.as_ref(), &people).await?;
    if waiting.is_none()
        && sign.allowed
        && let Ok(author) = work.pen().await
    {
        // What was refused comes onto the list of whoever may sign it.
        console.attest_refusals(author).await?;
    }
    let list = console.transitions(standing.after, standing.open).await?;
    let mut refusals = Vec::new();
    for item in list.items.iter().filter(|item| item.group == Group::Refusals) {
        let number = |name: &str| item.entry.attribute(name).and_then(|text| text.parse().ok());
        if let Some((first, last)) = number("first").zip(number("last")) {
            refusals.extend(register.refusal_tally(first, last).await?.iter().map(views::tally));
        }
    }
    let numbers: Vec<u64> = list.items.iter().map(|item| item.number).collect();
    let rows: HashMap<_, _> = register.entries_of(&numbers).await?.into_iter().map(|row| (row.seq, row)).collect();
    let looks = register.looks_missing(list.size).await?;
    Ok(TransitionReviewView {
        now: micros(now),
        after: count32(list.after),
        until: count32(list.size),
        last_at: standing.last_at.map(micros),
        every_days: standing.every_days,
        due_at: micros(standing.due_at),
        items: list.items.iter().map(|item| views::item(item, rows.get(&item.number), &people)).collect(),
        routine: count32(list.routine()),
        refusals,
        looks_missing: looks.into_iter().map(count32).collect(),
        digest: digest(&list.digest),
        signed: waiting.as_ref().map(|row| views::signature(&row.signed, &people)),
        found: waiting.iter().flat_map(|row| &row.findings).map(views::finding).collect(),
        role: lead(work, waiting.as_ref()).and_then(role),
        sign,
        incidents: incidents(work).await?,
        exceptions: exceptions(work).await?,
    })
}

/// In which role this operator would sign: the other one than the first lead's.
fn lead(work: &AtWork, waiting: Option<&TransitionReviewRow>) -> Option<Role> {
    let taken = waiting.map(|row| row.signed.role);
    LEADS.into_iter().find(|role| Some(*role) != taken && work.desk.person.roles.contains(role))
}

async fn may_sign(
    work: &AtWork,
    waiting: Option<&TransitionReviewRow>,
    people: &Directory<'_>,
) -> Result<ipc::MayView, Failure> {
    let (register, mine) = (&work.desk.console.register, work.desk.person.operator);
    let code = match waiting {
        Some(row) => register.may_close_review(row.size, mine).await?,
        None => register.may_review(mine).await?,
    };
    let taken = waiting.map(|row| row.signed.role);
    let wanted: Vec<Role> = LEADS.into_iter().filter(|role| Some(*role) != taken).collect();
    let first = waiting.and_then(|row| people.row(row.signed.by)).map(|row| row.person.to_lowercase());
    let able = |row: &&OperatorRow| {
        Some(row.person.to_lowercase()) != first && row.roles_at(people.now).iter().any(|held| wanted.contains(held))
    };
    let eligible: Vec<_> = people.active().filter(able).map(|row| people.person(row.id)).collect();
    let reason = match code.as_str() {
        "ok" => None,
        "same_person" => Some(RefusalReason::AlreadySigned),
        "role_missing" => Some(RefusalReason::RoleMissing { needs: roles(&wanted) }),
        "operator_inactive" | "operator_unknown" => Some(RefusalReason::Suspended),
        other => Some(RefusalReason::Register { refusal: other.to_owned() }),
    };
    Ok(may(reason, &eligible))
}

/// Incidents that are open, which a finding can name.
async fn incidents(work: &AtWork) -> Result<Vec<IncidentChoiceView>, Failure> {
    let rows = work.desk.console.register.holds_page(true, None, HOLDS_PAGE_MAX).await?;
    let choice = |row: &register::HoldRow| IncidentChoiceView {
        hold: ipc::HoldId(row.id.to_string()),
        label: format!("{}, {}", row.reference, row.target_name),
    };
    Ok(rows.iter().filter(|row| row.kind == HoldKind::Incident).map(choice).collect())
}

/// Requests for exceptions that are open, which a finding can name.
async fn exceptions(work: &AtWork) -> Result<Vec<RequestLinkView>, Failure> {
    let (register, mine) = (&work.desk.console.register, work.desk.person.operator);
    let page = register.requests_page(RequestFolder::Open, mine, None, REQUESTS_PAGE_MAX).await?;
    let asked = page.rows.iter().filter(|row| row.operation == domain::Operation::GrantException);
    Ok(asked
        .map(|row| RequestLinkView { request: ipc::RequestId(row.id.to_string()), label: label(row.number) })
        .collect())
}

async fn history(work: &Arc<AtWork>) -> Result<TransitionHistoryView, Failure> {
    let console = &work.desk.console;
    let (operators, now) = (work.operators().await?, console.now().await?);
    let people = Directory { operators: &operators, now };
    let rows = console.register.transition_reviews(None, TRANSITION_REVIEWS_PAGE_MAX).await?;
    let known = console.checkpoints(register::CHECKPOINTS_PAGE_MAX).await?;
    let checkpoint = |size: u64| known.iter().find(|known| known.size() == size);
    let reviews = rows.iter().map(|row| views::past(row, checkpoint(row.size), &people)).collect();
    Ok(TransitionHistoryView { reviews })
}

/// What a lead is about to sign.
struct Prepared {
    list: TransitionList,
    waiting: Option<TransitionReviewRow>,
    role: Role,
    findings: Vec<custody::review::Finding>,
    root: [u8; 32],
    /// SHA-256 of all of it.
    hash: [u8; 32],
}

/// Computes the list anew as far as it was shown; anything that differs has moved.
async fn prepare(work: &AtWork, subject: &SignSubject) -> Result<(Prepared, Vec<ReviewFinding>), Failure> {
    let SignSubject::Transitions { until, digest: shown, role: named, findings } = subject else {
        return Err(IpcError::Moved.into());
    };
    let console = &work.desk.console;
    let standing = console.register.transition_standing().await?;
    let waiting = open(work, &standing).await?;
    let list = console.transitions(standing.after, Some(u64::from(*until))).await?;
    let is_other = waiting.as_ref().is_some_and(|row| row.size != list.size);
    let named = crate::views::people::role_of(*named);
    if digest(&list.digest) != *shown || is_other || lead(work, waiting.as_ref()) != Some(named) {
        return Err(IpcError::Moved.into());
    }
    let read: Option<Vec<_>> = findings.iter().map(views::finding_of).collect();
    let read = read.ok_or(IpcError::Moved)?;
    let kept = work.desk.kept_tree().await.map_err(Failure::internal)?;
    let root = console.see_review(kept.as_ref(), &list).await?.root;
    let said = serde_json::to_vec(findings).map_err(Failure::internal)?;
    let mut hash = Sha256::new();
    hash.update(list.digest);
    hash.update(root);
    hash.update(list.after.to_be_bytes());
    hash.update(list.size.to_be_bytes());
    hash.update([u8::from(waiting.is_some()), u8::from(named == Role::Security)]);
    hash.update(said);
    let hash = hash.finalize().into();
    Ok((Prepared { list, waiting, role: named, findings: read, root, hash }, findings.clone()))
}

/// What the sign window shows.
pub(super) async fn sign_context(work: &Arc<AtWork>, subject: &SignSubject) -> Result<SignContextView, Failure> {
    let (it, asked) = prepare(work, subject).await?;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let people = Directory { operators: &operators, now };
    if let Some(reason) = may_sign(work, it.waiting.as_ref(), &people).await?.reason {
        return Err(Failure::refused(reason));
    }
    let mut findings: Vec<FindingView> = it.waiting.iter().flat_map(|row| &row.findings).map(views::finding).collect();
    let (incidents, exceptions) = (incidents(work).await?, exceptions(work).await?);
    findings.extend(asked.into_iter().map(|finding| {
        let reference = match &finding.becomes {
            ipc::FindingBecomes::Note => None,
            ipc::FindingBecomes::Incident { hold } => {
                incidents.iter().find(|choice| choice.hold == *hold).map(|choice| choice.label.clone())
            }
            ipc::FindingBecomes::Exception { request } => {
                exceptions.iter().find(|choice| choice.request == *request).map(|choice| choice.label.clone())
            }
        };
        FindingView {
            about: finding.about,
            becomes: finding.becomes,
            reference: reference.unwrap_or_default(),
            words: finding.words,
            entry: None,
        }
    }));
    let statement = SignTransitionsView {
        custody: head(&work.desk.premises)?,
        after: count32(it.list.after),
        until: count32(it.list.size),
        items: count32(it.list.items.len()),
        groups: views::counts(it.list.counts()),
        digest: digest(&it.list.digest),
        root: digest(&it.root),
        first: it.waiting.as_ref().map(|row| people.person(row.signed.by)),
        findings,
        signer: me(work),
        role: role(it.role).unwrap_or(ipc::Role::Security),
        device_key: digest(&work.desk.session.device),
        statement_hash: digest(&it.hash),
    };
    Ok(SignContextView::Transitions { statement })
}

/// Signs, or closes what the first lead signed. `shown` is the hash of what the reader saw.
pub(super) async fn sign(
    work: &Arc<AtWork>,
    subject: &SignSubject,
    note: &str,
    shown: [u8; 32],
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let (it, _) = prepare(work, subject).await?;
    if it.hash != shown {
        return Err(IpcError::Moved.into());
    }
    let console = &work.desk.console;
    let kept = work.desk.kept_tree().await.map_err(Failure::internal)?;
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let words = ReviewWords { role: it.role, note, findings: &it.findings };
    let done = match &it.waiting {
        Some(_) => console.close_review(&device, kept.as_ref(), &it.list, &words).await?,
        None => console.sign_review(&device, kept.as_ref(), &it.list, &words).await?,
    };
    work.desk.keep(&done).await.map_err(Failure::internal)?;
    Ok(SealedView {
        request: None,
        label: "review.signed".to_owned(),
        decision: None,
        entry: done.receipt.map_or(0, |receipt| count32(receipt.seq)),
        missing: u32::from(it.waiting.is_none()),
    })
}
