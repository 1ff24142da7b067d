//! Errors of the use cases.

use custody::WitnessError;
use custody::drill::DrillError;
use custody::estate::OpeningError;
use custody::estate::deks::DekOrderError;
use custody::estate::discovery::{AdoptionError, DiscoveryError};
use custody::estate::inventory::{ExportError, FileError, ImportError, PreviewError};
use custody::estate::sample::SampleError;
use custody::estate::tokens::TokenError;
use custody::exceptions::ExceptionError;
use custody::protect::ProtectError;
use custody::request::{Blocker, RequestError};
use custody::review::ReviewError;
use custody::run::{AuthorityError, RunError};
use custody::session::SessionError;
use domain::{Change, PlanError, TextError};
use serde_json::{Value, json};

use super::Failure;

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unlock(error) => error.into(),
            SessionError::Register(error) => error.into(),
            other => Self::of("session", &other),
        }
    }
}

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Proof(error) => error.into(),
            ReviewError::Register(error) => error.into(),
            ReviewError::Reason(error) => error.into(),
            ReviewError::Text(error) => error.into(),
            other => Self::of("review", &other),
        }
    }
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        Self::of("text", &error)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Text(error) => error.into(),
            other => Self::of("plan", &other),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Register(error) => error.into(),
            RequestError::Vault(error) => error.into(),
            RequestError::Plan(error) => error.into(),
            RequestError::Stale { differences } => {
                super::why_not("plan_stale", &[]).with("differences", of_changes(&differences)).named(&differences)
            }
            RequestError::Unknown { .. } => Self::of("unknown", &error),
            RequestError::NotRotatable { .. } => Self::of("not_rotatable", &error),
            RequestError::NotReactivatable { .. } => Self::of("not_reactivatable", &error),
            RequestError::Card => Self::of("card", &error).hint("a new card: countersign join"),
            RequestError::NotWhatWasShown => Self::of("plan_differs", &error),
            RequestError::DecisionMissing { .. } => {
                Self::of("decision_missing", &error).hint("name it with --decision, such as ADR-0019")
            }
            RequestError::LinesDiffer => Self::of("plan_differs", &error),
            RequestError::Blocked { ref blockers, .. } => Self::of("blocked", &error)
                .with("blockers", of_blockers(blockers))
                .hint("clear what is named, and ask again"),
            RequestError::NameDiffers { .. } => {
                Self::of("name_differs", &error).hint("type it letter by letter, as countersign tenants list shows it")
            }
            RequestError::Term(_) => Self::of("expiry", &error)
                .hint("countersign rules show terms says how long an exception from each clause may last"),
            RequestError::ScopeEmpty | RequestError::ScopeTooWide { .. } => Self::of("scope", &error),
            RequestError::ExceptionOver { .. } => {
                Self::of("exception_over", &error).hint("countersign exception list --all")
            }
            RequestError::NotShareable { .. } => Self::of("key_not_shareable", &error),
            RequestError::PlanTooLong { .. } => Self::of("plan_too_long", &error),
            other => Self::of("request", &other),
        }
    }
}

impl Failure {
    /// Names what differs in the sentence itself.
    fn named(mut self, differences: &[Change]) -> Self {
        let line = |it: &Change| format!("{}.{} was {:?}, is {:?}", it.subject, it.field, it.before, it.after);
        let lines: Vec<String> = differences.iter().map(line).collect();
        self.message = format!("{} ({})", self.message, lines.join("; "));
        self
    }
}

/// What stands in the way of a destruction, for a document.
pub fn of_blockers(blockers: &[Blocker]) -> Value {
    let code = |it: &Blocker| match it {
        Blocker::Held { .. } => "held",
        Blocker::Run { .. } => "run_active",
        Blocker::DeksOfOthers { .. } => "deks_of_others",
        Blocker::LiveDeks { .. } => "live_deks",
        Blocker::DrillMissing => "drill_missing",
        Blocker::Status { .. } => "status",
        Blocker::NotLive { .. } => "not_live",
        _ => "other",
    };
    Value::Array(blockers.iter().map(|it| json!({ "code": code(it), "what": it.to_string() })).collect())
}

