//! One module for each group of commands.

pub mod certificate;
pub mod connect;
pub mod custody;
pub mod deks;
pub mod drill;
pub mod estate;
pub mod exception;
pub mod found;
pub mod gate;
pub mod hold;
pub mod join;
pub mod keys;
pub mod ledger;
pub mod offboard;
pub mod open;
mod operators;
pub mod people;
pub mod protect;
pub mod request;
pub mod review;
pub mod rules;
pub mod run;
pub mod schedule;
pub mod shared_key;
pub mod sign;
mod status;
mod sweep;
pub mod tenants;
pub mod tokens;
pub mod vault;
pub mod violations;

use ::custody::protect::Protection;

use crate::answer::Answer;
use crate::arguments::Command;
use crate::context::Context;
use crate::failure::Failure;

/// Does what was asked.
pub async fn run(command: Command, context: &Context) -> Result<Answer, Failure> {
    match command {
        Command::OpenLocal(it) => it.run(context).await,
        Command::Connect(it) => it.run(context).await,
        Command::Found(it) => it.run(context).await,
        Command::Status => status::run(context).await,
        Command::Operators => operators::run(context).await,
        Command::People(it) => it.run(context).await,
        Command::Join(it) => it.run(context).await,
        Command::Rules(it) => it.run(context).await,
        Command::Violations(it) => it.run(context).await,
        Command::Custody(it) => it.run(context).await,
        Command::Keys(it) => it.run(context).await,
        Command::Discover => estate::discover(context).await,
        Command::Adopt(it) => it.run(context).await,
        Command::Import(it) => it.run(context).await,
        Command::Export(it) => it.run(context).await,
        Command::Deks(it) => it.run(context).await,
        Command::Tenants(it) => it.run(context).await,
        Command::Offboard(it) => it.run(context).await,
        Command::Tokens(it) => it.run(context).await,
        Command::Sample(it) => it.run(context).await,
        Command::Suspend(it) => it.run(Protection::Suspend, context).await,
        Command::Revoke(it) => it.run(Protection::Revoke, context).await,
        Command::Disable(it) => it.run(Protection::Disable, context).await,
        Command::Compromised(it) => it.run(Protection::Compromised, context).await,
        Command::Exception(it) => it.run(context).await,
        Command::SharedKey(it) => it.run(context).await,
        Command::Hold(it) => it.run(context).await,
        Command::Review(it) => it.run(context).await,
        Command::Schedule(it) => it.run(context).await,
        Command::Sweep => sweep::run(context).await,
        Command::Drill(it) => it.run(context).await,
        Command::Request(it) => it.run(context).await,
        Command::Sign(it) => it.run(context).await,
        Command::Run(it) => it.run(context).await,
        Command::Certificate(it) => it.run(context).await,
        Command::Gate(it) => it.run(context).await,
        Command::Ledger(it) => it.run(context).await,
        Command::Vault(it) => it.run().await,
    }
}
