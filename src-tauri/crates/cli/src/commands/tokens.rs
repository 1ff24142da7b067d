//! `countersign tokens seal`: what is sealed is never an argument and never shown.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use domain::Timestamp;
use envelope::SecretBytes;
use serde_json::json;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::Failure;
use crate::find;
use crate::secrets;

/// Tokens.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// Seal a token under a DEK; what is sealed is read from standard input or a file, byte for byte
    Seal(Seal),
}

/// A token to be sealed.
#[derive(Debug, Args)]
pub struct Seal {
    /// The DEK, by name or id
    #[arg(long)]
    dek: String,
    /// The token's name
    #[arg(long)]
    name: String,
    /// Why, for the ledger
    #[arg(long)]
    purpose: String,
    /// When it expires: a day or a time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    expires: Option<Timestamp>,
    /// File with what is to be sealed; otherwise standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Tokens {
    /// Seals it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let Self::Seal(seal) = self;
        let mut plaintext = secrets::plaintext(seal.file.as_deref())?;
        with_desk(context, async |desk| {
            let dek = find::key(&desk.console.register, &seal.dek).await?;
            // EXPOSE: taken over into the envelope's own wiping form; what stays behind is empty.
            let plaintext = SecretBytes::new(std::mem::take(&mut *plaintext));
            let token = NewToken { dek, name: seal.name, plaintext, expires: seal.expires };
            let estate = Estate::new(&desk.console, desk.author());
            let sealed = estate.seal_tokens(vec![token], &seal.purpose, &unwatched).await?;
            let document = json!({ "tokens": sealed.tokens, "dek": dek, "entries": sealed.entries });
            let ids: Vec<String> = sealed.tokens.iter().map(ToString::to_string).collect();
            Ok(Answer::new(document, format!("Sealed as {}", ids.join(", "))))
        })
        .await
    }
}
