//! `countersign hold set|list`: what must be kept. One person sets a hold; two lift it: `countersign request lift-hold`.

use clap::{Args, Subcommand, ValueEnum};
use custody::protect::NewHold;
use register::{HOLDS_PAGE_MAX, HoldKind, HoldTarget};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::scope::unnamed;
use crate::views::holds;

/// What must be kept.
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// Keep a key, or all of a tenant, from being destroyed: at once, also while a run is under way
    Set(Set),
    /// Holds, newest first
    List(List),
}

/// A hold to be set.
#[derive(Debug, Args)]
pub struct Set {
    /// The key, by name or id
    #[arg(required_unless_present = "tenant")]
    key: Option<String>,
    /// A tenant and all its keys
    #[arg(long, value_name = "NAME", conflicts_with = "key")]
    tenant: Option<String>,
    /// Whose word it is
    #[arg(long, value_enum)]
    kind: Kind,
    /// The case or incident it belongs to
    #[arg(long, value_name = "CASE")]
    reference: String,
    /// Why
    #[arg(long)]
    reason: String,
}

/// Why something must be kept.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A court, an authority or a contract says so
    Legal,
    /// An incident is open: it may be evidence
    Incident,
}

/// Which holds.
#[derive(Debug, Args)]
pub struct List {
    /// Those that were lifted as well
    #[arg(long)]
    all: bool,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(HOLDS_PAGE_MAX)))]
    limit: u32,
    /// Only holds set by entries with a smaller number
    #[arg(long, value_name = "ENTRY")]
    before: Option<u64>,
}

impl Hold {
    /// Sets or lists.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::Set(set) => with_desk(context, async |desk| set.run(desk).await).await,
            Self::List(list) => with_desk(context, async |desk| list.page(desk).await).await,
        }
    }
}

impl Set {
    async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let (console, register) = (&desk.console, &desk.console.register);
        let target = match (&self.key, &self.tenant) {
            (Some(key), _) => HoldTarget::Key(find::key(register, key).await?),
            (None, Some(tenant)) => HoldTarget::Tenant(find::tenant(register, tenant).await?),
            (None, None) => return Err(unnamed("")),
        };
        let kind = match self.kind {
            Kind::Legal => HoldKind::Legal,
            Kind::Incident => HoldKind::Incident,
        };
        let hold = NewHold { kind, target, reference: self.reference, reason: self.reason };
        let id = console.set_hold(desk.author(), &hold).await?;
        let row = register.hold(id).await?.ok_or_else(|| find::unknown_hold(&id.to_string()))?;
        let text = format!(
            "{}\n\nEntry {}. Nothing of it is destroyed until two people lift the hold: countersign request lift-hold {id}",
            holds::table(std::slice::from_ref(&row)),
            row.set_seq
        );
        Ok(Answer::new(holds::document(&row), text))
    }
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let rows = desk.console.register.holds_page(!self.all, self.before, self.limit).await?;
        let full = rows.len() >= usize::try_from(self.limit).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full).map(|row| row.set_seq);
        let document = json!({ "holds": rows.iter().map(holds::document).collect::<Vec<_>>(), "next_before": next });
        let more = next.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
        let text = match rows.is_empty() {
            true => "Nothing is held.".to_owned(),
            false => format!("{}{more}", holds::table(&rows)),
        };
        Ok(Answer::new(document, text))
    }
}
