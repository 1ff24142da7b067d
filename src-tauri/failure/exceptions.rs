//! Exceptions and the gate.

use custody::exceptions::ExceptionError;
use custody::gate::GateError;

use super::{Failure, chain};

impl From<ExceptionError> for Failure {
    fn from(error: ExceptionError) -> Self {
        match error {
            ExceptionError::Register(error) => error.into(),
            ExceptionError::Reason(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<GateError> for Failure {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Register(error) => error.into(),
            GateError::Witness(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}
