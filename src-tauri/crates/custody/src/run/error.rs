//! What can stop a run.

use domain::{KeyId, PlanError, UnknownWord};
use envelope::{DekError, WrapError};
use register::RegisterError;
use vault::VaultError;

use super::authority::AuthorityError;
use crate::kek::NoKek;
use crate::request::RequestError;
use crate::witness::WitnessError;

/// What stopped a run. It stays where it is: every DEK opens, and anyone eligible can go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The signatures do not give it force (any more).
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The request is stale or can't be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The vault refused or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A step or parameter of the plan is unknown to this version of the console.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A word of the register is unknown to this version of the console.
    #[error(transparent)]
    Word(#[from] UnknownWord),
    /// There is no such run.
    #[error("there is no run {run}")]
    Unknown {
        /// Which.
        run: domain::RunId,
    },
    /// Another console holds it.
    #[error("the lease of this run is held by another console")]
    LeaseLost,
    /// A wrapped DEK does not belong where it is filed.
    #[error(
        "DEK {dek} is not what its check value says: a wrapped key was swapped or damaged; its batch was not re-wrapped"
    )]
    CheckValue {
        /// Which.
        dek: KeyId,
    },
    /// What was just wrapped does not open in the vault.
    #[error("the new wrap of DEK {dek} does not open to the same key; its batch was not written")]
    Canary {
        /// Which.
        dek: KeyId,
    },
    /// A disabled version still unwraps.
    #[error("version {version} still unwraps after it was disabled")]
    StillOpen {
        /// Which.
        version: String,
    },
    /// A disabled version of a secret is still given out.
    #[error("version {version} can still be read after it was disabled")]
    StillReadable {
        /// Which.
        version: String,
    },
    /// A version does not unwrap what was wrapped with its public half.
    #[error("version {version} does not unwrap what was wrapped for it")]
    NotOpening {
        /// Which.
        version: String,
    },
    /// The vault holds versions that this run can't explain.
    #[error("the vault holds unexpected versions of {key}: {found}")]
    UnexpectedVersion {
        /// Of which key.
        key: String,
        /// Which.
        found: String,
    },
    /// DEKs are left on the version that was to be emptied.
    #[error("{left} DEKs are left on version {version}")]
    Left {
        /// How many.
        left: u64,
        /// On which.
        version: String,
    },
    /// A token does not open under the DEK that it is filed under.
    #[error("token {token} does not open under version {version} of DEK {dek}; its batch was not written")]
    Token {
        /// Which.
        token: uuid::Uuid,
        /// Under which DEK.
        dek: KeyId,
        /// In which version of it.
        version: u32,
        /// What was found.
        #[source]
        source: envelope::OpenError,
    },
    /// Tokens were changed by others again and again before they could be moved.
    #[error("tokens change faster than they can be moved; the run can be taken up again")]
    TokensMove,
    /// Tokens are left on the DEKs that were to be erased.
    #[error("{left} tokens still need a former DEK")]
    TokensLeft {
        /// How many.
        left: u64,
    },
    /// A token could not be sealed.
    #[error(transparent)]
    Seal(#[from] envelope::SealError),
    /// Something of what was to be destroyed is still there.
    #[error("{what} is still there after it was to be destroyed")]
    NotGone {
        /// What.
        what: String,
    },
    /// A deleted object is in the vault again.
    #[error("{what} was recovered while it was to be purged: nothing more is destroyed")]
    CameBack {
        /// What.
        what: String,
    },
    /// A deleted object can't be recovered (any more).
    #[error("{what} could not be recovered: the vault no longer has it, or does not give it back")]
    NotRecoverable {
        /// What.
        what: String,
    },
    /// A record of the register can't be used.
    #[error("the register's {what} cannot be used")]
    Record {
        /// What.
        what: &'static str,
    },
    /// The vault gave something that is no DEK.
    #[error(transparent)]
    Dek(#[from] DekError),
    /// The vault's public key is not acceptable.
    #[error(transparent)]
    Kek(#[from] NoKek),
    /// Wrapping failed.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}

impl RunError {
    /// Whether register or vault are gone for the moment: worth another try.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Register(error)
            | Self::Authority(
                AuthorityError::Register(error) | AuthorityError::Witness(WitnessError::Register(error)),
            )
            | Self::Request(RequestError::Register(error)) => {
                matches!(error, RegisterError::Unavailable(_) | RegisterError::Conflict(_))
            }
            Self::Vault(error) | Self::Request(RequestError::Vault(error)) => matches!(
                error,
                VaultError::Unreachable { .. }
                    | VaultError::TimedOut { .. }
                    | VaultError::ServerFault { .. }
                    | VaultError::Throttled { .. }
                    | VaultError::OutcomeUnknown { .. }
            ),
            _ => false,
        }
    }
}
