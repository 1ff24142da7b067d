//! Plans, requests, runs and the ledger that gives them force.

use custody::request::RequestError;
use custody::run::{AuthorityError, RunError};
use custody::{Ending, WitnessError};
use domain::{PlanError, TermError, TextError};
use ipc::{FieldProblem, IpcError, LedgerFault, RefusalReason, Thing};
use ledger::{Fault, PeopleError};

use super::{Failure, chain};
use crate::views::moments::count32;

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        let (field, problem) = match &error {
            TextError::Empty { field } => (*field, FieldProblem::Empty),
            TextError::TooLong { field, .. } => (*field, FieldProblem::TooLong),
            TextError::Deceptive { field, .. } => (*field, FieldProblem::HiddenCharacters),
            _ => return Self::internal(error),
        };
        let wire = match field {
            "change record" => "changeRecord",
            "rollback plan" => "rollbackPlan",
            "device name" => "deviceName",
            "compensating controls" => "controls",
            "decision record" => "decisionRecord",
            other => other,
        };
        Self::invalid(wire, problem)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Text(error) => error.into(),
            PlanError::Clocks { .. } => Self::invalid("approveWithinHours", FieldProblem::OutOfRange),
            PlanError::Unreadable { field: "grace period" } => Self::invalid("graceSeconds", FieldProblem::OutOfRange),
            other => Self::internal(other),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Register(error) => error.into(),
            RequestError::Vault(error) => error.into(),
            RequestError::Plan(error) => error.into(),
            RequestError::Algorithm(_) | RequestError::NoKek(_) => Self::invalid("bits", FieldProblem::WeakAlgorithm),
            RequestError::Unknown { what: "request", .. } => Self::not_found(Thing::Request),
            RequestError::NotRotatable { key, why } | RequestError::NotReactivatable { key, why } => {
                Self::refused(RefusalReason::Blocked { by: vec![format!("{key}: {why}")] })
            }
            RequestError::Blocked { blockers, .. } => {
                Self::refused(RefusalReason::Blocked { by: blockers.iter().map(ToString::to_string).collect() })
            }
            RequestError::NameDiffers { .. } => Self::refused(RefusalReason::TypedDiffers),
            RequestError::Unknown { what: "tenant", .. } => Self::not_found(Thing::Tenant),
            RequestError::Unknown { what: "operator", .. } => Self::not_found(Thing::Operator),
            RequestError::Unknown { what: "hold", .. } => Self::not_found(Thing::Hold),
            RequestError::Unknown { what: "exception", .. } => Self::not_found(Thing::Exception),
            RequestError::Unknown { what: "clause", .. } => Self::invalid("clause", FieldProblem::OutOfRange),
            RequestError::Term(TermError::Past { .. }) => Self::invalid("expiresAt", FieldProblem::InThePast),
            RequestError::Term(TermError::Beyond { .. }) => Self::invalid("expiresAt", FieldProblem::BeyondTerm),
            RequestError::ScopeEmpty => Self::invalid("terms", FieldProblem::Empty),
            RequestError::ScopeTooWide { .. } => Self::invalid("terms", FieldProblem::TooLong),
            RequestError::ExceptionOver { .. } => {
                Self::refused(RefusalReason::Register { refusal: "exception_over".to_owned() })
            }
            RequestError::NotShareable { .. } => {
                Self::refused(RefusalReason::Register { refusal: "key_not_shareable".to_owned() })
            }
            RequestError::PlanTooLong { max, .. } => Self(IpcError::TooLarge { limit_bytes: count32(max) }),
            RequestError::LinesDiffer => Self(IpcError::Moved),
            RequestError::Unknown { .. } => Self::not_found(Thing::Key),
            RequestError::Stale { differences } => {
                Self(IpcError::PlanStale { differences: crate::views::requests::differences(&differences) })
            }
            RequestError::NotWhatWasShown => Self(IpcError::Moved),
            RequestError::Card => Self::invalid("card", FieldProblem::NotACard),
            RequestError::DecisionMissing { .. } => Self::invalid("decisionRecord", FieldProblem::Empty),
            RequestError::TooMuchAtOnce { .. } => Self::invalid("rules", FieldProblem::TooLong),
            RequestError::ReasonMissing => Self::invalid("reason", FieldProblem::Empty),
            other => Self::internal(other),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Authority(error) => error.into(),
            RunError::Request(error) => error.into(),
            RunError::Register(error) => error.into(),
            RunError::Vault(error) => error.into(),
            RunError::Unknown { .. } => Self::not_found(Thing::Run),
            RunError::LeaseLost => Self::refused(RefusalReason::RunState),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Witness(error) => error.into(),
            AuthorityError::Register(error) => error.into(),
            AuthorityError::Ended { ending: Ending::Withdrawn } => Self::refused(RefusalReason::RequestWithdrawn),
            AuthorityError::Ended { ending: Ending::Lapsed } => Self::refused(RefusalReason::RequestLapsed),
            AuthorityError::Ended { .. } => Self::refused(RefusalReason::AlreadyDecided),
            AuthorityError::Quorum(error) => {
                tracing::warn!(%error, "the signatures of a request do not give it force");
                Self::refused(RefusalReason::QuorumMissing { missing: 1 })
            }
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<WitnessError> for Failure {
    fn from(error: WitnessError) -> Self {
        match error {
            WitnessError::Fault(fault) => {
                let (entry, fault) = ledger_fault(&fault);
                Self(IpcError::LedgerBroken { entry: count32(entry), fault })
            }
            WitnessError::Register(error) => error.into(),
            other => Self::internal(chain(&other)),
        }
    }
}

/// The entry at which a ledger is bad, and how.
pub(crate) fn ledger_fault(fault: &Fault) -> (u64, LedgerFault) {
    let how = match fault {
        Fault::Gap { .. } => LedgerFault::Missing,
        Fault::Chain { .. } | Fault::Rewritten { .. } => LedgerFault::HashDiffers,
        Fault::Custody { .. } => LedgerFault::WrongCustody,
        Fault::Row { .. } => LedgerFault::RowDiffers,
        Fault::Repeated { .. } => LedgerFault::Repeated,
        Fault::Backdated { .. } => LedgerFault::Backdated,
        Fault::Founding | Fault::Head { .. } | Fault::Node { .. } => LedgerFault::RegisterDiffers,
        Fault::Truncated { .. } => LedgerFault::Truncated,
        Fault::People { source, .. } => match source {
            PeopleError::Signature(_) => LedgerFault::SignatureInvalid,
            PeopleError::UnknownKey { .. } | PeopleError::ForeignKey => LedgerFault::KeyUnknown,
            PeopleError::KeyEnded | PeopleError::SessionKey | PeopleError::Inactive => LedgerFault::KeyNotValidThen,
            _ => LedgerFault::Malformed,
        },
        _ => LedgerFault::Malformed,
    };
    (fault.number(), how)
}
