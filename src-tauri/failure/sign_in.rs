//! Keychains, device keys, sessions, founding.

use custody::session::SessionError;
use ipc::{ConnectionProblem, FieldProblem, IpcError, Thing};
use keychain::{CreateError, KeychainError, PassphraseFault, UnlockError};
use workplace::{CeremonyError, SignInError};

use super::{Failure, chain};

impl From<KeychainError> for Failure {
    fn from(error: KeychainError) -> Self {
        match error {
            KeychainError::Missing { .. }
            | KeychainError::Locked
            | KeychainError::Denied
            | KeychainError::Unsupported => Self(IpcError::KeychainUnavailable { start: error.to_string() }),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::WrongPassphrase => Self(IpcError::WrongPassphrase),
            UnlockError::NoDeviceKey => Self::not_found(Thing::Operator),
            UnlockError::Keychain(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unlock(error) => error.into(),
            SessionError::Register(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Passphrase(PassphraseFault::TooShort { .. }) => {
                Self::invalid("passphrase", FieldProblem::TooShort)
            }
            CreateError::Passphrase(PassphraseFault::TooLong) => Self::invalid("passphrase", FieldProblem::TooLong),
            CreateError::Passphrase(_) => Self::invalid("passphrase", FieldProblem::WeakPassphrase),
            CreateError::NameTooLong => Self::invalid("deviceName", FieldProblem::TooLong),
            CreateError::Keychain(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Session(error) => error.into(),
            SignInError::Keychain(error) => error.into(),
            SignInError::Connect(error) => error.into(),
            SignInError::Register(error) => error.into(),
            SignInError::Vault(error) => error.into(),
            SignInError::Workplace(error) => error.into(),
            SignInError::Ledger(error) => error.into(),
            SignInError::Pin(error) => error.into(),
            SignInError::Unknown => Self::not_found(Thing::Operator),
            SignInError::OtherCustody => Self::register(ConnectionProblem::WrongCustody),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<CeremonyError> for Failure {
    fn from(error: CeremonyError) -> Self {
        match error {
            CeremonyError::Text(error) => error.into(),
            CeremonyError::Key(error) => error.into(),
            CeremonyError::Unlock(error) => error.into(),
            CeremonyError::Keychain(error) => error.into(),
            CeremonyError::Admin(error) => error.into(),
            CeremonyError::Workplace(error) => error.into(),
            CeremonyError::SamePerson { .. } => Self::invalid("person", FieldProblem::SamePerson),
            CeremonyError::NoQuorum => Self::invalid("roles", FieldProblem::NeedsSecurity),
            CeremonyError::NotPinned => Self::invalid("invitation", FieldProblem::Empty),
            CeremonyError::LoginMissing => Self::invalid("login", FieldProblem::Empty),
            CeremonyError::NoRole => Self::invalid("roles", FieldProblem::Empty),
            other => Self::internal(chain(&other)),
        }
    }
}
