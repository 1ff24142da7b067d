//! What every request says, and how it is submitted.

use std::time::Duration;

use clap::Args;
use custody::request::{Grounds, Wanted, Windows};
use domain::{Plan, Role};
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::passphrase;
use crate::context::Context;
use crate::durations::duration;
use crate::failure::Failure;
use crate::find;
use crate::output::tell;
use crate::people::requesting_role;
use crate::views::{plans, requests};

/// What every request says.
#[derive(Debug, Args)]
pub struct Asked {
    /// Why
    #[arg(long)]
    reason: String,
    /// The change record it belongs to
    #[arg(long, value_name = "RECORD")]
    change: String,
    /// What will be done if it goes wrong
    #[arg(long, value_name = "PLAN")]
    rollback: String,
    /// Until when signatures count
    #[arg(long, value_name = "DURATION", default_value = "48h", value_parser = duration)]
    approve_within: Duration,
    /// Until when its run may start
    #[arg(long, value_name = "DURATION", default_value = "120h", value_parser = duration)]
    execute_within: Duration,
    /// The role in which you ask; otherwise the first of yours that may
    #[arg(long)]
    role: Option<Role>,
    /// Only show what would be asked for
    #[arg(long)]
    dry_run: bool,
}

impl Asked {
    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Plans, shows, and submits under the requester's seal.
    pub async fn submit(self, desk: &Desk, context: &Context, wanted: &Wanted) -> Result<Answer, Failure> {
        let console = &desk.console;
        let grounds = Grounds { reason: self.reason, change_record: self.change, rollback_plan: self.rollback };
        let windows = Windows { approve_within: self.approve_within, execute_within: self.execute_within };
        let plan = console.plan(desk.person.operator, wanted, grounds, windows).await?;
        console.check_plan(&plan).await?;
        let role = requesting_role(desk, plan.operation, self.role)?;
        if self.dry_run {
            let text = format!("{}\n\nNothing was asked for.", plans::text(&plan));
            return Ok(Answer::new(json!({ "plan": plans::document(&plan), "request": null }), text));
        }
        show_before_signing(context, &plans::text(&plan));
        let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
        let receipt = console.submit(&plan, role, &device).await?;
        submitted(desk, &plan, receipt.seq).await
    }
}

async fn submitted(desk: &Desk, plan: &Plan, entry: u64) -> Result<Answer, Failure> {
    let row = find::request(desk, &plan.request.to_string()).await?;
    let known = requests::Known::read(desk, row).await?;
    let label = requests::label(known.row.number);
    let mut document = known.document();
    if let Some(all) = document.as_object_mut() {
        all.insert("entry".to_owned(), json!(entry));
    }
    let text = format!(
        "{label} is submitted under your signature; entry {entry}. {} more needed: countersign --as NAME sign {label}",
        known.missing()
    );
    Ok(Answer::new(document, text))
}

/// Shows what is about to be signed, unless a program asks and brings the passphrase itself.
pub fn show_before_signing(context: &Context, text: &str) {
    if !(context.json && context.passphrase_file.is_some()) {
        tell(&format!("{text}\n"));
    }
}
