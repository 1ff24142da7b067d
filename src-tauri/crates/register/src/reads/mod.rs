//! Reading the register. Rows are plain values of the domain; what a login may not see, the database does not send.

mod cells;
mod copy;
mod custody;
mod keks;
mod ledger;
mod notices;
mod people;
mod requests;
mod runs;
mod wraps;

pub use custody::{CustodyRow, QuorumRulesRow, RotationRuleRow, RotationRulesRow, SettingsRow};
pub use keks::{KekRow, KeyVersionRow};
pub use ledger::LedgerRecord;
pub use notices::Notice;
pub use people::{DeviceRow, HeldRole, OperatorKind, OperatorRow, OperatorStatus};
pub use requests::{EligibleRow, MaySignRow, RequestRow, SealRow};
pub use runs::{RunDirection, RunRow, StepRow, StepState};
pub use wraps::{DekRow, DekScope, TokenId, TokenRow, WrapRow};