/// Differences for a document.
pub fn of_changes(differences: &[Change]) -> Value {
    let view = |it: &Change| json!({ "fact": format!("{}.{}", it.subject, it.field), "planned": it.before, "found": it.after });
    Value::Array(differences.iter().map(view).collect())
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Witness(error) => error.into(),
            AuthorityError::Register(error) => error.into(),
            AuthorityError::Quorum(_) => {
                Self::of("no_quorum", &error).hint("countersign request show REQUEST says whose signature is missing")
            }
            AuthorityError::Ended { .. } => Self::of("request_not_open", &error),
            other => Self::of("authority", &other),
        }
    }
}

impl From<WitnessError> for Failure {
    fn from(error: WitnessError) -> Self {
        match error {
            WitnessError::Register(error) => error.into(),
            WitnessError::Fault(fault) => Self::of("ledger_broken", &fault)
                .with("entry", fault.number())
                .hint("nothing is executed until it is known why; keep everything as it is"),
            other => Self::of("ledger", &other),
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
            RunError::LeaseLost => super::why_not("lease_lost", &[]),
            RunError::CheckValue { .. } => Self::of("check_value", &error)
                .hint("the DEK's wrap was swapped or damaged: nothing of its batch was written; find out who did it"),
            RunError::NotGone { .. } => {
                Self::of("not_gone", &error).hint("look in the vault, then: countersign run resume RUN")
            }
            RunError::CameBack { .. } => Self::of("came_back", &error)
                .hint("find out who recovered it; countersign run show RUN says what was destroyed before"),
            RunError::Token { .. } => Self::of("token_damaged", &error).hint(
                "the token or its DEK was swapped or damaged: nothing of its batch was written; find out who did it",
            ),
            other => Self::of("run_stopped", &other).hint("the run stays where it is: countersign run resume RUN"),
        }
    }
}

impl From<DekOrderError> for Failure {
    fn from(error: DekOrderError) -> Self {
        match error {
            DekOrderError::Register(error) => error.into(),
            DekOrderError::Vault(error) | DekOrderError::Canary(OpeningError::Vault(error)) => error.into(),
            DekOrderError::Text(error) => error.into(),
            DekOrderError::KekNotInUse { .. } => Self::of("key_not_active", &error).hint("countersign keys show KEY"),
            DekOrderError::Stopped { created, cause } => {
                let made = created.keys.len();
                let failure = Self::from(*cause);
                let message = format!("{made} DEKs were made, then it stopped: {}", failure.message);
                Self { message, ..failure }.with("made", made)
            }
            other => Self::of("deks", &other),
        }
    }
}

impl From<DrillError> for Failure {
    fn from(error: DrillError) -> Self {
        match error {
            DrillError::Register(error) => error.into(),
            DrillError::Vault(error) => error.into(),
            DrillError::StillNeeded { .. } => {
                Self::of("still_needed", &error).hint("move its DEKs away, make a backup, and restore that one")
            }
            DrillError::Foreign => Self::of("drill_unfit", &error).hint("restore the newest backup of this register"),
            other => Self::of("drill", &other).hint("nothing was recorded: the KEK stays needed"),
        }
    }
}

macro_rules! passed_on {
    ($($error:ident { $($inner:ident),* } else $code:literal;)+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                match error {
                    $($error::$inner(inner) => inner.into(),)*
                    other => Self::of($code, &other),
                }
            }
        }
    )+};
}

passed_on! {
    TokenError { Text, Vault, Register } else "tokens";
    DiscoveryError { Vault, Register } else "discovery";
    AdoptionError { Text, Vault, Register } else "adoption";
    FileError {} else "file";
    PreviewError { File, Register } else "preview";
    ImportError { Register } else "import";
    ExportError { Register } else "export";
    ProtectError { Register, Text, Reason } else "protection";
    ExceptionError { Register, Reason } else "exception";
    SampleError { Vault, Register, Discovery, Adoption, File, Import, Deks, Tokens } else "sample";
}
