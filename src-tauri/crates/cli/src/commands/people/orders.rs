//! What two people decide about people.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use custody::request::{Joiner, PeopleOrder, Wanted};
use domain::{OperatorId, Role};
use ledger::EnrolmentCard;
use rand_core::OsRng;
use register::OperatorKind;
use workplace::{CARD_BYTES_MAX, Desk, read_card};

use super::list::find;
use crate::answer::Answer;
use crate::commands::request::Asked;
use crate::context::Context;
use crate::failure::Failure;

/// Somebody who joins.
#[derive(Debug, Args)]
pub struct Enrol {
    /// File with the card that `countersign join` made
    card: PathBuf,
    /// Their roles
    #[arg(long, value_delimiter = ',', required = true)]
    roles: Vec<Role>,
    #[command(flatten)]
    asked: Asked,
}

/// A program that joins.
#[derive(Debug, Args)]
pub struct EnrolProgram {
    /// What it is
    #[arg(long, value_enum)]
    kind: Program,
    /// Its name on screen
    #[arg(long)]
    name: String,
    /// Its stable name outside of Countersign
    #[arg(long)]
    identity: String,
    /// Its login at the register, made by the administrator
    #[arg(long)]
    login: String,
    #[command(flatten)]
    asked: Asked,
}

/// Kinds of programs.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Program {
    /// It does what it is told
    Service,
    /// It decides by itself
    Ai,
}

/// A further device.
#[derive(Debug, Args)]
pub struct Device {
    /// File with the card that `countersign join --operator` made on the device
    card: PathBuf,
    #[command(flatten)]
    asked: Asked,
}

/// Further roles.
#[derive(Debug, Args)]
pub struct Grant {
    /// Whose, by name, login or id
    operator: String,
    /// Which; `risk_acceptance` is the authority to accept risks, and goes with `security`
    #[arg(long, value_delimiter = ',', required = true)]
    roles: Vec<Role>,
    #[command(flatten)]
    asked: Asked,
}

/// Somebody who comes back.
#[derive(Debug, Args)]
pub struct Reinstate {
    /// Who, by name, login or id
    operator: String,
    /// File with the card of their new key; none for a service or an AI actor
    #[arg(long)]
    card: Option<PathBuf>,
    /// Their roles from now on
    #[arg(long, value_delimiter = ',', required = true)]
    roles: Vec<Role>,
    #[command(flatten)]
    asked: Asked,
}

impl Enrol {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let joiner = Joiner::Keyed(card(&self.card)?);
        let order = PeopleOrder::Enrol { joiner, roles: self.roles };
        self.asked.submit(desk, context, &Wanted::People(order)).await
    }
}

impl EnrolProgram {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let joiner = Joiner::Keyless {
            operator: OperatorId::make(desk.console.now().await?, &mut OsRng),
            kind: match self.kind {
                Program::Service => OperatorKind::Service,
                Program::Ai => OperatorKind::Ai,
            },
            person: self.identity,
            name: self.name,
            login: self.login,
        };
        let order = PeopleOrder::Enrol { joiner, roles: vec![Role::Auditor] };
        self.asked.submit(desk, context, &Wanted::People(order)).await
    }
}

impl Device {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let order = PeopleOrder::Device(card(&self.card)?);
        self.asked.submit(desk, context, &Wanted::People(order)).await
    }
}

impl Grant {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let order = PeopleOrder::Grant { operator: find(desk, &self.operator).await?.id, roles: self.roles };
        self.asked.submit(desk, context, &Wanted::People(order)).await
    }
}

impl Reinstate {
    /// Asks.
    pub async fn ask(self, desk: &Desk, context: &Context) -> Result<Answer, Failure> {
        let order = PeopleOrder::Reinstate {
            operator: find(desk, &self.operator).await?.id,
            card: self.card.as_deref().map(card).transpose()?,
            roles: self.roles,
        };
        self.asked.submit(desk, context, &Wanted::People(order)).await
    }
}

/// The card in a file.
fn card(file: &Path) -> Result<EnrolmentCard, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::of("card", error).could_not_tell().hint("the card is the file that countersign join --out FILE wrote")
    };
    let found = std::fs::metadata(file).map_err(|error| failed(&error))?;
    if usize::try_from(found.len()).unwrap_or(usize::MAX) > CARD_BYTES_MAX {
        return Err(failed(&workplace::CardError::TooLong));
    }
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    read_card(&text).map_err(|error| failed(&error))
}
