//! The ledger as proof: what it means when it is not the one that is known here.

use custody::proof::{Alarm, ProofError};
use custody::report::ReportError;
use ipc::{IpcError, LedgerAlarm, RefusalReason, Thing};
use keychain::PinError;
use transparency::bundle::Fault as BundleFault;

use super::{Failure, chain};
use crate::views::moments::count32;

impl From<ProofError> for Failure {
    fn from(error: ProofError) -> Self {
        if let Some(alarm) = ledger_alarm(&error) {
            tracing::error!(%error, "the ledger is not the one that is known here");
            return Self(alarm);
        }
        match error {
            ProofError::Witness(error) => error.into(),
            ProofError::Register(error) => error.into(),
            ProofError::Vault(error) => error.into(),
            ProofError::NoEntry { .. } => Self::not_found(Thing::Entry),
            ProofError::Unknown => Self::refused(RefusalReason::Register { refusal: "checkpoint_unknown".to_owned() }),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<PinError> for Failure {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Keychain(error) => error.into(),
            PinError::RolledBack { remembered } => {
                Self(replaced(LedgerAlarm::Rewritten, [remembered.number, 0, remembered.number, remembered.number]))
            }
            PinError::OtherTree { size } => Self(replaced(LedgerAlarm::Rewritten, [size, 0, 1, size])),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Proof(error) => error.into(),
            ReportError::Broken(fault) => broken(&fault),
            ReportError::Period => Self::invalid("until", ipc::FieldProblem::OutOfRange),
            other => Self::internal(chain(&other)),
        }
    }
}

/// A bundle that was just made and does not hold: the register's ledger does not.
pub(crate) fn broken(fault: &BundleFault) -> Failure {
    tracing::error!(%fault, "a bundle of the register's ledger does not hold");
    let entry = fault.number().unwrap_or(1);
    Failure(IpcError::LedgerBroken { entry: count32(entry), fault: ipc::LedgerFault::HashDiffers })
}

/// That a ledger is not the one that is known here, where an error says so.
pub(crate) fn ledger_alarm(error: &ProofError) -> Option<IpcError> {
    Some(match error {
        ProofError::Alarm(Alarm::Shorter { kept, now }) => {
            replaced(LedgerAlarm::Shorter, [*kept, *now, now.saturating_add(1), *kept])
        }
        ProofError::Alarm(Alarm::Forked { kept, now, first, last }) => {
            replaced(LedgerAlarm::Rewritten, [*kept, *now, *first, *last])
        }
        ProofError::Alarm(Alarm::Replaced { verified, now, first }) => {
            replaced(LedgerAlarm::Rewritten, [*verified, *now, *first, *verified])
        }
        ProofError::NotThisLedger { size } => replaced(LedgerAlarm::CheckpointDiffers, [*size, 0, 1, *size]),
        ProofError::Older { size, kept } => replaced(LedgerAlarm::CheckpointGone, [*kept, *size, *kept, *kept]),
        ProofError::Nodes => replaced(LedgerAlarm::TreeDiffers, [0; 4]),
        _ => return None,
    })
}

fn replaced(how: LedgerAlarm, [known, now, first, last]: [u64; 4]) -> IpcError {
    IpcError::LedgerReplaced {
        how,
        known: count32(known),
        now: count32(now),
        first: count32(first),
        last: count32(last),
    }
}
