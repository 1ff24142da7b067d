//! Reviews at regular times.

use custody::review::ReviewError;

use super::{Failure, chain};

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Register(error) => error.into(),
            ReviewError::Reason(error) => error.into(),
            ReviewError::Text(error) => error.into(),
            ReviewError::Proof(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}
