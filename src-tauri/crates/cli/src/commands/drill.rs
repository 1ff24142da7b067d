//! `countersign drill restore`: a restored backup is opened, and must open without the KEK that shall go.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use register::{Password, Register};
use serde_json::json;
use workplace::Desk;

use super::connect::database_password;
use super::custody::parse;
use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::table::safe;

/// Drills.
#[derive(Debug, Subcommand)]
pub enum Drill {
    /// Open every DEK of a restored backup without a KEK: wanted before that KEK is destroyed
    Restore(Restore),
}

/// A restored backup.
#[derive(Debug, Args)]
pub struct Restore {
    /// Where it was restored to: postgresql://LOGIN@HOST:PORT/DATABASE, or with ?host=/DIR a socket
    #[arg(long, value_name = "URL")]
    database: String,
    /// The KEK that shall go, by name or id
    #[arg(long, value_name = "KEK")]
    kek: String,
    /// File with that login's password; otherwise PGPASSWORD, or it is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Drill {
    /// Drills.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let Self::Restore(restore) = self;
        with_desk(context, async |desk| restore.run(desk).await).await
    }
}

impl Restore {
    async fn run(self, desk: &Desk) -> Result<Answer, Failure> {
        let console = &desk.console;
        let kek = find::key(&console.register, &self.kek).await?;
        let (address, login) = parse("--database", &self.database)?;
        let password = Password::new(database_password(self.password_file.as_deref(), &login)?);
        let restored = Register::connect(&address, &login, &password).await?;
        let outcome = console.drill(desk.author(), kek, &restored).await;
        restored.close().await;
        let drill = outcome?;
        let document = json!({
            "kek": kek,
            "deks": drill.deks,
            "opened": drill.opened,
            "restored_entry": drill.restored_seq,
            "entry": drill.receipt.seq,
        });
        let text = format!(
            "The backup, whose ledger ends at entry {}, opens without {}: {} of {} DEKs were opened; entry {}",
            drill.restored_seq,
            safe(&self.kek),
            drill.opened,
            drill.deks,
            drill.receipt.seq
        );
        Ok(Answer::new(document, text))
    }
}
