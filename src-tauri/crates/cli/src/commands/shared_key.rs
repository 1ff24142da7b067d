//! `countersign shared-key …`: keys that serve several tenants, by a decision on record and an accepted risk.

use clap::{Args, Subcommand};
use custody::request::{NewSharedKey, Wanted};
use domain::{SharedKeyId, Timestamp};
use register::{SHARED_KEYS_PAGE_MAX, SharedKeyRow};
use serde_json::json;
use workplace::Desk;

use super::request::Asked;
use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::{Failure, why_not};
use crate::find;
use crate::views::exceptions;

/// The shared-service register.
#[derive(Debug, Subcommand)]
pub enum SharedKey {
    /// Its entries, newest first
    List(List),
    /// Ask that a key may serve several tenants; whoever accepts the risk countersigns
    Request(Box<Request>),
    /// End that at once: the sharing is a violation again
    Withdraw {
        /// The key, by name or id
        key: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Which entries.
#[derive(Debug, Args)]
pub struct List {
    /// Those that ended as well
    #[arg(long)]
    all: bool,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(SHARED_KEYS_PAGE_MAX)))]
    limit: u32,
    /// Only entries with a smaller number in the ledger
    #[arg(long, value_name = "ENTRY")]
    before: Option<u64>,
}

/// A key that is to serve several tenants. The request's reason is the justification.
#[derive(Debug, Args)]
pub struct Request {
    /// The key, by name or id
    key: String,
    /// The architectural decision record
    #[arg(long, value_name = "RECORD")]
    decision: String,
    /// What limits the risk
    #[arg(long, value_name = "TEXT")]
    controls: String,
    /// Until when it is looked at again: a day (its beginning in UTC), or a time with its zone
    #[arg(long, value_name = "TIME", value_parser = moment)]
    review_by: Timestamp,
    #[command(flatten)]
    asked: Asked,
}

impl SharedKey {
    /// Lists, asks or withdraws.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match self {
            Self::List(it) => it.page(desk).await,
            Self::Request(it) => it.ask(desk, context).await,
            Self::Withdraw { key, reason } => withdraw(desk, &key, &reason).await,
        })
        .await
    }
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let rows = desk.console.register.shared_keys_page(!self.all, self.before, self.limit).await?;
        let full = rows.len() >= usize::try_from(self.limit).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full).map(|row| row.granted_seq);
        let document = json!({
            "shared_keys": rows.iter().map(exceptions::shared_document).collect::<Vec<_>>(), "next_before": next,
        });
        let more = next.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
        let text = match rows.is_empty() {
            true => "No key serves several tenants by decision.".to_owned(),
            false => format!("{}{more}", exceptions::shared_table(&rows)),
        };
        Ok(Answer::new(document, text))
    }
}

impl Request {
    async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let wanted = Wanted::ShareKey(NewSharedKey {
            key: find::key(&desk.console.register, &self.key).await?,
            decision_record: self.decision,
            justification: self.asked.reason().to_owned(),
            controls: self.controls,
            review_by: self.review_by,
        });
        self.asked.submit(desk, context, &wanted).await
    }
}

/// The open entry of a key.
async fn open_entry(desk: &Desk, named: &str) -> Result<SharedKeyRow, Failure> {
    let register = &desk.console.register;
    let (key, mut below) = (find::key(register, named).await?, None);
    loop {
        let rows = register.shared_keys_page(true, below, SHARED_KEYS_PAGE_MAX).await?;
        below = Some(rows.last().ok_or_else(|| why_not("shared_key_unknown", &[]))?.granted_seq);
        if let Some(found) = rows.into_iter().find(|row| row.key == key) {
            return Ok(found);
        }
    }
}

async fn withdraw(desk: &Desk, named: &str, reason: &str) -> Result<Answer, Failure> {
    let id: SharedKeyId = open_entry(desk, named).await?.id;
    let receipt = desk.console.withdraw_shared_key(desk.author(), id, reason).await?;
    let row = desk.console.register.shared_key(id).await?.ok_or_else(|| why_not("shared_key_unknown", &[]))?;
    let text = format!(
        "{} serves several tenants without leave from now on; entry {}. A second person looks at it: countersign --as NAME review \
         sign-off {}",
        crate::table::safe(&row.key_name),
        receipt.seq,
        receipt.seq
    );
    Ok(Answer::new(exceptions::shared_document(&row), text))
}
