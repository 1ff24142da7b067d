//! From the errors of every part to what the window may learn. Detail that is not for the window goes to the log, under a number.

mod estate;
mod exceptions;
mod places;
mod proof;
mod protect;
mod requests;
mod review;
mod sign_in;

use ipc::{
    ConnectionProblem, ConnectionTarget, DifferenceView, FieldProblem, IncidentId, IpcError, RefusalReason, Thing,
};
use register::{Refusal, RegisterError};

use crate::views::moments::micros_of;

pub(crate) use proof::{broken, ledger_alarm};
pub(crate) use requests::ledger_fault;

/// A failure on its way to the window.
#[derive(Debug)]
pub(crate) struct Failure(pub IpcError);

impl Failure {
    /// Something nobody foresaw: the log has it, the window its number.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        let incident = uuid::Uuid::new_v4().simple().to_string();
        let incident = incident.get(..8).unwrap_or(&incident).to_owned();
        tracing::error!(incident, %error, "a command failed");
        Self(IpcError::Internal { incident: IncidentId(incident) })
    }

    pub fn not_found(what: Thing) -> Self {
        Self(IpcError::NotFound { what })
    }

    pub fn invalid(field: &str, problem: FieldProblem) -> Self {
        Self(IpcError::Invalid { field: field.to_owned(), problem })
    }

    pub fn refused(reason: RefusalReason) -> Self {
        Self(IpcError::Refused { reason, eligible: Vec::new() })
    }

    fn register(problem: ConnectionProblem) -> Self {
        let (target, address) = (ConnectionTarget::Register, "the register".to_owned());
        Self(IpcError::Connection { target, address, problem })
    }

    fn vault(address: String, problem: ConnectionProblem) -> Self {
        Self(IpcError::Connection { target: ConnectionTarget::Vault, address, problem })
    }
}

impl From<Failure> for IpcError {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

impl From<IpcError> for Failure {
    fn from(error: IpcError) -> Self {
        Self(error)
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Refused(refusal) => Self::from(&refusal),
            RegisterError::Unavailable(_) => Self::register(ConnectionProblem::Unreachable),
            RegisterError::Conflict(_) => Self(IpcError::Moved),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<&Refusal> for Failure {
    fn from(refusal: &Refusal) -> Self {
        let number = |name: &str| refusal.detail().get(name).and_then(serde_json::Value::as_i64);
        let moment = |name: &str| micros_of(number(name).unwrap_or_default());
        match refusal.code() {
            "plan_stale" => Self(IpcError::PlanStale {
                differences: refusal
                    .differences()
                    .iter()
                    .map(|it| difference(&it.fact, &it.planned, &it.found))
                    .collect(),
            }),
            "request_unknown" => Self::not_found(Thing::Request),
            "key_unknown" => Self::not_found(Thing::Key),
            "tenant_unknown" => Self::not_found(Thing::Tenant),
            "hold_unknown" => Self::not_found(Thing::Hold),
            "review_unknown" => Self::not_found(Thing::Review),
            "exception_unknown" => Self::not_found(Thing::Exception),
            "shared_key_unknown" => Self::not_found(Thing::SharedKey),
            "purpose_missing" => Self::invalid("reason", FieldProblem::Empty),
            "run_unknown" => Self::not_found(Thing::Run),
            "wrap_moved" | "version_moved" | "payload_differs" | "batch_differs" | "exceptions_differ" => {
                Self(IpcError::Moved)
            }
            "name_taken" | "key_known" => Self::invalid("name", FieldProblem::Taken),
            "weak_algorithm" => Self::invalid("bits", FieldProblem::WeakAlgorithm),
            "plan_clocks" => Self::invalid("approveWithinHours", FieldProblem::OutOfRange),
            "session_over" | "device_revoked" => Self(IpcError::Locked),
            code => Self::refused(reason(code, refusal, moment)),
        }
    }
}

fn reason(code: &str, refusal: &Refusal, moment: impl Fn(&str) -> ipc::Micros) -> RefusalReason {
    let words =
        |name: &str| refusal.detail().get(name).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    match code {
        "own_request" | "same_person" => RefusalReason::OwnRequest,
        "already_signed" => RefusalReason::AlreadySigned,
        "role_missing" => RefusalReason::RoleMissing {
            needs: words("wanted").iter().filter_map(|word| crate::views::people::role_word(word.as_str()?)).collect(),
        },
        "operator_inactive" => RefusalReason::Suspended,
        "request_expired" => RefusalReason::ApproveByPassed { at: moment("execute_by") },
        "request_not_open" | "already_started" => RefusalReason::AlreadyDecided,
        "no_quorum" => RefusalReason::QuorumMissing { missing: 1 },
        "lease_held" | "lease_lost" => RefusalReason::RunHeld { by: None, until: moment("until") },
        "run_paused" | "run_not_paused" | "run_finished" | "turned_back" => RefusalReason::RunState,
        "held" => RefusalReason::Held,
        "cannot_turn_back" => RefusalReason::OldVersionGone,
        "run_active" => RefusalReason::RequestOpen,
        "clock_skew" => RefusalReason::ClockSkew { seconds: 60 },
        other => RefusalReason::Register { refusal: other.to_owned() },
    }
}

/// A fact that differs, split into what and which field of it.
pub(crate) fn difference(fact: &str, planned: &str, found: &str) -> DifferenceView {
    let (subject, field) = fact.rsplit_once('.').unwrap_or(("", fact));
    let subject = subject.split('.').next().unwrap_or(subject);
    DifferenceView {
        subject: subject.to_owned(),
        field: field.to_owned(),
        planned: planned.to_owned(),
        found: found.to_owned(),
    }
}

/// An error with its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        line = format!("{line}: {deeper}");
        cause = deeper.source();
    }
    line
}
