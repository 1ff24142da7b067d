//! How keys come in.

use custody::estate::OpeningError;
use custody::estate::deks::DekOrderError;
use custody::estate::discovery::{AdoptionError, DiscoveryError};
use custody::estate::inventory::{FileError, ImportError, PreviewError};
use custody::estate::sample::SampleError;
use ipc::{FieldProblem, IpcError, RefusalReason, Thing};

use super::{Failure, chain};

impl From<DekOrderError> for Failure {
    fn from(error: DekOrderError) -> Self {
        match error {
            DekOrderError::Register(error) => error.into(),
            DekOrderError::Vault(error) | DekOrderError::Canary(OpeningError::Vault(error)) => error.into(),
            DekOrderError::Text(error) => error.into(),
            DekOrderError::Stopped { cause, .. } => (*cause).into(),
            DekOrderError::Empty => Self::invalid("targets", FieldProblem::Empty),
            DekOrderError::TooMany { .. } => Self::invalid("targets", FieldProblem::TooLong),
            DekOrderError::Twice { .. } => Self::invalid("targets", FieldProblem::Taken),
            DekOrderError::KekNotInUse { .. } => Self::not_found(Thing::Key),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Register(error) => error.into(),
            // Somebody changed the register between preview and import: previewing again shows what.
            ImportError::Problems { .. } | ImportError::Refused { .. } => Self(IpcError::Moved),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<PreviewError> for Failure {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Register(error) => error.into(),
            PreviewError::File(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        match error {
            FileError::TooLong { .. } => Self(IpcError::TooLarge { limit_bytes: ipc::IMPORT_BYTES_MAX }),
            FileError::NoRows => Self::invalid("text", FieldProblem::Empty),
            FileError::TooManyRows | FileError::TooManyColumns => Self::invalid("text", FieldProblem::TooLong),
            other => {
                tracing::info!(error = %other, "a file is no inventory");
                Self::invalid("text", FieldProblem::NotAName)
            }
        }
    }
}

impl From<DiscoveryError> for Failure {
    fn from(error: DiscoveryError) -> Self {
        match error {
            DiscoveryError::Vault(error) => error.into(),
            DiscoveryError::Register(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<AdoptionError> for Failure {
    fn from(error: AdoptionError) -> Self {
        match error {
            AdoptionError::Text(error) => error.into(),
            AdoptionError::Weak { .. } => Self::invalid("name", FieldProblem::WeakAlgorithm),
            AdoptionError::Unfit { .. } | AdoptionError::NoKek(_) => Self::invalid("name", FieldProblem::OutOfRange),
            AdoptionError::Vault(error) => error.into(),
            AdoptionError::Register(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<SampleError> for Failure {
    fn from(error: SampleError) -> Self {
        match error {
            SampleError::NotLocal => Self::refused(RefusalReason::Register { refusal: "not_local".to_owned() }),
            SampleError::NotEmpty => Self::refused(RefusalReason::Register { refusal: "not_empty".to_owned() }),
            SampleError::Vault(error) => error.into(),
            SampleError::Register(error) => error.into(),
            SampleError::Discovery(error) => error.into(),
            SampleError::Adoption(error) => error.into(),
            SampleError::File(error) => error.into(),
            SampleError::Import(error) => error.into(),
            SampleError::Deks(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}
