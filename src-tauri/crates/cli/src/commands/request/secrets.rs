//! What is asked for a secret in the vault: a new value that nobody types or sees, or its end.

use std::time::Duration;

use clap::{Args, ValueEnum};
use custody::request::{SecretEncoding, SecretRotationOptions, VALUE_BYTES, Wanted};
use workplace::Desk;

use super::asked::Asked;
use super::keks::PurgeWhen;
use crate::answer::Answer;
use crate::context::Context;
use crate::durations::duration;
use crate::failure::Failure;
use crate::find;

/// A new value.
#[derive(Debug, Args)]
pub struct RotateSecret {
    /// The secret, by name or id
    key: String,
    /// How long the old value stays readable for late readers
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    grace: Duration,
    /// Random bytes of the new value
    #[arg(long, value_name = "BYTES", default_value_t = VALUE_BYTES, value_parser = clap::value_parser!(u32).range(16..=512))]
    bytes: u32,
    /// How they are written
    #[arg(long, value_enum, default_value_t = Encoding::Base64url)]
    encoding: Encoding,
    #[command(flatten)]
    asked: Asked,
}

/// How random bytes are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Encoding {
    /// URL-safe Base64 without padding
    Base64url,
    /// Lower-case hex
    Hex,
}

/// The end of a secret.
#[derive(Debug, Args)]
pub struct DestroySecret {
    /// The secret, by name or id
    key: String,
    /// When what is deleted in the vault is purged
    #[arg(long, value_enum, default_value_t = PurgeWhen::AtOnce)]
    purge: PurgeWhen,
    #[command(flatten)]
    asked: Asked,
}

impl RotateSecret {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let key = find::key(&desk.console.register, &self.key).await?;
        let encoding = match self.encoding {
            Encoding::Base64url => SecretEncoding::Base64Url,
            Encoding::Hex => SecretEncoding::Hex,
        };
        let options = SecretRotationOptions { grace: self.grace, value_bytes: self.bytes, encoding };
        self.asked.submit(desk, context, &Wanted::RotateSecret { key, options }).await
    }
}

impl DestroySecret {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let key = find::key(&desk.console.register, &self.key).await?;
        self.asked.submit(desk, context, &Wanted::DestroySecret { key, purge: self.purge.into() }).await
    }
}
