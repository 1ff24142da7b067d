//! `countersign review …`: what one person did at once is looked at by a second one; what happened to keys, by two leads.

mod transitions;

use clap::{Args, Subcommand};
use register::{ProtectiveActRow, REVIEW_PAGE_MAX, ReviewItemRow};
use serde_json::json;
use workplace::Desk;

use super::request::show_before_signing;
use crate::answer::Answer;
use crate::at_work::{passphrase, with_desk};
use crate::context::Context;
use crate::failure::{Failure, why_not};
use crate::views::reviews;

/// The review list, and the review of key state transitions.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// What waits for a second person's look, newest first
    List(List),
    /// One act: who did what and why, and whether the vault confirmed it
    Show {
        /// Number of its entry
        entry: u64,
    },
    /// Sign off what another person did, under your device key
    SignOff(SignOff),
    /// What happened to keys since the last review by two leads, grouped
    Period,
    /// Sign that review as one of the two leads, and with it the ledger's checkpoint, under your device key
    Sign(transitions::Sign),
    /// Reviews by two leads, newest first, with their checkpoints and what was found
    History(transitions::History),
}

/// Which acts.
#[derive(Debug, Args)]
pub struct List {
    /// Those that were signed off as well
    #[arg(long)]
    all: bool,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(REVIEW_PAGE_MAX)))]
    limit: u32,
    /// Only entries with a smaller number
    #[arg(long, value_name = "ENTRY")]
    before: Option<u64>,
}

/// A second look.
#[derive(Debug, Args)]
pub struct SignOff {
    /// Number of the act's entry
    entry: u64,
    /// What you looked at
    #[arg(long)]
    note: String,
}

impl Review {
    /// Lists, shows or signs off.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::List(list) => with_desk(context, async |desk| list.page(desk).await).await,
            Self::Show { entry } => with_desk(context, async |desk| show(desk, entry).await).await,
            Self::SignOff(it) => with_desk(context, async |desk| it.sign(desk, context).await).await,
            Self::Period => with_desk(context, async |desk| transitions::period(desk).await).await,
            Self::Sign(it) => with_desk(context, async |desk| it.run(desk, context).await).await,
            Self::History(it) => with_desk(context, async |desk| it.page(desk).await).await,
        }
    }
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let (register, me) = (&desk.console.register, desk.person.operator);
        let rows = register.review_page(me, !self.all, self.before, self.limit).await?;
        let counts = register.review_counts(me).await?;
        let full = rows.len() >= usize::try_from(self.limit).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full).map(|row| row.seq);
        let document = json!({
            "items": rows.iter().map(|row| reviews::document(row, None)).collect::<Vec<_>>(),
            "open": counts.open,
            "for_me": counts.for_me,
            "next_before": next,
        });
        let more = next.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
        let text = match rows.is_empty() {
            true => "Nothing waits for a review.".to_owned(),
            false => {
                format!("{}\n{} wait, {} of them for you{more}", reviews::table(&rows), counts.open, counts.for_me)
            }
        };
        Ok(Answer::new(document, text))
    }
}

/// An act on the list, with what became of it in the vault where it protected something.
async fn item(desk: &Desk, entry: u64) -> Result<(ReviewItemRow, Option<ProtectiveActRow>), Failure> {
    let register = &desk.console.register;
    let found = register.review_page(desk.person.operator, false, entry.checked_add(1), 1).await?;
    let row = found.into_iter().find(|row| row.seq == entry);
    let row = row.ok_or_else(|| why_not("review_unknown", &[]))?;
    let act = register.protective_act(entry).await?;
    Ok((row, act))
}

async fn show(desk: &Desk, entry: u64) -> Result<Answer, Failure> {
    let (row, act) = item(desk, entry).await?;
    Ok(Answer::new(reviews::document(&row, act.as_ref()), reviews::text(&row, act.as_ref())))
}

impl SignOff {
    async fn sign(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let (row, act) = item(desk, self.entry).await?;
        if row.may_sign_off != "ok" {
            return Err(why_not(&row.may_sign_off, &[]));
        }
        show_before_signing(context, &reviews::text(&row, act.as_ref()));
        let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
        let receipt = desk.console.sign_off(&device, self.entry, &self.note).await?;
        let (row, act) = item(desk, self.entry).await?;
        let text = format!("Entry {} is signed off under your signature; entry {}", self.entry, receipt.seq);
        Ok(Answer::new(reviews::document(&row, act.as_ref()), text))
    }
}
