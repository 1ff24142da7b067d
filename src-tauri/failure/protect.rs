//! Protective acts, certificates.

use custody::certificate::CertificateError;
use custody::protect::ProtectError;
use ipc::{RefusalReason, Thing};

use super::{Failure, chain};

impl From<ProtectError> for Failure {
    fn from(error: ProtectError) -> Self {
        match error {
            ProtectError::Register(error) => error.into(),
            ProtectError::Text(error) => error.into(),
            ProtectError::Reason(error) => error.into(),
            ProtectError::Unknown { .. } => Self::not_found(Thing::Entry),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<CertificateError> for Failure {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Register(error) => error.into(),
            CertificateError::Witness(error) => error.into(),
            CertificateError::Request(error) => error.into(),
            CertificateError::Unknown { .. } => Self::not_found(Thing::Run),
            CertificateError::NotIssued { .. } => Self::not_found(Thing::Certificate),
            CertificateError::NotProven(fault) => {
                tracing::info!(%fault, "no certificate can be issued yet");
                Self::refused(RefusalReason::Blocked { by: vec![fault.to_string()] })
            }
            other => Self::internal(chain(&other)),
        }
    }
}
