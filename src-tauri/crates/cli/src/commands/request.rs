//! `countersign request …`: what needs two people is asked for here. One module for each family of operations.

mod asked;
mod deks;
mod folder;
mod keks;
mod offboarding;
mod protection;
mod secrets;
mod selection;

use clap::Subcommand;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;

pub use asked::{Asked, show_before_signing};

/// Requests.
#[derive(Debug, Subcommand)]
pub enum Request {
    /// Ask for a new version of a KEK, every DEK re-wrapped, the old version disabled
    RotateKek(keks::RotateKek),
    /// Ask for a new KEK in the vault
    CreateKek(Box<keks::CreateKek>),
    /// Ask for new DEKs: every token under the old ones sealed anew, the old wraps overwritten and removed
    RotateDek(deks::RotateDek),
    /// Ask for the end of DEKs and of the tokens under them
    DestroyDek(deks::DestroyDek),
    /// Ask for the end of a KEK that no DEK hangs on
    DestroyKek(keks::DestroyKek),
    /// Ask for a deleted KEK to come back, while the vault still has it
    RecoverKek(keks::RecoverKek),
    /// Ask for a new value of a secret in the vault, which nobody types or sees
    RotateSecret(secrets::RotateSecret),
    /// Ask for the end of a secret in the vault
    DestroySecret(secrets::DestroySecret),
    /// Ask for keys that were suspended, disabled or compromised to serve again
    Reactivate(protection::Reactivate),
    /// Ask for a hold to be lifted
    LiftHold(protection::LiftHold),
    /// Ask for the end of everything of a tenant
    Offboard(Box<offboarding::Offboard>),
    /// A folder of requests, newest first
    List(folder::List),
    /// One request: the plan, before and after, who has signed, who may
    Show {
        /// Its number, such as R-7, or its id
        request: String,
    },
    /// Take your own request back
    Withdraw {
        /// Its number, such as R-7, or its id
        request: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

impl Request {
    /// Asks, lists, shows or takes back.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match self {
            Self::RotateKek(it) => it.ask(desk, context).await,
            Self::CreateKek(it) => it.ask(desk, context).await,
            Self::RotateDek(it) => it.ask(desk, context).await,
            Self::DestroyDek(it) => it.ask(desk, context).await,
            Self::DestroyKek(it) => it.ask(desk, context).await,
            Self::RecoverKek(it) => it.ask(desk, context).await,
            Self::RotateSecret(it) => it.ask(desk, context).await,
            Self::DestroySecret(it) => it.ask(desk, context).await,
            Self::Reactivate(it) => it.ask(desk, context).await,
            Self::LiftHold(it) => it.ask(desk, context).await,
            Self::Offboard(it) => it.ask(desk, context).await,
            Self::List(it) => it.page(desk).await,
            Self::Show { request } => folder::show(desk, &request).await,
            Self::Withdraw { request, reason } => folder::withdraw(desk, &request, &reason).await,
        })
        .await
    }
}
