//! `countersign ledger list|show|verify|checkpoint|export`.

mod bundle;
mod checkpoint;
mod export;

use std::time::Instant;

use clap::{Args, Subcommand};
use custody::WitnessError;
use custody::proof::ProofError;
use domain::Timestamp;
use keychain::LedgerHead;
use register::{LEDGER_PAGE_MAX, LedgerFilter};
use serde_json::json;
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
                None => with_desk(context, async |desk| verify(desk, context).await).await,
            },
            Self::Checkpoint(it) => it.run(context).await,
            Self::Export(it) => it.run(context).await,
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

async fn verify(desk: &Desk, context: &Context) -> Result<Answer, Failure> {
    let console = &desk.console;
    let (meter, began) = (Meter::new(context, "verify the ledger"), Instant::now());
    let (head, _) = console.register.head().await?;
    let outcome = console.witness.verify_all(&console.register, &|done| meter.at(done, head)).await;
    meter.end();
    match outcome {
        Ok(summary) => {
            desk.remember_head(LedgerHead { number: summary.entries, hash: summary.head }).await?;
            let kept = desk.kept_tree().await?;
            match console.see_checkpoint(kept.as_ref()).await {
                Ok(Some(seen)) => desk.keep(&seen).await?,
                Ok(None) => {}
                Err(ProofError::Alarm(alarm)) => return Ok(does_not_hold(alarm.entry(), &alarm.to_string())),
                Err(other) => return Err(other.into()),
            }
            let (entries, hash) = (summary.entries, hex::encode(summary.head));
            let took = began.elapsed().as_millis();
            let document = json!({ "holds": true, "entries": entries, "hash": hash, "took_ms": took });
            Ok(Answer::new(document, format!("The ledger holds: {entries} entries, head {hash}")))
        }
        Err(WitnessError::Fault(fault)) => Ok(does_not_hold(fault.number(), &fault.to_string())),
        Err(other) => Err(other.into()),
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
