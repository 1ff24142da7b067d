//! `countersign certificate verify|issue|show|list`.

use std::path::{Path, PathBuf};

use certificate::{Fault, Verdict};
use clap::{Subcommand, ValueEnum};
use custody::certificate::CertificateError;
use domain::Timestamp;
use register::{CERTIFICATES_PAGE_MAX, CertificateRow};
use serde_json::{Value, json};
use workplace::Desk;

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::people::Directory;
use crate::table::{Table, safe};

/// Certificates of destruction.
#[derive(Debug, Subcommand)]
pub enum Certificate {
    /// Verify a certificate against nothing but itself: no custody, no network
    Verify {
        /// The file
        file: PathBuf,
    },
    /// Issue the certificate of a run that destroyed something, once everything was proven
    Issue {
        /// The run's number or id
        run: String,
    },
    /// The certificate of a run: what it says, or the file itself
    Show {
        /// The run's number or id
        run: String,
        /// Give the file instead of what it says
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// File to write, which must not exist yet; otherwise standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Certificates, newest first
    List {
        /// Most rows
        #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(CERTIFICATES_PAGE_MAX)))]
        limit: u32,
        /// Only certificates with a smaller number
        #[arg(long, value_name = "NUMBER")]
        before: Option<u32>,
    },
}

/// In which form a certificate is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The signed file, which alone proves anything
    Json,
    /// A page for printing
    Html,
    /// The same on paper's terms
    Pdf,
}

impl Certificate {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::Verify { file } => verify(&file),
            Self::Issue { run } => with_desk(context, async |desk| issue(desk, &run).await).await,
            Self::Show { run, format, out } => {
                with_desk(context, async |desk| show(desk, &run, format, out.as_deref()).await).await
            }
            Self::List { limit, before } => with_desk(context, async |desk| list(desk, before, limit).await).await,
        }
    }
}

/// Needs nothing but the file.
fn verify(file: &Path) -> Result<Answer, Failure> {
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::new("file", format!("{} cannot be read: {error}", file.display())).could_not_tell()
    })?;
    Ok(match certificate::verify(&bytes) {
        Ok(verdict) => Answer::new(document(&verdict), format!("The certificate holds.\n\n{}", text(&verdict))),
        Err(fault) => does_not_hold(&fault),
    })
}

fn does_not_hold(fault: &Fault) -> Answer {
    let fault = fault.to_string();
    let text = format!(
        "The certificate does not hold: {}\nIt proves nothing. Keep the file as it is and ask whoever issued it for the one they have.",
        safe(&fault)
    );
    Answer { document: json!({ "holds": false, "fault": fault }), text, exit: Exit::Refused }
}

async fn issue(desk: &Desk, named: &str) -> Result<Answer, Failure> {
    let run = find::run(&desk.console.register, named).await?;
    let row = desk.console.issue_certificate(desk.author(), run.id).await?;
    let people = Directory::read(desk).await?;
    let number = row.number;
    let text = format!(
        "Certificate {number} of run {}: {} keys, SHA-256 {}\nGive it away with: countersign certificate show {} --format json --out FILE",
        row.run_number,
        row.keys,
        hex::encode(row.digest),
        row.run_number,
    );
    Ok(Answer::new(row_document(&row, &people), text))
}

async fn show(desk: &Desk, named: &str, format: Option<Format>, out: Option<&Path>) -> Result<Answer, Failure> {
    let run = find::run(&desk.console.register, named).await?;
    let (bytes, verdict) = desk.console.certificate_of(run.id).await?;
    let Some(format) = format.or(out.map(|_| Format::Json)) else {
        return Ok(Answer::new(document(&verdict), text(&verdict)));
    };
    let given = match format {
        Format::Json => bytes,
        Format::Html => certificate::page(&verdict).into_bytes(),
        Format::Pdf => certificate::pdf(&verdict),
    };
    if let Some(out) = out {
        write_new(out, &given)?;
        let said = format!("{} written", safe(&out.display().to_string()));
        return Ok(Answer::new(json!({ "file": out, "bytes": given.len() }), said));
    }
    let text = String::from_utf8(given).map_err(|_binary| {
        Failure::new("usage", "a PDF is no text for a terminal".to_owned()).could_not_tell().hint("give --out FILE")
    })?;
    Ok(Answer::new(json!({ "certificate": text }), text))
}

