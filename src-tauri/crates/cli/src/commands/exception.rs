//! `countersign exception …`: what departs from the policy until a date. Granting, renewing and closing take two people; revoking one.

mod ask;
mod review;

use clap::{Args, Subcommand};
use domain::{ExceptionNumber, ExceptionState, Timestamp};
use register::{EXCEPTIONS_PAGE_MAX, ExceptionCursor, ExceptionDetail, ExceptionFilter, ExceptionFolder};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::views::exceptions;

/// Exceptions from the policy.
#[derive(Debug, Subcommand)]
pub enum Exception {
    /// The register: open exceptions by their dates, or those that ended
    List(List),
    /// One exception: why, by whose word, until when, and its chain of renewals
    Show {
        /// Its number, such as EX-57
        exception: ExceptionNumber,
    },
    /// Ask for an exception; whoever accepts its risk countersigns
    Request(Box<ask::Request>),
    /// Ask for a further term: a new exception for the same, with new signatures
    Renew(Box<ask::Renew>),
    /// Ask for an exception to be closed, with evidence
    Close(ask::Close),
    /// End an exception in force at once; what it covered is a violation again
    Revoke {
        /// Its number, such as EX-57
        exception: ExceptionNumber,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Sign that you have looked at the whole register
    Review(review::Review),
}

/// Which exceptions.
#[derive(Debug, Args)]
pub struct List {
    /// Words in number, title, owner, clause or the name of a key
    text: Vec<String>,
    /// Those that ended
    #[arg(long, conflicts_with = "all")]
    closed: bool,
    /// All of them
    #[arg(long)]
    all: bool,
    /// Only from this clause, such as B-9-api-secrets
    #[arg(long, value_name = "CLAUSE")]
    clause: Option<String>,
    /// Only those that are requested, active, expiring, expired, closed or revoked
    #[arg(long, value_name = "STATE")]
    state: Option<ExceptionState>,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(EXCEPTIONS_PAGE_MAX)))]
    limit: u32,
    /// Where the page before ended
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    after: Option<ExceptionCursor>,
}

impl Exception {
    /// Lists, shows, asks or ends.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match self {
            Self::List(it) => it.page(desk).await,
            Self::Show { exception } => show(desk, exception).await,
            Self::Request(it) => it.ask(desk, context).await,
            Self::Renew(it) => it.ask(desk, context).await,
            Self::Close(it) => it.ask(desk, context).await,
            Self::Revoke { exception, reason } => revoke(desk, exception, &reason).await,
            Self::Review(it) => it.run(desk, context).await,
        })
        .await
    }
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let ended = |state: ExceptionState| !state.is_open();
        let folder = match (self.all, self.closed || self.state.is_some_and(ended)) {
            (true, _) => ExceptionFolder::All,
            (false, true) => ExceptionFolder::Closed,
            (false, false) => ExceptionFolder::Open,
        };
        let filter = ExceptionFilter { folder, clause: self.clause, state: self.state, text: self.text.join(" ") };
        let page = register.exceptions_page(&filter, self.after, self.limit).await?;
        let standing = register.exception_review_standing().await?;
        let next = page.next.map(|next| format!("{}:{}", next.expires_at.micros(), next.number.0));
        let document = json!({
            "exceptions": page.rows.iter().map(exceptions::row_document).collect::<Vec<_>>(),
            "next_after": next,
            "review": exceptions::review_document(&standing),
        });
        let more = next.map(|after| format!("\nnext page: --after {after}")).unwrap_or_default();
        let rows = match page.rows.is_empty() {
            true => "No exceptions here.".to_owned(),
            false => format!("{}{more}", exceptions::table(&page.rows, page.now)),
        };
        Ok(Answer::new(document, format!("{rows}\n\n{}", exceptions::review_text(&standing, page.now))))
    }
}

/// `1767225600000000:57`, as a page ended.
fn cursor(text: &str) -> Result<ExceptionCursor, String> {
    let read = text.split_once(':').and_then(|(date, number)| {
        let expires_at = Timestamp::from_micros(date.parse().ok()?);
        Some(ExceptionCursor { expires_at, number: ExceptionNumber(number.parse().ok()?) })
    });
    read.ok_or_else(|| "give what the page before called next page".to_owned())
}

/// The exception of that number.
async fn find(desk: &Desk, number: ExceptionNumber) -> Result<ExceptionDetail, Failure> {
    let register = &desk.console.register;
    let unknown = || {
        Failure::new("exception_unknown", format!("there is no exception {number}"))
            .hint("countersign exception list --all")
    };
    let id = register.exception_numbered(number).await?.ok_or_else(unknown)?;
    register.exception(id).await?.ok_or_else(unknown)
}

async fn show(desk: &Desk, number: ExceptionNumber) -> Result<Answer, Failure> {
    let it = find(desk, number).await?;
    let now = desk.console.now().await?;
    Ok(Answer::new(exceptions::document(&it), exceptions::text(&it, now)))
}

async fn revoke(desk: &Desk, number: ExceptionNumber, reason: &str) -> Result<Answer, Failure> {
    let it = find(desk, number).await?;
    let receipt = desk.console.revoke_exception(desk.author(), it.row.id, reason).await?;
    let it = find(desk, number).await?;
    let text = format!(
        "{number} is revoked; entry {}. What it covered is a violation again. A second person looks at it: countersign --as NAME review \
         sign-off {}",
        receipt.seq, receipt.seq
    );
    Ok(Answer::new(exceptions::document(&it), text))
}
