//! The nouns and rules of key custody. Pure: clock and randomness are parameters, nothing here does input or output.

mod algorithm;
mod course;
mod exception;
mod id;
mod key;
mod operation;
mod people;
mod plan;
mod quorum;
mod rotation;
mod rules;
mod seal;
mod text;
mod time;
mod trigger;
mod words;

pub use algorithm::{Algorithm, AlgorithmError};
pub use course::VaultTarget;
pub use exception::{
    EXCEPTION_ACCEPTANCE, EXCEPTION_DAYS_CEILING, ExceptionEnd, ExceptionFacts, ExceptionNumber, ExceptionState,
    ExceptionTerm, NotAnExceptionNumber, REMINDER_DAYS, SHARING_ACCEPTANCE, TermError,
};
pub use id::{CustodyId, ExceptionId, KeyId, OperatorId, RequestId, RunId, SharedKeyId, TenantId};
pub use key::{Classification, IllegalTransition, KeyKind, KeyName, KeyState, NameError, StorageMedium};
pub use operation::{Operation, RequestState, RunState, StepKind};
pub use people::{Environment, Role};
pub use plan::{Change, Clocks, Facts, Plan, PlanBounds, PlanError, PlanHash, Target};
pub use quorum::{Countersigner, Quorum, QuorumError, QuorumRule, SignerFacts, quorum_rules};
pub use rotation::{DueState, RotationRule, default_rotation_rules};
pub use rules::{ClauseTerm, RotationTerm, RuleLine, RuleRows, RuleSection, ThreatLevel, ViolationRule};
pub use seal::{Decision, Seal, SealError, SealStatement};
pub use text::{Text, TextError, escape_visibly};
pub use time::Timestamp;
pub use trigger::DekTrigger;
pub use words::UnknownWord;

#[cfg(test)]
mod tests;
