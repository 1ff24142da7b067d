//! Reading the register. Rows are plain values of the domain; what a login may not see, the database does not send.

mod cells;
mod certificates;
mod checkpoints;
mod copy;
mod custody;
mod dek_rotation;
mod destruction;
mod exception_care;
mod exception_detail;
mod exceptions;
mod gate;
mod holds;
mod keks;
mod key_detail;
mod key_filter;
mod key_order;
mod keys_page;
mod ledger;
mod ledger_page;
mod ledger_rows;
mod log_targets;
mod notices;
mod observations;
mod offboarding;
mod overview;
mod people;
mod protection;
mod requests;
mod requests_page;
mod retention;
mod review;
mod rules;
mod runs;
mod runs_page;
mod saved_views;
mod schedule;
mod shared_keys;
mod standing;
mod tenant_estate;
mod tenants;
mod token_batches;
mod transition_review;
mod violations;
mod wraps;

pub use certificates::{CERTIFICATES_PAGE_MAX, CertificateRow, CertificatesPage, DestroyedKeyRow};
pub use checkpoints::{CHECKPOINTS_PAGE_MAX, CheckpointRow, CheckpointSignatureRow, NodePlace};
pub use custody::{CustodyRow, QuorumRulesRow, RotationRuleRow, RotationRulesRow, SettingsRow};
pub use dek_rotation::{FormerWrapRow, TokensToMove};
pub use destruction::{
    CoveredKey, DeletionRow, DrillRow, ErasureRow, InTheWay, ReclaimObstacles, RemainsRow, RetentionRow,
    WrappingVersion,
};
pub use exception_care::{DueReminder, ExceptionReviewRow, ExceptionReviewStanding, ExceptionsSeen, ReminderChannel};
pub use exception_detail::{EXCEPTION_CHAIN_MAX, ExceptionDetail, ExceptionEnded, ExceptionLink, KeyAtDecision};
pub use exceptions::{
    ClauseTerm, Cover, EXCEPTIONS_PAGE_MAX, ExceptionAnswer, ExceptionCounts, ExceptionCursor, ExceptionFilter,
    ExceptionFolder, ExceptionRow, ExceptionsPage,
};
pub use gate::{GateReadError, create_gate_login, read_gate};
pub use holds::{HOLDS_PAGE_MAX, HoldKind, HoldRow, HoldTarget, UnknownHoldKind};
pub use keks::{KekRow, KeyVersionRow};
pub use key_detail::{KeyDetail, RuleInForce, TIMELINE_MAX, TimelineRow, Violation, WrappedByRow};
pub use key_filter::{DueFilter, KeyFilter};
pub use key_order::{CursorError, Direction, KeyCursor, KeyOrder, KeySort};
pub use keys_page::{Count, KEYS_PAGE_MAX, KeyRow, KeysPage};
pub use ledger::LedgerRecord;
pub use ledger_page::{
    EntryDetail, EntryRow, LEDGER_PAGE_MAX, LedgerFilter, LedgerPage, SigningKeyRow, SubjectMeaning,
};
pub use ledger_rows::{Beside, LedgerEnd, LedgerPart};
pub use log_targets::LogTargetRow;
pub use notices::Notice;
pub use observations::{DriftRow, ObservationRow, REFUSALS_PAGE_MAX, RefusalRow};
pub use offboarding::{OffboardingRow, TenantHoldRow, TenantKeyRow, TenantWorkRow, WrappingKekRow};
pub use overview::{AgeBucket, DEK_AGE_BOUNDS_DAYS, DueKey, KekHistory, Overview, StatusCounts};
pub use people::{DeviceRow, HeldRole, OperatorKind, OperatorRow, OperatorStatus};
pub use protection::{PROTECTIVE_ACTS_PAGE_MAX, ProtectedKeyRow, ProtectedNow, ProtectiveActRow, Scope};
pub use requests::{EligibleRow, MaySignRow, RequestRow, SealRow};
pub use requests_page::{FolderCounts, REQUESTS_PAGE_MAX, RequestFolder, RequestsPage};
pub use retention::{ObservedRow, PruningBatch};
pub use review::{REVIEW_PAGE_MAX, ReviewCounts, ReviewItemRow, SignedOff};
pub use rules::{RULE_HISTORY_MAX, RuleOrigin, RuleVersionRow, RulesRow, SettingBounds};
pub use runs::{RunDirection, RunRow, StepRow, StepState};
pub use runs_page::{RUNS_PAGE_MAX, RunCounts, RunFolder, RunsPage};
pub use saved_views::SavedViewRow;
pub use schedule::{
    DUTY_RECORDS_MAX, DutyDone, DutyRecordRow, EndedIncidentRow, ScheduleRow, ScheduledDuty, UnknownDuty,
};
pub use shared_keys::{SHARED_KEYS_PAGE_MAX, SharedKeyRow};
pub use standing::{
    DutiesRow, EndedRoleRow, LapsedSealRow, LossState, LostDeviceRow, OPERATOR_EVENTS_MAX, OperatorEventRow,
    ProofOfLifeRow, UnmetQuorumRow, UnmetWhy,
};
pub use tenant_estate::{
    TENANT_ESTATES_PAGE_MAX, TenantCursor, TenantDetail, TenantEstatePage, TenantEstateRow, TenantKekRow, TenantStatus,
};
pub use tenants::{NAMES_MAX, TenantRow, TenantsPage};
pub use token_batches::TokenBatch;
pub use transition_review::{
    FindingBecomes, FindingRow, RefusalTally, ReviewSignatureRow, TRANSITION_REVIEWS_PAGE_MAX, TransitionReviewRow,
    TransitionStanding,
};
pub use violations::{VIOLATIONS_PAGE_MAX, ViolationCount, ViolationCursor, ViolationRow, ViolationsPage};
pub use wraps::{DekRow, DekScope, TokenId, TokenRow, WrapRow};
