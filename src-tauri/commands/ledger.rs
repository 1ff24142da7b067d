//! The ledger's screen: pages, one entry with its proof, and verification of all of it.

use std::sync::Arc;
use std::time::Instant;

use custody::proof::ProofError;
use ipc::{
    AttributeView, CacheTag, Digest, Done, IpcError, LedgerEntryRequest, LedgerEntryView, LedgerPageRequest,
    LedgerPageView, LedgerRowView, LedgerVerdictView, Nothing, SignatureView, SigningKeyKind, Stage, Task, Thing,
};
use ledger::{Entry, SignatureBlock};
use register::{EntryDetail, EntryRow, SubjectMeaning};
use tauri::State;
use workplace::SignInError;

use crate::at_work::{AtWork, Verified};
use crate::failure::{Failure, ledger_alarm, ledger_fault};
use crate::host::Host;
use crate::views::moments::{count32, digest, micros, rate};
use crate::views::people::Directory;

#[tauri::command]
pub(crate) async fn ledger_page(host: State<'_, Host>, request: LedgerPageRequest) -> Result<LedgerPageView, IpcError> {
    let work = host.at_work().await?;
    Ok(page(&work, &request).await?)
}

#[tauri::command]
pub(crate) async fn ledger_entry(
    host: State<'_, Host>,
    request: LedgerEntryRequest,
) -> Result<LedgerEntryView, IpcError> {
    let work = host.at_work().await?;
    Ok(entry(&work, u64::from(request.entry)).await?)
}

#[tauri::command]
pub(crate) async fn ledger_verify(host: State<'_, Host>, request: Nothing) -> Result<LedgerVerdictView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    let verdict = verify(&host, &work).await?;
    host.relay.changed(&[CacheTag::Status, CacheTag::Overview]);
    Ok(verdict)
}

#[tauri::command]
pub(crate) async fn ledger_verify_stop(host: State<'_, Host>, request: Nothing) -> Result<Done, IpcError> {
    let _ = request;
    host.at_work().await?.stop_verifying.notify_waiters();
    Ok(Done {})
}

async fn page(work: &Arc<AtWork>, request: &LedgerPageRequest) -> Result<LedgerPageView, Failure> {
    let register = &work.desk.console.register;
    let asked = &request.filter;
    let moment = |at: &ipc::Micros| at.to_i64().map(domain::Timestamp::from_micros);
    let filter = register::LedgerFilter {
        verbs: asked.verbs.clone(),
        actor: asked.actor.as_ref().and_then(|actor| actor.0.parse().ok()),
        subject: asked.subject.as_ref().map(|it| (it.kind.clone(), it.name.clone())),
        text: asked.text.clone(),
        since: asked.since.as_ref().and_then(moment),
        until: asked.until.as_ref().and_then(moment),
    };
    let (found, matching, verbs, (head, _), first) = tokio::try_join!(
        register.ledger_page(&filter, request.before.map(u64::from), request.limit),
        register.count_entries(&filter),
        register.ledger_verbs(),
        register.head(),
        register.ledger_entry(1),
    )?;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let directory = Directory { operators: &operators, now };
    Ok(LedgerPageView {
        rows: found.rows.iter().map(|row| row_view(row, &directory)).collect(),
        next_before: found.next_below.map(count32),
        matching: count32(matching.value),
        head: count32(head),
        since: first.map(|first| micros(first.row.recorded_at)),
        verbs,
    })
}

fn row_view(row: &EntryRow, directory: &Directory<'_>) -> LedgerRowView {
    let entry = Entry::decode(&row.entry).ok();
    let attribute = |name: &str| entry.as_ref().and_then(|entry| entry.attribute(name));
    LedgerRowView {
        entry: count32(row.seq),
        at: micros(row.recorded_at),
        actor: directory.row(row.actor).map(|actor| directory.person(actor.id)),
        actor_kind: entry.as_ref().map_or_else(String::new, |entry| entry.actor.kind.word().to_owned()),
        verb: row.verb.clone(),
        subject_kind: row.subject_kind.clone(),
        subject: subject(row),
        count: attribute("count").and_then(|count| count.parse().ok()),
    }
}

fn subject(row: &EntryRow) -> String {
    match &row.meaning {
        Some(SubjectMeaning::Key(_, name) | SubjectMeaning::Operator(_, name)) => name.clone(),
        Some(SubjectMeaning::Request(_, number)) => crate::views::requests::label(*number),
        Some(SubjectMeaning::Run(_, number)) => crate::views::runs::label(*number),
        None => row.subject.clone(),
    }
}

async fn entry(work: &Arc<AtWork>, seq: u64) -> Result<LedgerEntryView, Failure> {
    let register = &work.desk.console.register;
    let found = register.ledger_entry(seq).await?.ok_or_else(|| Failure::not_found(Thing::Entry))?;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let directory = Directory { operators: &operators, now };
    let decoded = Entry::decode(&found.row.entry).ok();
    let recomputed = ledger::link(&found.previous_hash, &found.row.entry, &found.signatures);
    let attributes = decoded.iter().flat_map(|entry| entry.attributes.iter());
    let id = |meant: &dyn Fn(&SubjectMeaning) -> Option<String>| found.row.meaning.as_ref().and_then(meant);
    Ok(LedgerEntryView {
        row: row_view(&found.row, &directory),
        id: found.row.id.to_string(),
        purpose: found.row.purpose.clone(),
        subject_raw: found.row.subject.clone(),
        attributes: attributes
            .map(|(name, value)| AttributeView { name: name.clone(), value: value.clone() })
            .collect(),
        signatures: signatures(register, &found, &directory).await?,
        previous_hash: digest(&found.previous_hash),
        hash: digest(&found.hash),
        hash_holds: recomputed == found.hash,
        bytes: count32(found.row.entry.len()),
        key: id(&|it| matches!(it, SubjectMeaning::Key(..)).then(|| found.row.subject.clone())).map(ipc::KeyId),
        request: id(&|it| matches!(it, SubjectMeaning::Request(..)).then(|| found.row.subject.clone()))
            .map(ipc::RequestId),
        run: id(&|it| matches!(it, SubjectMeaning::Run(..)).then(|| found.row.subject.clone())).map(ipc::RunId),
    })
}

