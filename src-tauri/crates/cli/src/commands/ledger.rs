//! `countersign ledger list|show|verify|checkpoint|export|publish|report|stream|targets`.

mod bundle;
mod checkpoint;
mod export;
mod publish;
mod report;
mod stream;
pub mod targets;

use std::time::Instant;

use clap::{Args, Subcommand};
use custody::WitnessError;
use custody::proof::ProofError;
use domain::Timestamp;
use keychain::LedgerTree;
use register::{LEDGER_PAGE_MAX, LedgerFilter};
use serde_json::json;
use transparency::Checkpoint;
use workplace::Desk;

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::Failure;
use crate::people::Directory;
use crate::progress::Meter;
use crate::table::safe;
use crate::views::ledger::{self, Proof};

/// The ledger.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Entries, newest first
    List(List),
    /// One entry, with its hashes and signatures checked
    Show {
        /// Its number
        entry: u64,
    },
    /// Verify all of it: every hash and every signature, from entry 1; or a bundle, with nothing but the file
    Verify(bundle::Verify),
    /// The newest checkpoint: who made it, who cosigned it; or make, cosign or publish one
    Checkpoint(checkpoint::Checkpoint),
    /// Write the ledger, or a part of it, to a file that anybody verifies alone
    Export(export::Export),
    /// Give the newest checkpoint away: to a file, a webhook or a blob, where nobody who owns the database can reach it
    Publish(publish::Publish),
    /// What happened in a period, to print and to sign off: HTML or PDF, with the bundle that proves it
    Report(report::Report),
    /// Send it to a log stack, from where the last stream stopped
    Stream(stream::Stream),
    /// How far each target of the log stack is; or forget one
    Targets(targets::Targets),
}

/// Which entries.
#[derive(Debug, Args)]
pub struct List {
    /// Words that all occur in subject or purpose
    text: Vec<String>,
    /// Verb, such as request.sealed; several are alternatives
    #[arg(long, value_name = "VERB")]
    verb: Vec<String>,
    /// By this operator
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// About this subject, such as run:ID
    #[arg(long, value_name = "KIND:NAME")]
    subject: Option<String>,
    /// Not before this day or time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Before this day or time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(LEDGER_PAGE_MAX)))]
    limit: u32,
    /// Only entries with a smaller number
    #[arg(long, value_name = "NUMBER")]
    before: Option<u64>,
}

impl Ledger {
    /// Lists, shows or verifies.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::List(list) => with_desk(context, async |desk| list.page(desk).await).await,
            Self::Show { entry } => with_desk(context, async |desk| show(desk, entry).await).await,
            Self::Verify(it) => match it.bundle() {
                Some(file) => it.run(file).await,
                None => {
                    let brought = it.brought()?;
                    with_desk(context, async |desk| verify(desk, context, brought.as_ref()).await).await
                }
            },
            Self::Checkpoint(it) => it.run(context).await,
            Self::Export(it) => it.run(context).await,
            Self::Publish(it) => it.run(context).await,
            Self::Report(it) => it.run(context).await,
            Self::Stream(it) => it.run(context).await,
            Self::Targets(it) => it.run(context).await,
        }
    }
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let people = Directory::read(desk).await?;
        let unknown = |name: &str| {
            Failure::new("who", format!("nobody called {name} was ever enrolled")).hint("countersign operators")
        };
        let actor = self.actor.as_ref().map(|name| people.find(name).ok_or_else(|| unknown(name))).transpose()?;
        let subject = self.subject.map(|subject| match subject.split_once(':') {
            Some((kind, name)) => Ok((kind.to_owned(), name.to_owned())),
            None => Err(Failure::new("usage", format!("{subject:?} is no subject")).could_not_tell().hint("KIND:NAME")),
        });
        let filter = LedgerFilter {
            verbs: self.verb,
            actor,
            subject: subject.transpose()?,
            text: self.text.join(" "),
            since: self.since,
            until: self.until,
        };
        let page = register.ledger_page(&filter, self.before, self.limit).await?;
        let count = register.count_entries(&filter).await?;
        let document = json!({
            "entries": page.rows.iter().map(|row| ledger::document(row, &people)).collect::<Vec<_>>(),
            "matching": count.value,
            "matching_is_exact": count.is_exact,
            "next_before": page.next_below,
        });
        let more = page.next_below.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
        let at_least = if count.is_exact { "" } else { "at least " };
        let text = format!("{}\n{at_least}{} entries match{more}", ledger::table(&page.rows, &people), count.value);
        Ok(Answer::new(document, text))
    }
}

