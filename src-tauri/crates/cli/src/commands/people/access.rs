//! What one person does at once: the end of access. And what a custodian shows under their own device key.

use clap::Args;
use custody::people::Loss;
use domain::{Role, Timestamp};
use register::{DeviceRow, OperatorRow, Receipt};
use serde_json::json;
use workplace::Desk;

use super::list::find;
use crate::answer::Answer;
use crate::at_work::passphrase;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::Failure;

/// A suspicion.
#[derive(Debug, Args)]
pub struct Suspend {
    /// Who, by name, login or id
    operator: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Also where nobody could sign some operations any more
    #[arg(long)]
    accept_loss: bool,
}

/// Somebody leaves.
#[derive(Debug, Args)]
pub struct Leave {
    /// Who, by name, login or id
    operator: String,
    /// Why
    #[arg(long)]
    reason: String,
}

/// Roles that end.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// Whose, by name, login or id
    operator: String,
    /// Which
    #[arg(long, value_delimiter = ',', required_unless_present = "all")]
    roles: Vec<Role>,
    /// All of them: a change of role begins with none
    #[arg(long, conflicts_with = "roles")]
    all: bool,
    /// Why
    #[arg(long)]
    reason: String,
}

/// A device, by its holder and its name or key.
#[derive(Debug, Args)]
pub struct Named {
    /// Its holder, by name, login or id
    operator: String,
    /// Its name, or the beginning of its key's fingerprint; not needed where there is only one
    #[arg(long)]
    device: Option<String>,
}

/// A device whose key ends.
#[derive(Debug, Args)]
pub struct RevokeDevice {
    #[command(flatten)]
    named: Named,
    /// Why
    #[arg(long)]
    reason: String,
}

/// A lost device.
#[derive(Debug, Args)]
pub struct LostDevice {
    #[command(flatten)]
    named: Named,
    /// When it was lost, such as 2026-11-22T09:30Z
    #[arg(long, value_parser = moment)]
    lost_at: Timestamp,
    /// How
    #[arg(long)]
    reason: String,
    /// Also where nobody could sign some operations any more
    #[arg(long)]
    accept_loss: bool,
}

/// A device that was wiped.
#[derive(Debug, Args)]
pub struct Wiped {
    #[command(flatten)]
    named: Named,
    /// When, such as 2026-11-22T11:00Z
    #[arg(long, value_parser = moment)]
    wiped_at: Timestamp,
    /// What shows it, such as the ticket of whoever wiped it
    #[arg(long)]
    evidence: String,
}

impl Suspend {
    /// Suspends.
    pub async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let who = find(desk, &self.operator).await?;
        let loss = loss(self.accept_loss);
        let receipt = desk.console.suspend_operator(desk.author(), who.id, &self.reason, loss).await?;
        Ok(ended(&format!("{} is suspended", who.name), &receipt))
    }
}

impl Leave {
    /// Ends their access.
    pub async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let who = find(desk, &self.operator).await?;
        let receipt = desk.console.operator_left(desk.author(), who.id, &self.reason).await?;
        Ok(ended(&format!("{} has left", who.name), &receipt))
    }
}

impl Withdraw {
    /// Withdraws.
    pub async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let who = find(desk, &self.operator).await?;
        let held: Vec<Role> = who.roles.iter().map(|held| held.role).collect();
        let roles = if self.all { held } else { self.roles };
        let receipt = desk.console.withdraw_roles(desk.author(), who.id, &roles, &self.reason).await?;
        Ok(ended(&format!("{} no longer has: {}", who.name, crate::people::words(&roles)), &receipt))
    }
}

impl RevokeDevice {
    /// Revokes.
    pub async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let (who, device) = self.named.find(desk).await?;
        let receipt = desk.console.revoke_device(desk.author(), &device.key_id, &self.reason).await?;
        Ok(ended(&format!("{} of {} is revoked", device.name, who.name), &receipt))
    }
}

impl LostDevice {
    /// Reports.
    pub async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let (who, device) = self.named.find(desk).await?;
        let loss = loss(self.accept_loss);
        let reported = desk.console.report_lost_device(desk.author(), &device.key_id, self.lost_at, &self.reason, loss);
        let receipt = reported.await?;
        let due = receipt.number("due_at").and_then(|due| i64::try_from(due).ok()).map(Timestamp::from_micros);
        let due = due.map(|due| format!("; it must be wiped by {due}")).unwrap_or_default();
        Ok(ended(&format!("{} of {} is reported lost{due}", device.name, who.name), &receipt))
    }
}

impl Wiped {
    /// Records.
    pub async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let (who, device) = self.named.find(desk).await?;
        let recorded = desk.console.record_wiped(desk.author(), &device.key_id, self.wiped_at, &self.evidence);
        let receipt = recorded.await?;
        let late = receipt.detail.get("late").and_then(serde_json::Value::as_bool) == Some(true);
        let late = if late { ", later than it had to be" } else { "" };
        Ok(ended(&format!("{} of {} is wiped{late}", device.name, who.name), &receipt))
    }
}

impl Named {
    async fn find(&self, desk: &Desk) -> Result<(OperatorRow, DeviceRow), Failure> {
        let who = find(desk, &self.operator).await?;
        let is_meant = |device: &&DeviceRow| match &self.device {
            None => true,
            Some(named) => device.name == *named || hex::encode(device.key_id).starts_with(&named.to_lowercase()),
        };
        let found: Vec<DeviceRow> = who.devices.iter().filter(is_meant).cloned().collect();
        match found.as_slice() {
            [only] => Ok((who, only.clone())),
            [] => Err(Failure::new("unknown", format!("{} has no such device", who.name))
                .hint("countersign people show OPERATOR")),
            _ => Err(Failure::new("which_device", format!("{} has several such devices", who.name))
                .hint("say which with --device and the beginning of its fingerprint")),
        }
    }
}

/// Reads the duties in force, has the device key unlocked, and acknowledges them.
pub async fn acknowledge(desk: &Desk, context: &Context) -> Result<Answer, Failure> {
    let duties = desk.console.register.duties().await?;
    crate::output::tell(&duties.words);
    let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
    let receipt = desk.console.acknowledge_duties(&device, &duties).await?;
    let text = format!("You have acknowledged your duties, version {}; entry {}", duties.version, receipt.seq);
    Ok(Answer::new(json!({ "version": duties.version, "words": duties.words, "entry": receipt.seq }), text))
}

/// Shows that the device key can be unlocked and signs.
pub async fn rehearse(desk: &Desk, context: &Context) -> Result<Answer, Failure> {
    let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
    let receipt = desk.console.rehearse(&device).await?;
    Ok(Answer::new(json!({ "entry": receipt.seq }), format!("Your device key signed; entry {}", receipt.seq)))
}

const fn loss(accepted: bool) -> Loss {
    if accepted { Loss::Accepted } else { Loss::Refused }
}

fn ended(what: &str, receipt: &Receipt) -> Answer {
    let unmet = receipt.detail.get("unmet").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    let alert = match unmet {
        0 => String::new(),
        _ => "\nNobody can sign some operations any more: countersign people quorums".to_owned(),
    };
    let text = format!("{what}; entry {}, on the review list for another person.{alert}", receipt.seq);
    Answer::new(json!({ "entry": receipt.seq, "detail": receipt.detail }), text)
}
