//! What people do about exceptions and shared keys besides asking for them: end one at once, be reminded of dates, review the register.

mod webhook;

use domain::{ExceptionId, PlanError, SharedKeyId, Text};
use register::{DueReminder, ExceptionsSeen, Receipt, RegisterError, ReminderChannel};

use crate::author::{Act, Author};
use crate::console::Console;
use crate::request::reason_of;

pub use webhook::{Webhook, WebhookError};

const FINDINGS_CHARS_MAX: usize = 4_000;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExceptionError {
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// What was written about it.
    #[error(transparent)]
    Reason(#[from] PlanError),
}

/// What became of reminders.
#[derive(Debug, Default)]
pub struct Reminded {
    /// Those that were sent.
    pub sent: Vec<DueReminder>,
    /// Those that nobody took, and why. They are not sent again; the next threshold is.
    pub failed: Vec<(DueReminder, WebhookError)>,
}

impl Console {
    /// Ends an exception in force at once, by one person; it goes on the review list.
    ///
    /// # Errors
    /// [`ExceptionError`]; it stays in force then. One that has expired is closed with evidence or renewed, by two people.
    pub async fn revoke_exception(
        &self,
        author: &Author,
        exception: ExceptionId,
        reason: &str,
    ) -> Result<Receipt, ExceptionError> {
        let act = Act::new("exception.revoked", "exception", exception).purpose(&reason_of(reason)?);
        let entry = self.entry(author, act).await?;
        Ok(self.register.revoke_exception(entry.as_act()).await?)
    }

    /// Ends the leave of a key to serve several tenants at once, by one person; it goes on the review list.
    ///
    /// # Errors
    /// [`ExceptionError`]; it stays shared with leave then.
    pub async fn withdraw_shared_key(
        &self,
        author: &Author,
        shared: SharedKeyId,
        reason: &str,
    ) -> Result<Receipt, ExceptionError> {
        let act = Act::new("shared_key.withdrawn", "shared_key", shared).purpose(&reason_of(reason)?);
        let entry = self.entry(author, act).await?;
        Ok(self.register.withdraw_shared_key(entry.as_act()).await?)
    }

    /// Signs, with a device key unlocked for it, that the whole register was looked at as `seen`.
    ///
    /// # Errors
    /// [`ExceptionError`]: `exceptions_differ` when it is not what was seen, `same_person` for who reviewed it last time.
    pub async fn review_exceptions(
        &self,
        device: &Author,
        seen: &ExceptionsSeen,
        note: &str,
        findings: &str,
    ) -> Result<Receipt, ExceptionError> {
        let findings = match findings.trim() {
            "" => String::new(),
            found => Text::parse("findings", found, FINDINGS_CHARS_MAX).map_err(PlanError::from)?.as_str().to_owned(),
        };
        let act = Act::new("exceptions.reviewed", "custody", self.custody.id)
            .purpose(&reason_of(note)?)
            .with("digest", hex::encode(seen.digest))
            .with("open", seen.open)
            .with("findings", findings);
        let entry = self.entry(device, act).await?;
        Ok(self.register.review_exceptions(entry.as_act()).await?)
    }

    /// Writes down that people are reminded, by this way, of every exception whose date has come near, and answers those. The entry
    /// comes first, so that no two consoles remind of the same; who gets one here tells the people.
    ///
    /// # Errors
    /// What the register says; those that were written down before are lost to this console.
    pub async fn take_reminders(
        &self,
        author: &Author,
        channel: ReminderChannel,
    ) -> Result<Vec<DueReminder>, RegisterError> {
        let mut taken = Vec::new();
        for due in self.register.exceptions_to_remind(channel).await? {
            if self.write_reminder(author, &due, channel).await? {
                taken.push(due);
            }
        }
        Ok(taken)
    }

    /// Whether this is who wrote it down: another console may have been first, or the exception has ended meanwhile.
    async fn write_reminder(
        &self,
        author: &Author,
        due: &DueReminder,
        channel: ReminderChannel,
    ) -> Result<bool, RegisterError> {
        let act = Act::new("exception.reminded", "exception", due.exception);
        let act = act.with("days", due.days).with("channel", channel.word());
        let entry = self.entry(author, act).await?;
        match self.register.remind_exception(entry.as_act()).await {
            Ok(_) => Ok(true),
            Err(RegisterError::Refused(refusal)) if refusal.code() == "reminder_not_due" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reminds the webhook's readers of every exception whose date has come near. Written down once the webhook took it: what it did not
    /// take is due still, and one that was taken right before a crash comes twice rather than never.
    ///
    /// # Errors
    /// What the register says. That the webhook did not take one is told beside those it took.
    pub async fn send_reminders(&self, author: &Author, webhook: &Webhook) -> Result<Reminded, RegisterError> {
        let mut reminded = Reminded::default();
        let now = self.now().await?;
        for due in self.register.exceptions_to_remind(ReminderChannel::Webhook).await? {
            match webhook.remind(&self.custody, &due, now).await {
                Ok(()) => {
                    if self.write_reminder(author, &due, ReminderChannel::Webhook).await? {
                        reminded.sent.push(due);
                    }
                }
                Err(error) => {
                    tracing::warn!(exception = %due.number, days = due.days, %error, "a reminder was not taken");
                    reminded.failed.push((due, error));
                }
            }
        }
        Ok(reminded)
    }
}
