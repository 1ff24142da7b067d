//! `countersign schedule …`: what is done at regular times, what is late, and the record of policy reviews and audits with their evidence.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use custody::review::{Duty, Evidence};
use register::DUTY_RECORDS_MAX;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use workplace::Desk;

use super::request::show_before_signing;
use crate::answer::Answer;
use crate::at_work::{passphrase, with_desk};
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::table::safe;
use crate::views::schedule;

/// Reviews, audits and drills at regular times.
#[derive(Debug, Subcommand)]
pub enum Schedule {
    /// What is due when, how late, and the evidence of the last times
    List,
    /// Record that the policy was reviewed, under your device key; it counts once another person looked at it
    PolicyReview(Record),
    /// Record an audit of the encryption system, the yearly one or the one after an incident
    Audit {
        /// The incident that it follows, by its hold
        #[arg(long, value_name = "HOLD")]
        incident: Option<String>,
        #[command(flatten)]
        record: Record,
    },
}

/// What shows that it was done.
#[derive(Debug, Args)]
pub struct Record {
    /// The document that shows it; its name and SHA-256 are recorded, the document stays where it is
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
    /// What was looked at, and what came of it
    #[arg(long)]
    note: String,
}

impl Schedule {
    /// Lists or records.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match &self {
            Self::List => list(desk).await,
            Self::PolicyReview(it) => it.sign(Duty::PolicyReview, desk, context).await,
            Self::Audit { incident: None, record } => record.sign(Duty::SystemAudit, desk, context).await,
            Self::Audit { incident: Some(hold), record } => {
                let hold = find::hold(&desk.console.register, hold).await?;
                record.sign(Duty::IncidentAudit(hold), desk, context).await
            }
        })
        .await
    }
}

async fn list(desk: &Desk) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let rows = register.schedule().await?;
    let (records, incidents) =
        (register.duty_records(None, DUTY_RECORDS_MAX).await?, register.incidents_unaudited().await?);
    let document = json!({
        "schedule": rows.iter().map(schedule::document).collect::<Vec<_>>(),
        "records": records.iter().map(schedule::record).collect::<Vec<_>>(),
        "incidents_to_audit": incidents.iter().map(|it| json!({
            "hold": it.hold, "reference": it.reference, "ended_at": it.ended_at.to_string(),
        })).collect::<Vec<_>>(),
    });
    let mut text = schedule::table(&rows);
    for it in &incidents {
        let (reference, hold) = (safe(&it.reference), it.hold);
        text.push_str(&format!("\nto audit after incident {reference}: countersign schedule audit --incident {hold}"));
    }
    if !records.is_empty() {
        text = format!("{text}\n\n{}", schedule::records(&records));
    }
    Ok(Answer::new(document, text))
}

impl Record {
    async fn sign(&self, duty: Duty, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let evidence = evidence(&self.evidence)?;
        show_before_signing(
            context,
            &format!("{}\nSHA-256 {}\n{}", safe(evidence.name()), hex::encode(evidence.digest()), safe(&self.note)),
        );
        let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
        let receipt = desk.console.record_duty(&device, duty, &evidence, &self.note).await?;
        let row = desk.console.register.duty_records(receipt.seq.checked_add(1), 1).await?.pop();
        let text = format!(
            "Recorded with {} as evidence; entry {}. It counts once another person looked at it: countersign --as NAME review sign-off {}",
            safe(evidence.name()),
            receipt.seq,
            receipt.seq
        );
        Ok(Answer::new(json!(row.as_ref().map(schedule::record)), text))
    }
}

/// Reads the file once, however large it is.
fn evidence(file: &Path) -> Result<Evidence, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new("file", format!("{} cannot be read: {error}", file.display())).could_not_tell()
    };
    let (mut reader, mut hasher) = (std::fs::File::open(file).map_err(unreadable)?, Sha256::new());
    let mut buffer = vec![0; 65_536];
    loop {
        let read = reader.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Evidence::known(&name, hasher.finalize().into())?)
}