async fn signatures(
    register: &register::Register,
    found: &EntryDetail,
    directory: &Directory<'_>,
) -> Result<Vec<SignatureView>, Failure> {
    let Ok(block) = SignatureBlock::decode(&found.signatures) else { return Ok(Vec::new()) };
    let key_ids: Vec<[u8; 32]> = block.pairs().iter().map(|(key, _)| *key).collect();
    let keys = register.signing_keys(&key_ids).await?;
    let view = |(key_id, signature): &([u8; 32], [u8; 64])| {
        let key = keys.iter().find(|key| key.key_id == *key_id);
        let holds = key.is_some_and(|key| {
            ledger::key_id(&key.public_key) == *key_id
                && ledger::verify_signature(&key.public_key, &found.row.entry, signature).is_ok()
        });
        SignatureView {
            by: key.map(|key| directory.person(key.operator)),
            device_name: key.and_then(|key| key.device_name.clone()),
            key_kind: match key {
                Some(key) if key.device_name.is_some() => SigningKeyKind::Device,
                Some(_) => SigningKeyKind::Session,
                None => SigningKeyKind::Unknown,
            },
            key: digest(key_id),
            holds,
        }
    };
    Ok(block.pairs().iter().map(view).collect())
}

async fn verify(host: &Host, work: &Arc<AtWork>) -> Result<LedgerVerdictView, Failure> {
    let console = &work.desk.console;
    let (began, meter) = (Instant::now(), host.relay.meter(Task::LedgerVerify, Stage::Entries));
    let (head, _) = console.register.head().await?;
    let total = usize::try_from(head).unwrap_or(usize::MAX);
    let watch = |done: u64| meter(usize::try_from(done).unwrap_or(usize::MAX), total);
    let verifying = console.witness.verify_all(&console.register, &watch);
    let outcome = tokio::select! {
        outcome = verifying => outcome,
        () = work.stop_verifying.notified() => return Ok(LedgerVerdictView::Stopped {}),
    };
    let summary = match outcome {
        Ok(summary) => summary,
        Err(custody::WitnessError::Fault(fault)) => return found_broken(work, &fault).await,
        Err(other) => return Err(other.into()),
    };
    // Every entry holds; that it is the ledger that was seen before, only what is kept can say.
    match work.desk.check_ledger().await {
        Ok(()) => {}
        Err(SignInError::Ledger(ProofError::Witness(custody::WitnessError::Fault(fault)))) => {
            return found_broken(work, &fault).await;
        }
        Err(SignInError::Ledger(error)) => return found_replaced(work, error).await,
        Err(other) => return Err(other.into()),
    }
    let (at, took) = (console.now().await?, began.elapsed());
    work.found(Verified { to: summary.entries, at, alarm: None }).await;
    if let Err(error) = work.desk.keep_verified(summary.entries, summary.head).await {
        tracing::warn!(%error, "the verified head could not be remembered");
    }
    let entries = u32::try_from(summary.entries).map_or(f64::from(u32::MAX), f64::from);
    Ok(LedgerVerdictView::Holds {
        to: count32(summary.entries),
        at: micros(at),
        rate_per_s: rate(entries / took.as_secs_f64().max(0.001)),
        took_ms: count32(took.as_millis()),
    })
}

async fn found_broken(work: &AtWork, fault: &ledger::Fault) -> Result<LedgerVerdictView, Failure> {
    let register = &work.desk.console.register;
    let (number, what) = ledger_fault(fault);
    let (good, at) = (number.saturating_sub(1), register.clock().await?);
    let alarm = IpcError::LedgerBroken { entry: count32(number), fault: what };
    work.found(Verified::not_from(number, at, alarm)).await;
    let recorded = register.ledger_entry(number).await?;
    let expected = recorded.as_ref().map(|it| ledger::link(&it.previous_hash, &it.row.entry, &it.signatures));
    Ok(LedgerVerdictView::Broken {
        entry: count32(number),
        fault: what,
        recorded: recorded.as_ref().map(|it| digest(&it.hash)),
        expected: expected.map(|hash| Digest(hex::encode(hash))),
        good: count32(good),
    })
}

async fn found_replaced(work: &AtWork, error: ProofError) -> Result<LedgerVerdictView, Failure> {
    let Some(alarm) = ledger_alarm(&error) else {
        return Err(error.into());
    };
    let IpcError::LedgerReplaced { how, known, now, first, last } = alarm else {
        return Err(error.into());
    };
    tracing::error!(%error, "the ledger is not the one that is known here");
    let (entry, at) = (u64::from(first), work.desk.console.now().await?);
    work.found(Verified::not_from(entry, at, alarm)).await;
    Ok(LedgerVerdictView::Replaced { how, known, now, first, last })
}
