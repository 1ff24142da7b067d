//! What leaves the ledger as a file: a proof, a bundle, an audit pack. Each is verified as whoever gets it would, before it is shown.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use custody::report::Period;
use domain::{RequestId, Timestamp};
use ipc::{
    FieldProblem, IpcError, LedgerEntryRequest, LedgerExportRequest, LedgerExportedView, LedgerReportRequest,
    LedgerReportedView, LedgerSelection, SavedFileView, Stage, Task, Thing,
};
use register::RequestFolder;
use sha2::{Digest as _, Sha256};
use tauri::State;
use transparency::bundle::{self, Expectations, Selection, Verified};

use crate::at_work::AtWork;
use crate::failure::{Failure, broken};
use crate::host::Host;
use crate::saved::{fresh, save};
use crate::views::moments::{count32, digest};

#[tauri::command]
pub(crate) async fn ledger_proof_save(
    host: State<'_, Host>,
    request: LedgerEntryRequest,
) -> Result<SavedFileView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    let proven = work.desk.console.prove_entry(u64::from(request.entry)).await.map_err(Failure::from)?;
    let name = format!("{}-entry-{}", stem(&work)?, request.entry);
    save(&host, name, "tlog-proof", proven.proof.encode().into_bytes()).await
}

#[tauri::command]
pub(crate) async fn ledger_export(
    host: State<'_, Host>,
    request: LedgerExportRequest,
) -> Result<LedgerExportedView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    Ok(export(&host, &work, &request.selection).await?)
}

#[tauri::command]
pub(crate) async fn ledger_report(
    host: State<'_, Host>,
    request: LedgerReportRequest,
) -> Result<LedgerReportedView, IpcError> {
    let work = host.at_work().await?;
    work.touch();
    Ok(report(&host, &work, &request).await?)
}

async fn export(host: &Host, work: &Arc<AtWork>, asked: &LedgerSelection) -> Result<LedgerExportedView, Failure> {
    let selection = selection(work, asked).await?;
    let name = match selection {
        Selection::Whole => format!("{}-ledger", stem(work)?),
        Selection::Entry(entry) => format!("{}-entry-{entry}", stem(work)?),
        _ => format!("{}-{}", stem(work)?, selection.word()),
    };
    let (out, path) = fresh(&host.relay.downloads()?, &name, "bundle").map_err(Failure::internal)?;
    let written = write_bundle(host, work, selection, out, &path).await;
    let verified = match written {
        Ok(verified) => verified,
        Err(failure) => {
            // Half a bundle, or one that does not hold, is nothing to give away.
            drop(std::fs::remove_file(&path));
            return Err(failure);
        }
    };
    Ok(LedgerExportedView {
        file: described(path).await?,
        entries: count32(verified.entries),
        size: count32(verified.size()),
        founding: digest(&verified.founding),
    })
}

async fn write_bundle(
    host: &Host,
    work: &AtWork,
    selection: Selection,
    out: File,
    path: &Path,
) -> Result<Verified, Failure> {
    let console = &work.desk.console;
    let kept = work.desk.kept_tree().await?;
    let meter = host.relay.meter(Task::LedgerExport, Stage::Entries);
    let watch = |done: u64, all: u64| meter(place(done), place(all));
    let exported = console.export(selection, kept.as_ref(), BufWriter::new(out), &watch).await?;
    let founding = Some(console.witness.founding());
    let expectations = Expectations { founding, remembered: exported.remembered, reviewers: 0 };
    let file = File::open(path).map_err(Failure::internal)?;
    let verify = move || bundle::verify(BufReader::new(file), &expectations, &mut |_| {});
    let verified = tokio::task::spawn_blocking(verify).await.map_err(Failure::internal)?;
    verified.map_err(|fault| broken(&fault))
}

