//! The review of the whole register, under a device key.

use clap::Args;
use register::{EXCEPTIONS_PAGE_MAX, ExceptionFilter};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::passphrase;
use crate::commands::request::show_before_signing;
use crate::context::Context;
use crate::failure::Failure;
use crate::views::exceptions;

/// A review. Two people take turns.
#[derive(Debug, Args)]
pub struct Review {
    /// What you looked at
    #[arg(long)]
    note: String,
    /// What you found; left out where nothing
    #[arg(long, value_name = "TEXT", default_value = "")]
    findings: String,
}

impl Review {
    /// Shows every open exception, then signs that they were looked at.
    pub async fn run(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        // Before the lines are read: what changes in between is refused, not signed unseen.
        let seen = register.exceptions_seen().await?;
        let (mut rows, mut after) = (Vec::new(), None);
        let now = loop {
            let page = register.exceptions_page(&ExceptionFilter::default(), after, EXCEPTIONS_PAGE_MAX).await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break page.now;
            }
        };
        show_before_signing(context, &format!("{}\n{} are open.", exceptions::table(&rows, now), seen.open));
        let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
        let receipt = desk.console.review_exceptions(&device, &seen, &self.note, &self.findings).await?;
        let standing = register.exception_review_standing().await?;
        let document = json!({
            "entry": receipt.seq,
            "open": seen.open,
            "digest": hex::encode(seen.digest),
            "review": exceptions::review_document(&standing),
        });
        let text = format!("The register with {} open exceptions is reviewed; entry {}", seen.open, receipt.seq);
        Ok(Answer::new(document, text))
    }
}
