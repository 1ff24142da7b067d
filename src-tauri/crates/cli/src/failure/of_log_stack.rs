//! What is wrong with a stream to the log stack, and with retention.

use custody::log_stream::{HttpError, PositionError, StreamError, TargetError};
use custody::retention::RetentionError;

use super::Failure;

impl From<StreamError> for Failure {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Register(error) => error.into(),
            StreamError::Position(error) => error.into(),
            StreamError::Event(_) => Self::of("ledger_broken", &error).hint("countersign ledger verify"),
            StreamError::Rewritten { number } => Self::of("ledger_broken", &error)
                .with("entry", number)
                .hint("keep everything as it is, and verify it: countersign ledger verify"),
            StreamError::Poison { number, .. } => Self::of("target_refuses_entry", &error).with("entry", number).hint(
                format!(
                    "look at what the target's mapping refuses; to go on without it, knowing that it is missing there: --from {}",
                    number.saturating_add(1)
                ),
            ),
            StreamError::Refused { .. } => {
                Self::of("target_refuses", &error).hint("its address, its index or rule, and the credential are worth a look")
            }
            StreamError::Stalled { .. } => Self::of("target_stalled", &error)
                .could_not_tell()
                .hint("nothing is lost: the next stream goes on where this one stopped"),
            other => Self::of("stream", &other),
        }
    }
}

impl From<PositionError> for Failure {
    fn from(error: PositionError) -> Self {
        match error {
            PositionError::Busy => Self::of("stream_running", &error).hint("countersign ledger targets says how far it is"),
            PositionError::OtherFormat { .. } | PositionError::OtherCustody => Self::of("other_target", &error)
                .hint("send to another index, stream or file, or begin anew under another name: --name NAME"),
            PositionError::Unfit { .. } => Self::of("position", &error)
                .could_not_tell()
                .hint("take the file away to begin at entry 1, or say where: --from NUMBER; Elasticsearch keeps nothing twice"),
            other => Self::of("position", &other).could_not_tell(),
        }
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        Self::of("usage", &error).could_not_tell()
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        Self::of("target", &error).could_not_tell()
    }
}

impl From<RetentionError> for Failure {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::Register(error) => error.into(),
            other => {
                Self::of("clocks", &other).hint("set both clocks right first: whoever moves one could end every term")
            }
        }
    }
}