async fn selection(work: &AtWork, asked: &LedgerSelection) -> Result<Selection, Failure> {
    let moment = |at: &ipc::Micros, field| at.to_i64().ok_or_else(|| Failure::invalid(field, FieldProblem::OutOfRange));
    Ok(match asked {
        LedgerSelection::Whole {} => Selection::Whole,
        LedgerSelection::Key { key } => {
            Selection::Key(key.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Key))?)
        }
        LedgerSelection::Tenant { tenant } => {
            Selection::Tenant(tenant.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Tenant))?)
        }
        LedgerSelection::Request { request } => Selection::Request(find_request(work, request).await?.0),
        LedgerSelection::Period { from, until } => {
            Selection::Period { from: moment(from, "from")?, until: moment(until, "until")? }
        }
        LedgerSelection::Entry { entry } => Selection::Entry(u64::from(*entry)),
    })
}

/// A request by its number, as people call it, or by its id.
async fn find_request(work: &AtWork, named: &str) -> Result<RequestId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let digits = named.trim().trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let unknown = || Failure::not_found(Thing::Request);
    let number: u32 = digits.parse().map_err(|_not_a_number| unknown())?;
    let (register, me) = (&work.desk.console.register, work.desk.person.operator);
    for folder in [RequestFolder::Open, RequestFolder::Decided] {
        let page = register.requests_page(folder, me, number.checked_add(1), 1).await?;
        if let Some(row) = page.rows.into_iter().find(|row| row.number == number) {
            return Ok(row.id);
        }
    }
    Err(unknown())
}

async fn report(host: &Host, work: &Arc<AtWork>, asked: &LedgerReportRequest) -> Result<LedgerReportedView, Failure> {
    let out_of_range = |field: &'static str| move || Failure::invalid(field, FieldProblem::OutOfRange);
    let from = asked.from.to_i64().ok_or_else(out_of_range("from"))?;
    let until = asked.until.to_i64().ok_or_else(out_of_range("until"))?;
    let custody = work.desk.premises.head()?.name;
    let period = Period { from: Timestamp::from_micros(from), until: Timestamp::from_micros(until), custody };
    let name = format!("{}-audit-pack-{}", stem(work)?, day(&period));
    let folder = host.relay.downloads()?;
    // The report makes its file itself: a name is found by making and removing an empty one.
    let (made, path) = fresh(&folder, &name, "bundle").map_err(Failure::internal)?;
    drop(made);
    std::fs::remove_file(&path).map_err(Failure::internal)?;
    let kept = work.desk.kept_tree().await?;
    let meter = host.relay.meter(Task::LedgerExport, Stage::Entries);
    let watch = |done: u64, all: u64| meter(place(done), place(all));
    let pack = work.desk.console.report(&period, kept.as_ref(), &path, &watch).await?;
    let html = save(host, name.clone(), "html", pack.page().into_bytes()).await?;
    let pdf = save(host, name, "pdf", pack.pdf()).await?;
    Ok(LedgerReportedView { html, pdf, bundle: described(path).await?, entries: count32(pack.entries) })
}

fn day(period: &Period) -> String {
    let text = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    let last = Timestamp::from_micros(period.until.micros().saturating_sub(1));
    format!("{}-to-{}", text(period.from), text(last))
}

/// The custody's name, as a file may be called.
fn stem(work: &AtWork) -> Result<String, Failure> {
    let name = work.desk.premises.head()?.name;
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    Ok(name.chars().take(40).map(plain).collect())
}

/// A file that was written: its size and digest.
async fn described(path: PathBuf) -> Result<SavedFileView, Failure> {
    let read = move || -> std::io::Result<SavedFileView> {
        let mut file = BufReader::new(File::open(&path)?);
        let (mut hash, mut bytes, mut chunk) = (Sha256::new(), 0_usize, [0; 64 * 1024]);
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            hash.update(chunk.get(..read).unwrap_or_default());
            bytes = bytes.saturating_add(read);
        }
        Ok(SavedFileView { path: path.display().to_string(), bytes: count32(bytes), digest: digest(&hash.finalize()) })
    };
    tokio::task::spawn_blocking(read).await.map_err(Failure::internal)?.map_err(Failure::internal)
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