async fn list(desk: &Desk, before: Option<u32>, limit: u32) -> Result<Answer, Failure> {
    let page = desk.console.register.certificates_page(before, limit).await?;
    let people = Directory::read(desk).await?;
    let mut table = Table::new(&["no.", "run", "what", "keys", "issued", "by"]);
    for row in &page.rows {
        let (number, run, keys) = (row.number.to_string(), row.run_number.to_string(), row.keys.to_string());
        let (issued, by) = (row.issued_at.to_string(), people.name(row.issued_by));
        table.row([number.as_str(), &run, row.operation.word(), &keys, &issued, &by]);
    }
    let more = page.next_below.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
    let text = if page.rows.is_empty() { "No certificates.".to_owned() } else { format!("{}{more}", table.text()) };
    let rows: Vec<Value> = page.rows.iter().map(|row| row_document(row, &people)).collect();
    Ok(Answer::new(json!({ "certificates": rows, "next_before": page.next_below }), text))
}

fn row_document(row: &CertificateRow, people: &Directory) -> Value {
    json!({
        "number": row.number,
        "run": row.run_number,
        "run_id": row.run.to_string(),
        "request": row.request_number,
        "operation": row.operation.word(),
        "keys": row.keys,
        "bytes": row.size,
        "digest": hex::encode(row.digest),
        "issued_at": row.issued_at.to_string(),
        "issued_by": people.name(row.issued_by),
        "entry": row.issued_seq,
    })
}

fn document(verdict: &Verdict) -> Value {
    let (document, statement) = (&verdict.document, &verdict.document.statement);
    let moment = |micros: i64| Timestamp::from_micros(micros).to_string();
    let remains = statement
        .remains
        .iter()
        .map(|residue| json!({ "copy": residue.copy, "until": residue.until.map(moment), "words": residue.words }));
    let destroyed = document.destroyed.iter().map(
        |row| json!({ "key": row.key.to_string(), "kind": row.kind.word(), "name": row.name, "tenant": row.tenant }),
    );
    let fingerprints = verdict.fingerprints.iter().map(|it| json!({ "of": it.of, "value": it.value }));
    json!({
        "holds": true,
        "operation": document.operation.word(),
        "custody": document.custody.to_string(),
        "environment": document.environment.word(),
        "request": document.request.to_string(),
        "run": document.run.to_string(),
        "over_at": moment(statement.ended_at),
        "issued_at": moment(document.issued.at),
        "strength": statement.strength.word,
        "destroyed": destroyed.collect::<Vec<_>>(),
        "remains": remains.collect::<Vec<_>>(),
        "checked": verdict.checked,
        "compare": fingerprints.collect::<Vec<_>>(),
        "not_proven": verdict.unproven,
    })
}

fn text(verdict: &Verdict) -> String {
    let (document, statement) = (&verdict.document, &verdict.document.statement);
    let moment = |micros: i64| Timestamp::from_micros(micros).to_string();
    let mut facts = Table::pairs();
    facts.pair("Operation", document.operation.word());
    facts.pair("Custody", format!("{} ({})", document.custody, document.environment));
    facts.pair("Request", document.request.to_string());
    facts.pair("Run", format!("{}, over {}", document.run, moment(statement.ended_at)));
    facts.pair("Issued", moment(document.issued.at));
    facts.pair("Verified", &statement.verification);
    facts.pair("Strength", &statement.strength.words);
    let mut keys = Table::new(&["kind", "name", "tenant", "id"]);
    for row in &document.destroyed {
        keys.row([row.kind.word(), &row.name, &row.tenant, &row.key.to_string()]);
    }
    let remains: Vec<String> = statement
        .remains
        .iter()
        .map(|it| {
            let until = it.until.map_or_else(|| "no date".to_owned(), |until| format!("until {}", moment(until)));
            format!("{}, {until}: {}", it.copy, it.words)
        })
        .collect();
    let compare: Vec<String> = verdict.fingerprints.iter().map(|it| format!("{}: {}", it.of, it.value)).collect();
    let mut said = format!("{}\n\nDestroyed:\n{}\n", facts.text(), keys.text());
    for (heading, lines) in [
        ("What remains", &remains),
        ("Checked", &verdict.checked),
        ("Compare with the people", &compare),
        ("Not proven by this file", &verdict.unproven),
    ] {
        let lines: String = lines.iter().map(|line| format!("\n- {}", safe(line))).collect();
        said.push_str(&format!("\n{heading}:{lines}\n"));
    }
    said
}

/// A certificate replaces no file.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| Failure::new("file", format!("{} cannot be written: {error}", path.display())))
}

impl From<CertificateError> for Failure {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Register(error) => error.into(),
            CertificateError::Witness(error) => error.into(),
            CertificateError::Request(error) => error.into(),
            CertificateError::NotIssued { .. } => {
                Self::of("certificate_missing", &error).hint("countersign certificate issue RUN")
            }
            CertificateError::NotProven(_) => {
                Self::of("not_proven", &error).hint("see what the run still has to do: countersign run show RUN")
            }
            CertificateError::Broken(_) | CertificateError::Founding => {
                Self::of("certificate_broken", &error).hint("somebody changed the register: countersign ledger verify")
            }
            other => Self::of("certificate", &other),
        }
    }
}
