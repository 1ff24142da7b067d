//! Reviews at regular times: two leads look through what happened to keys and sign the ledger's checkpoint with it; the policy is
//! reviewed and the encryption system audited, with evidence.
//!
//! What is on the list is decided here, from entries that this console has verified, and by the register as well: what is signed is a
//! digest that both must come to.

mod duties;
mod groups;
mod list;
mod transitions;

use domain::{PlanError, TextError};
use register::RegisterError;

use crate::proof::ProofError;
use crate::witness::WitnessError;

pub use duties::{Duty, Evidence};
pub use groups::Group;
pub use list::{Listed, TransitionList};
pub use transitions::{Becomes, Finding, ReviewWords};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// The ledger is not what it was, or no checkpoint of it can be made.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// What was written about it.
    #[error(transparent)]
    Reason(#[from] PlanError),
    /// What was written of a finding or a document.
    #[error(transparent)]
    Text(#[from] TextError),
}

impl From<WitnessError> for ReviewError {
    fn from(error: WitnessError) -> Self {
        Self::Proof(error.into())
    }
}
