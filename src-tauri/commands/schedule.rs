//! The schedule of reviews, audits and drills, and the record of those that are done by hand.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use custody::review::{Duty, Evidence};
use domain::Role;
use ipc::{
    DocumentView, EvidenceRequest, FieldProblem, IpcError, Nothing, RecordedDuty, RefusalReason, ScheduleRowView,
    ScheduleView, SealedView, SignContextView, SignRecordView, SignSubject, Thing,
};
use keychain::Passphrase;
use register::DUTY_RECORDS_MAX;
use sha2::{Digest as _, Sha256};
use tauri::State;

use super::app::{head, me};
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest};
use crate::views::people::{Directory, roles};
use crate::views::requests::may;
use crate::views::schedule as views;

/// Days before its date from which on a duty is named on the overview.
const NEAR_DAYS: i64 = 7;
/// LIMIT: larger documents are recorded from the command line, which reads them piece by piece.
const EVIDENCE_BYTES_MAX: usize = 32 << 20;

#[tauri::command]
pub(crate) async fn schedule(host: State<'_, Host>, request: Nothing) -> Result<ScheduleView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(read(&work).await?)
}

#[tauri::command]
pub(crate) async fn evidence(host: State<'_, Host>, request: EvidenceRequest) -> Result<DocumentView, IpcError> {
    host.at_work().await?.touch();
    if request.content.len() / 4 * 3 > EVIDENCE_BYTES_MAX {
        return Err(IpcError::TooLarge { limit_bytes: count32(EVIDENCE_BYTES_MAX) });
    }
    let unreadable = |_not_base64| Failure::invalid("evidence", FieldProblem::OutOfRange);
    let content = STANDARD.decode(&request.content).map_err(unreadable)?;
    let found = Evidence::of(&request.file_name, &content).map_err(Failure::from)?;
    Ok(DocumentView { name: found.name().to_owned(), digest: digest(found.digest()) })
}

/// What is late, or due within a week.
pub(super) async fn pressing(work: &AtWork) -> Result<Vec<ScheduleRowView>, Failure> {
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let people = Directory { operators: &operators, now };
    let rows = work.desk.console.register.schedule().await?;
    let near = rows.iter().filter(|row| row.days_left().is_some_and(|days| days <= NEAR_DAYS));
    Ok(near.map(|row| views::row(row, &people)).collect())
}

async fn read(work: &Arc<AtWork>) -> Result<ScheduleView, Failure> {
    let register = &work.desk.console.register;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let people = Directory { operators: &operators, now };
    let (rows, records, incidents) = tokio::try_join!(
        register.schedule(),
        register.duty_records(None, DUTY_RECORDS_MAX),
        register.incidents_unaudited(),
    )?;
    let able = people.active().filter(|row| row.roles_at(now).contains(&Role::Security));
    let eligible: Vec<_> = able.map(|row| people.person(row.id)).collect();
    let missing = (!work.desk.person.roles.contains(&Role::Security))
        .then(|| RefusalReason::RoleMissing { needs: roles(&[Role::Security]) });
    Ok(ScheduleView {
        rows: rows.iter().map(|row| views::row(row, &people)).collect(),
        records: records.iter().map(|row| views::record(row, &people)).collect(),
        incidents: incidents.iter().map(views::incident).collect(),
        record: may(missing, &eligible),
    })
}

/// What is about to be recorded, with the incident's name and the hash of what is shown.
async fn prepare(
    work: &AtWork,
    subject: &SignSubject,
) -> Result<(RecordedDuty, Duty, Option<String>, Evidence, [u8; 32]), Failure> {
    let SignSubject::Record { duty: named, incident, evidence_name, evidence_digest } = subject else {
        return Err(IpcError::Moved.into());
    };
    let bytes = hex::decode(&evidence_digest.0).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let bytes = bytes.ok_or_else(|| Failure::invalid("evidence", FieldProblem::OutOfRange))?;
    let evidence = Evidence::known(evidence_name, bytes)?;
    let (duty, label) = match (named, incident) {
        (RecordedDuty::PolicyReview, _) => (Duty::PolicyReview, None),
        (RecordedDuty::SystemAudit, _) => (Duty::SystemAudit, None),
        (RecordedDuty::IncidentAudit, Some(hold)) => {
            let id = hold.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Hold))?;
            let found = work.desk.console.register.hold(id).await?.ok_or_else(|| Failure::not_found(Thing::Hold))?;
            (Duty::IncidentAudit(id), Some(found.reference))
        }
        (RecordedDuty::IncidentAudit, None) => return Err(Failure::invalid("incident", FieldProblem::Empty)),
    };
    let hold = incident.as_ref().map_or("", |hold| hold.0.as_str());
    let text = format!("record/{named:?}/{hold}/{}/{}", hex::encode(evidence.digest()), evidence.name());
    Ok((*named, duty, label, evidence, Sha256::digest(text).into()))
}

/// What the sign window shows.
pub(super) async fn sign_context(work: &Arc<AtWork>, subject: &SignSubject) -> Result<SignContextView, Failure> {
    let (duty, _, incident, evidence, hash) = prepare(work, subject).await?;
    if !work.desk.person.roles.contains(&Role::Security) {
        return Err(Failure::refused(RefusalReason::RoleMissing { needs: roles(&[Role::Security]) }));
    }
    let statement = SignRecordView {
        custody: head(&work.desk.premises)?,
        duty,
        incident,
        evidence_name: evidence.name().to_owned(),
        evidence_digest: digest(evidence.digest()),
        signer: me(work),
        role: ipc::Role::Security,
        device_key: digest(&work.desk.session.device),
        statement_hash: digest(&hash),
    };
    Ok(SignContextView::Record { statement })
}

/// Records it under the device key. `shown` is the hash of what the reader saw.
pub(super) async fn sign(
    work: &Arc<AtWork>,
    subject: &SignSubject,
    note: &str,
    shown: [u8; 32],
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let (_, duty, _, evidence, hash) = prepare(work, subject).await?;
    if hash != shown {
        return Err(IpcError::Moved.into());
    }
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let receipt = work.desk.console.record_duty(&device, duty, &evidence, note).await?;
    let label = if duty == Duty::PolicyReview { "policy.reviewed" } else { "system.audited" };
    Ok(SealedView { request: None, label: label.to_owned(), decision: None, entry: count32(receipt.seq), missing: 1 })
}
