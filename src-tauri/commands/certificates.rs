//! Certificates of destruction: listed, opened, issued, saved.

use certificate::{Verdict, page, pdf};
use domain::{Plan, RunId};
use ipc::{
    CertificateFormat, CertificateIssueRequest, CertificateRequest, CertificateRowView, CertificateSaveRequest,
    CertificateView, CertificatesPageRequest, CertificatesPageView, Cursor, IpcError, RequestLinkView, RunLinkView,
    SavedFileView, Thing,
};
use register::CertificateRow;
use tauri::State;

use super::app::head;
use super::requests::number_of;
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::saved::save;
use crate::views::certificates::{destroyed, evidence, label, ranges, remains, seals, strength};
use crate::views::moments::{count32, digest, micros};
use crate::views::people::Directory;
use crate::views::plans::{operation, subject};
use crate::views::{requests, runs};

#[tauri::command]
pub(crate) async fn certificates_page(
    host: State<'_, Host>,
    request: CertificatesPageRequest,
) -> Result<CertificatesPageView, IpcError> {
    let work = host.at_work().await?;
    let below = request.after.as_ref().map(number_of).transpose()?;
    let found = work.desk.console.register.certificates_page(below, request.limit).await.map_err(Failure::from)?;
    let mut rows = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        rows.push(row_view(&work, row).await?);
    }
    Ok(CertificatesPageView { rows, next: found.next_below.map(|below| Cursor(below.to_string())) })
}

#[tauri::command]
pub(crate) async fn certificate(
    host: State<'_, Host>,
    request: CertificateRequest,
) -> Result<CertificateView, IpcError> {
    let work = host.at_work().await?;
    Ok(view(&work, run_of(&request.certificate)?).await?)
}

#[tauri::command]
pub(crate) async fn certificate_issue(
    host: State<'_, Host>,
    request: CertificateIssueRequest,
) -> Result<CertificateView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let run: RunId = request.run.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Run))?;
    work.desk.console.issue_certificate(work.pen().await?, run).await.map_err(Failure::from)?;
    Ok(view(&work, run).await?)
}

#[tauri::command]
pub(crate) async fn certificate_save(
    host: State<'_, Host>,
    request: CertificateSaveRequest,
) -> Result<SavedFileView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let run = run_of(&request.certificate)?;
    let (row, file, verdict) = read(&work, run).await?;
    let (bytes, ending) = match request.format {
        CertificateFormat::Json => (file, "json"),
        CertificateFormat::Html => (page(&verdict).into_bytes(), "html"),
        CertificateFormat::Pdf => (pdf(&verdict), "pdf"),
    };
    save(&host, label(row.number), ending, bytes).await
}

/// A certificate is named by its run.
fn run_of(id: &ipc::CertificateId) -> Result<RunId, Failure> {
    id.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Certificate))
}

/// A certificate with its file, opened and checked as a stranger would.
async fn read(work: &AtWork, run: RunId) -> Result<(CertificateRow, Vec<u8>, Verdict), Failure> {
    let console = &work.desk.console;
    let row = console.register.certificate(run).await?.ok_or_else(|| Failure::not_found(Thing::Certificate))?;
    let (file, verdict) = console.certificate_of(run).await?;
    Ok((row, file, verdict))
}

async fn row_view(work: &AtWork, row: &CertificateRow) -> Result<CertificateRowView, Failure> {
    let request = work.desk.console.register.request(row.request).await?;
    let request = request.ok_or_else(|| Failure::not_found(Thing::Request))?;
    let plan = Plan::decode(&request.plan)?;
    let more = plan.targets.len().saturating_sub(1);
    let name = subject(&plan);
    Ok(CertificateRowView {
        certificate: ipc::CertificateId(row.run.to_string()),
        label: label(row.number),
        operation: operation(row.operation),
        subject: if more == 0 { name } else { format!("{name} and {more} more") },
        issued_at: micros(row.issued_at),
    })
}

async fn view(work: &AtWork, run: RunId) -> Result<CertificateView, Failure> {
    let (row, _, verdict) = read(work, run).await?;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let people = Directory { operators: &operators, now };
    let custody = head(&work.desk.premises)?;
    let document = &verdict.document;
    let at = |moment: i64| micros(domain::Timestamp::from_micros(moment));
    Ok(CertificateView {
        row: row_view(work, &row).await?,
        custody: custody.name,
        environment: custody.environment,
        request: RequestLinkView {
            request: ipc::RequestId(row.request.to_string()),
            label: requests::label(row.request_number),
        },
        run: RunLinkView { run: ipc::RunId(row.run.to_string()), label: runs::label(row.run_number) },
        reason: verdict.plan.reason.clone(),
        change_record: verdict.plan.change_record.clone(),
        began_at: at(document.statement.began_at),
        ended_at: at(document.statement.ended_at),
        executed_by: document.statement.executed_by.iter().map(|who| people.person(*who)).collect(),
        verification: document.statement.verification.clone(),
        evidence: evidence(&verdict),
        evidence_total: count32(document.statement.evidence.len()),
        destroyed: destroyed(&verdict),
        destroyed_total: count32(document.destroyed.len()),
        strength: strength(&verdict),
        strength_words: document.statement.strength.words.clone(),
        remains: remains(&verdict),
        seals: seals(&verdict, verdict.plan.requester, &people),
        issued_by: people.person(document.issued.operator),
        entries: ranges(document.entries.iter().map(|line| line.number)),
        digest: digest(&row.digest),
        checked: verdict.checked.clone(),
        not_proven: verdict.unproven.clone(),
    })
}