async fn show(desk: &Desk, number: u64) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let unknown =
        || Failure::new("entry_unknown", format!("there is no entry {number}")).hint("countersign ledger list");
    let found = register.ledger_entry(number).await?.ok_or_else(unknown)?;
    let keys = register.signing_keys(&ledger::key_ids(&found)).await?;
    let people = Directory::read(desk).await?;
    let proof = Proof::of(&found, &keys, &people);
    Ok(Answer::new(proof.document(&people), proof.text(&people)))
}

async fn verify(
    desk: &Desk,
    context: &Context,
    brought: Option<&(Checkpoint, Vec<String>)>,
) -> Result<Answer, Failure> {
    let console = &desk.console;
    let (meter, began) = (Meter::new(context, "verify the ledger"), Instant::now());
    let (head, _) = console.register.head().await?;
    let outcome = console.witness.verify_all(&console.register, &|done| meter.at(done, head)).await;
    meter.end();
    let summary = match outcome {
        Ok(summary) => summary,
        Err(WitnessError::Fault(fault)) => return Ok(does_not_hold(fault.number(), &fault.to_string())),
        Err(other) => return Err(other.into()),
    };
    let kept = desk.kept_tree().await?;
    match against_checkpoints(desk, kept.as_ref(), brought).await {
        Ok(()) => {}
        Err(ProofError::Alarm(alarm)) => return Ok(does_not_hold(alarm.entry(), &alarm.to_string())),
        Err(other) => return Err(other.into()),
    }
    desk.keep_verified(summary.entries, summary.head).await?;
    if let Some(seen) = console.see_checkpoint(kept.as_ref()).await? {
        desk.keep(&seen).await?;
    }
    let (entries, hash) = (summary.entries, hex::encode(summary.head));
    let took = began.elapsed().as_millis();
    let against = brought.map(|(checkpoint, signed_as)| {
        json!({ "size": checkpoint.size(), "root": hex::encode(checkpoint.root()), "vault_key": signed_as })
    });
    let said = brought.map_or_else(String::new, |(checkpoint, signed_as)| {
        let by =
            if signed_as.is_empty() { String::new() } else { format!(", signed as {}", safe(&signed_as.join(", "))) };
        format!("\nIt grew from the checkpoint of entry {} that you brought{by}.", checkpoint.size())
    });
    let document = json!({ "holds": true, "entries": entries, "hash": hash, "took_ms": took, "checkpoint": against });
    Ok(Answer::new(document, format!("The ledger holds: {entries} entries, head {hash}{said}")))
}

/// Holds the ledger against the checkpoint that this computer keeps, and against the one that was brought.
async fn against_checkpoints(
    desk: &Desk,
    kept: Option<&LedgerTree>,
    brought: Option<&(Checkpoint, Vec<String>)>,
) -> Result<(), ProofError> {
    desk.console.see_checkpoint(kept).await?;
    match brought {
        Some((checkpoint, _)) => desk.console.hold_against_published(checkpoint).await,
        None => Ok(()),
    }
}

fn does_not_hold(entry: u64, fault: &str) -> Answer {
    let document = json!({ "holds": false, "entry": entry, "fault": fault, "good": entry.saturating_sub(1) });
    let text = format!(
        "The ledger does not hold at entry {entry}: {}\nEntries before it are good. Keep everything as it is and find out who changed it.",
        safe(fault)
    );
    Answer { document, text, exit: Exit::Refused }
}
