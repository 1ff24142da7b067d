//! People: how access ends, and how custodians show that they can sign. Joining, roles and coming back are requests
//! (`request::people`).
//!
//! Ending access is protective: one person, at once, and one entry takes everything with it. Nothing here decides who may: the
//! register does, and every replay of the ledger learns from the entry who is out of trust.

mod compare;

use domain::{OperatorId, Role, Text, Timestamp};
use register::{DutiesRow, Receipt};

use crate::author::{Act, Author};
use crate::console::Console;
use crate::protect::ProtectError;
use crate::request::reason_of;

pub(crate) use compare::first_difference;

/// Longest text of evidence.
const EVIDENCE_CHARS_MAX: usize = 4_000;

/// Whether the loss of a quorum is accepted, where the act can't wait for somebody else to be enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// It is not: an act that would break up the last two is refused.
    Refused,
    /// It is: what nobody can sign from then on is an alert.
    Accepted,
}

impl Loss {
    fn note(self, act: Act) -> Act {
        match self {
            Self::Refused => act,
            Self::Accepted => act.with("accept_loss", "yes"),
        }
    }
}

impl Console {
    /// Suspends an operator on a suspicion: device keys, sessions, roles, database login and open seals, all at once.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `would_break_quorum` unless the loss is accepted.
    pub async fn suspend_operator(
        &self,
        author: &Author,
        operator: OperatorId,
        reason: &str,
        loss: Loss,
    ) -> Result<Receipt, ProtectError> {
        let act = loss.note(Act::new("operator.suspended", "operator", operator).purpose(&reason_of(reason)?));
        let entry = self.entry(author, act).await?;
        Ok(self.register.suspend_operator(entry.as_act()).await?)
    }

    /// Ends the access of somebody who leaves.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `would_break_quorum` while nobody could take their place.
    pub async fn operator_left(
        &self,
        author: &Author,
        operator: OperatorId,
        reason: &str,
    ) -> Result<Receipt, ProtectError> {
        let act = Act::new("operator.left", "operator", operator).purpose(&reason_of(reason)?);
        let entry = self.entry(author, act).await?;
        Ok(self.register.operator_left(entry.as_act()).await?)
    }

    /// Withdraws roles; with the last of them everything else ends as well.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `role_unknown` for a role that is not held, as `would_break_quorum` like leaving.
    pub async fn withdraw_roles(
        &self,
        author: &Author,
        operator: OperatorId,
        roles: &[Role],
        reason: &str,
    ) -> Result<Receipt, ProtectError> {
        let act = Act::new("role.withdrawn", "operator", operator).purpose(&reason_of(reason)?);
        let entry = self.entry(author, act.with("roles", role_words(roles))).await?;
        Ok(self.register.withdraw_role(entry.as_act()).await?)
    }

    /// Ends the trust in a device key.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `would_break_quorum` like leaving.
    pub async fn revoke_device(
        &self,
        author: &Author,
        device: &[u8; 32],
        reason: &str,
    ) -> Result<Receipt, ProtectError> {
        let act = Act::new("device.revoked", "device", hex::encode(device)).purpose(&reason_of(reason)?);
        let entry = self.entry(author, act).await?;
        Ok(self.register.revoke_device(entry.as_act()).await?)
    }

    /// Reports a lost device: its key is out of trust at once, and a clock runs from the loss until it must be wiped.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `would_break_quorum` unless the loss is accepted.
    pub async fn report_lost_device(
        &self,
        author: &Author,
        device: &[u8; 32],
        lost_at: Timestamp,
        reason: &str,
        loss: Loss,
    ) -> Result<Receipt, ProtectError> {
        let act = Act::new("device.reported_lost", "device", hex::encode(device)).purpose(&reason_of(reason)?);
        let entry = self.entry(author, loss.note(act.with("lost_at", lost_at.micros()))).await?;
        Ok(self.register.report_lost_device(entry.as_act()).await?)
    }

    /// Records that a lost device was wiped, with what shows it.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `loss_unknown` or `already_wiped`.
    pub async fn record_wiped(
        &self,
        author: &Author,
        device: &[u8; 32],
        wiped_at: Timestamp,
        evidence: &str,
    ) -> Result<Receipt, ProtectError> {
        let evidence = Text::parse("evidence", evidence, EVIDENCE_CHARS_MAX)?;
        let act = Act::new("device.wiped", "device", hex::encode(device)).purpose(evidence.as_str());
        let entry = self.entry(author, act.with("wiped_at", wiped_at.micros())).await?;
        Ok(self.register.record_wiped(entry.as_act()).await?)
    }

    /// A rehearsal: the device key, unlocked afresh, signs that its holder is there.
    ///
    /// # Errors
    /// [`ProtectError`].
    pub async fn rehearse(&self, device: &Author) -> Result<Receipt, ProtectError> {
        let act = Act::new("rehearsal.signed", "operator", device.operator());
        let entry = self.entry(device, act).await?;
        Ok(self.register.sign_rehearsal(entry.as_act()).await?)
    }

    /// Acknowledges the duties that were shown, under a device key. They stand in the entry word for word.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `duties_differ` when there are newer ones.
    pub async fn acknowledge_duties(&self, device: &Author, shown: &DutiesRow) -> Result<Receipt, ProtectError> {
        let act = Act::new("duties.acknowledged", "operator", device.operator());
        let act = act.with("version", shown.version).with("words", &shown.words);
        let entry = self.entry(device, act).await?;
        Ok(self.register.acknowledge_duties(entry.as_act()).await?)
    }
}

/// Roles as entries and plans name them.
pub(crate) fn role_words(roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    words.join(",")
}
