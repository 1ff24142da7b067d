//! Tells an address that somebody chose: over TLS, without redirects, and nothing but ids, titles and dates.

use domain::{ExceptionId, Timestamp};
use register::DueReminder;
use reqwest::{Client, StatusCode, Url};
use serde::Serialize;

use crate::author::CustodyIdentity;
use crate::outward::{self, OutwardError};

/// An address that is told. What lies in it may be a secret: it is never shown.
pub struct Webhook {
    url: Url,
    client: Client,
}

/// Why an address can't be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// It is no address for this.
    #[error("a webhook is an https address without user and password in it")]
    Address,
    /// A certificate that is to be trusted can't be read.
    #[error("the certificates to be trusted cannot be read: PEM is wanted")]
    Certificates,
    /// It can't be reached, or not securely.
    #[error("the webhook cannot be reached: {0}")]
    Unreachable(String),
    /// It answered that it does not take it.
    #[error("the webhook answered {0}")]
    Answered(StatusCode),
}

/// What is told. Whoever reads it looks the rest up in the console.
#[derive(Serialize)]
struct Reminder<'a> {
    kind: &'static str,
    custody: String,
    environment: &'a str,
    exception: ExceptionId,
    number: String,
    title: &'a str,
    clause: &'a str,
    expires_at: String,
    days_left: i64,
    threshold_days: u32,
}

impl Webhook {
    /// The webhook at this address.
    ///
    /// # Errors
    /// [`WebhookError::Address`] for anything but https.
    pub fn parse(address: &str) -> Result<Self, WebhookError> {
        Self::trusting(address, None)
    }

    /// The same, trusting these certificates (PEM) besides those of the system: an address behind an authority of one's own.
    ///
    /// # Errors
    /// [`WebhookError::Address`], or [`WebhookError::Certificates`].
    pub fn trusting(address: &str, pem: Option<&[u8]>) -> Result<Self, WebhookError> {
        let (url, client) = (outward::https(address)?, outward::client(pem)?);
        Ok(Self { url, client })
    }

    /// Tells that an exception's date has come near; tries again a few times when nobody answers.
    pub(super) async fn remind(
        &self,
        custody: &CustodyIdentity,
        due: &DueReminder,
        now: Timestamp,
    ) -> Result<(), WebhookError> {
        let reminder = Reminder {
            kind: "exception_reminder",
            custody: custody.id.to_string(),
            environment: custody.environment.word(),
            exception: due.exception,
            number: due.number.to_string(),
            title: &due.title,
            clause: &due.clause,
            expires_at: due.expires_at.to_string(),
            days_left: due.expires_at.days_since(now),
            threshold_days: due.days,
        };
        Ok(outward::send(|| self.client.post(self.url.clone()).json(&reminder)).await?)
    }
}

impl From<OutwardError> for WebhookError {
    fn from(error: OutwardError) -> Self {
        match error {
            OutwardError::Address => Self::Address,
            OutwardError::Certificates => Self::Certificates,
            OutwardError::Unreachable(why) => Self::Unreachable(why),
            OutwardError::Answered(status, _) => Self::Answered(status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing leaves in the clear, and an address that holds a password is not taken.
    #[test]
    fn only_https_addresses_without_a_password_are_taken() {
        let refused = [
            "http://hooks.example/x",
            "https://user:word@hooks.example/x",
            "https://user@hooks.example",
            "ftp://a",
            "hooks",
            "",
        ];
        for address in refused {
            assert!(matches!(Webhook::parse(address), Err(WebhookError::Address)), "{address}");
        }
        assert!(Webhook::parse(" https://hooks.example/services/T0/B0 ").is_ok());
        assert!(matches!(Webhook::trusting("https://a.example", Some(b"x")), Err(WebhookError::Certificates)));
    }
}
