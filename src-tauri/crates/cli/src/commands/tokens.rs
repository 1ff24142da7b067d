//! `countersign tokens seal|invalidate`: what is sealed is never an argument and never shown; what is invalidated is gone.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use domain::Timestamp;
use envelope::SecretBytes;
use register::Scope;
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::moment;
use crate::failure::Failure;
use crate::find;
use crate::progress::Meter;
use crate::scope::{Reach, unnamed};
use crate::secrets;
use crate::typed::Confirmation;

/// Tokens.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// Seal a token under a DEK; what is sealed is read from standard input or a file, byte for byte
    Seal(Seal),
    /// Emergency: overwrite and delete all tokens of a key, an integration, a tenant or everything
    Invalidate(Invalidate),
}

/// Tokens that shall be gone.
#[derive(Debug, Args)]
pub struct Invalidate {
    #[command(flatten)]
    reach: Reach,
    /// Every token there is
    #[arg(long, conflicts_with_all = ["key", "integration", "tenant"])]
    everything: bool,
    /// Why
    #[arg(long)]
    reason: String,
    /// For everything: do not ask to type the custody's name
    #[arg(long, requires = "everything")]
    yes: bool,
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
    /// Seals, or invalidates.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::Seal(seal) => seal.run(context).await,
            Self::Invalidate(it) => with_desk(context, async |desk| it.run(desk, context).await).await,
        }
    }
}

impl Seal {
    async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let mut plaintext = secrets::plaintext(self.file.as_deref())?;
        with_desk(context, async |desk| {
            let dek = find::key(&desk.console.register, &self.dek).await?;
            // EXPOSE: taken over into the envelope's own wiping form; what stays behind is empty.
            let plaintext = SecretBytes::new(std::mem::take(&mut *plaintext));
            let token = NewToken { dek, name: self.name, plaintext, expires: self.expires };
            let estate = Estate::new(&desk.console, desk.author());
            let sealed = estate.seal_tokens(vec![token], &self.purpose, &unwatched).await?;
            let document = json!({ "tokens": sealed.tokens, "dek": dek, "entries": sealed.entries });
            let ids: Vec<String> = sealed.tokens.iter().map(ToString::to_string).collect();
            Ok(Answer::new(document, format!("Sealed as {}", ids.join(", "))))
        })
        .await
    }
}

impl Invalidate {
    async fn run(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let console = &desk.console;
        let scope = match self.everything {
            true => Scope::Everything(console.custody.id),
            false => self.reach.find(&console.register).await?.ok_or_else(|| unnamed(", or --everything"))?,
        };
        if self.everything && !self.yes {
            let name = desk.premises.head()?.name;
            let question = "This ends every token of the custody. Type the custody's name:";
            Confirmation { instead: "--yes", given: None, question, wanted: &name }.check(context)?;
        }
        let meter = Meter::new(context, "invalidate tokens");
        let count = |done: usize, total: usize| meter.count(done, total);
        let ended = console.invalidate_tokens(desk.author(), &scope, &self.reason, &count).await;
        meter.end();
        let ended = ended?;
        let document = json!({ "deleted": ended.deleted, "kept": ended.kept, "entries": ended.entries });
        let mut lines = vec![format!("{} tokens were overwritten and deleted.", ended.deleted)];
        if ended.kept > 0 {
            lines.push(format!("{} are kept by a legal hold: countersign hold list", ended.kept));
        }
        if let Some(first) = ended.entries.first() {
            lines.push(format!(
                "A second person signs it off: countersign --as NAME review sign-off {first} --note TEXT"
            ));
        }
        lines.push("New ones can be sealed: countersign suspend stops that.".to_owned());
        Ok(Answer::new(document, lines.join("\n")))
    }
}
