//! What is asked for a KEK: a new one, a new version, its end, its return.

use std::time::Duration;

use clap::{Args, ValueEnum};
use custody::request::{NewKek, Purge, RotationOptions, Wanted};
use domain::{Classification, KeyId, KeyName, Text};
use rand_core::OsRng;
use workplace::Desk;

use super::asked::Asked;
use crate::answer::Answer;
use crate::context::Context;
use crate::durations::duration;
use crate::failure::Failure;
use crate::find;

const TEXT_CHARS_MAX: usize = 200;

/// A rotation.
#[derive(Debug, Args)]
pub struct RotateKek {
    /// The KEK, by name or id
    key: String,
    /// How long the old version stays enabled for late readers, such as 24h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    grace: Option<Duration>,
    /// Open every new wrap once, instead of one in each batch
    #[arg(long)]
    full_proof: bool,
    #[command(flatten)]
    asked: Asked,
}

/// A new KEK.
#[derive(Debug, Args)]
pub struct CreateKek {
    /// Its name in the vault
    name: String,
    /// RSA length: 2048, 3072 or 4096
    #[arg(long, default_value_t = 3072)]
    bits: u32,
    /// Who answers for it
    #[arg(long)]
    owner: String,
    /// What it is for
    #[arg(long)]
    purpose: String,
    /// public, internal, confidential or restricted
    #[arg(long, default_value = "restricted")]
    classification: Classification,
    /// The tenant whose own it is: what lies under it can be erased with it; otherwise tenants share it
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    #[command(flatten)]
    asked: Asked,
}

/// The end of a KEK.
#[derive(Debug, Args)]
pub struct DestroyKek {
    /// The KEK, by name or id
    key: String,
    /// When what is deleted in the vault is purged
    #[arg(long, value_enum, default_value_t = PurgeWhen::AtOnce)]
    purge: PurgeWhen,
    #[command(flatten)]
    asked: Asked,
}

/// The return of a KEK.
#[derive(Debug, Args)]
pub struct RecoverKek {
    /// The KEK, by name or id
    key: String,
    #[command(flatten)]
    asked: Asked,
}

/// When what was deleted in the vault is purged.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PurgeWhen {
    /// As soon as it is deleted, where the vault allows that
    AtOnce,
    /// By the vault itself, when the time for recovery is over
    Scheduled,
}

impl From<PurgeWhen> for Purge {
    fn from(when: PurgeWhen) -> Self {
        match when {
            PurgeWhen::AtOnce => Self::AtOnce,
            PurgeWhen::Scheduled => Self::Scheduled,
        }
    }
}

impl RotateKek {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let key = find::key(register, &self.key).await?;
        let grace = match self.grace {
            Some(grace) => grace,
            None => Duration::from_secs(u64::from(register.settings().await?.grace_seconds)),
        };
        let options = RotationOptions { grace, full_proof: self.full_proof };
        self.asked.submit(desk, context, &Wanted::RotateKek { key, options }).await
    }
}

impl CreateKek {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let name = KeyName::parse(&self.name).map_err(|error| Failure::of("usage", &error).could_not_tell())?;
        let clean = |field, text: &str| Text::parse(field, text, TEXT_CHARS_MAX).map(|text| text.as_str().to_owned());
        if let Some(tenant) = &self.tenant {
            // Misspelt, it would be nobody's own.
            find::tenant(&desk.console.register, tenant).await?;
        }
        let wanted = Wanted::CreateKek(NewKek {
            key: KeyId::make(desk.console.now().await?, &mut OsRng),
            name,
            bits: self.bits,
            owner: clean("owner", &self.owner)?,
            purpose: clean("purpose", &self.purpose)?,
            classification: self.classification,
            tenant: self.tenant,
        });
        self.asked.submit(desk, context, &wanted).await
    }
}

impl DestroyKek {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let key = find::key(&desk.console.register, &self.key).await?;
        self.asked.submit(desk, context, &Wanted::DestroyKek { key, purge: self.purge.into() }).await
    }
}

impl RecoverKek {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let key = find::key(&desk.console.register, &self.key).await?;
        self.asked.submit(desk, context, &Wanted::RecoverKek { key }).await
    }
}
