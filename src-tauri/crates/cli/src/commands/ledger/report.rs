//! `countersign ledger report`: the audit pack of a period.

use std::path::{Path, PathBuf};

use clap::Args;
use custody::report::{Period, Report as Pack, ReportError};
use domain::Timestamp;
use serde_json::json;
use workplace::Desk;

use super::bundle;
use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::Failure;
use crate::progress::Meter;
use crate::table::safe;

/// The audit pack of a period: a print, and the bundle that proves it.
#[derive(Debug, Args)]
pub struct Report {
    /// Not before this day or time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Timestamp,
    /// Before this day or time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Timestamp,
    /// Write it as a page that needs nothing else; the file must not exist yet
    #[arg(long, value_name = "FILE", required_unless_present = "pdf")]
    html: Option<PathBuf>,
    /// Write it as a PDF; the file must not exist yet
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Where the bundle goes that proves it; without it, beside the print
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

impl Report {
    /// Writes it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| self.write(desk, context).await).await
    }

    async fn write(&self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let bundle = self.bundle_file();
        // Looked at before the ledger is read: nobody waits for a print that can't be written.
        let mut prints = [self.html.as_deref(), self.pdf.as_deref()].into_iter().flatten();
        if let Some(file) = prints.find(|file| file.exists()) {
            return Err(cannot(file, &std::io::Error::from(std::io::ErrorKind::AlreadyExists)));
        }
        let kept = desk.kept_tree().await?;
        let period = Period { from: self.from, until: self.to, custody: desk.premises.head()?.name };
        let meter = Meter::new(context, "report on the ledger");
        let made = desk.console.report(&period, kept.as_ref(), &bundle, &|done, all| meter.at(done, all)).await;
        meter.end();
        let pack = made.map_err(|error| match error {
            ReportError::File(error) => cannot(&bundle, &error),
            other => other.into(),
        })?;
        self.print(&pack)?;
        let names = |file: &Path| safe(&file.display().to_string()).to_string();
        let prints: Vec<String> = [&self.html, &self.pdf].into_iter().flatten().map(|file| names(file)).collect();
        let text = format!(
            "{} entries from {} to {} are reported in {}.\nThe bundle that proves it is {} (SHA-256 {}).",
            pack.entries,
            self.from,
            self.to,
            prints.join(" and "),
            names(&bundle),
            hex::encode(pack.bundle),
        );
        let document = json!({
            "html": self.html,
            "pdf": self.pdf,
            "bundle": bundle,
            "bundle_sha256": hex::encode(pack.bundle),
            "entries": pack.entries,
            "size": pack.size,
        });
        Ok(Answer::new(document, text))
    }

    fn print(&self, pack: &Pack) -> Result<(), Failure> {
        let write = |file: &Path, bytes: &[u8]| {
            let opened = std::fs::File::create_new(file);
            let written = opened.and_then(|mut out| std::io::Write::write_all(&mut out, bytes));
            written.map_err(|error| cannot(file, &error))
        };
        if let Some(file) = &self.html {
            write(file, pack.page().as_bytes())?;
        }
        if let Some(file) = &self.pdf {
            write(file, &pack.pdf())?;
        }
        Ok(())
    }

    fn bundle_file(&self) -> PathBuf {
        let beside = self.html.as_ref().or(self.pdf.as_ref()).map(|file| file.with_extension("bundle"));
        self.bundle.clone().or(beside).unwrap_or_default()
    }
}

fn cannot(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new("file", format!("{} cannot be written: {error}", file.display()))
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Proof(error) => error.into(),
            ReportError::Broken(fault) => bundle::broken(&fault),
            ReportError::Period => Self::of("usage", &error).could_not_tell().hint("--from is before --to"),
            other => Self::of("report", &other),
        }
    }
}
