//! `countersign ledger export`: the ledger, or a part of it, in one file that anybody verifies alone.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::Args;
use custody::proof::Exported;
use domain::Timestamp;
use serde_json::json;
use transparency::bundle::{Expectations, Selection};
use workplace::Desk;

use super::bundle;
use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::Failure;
use crate::find;
use crate::progress::Meter;
use crate::table::safe;

/// What is exported: everything, or one of these.
#[derive(Debug, Args)]
pub struct Export {
    /// File to write, which must not exist yet
    file: PathBuf,
    /// What happened to a key, by name or id
    #[arg(long, value_name = "KEY", conflicts_with_all = ["tenant", "request", "from", "to", "entry"])]
    key: Option<String>,
    /// What happened to a tenant, by name or id
    #[arg(long, value_name = "TENANT", conflicts_with_all = ["request", "from", "to", "entry"])]
    tenant: Option<String>,
    /// A request, from its submission to the end of its run
    #[arg(long, value_name = "REQUEST", conflicts_with_all = ["from", "to", "entry"])]
    request: Option<String>,
    /// Not before this day or time
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "to", conflicts_with = "entry")]
    from: Option<Timestamp>,
    /// Before this day or time
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "from")]
    to: Option<Timestamp>,
    /// One entry: an evidence pack
    #[arg(long, value_name = "NUMBER")]
    entry: Option<u64>,
}

impl Export {
    /// Writes the file and verifies it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| self.write(desk, context).await).await
    }

    async fn write(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let selection = self.selection(desk).await?;
        let kept = desk.kept_tree().await?;
        let file = self.file.as_path();
        let cannot = |error| Failure::new("file", format!("{} cannot be written: {error}", file.display()));
        let out = BufWriter::new(File::create_new(file).map_err(cannot)?);
        let meter = Meter::new(context, "export the ledger");
        let exported = desk.console.export(selection, kept.as_ref(), out, &|done, all| meter.at(done, all)).await;
        meter.end();
        let outcome = match exported {
            Ok(exported) => verified(desk, file, exported).await,
            Err(error) => Err(error.into()),
        };
        if outcome.is_err() {
            // Half a bundle, or one that does not hold, is nothing to give away.
            drop(std::fs::remove_file(file));
        }
        outcome
    }

    async fn selection(&self, desk: &Desk) -> Result<Selection, Failure> {
        let register = &desk.console.register;
        Ok(if let Some(key) = &self.key {
            Selection::Key(find::key(register, key).await?.0)
        } else if let Some(tenant) = &self.tenant {
            Selection::Tenant(find::tenant(register, tenant).await?.0)
        } else if let Some(request) = &self.request {
            Selection::Request(find::request(desk, request).await?.id.0)
        } else if let Some((from, until)) = self.from.zip(self.to) {
            Selection::Period { from: from.micros(), until: until.micros() }
        } else if let Some(entry) = self.entry {
            Selection::Entry(entry)
        } else {
            Selection::Whole
        })
    }
}

/// Verifies what was written as whoever gets it would, and against what this computer knows of the ledger.
async fn verified(desk: &Desk, file: &Path, exported: Exported) -> Result<Answer, Failure> {
    let founding = Some(desk.console.witness.founding());
    let expectations = Expectations { founding, remembered: exported.remembered, reviewers: 0 };
    let holds = bundle::check(file, expectations).await?.map_err(|fault| bundle::broken(&fault))?;
    let shown = safe(&file.display().to_string());
    let text = format!(
        "{} entries of a ledger of {} are in {shown}, and verify.\nWhoever gets it: countersign ledger verify {shown} --founding {}",
        holds.entries,
        exported.size,
        hex::encode(holds.founding)
    );
    let document = json!({
        "file": file,
        "selection": holds.header.selection.word(),
        "entries": holds.entries,
        "plans": holds.plans,
        "size": exported.size,
        "founding": hex::encode(holds.founding),
        "checkpoints": holds.standings.len(),
    });
    Ok(Answer::new(document, text))
}
