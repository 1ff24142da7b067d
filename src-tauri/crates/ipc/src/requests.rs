//! Requests and their seals.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    error::{DifferenceView, RefusalReason},
    keys::RunLinkView,
    operators::DutyKind,
    people::PersonView,
    plans::{CountView, OperationRequest, PlanView},
    runs::RunState,
    scalar::{Cursor, Decision, Digest, DraftId, HoldId, Micros, OperationKind, RequestId, ReviewId, Role},
    schedule::RecordedDuty,
    transitions::ReviewFinding,
};

request! {
    /// Computes a plan without keeping anything.
    pub struct PlanRequest {
        /// What for.
        pub operation: OperationRequest,
        /// Time to approve, from submission.
        pub approve_within_hours: u32,
        /// Time to execute, from submission.
        pub execute_within_hours: u32,
    }
}

request! {
    /// Writes a request, ready to be signed by its requester in the sign window.
    pub struct DraftRequest {
        /// What for.
        pub operation: OperationRequest,
        /// Why.
        pub reason: String,
        /// Change record.
        pub change_record: String,
        /// What is done if it goes wrong.
        pub rollback_plan: String,
        /// Time to approve, from submission.
        pub approve_within_hours: u32,
        /// Time to execute, from submission.
        pub execute_within_hours: u32,
    }
}

view! {
    /// A request waiting for its requester's seal.
    pub struct DraftView {
        /// Names it when opening the sign window.
        pub draft: DraftId,
        /// What would be signed.
        pub plan: PlanView,
    }
}

words! {
    /// A folder of the inbox.
    pub enum RequestFolder { ForMe, Mine, Open, Decided }
}

request! {
    /// One page of the inbox.
    pub struct RequestsPageRequest {
        /// Which folder.
        pub folder: RequestFolder,
        /// Where to start.
        pub after: Option<Cursor>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of the inbox.
    pub struct RequestsPageView {
        /// The rows.
        pub rows: Vec<RequestRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
        /// How many requests each folder has.
        pub counts: FolderCountsView,
    }
}

view! {
    /// How many requests each folder has.
    pub struct FolderCountsView {
        /// Wait for this operator's seal.
        pub for_me: u32,
        /// Asked for by this operator, still open.
        pub mine: u32,
        /// All that are open.
        pub open: u32,
        /// Decided, lapsed, expired or withdrawn.
        pub decided: u32,
    }
}

words! {
    /// Where a request stands. Derived from seals, clocks and the run.
    pub enum RequestState { Open, Approved, Rejected, Withdrawn, Lapsed, Expired, Executing, Executed, RolledBack, Failed }
}

view! {
    /// A request in a list.
    pub struct RequestRowView {
        /// Which.
        pub request: RequestId,
        /// Its number.
        pub label: String,
        /// What it asks for.
        pub operation: OperationKind,
        /// Name of the first thing it is about.
        pub subject: String,
        /// How many things it is about.
        pub targets: u32,
        /// Version before, where it makes a new one.
        pub version_before: Option<u32>,
        /// Version after, where it makes a new one.
        pub version_after: Option<u32>,
        /// What it touches, counted, by name.
        pub counts: Vec<CountView>,
        /// Where it stands.
        pub state: RequestState,
        /// Who asked.
        pub requester: PersonView,
        /// When.
        pub requested_at: Micros,
        /// Until when it may be approved.
        pub approve_by: Micros,
        /// Until when it may be executed.
        pub execute_by: Micros,
        /// Seals given and missing.
        pub slots: Vec<SealSlotView>,
        /// Whether this operator's seal is the one that is missing.
        pub waits_for_me: bool,
        /// Why it lapsed, in one line, if it did.
        pub lapsed_because: Option<DifferenceView>,
    }
}

/// A place for a seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "slot", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum SealSlotView {
    /// Given.
    Signed {
        /// By whom.
        by: PersonView,
        /// In which role.
        role: Role,
        /// When.
        at: Micros,
        /// With which device key.
        device_key: Digest,
        /// Ledger entry.
        entry: u32,
        /// Whether it is the requester's.
        requester: bool,
        /// Whether this console has verified the signature itself.
        verified: bool,
        /// Whether it no longer counts.
        void: bool,
    },
    /// Refused.
    Declined {
        /// By whom.
        by: PersonView,
        /// In which role.
        role: Role,
        /// When.
        at: Micros,
        /// Why.
        reason: String,
        /// Ledger entry.
        entry: u32,
    },
    /// This operator's to give.
    Mine {
        /// In which role.
        role: Role,
    },
    /// Missing, and not this operator's.
    Empty {
        /// Any of these roles.
        roles: Vec<Role>,
    },
}

request! {
    /// Everything about one request.
    pub struct RequestDetailRequest {
        /// Which.
        pub request: RequestId,
    }
}

view! {
    /// Everything about one request.
    pub struct RequestDetailView {
        /// The row.
        pub row: RequestRowView,
        /// What will be done.
        pub plan: PlanView,
        /// Why.
        pub reason: String,
        /// Change record.
        pub change_record: String,
        /// What is done if it goes wrong.
        pub rollback_plan: String,
        /// Seals needed, the requester's included.
        pub quorum: u32,
        /// Roles of which the countersigner must hold one.
        pub countersign_roles: Vec<Role>,
        /// Who may still sign.
        pub may_sign: Vec<PersonView>,
        /// Everyone who may not, with the reason.
        pub may_not_sign: Vec<MayNotView>,
        /// What this operator may do.
        pub actions: RequestActionsView,
        /// Its run, once started.
        pub run: Option<RunLinkView>,
        /// Where that run stands.
        pub run_state: Option<RunState>,
        /// Why it lapsed.
        pub differences: Vec<DifferenceView>,
        /// Ledger entries about it, oldest first.
        pub entries: Vec<u32>,
    }
}

view! {
    /// Someone who may not sign.
    pub struct MayNotView {
        /// Who.
        pub person: PersonView,
        /// Why.
        pub reason: RefusalReason,
    }
}

view! {
    /// What this operator may do with a request.
    pub struct RequestActionsView {
        /// Give the missing seal.
        pub countersign: crate::keys::MayView,
        /// Refuse it, for a reason.
        pub reject: crate::keys::MayView,
        /// Take it back.
        pub withdraw: crate::keys::MayView,
        /// Start its run.
        pub start: crate::keys::MayView,
    }
}

request! {
    /// Computes a request's plan again from live state.
    pub struct RecheckRequest {
        /// Which.
        pub request: RequestId,
    }
}

view! {
    /// What computing again found.
    pub struct RecheckView {
        /// When.
        pub at: Micros,
        /// How many seconds ago that is, by the host's clock.
        pub seconds_ago: u32,
        /// Empty when nothing changed.
        pub differences: Vec<DifferenceView>,
    }
}

request! {
    /// Takes a request back.
    pub struct WithdrawRequest {
        /// Which.
        pub request: RequestId,
        /// Why.
        pub reason: String,
    }
}

/// What the sign window is opened for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "sign", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum SignSubject {
    /// The requester's own seal on a draft.
    Draft {
        /// Which.
        draft: DraftId,
    },
    /// A decision on a request.
    Request {
        /// Which.
        request: RequestId,
        /// Which decision.
        decision: Decision,
    },
    /// A second person's sign-off on an item of the review list.
    Review {
        /// Which.
        review: ReviewId,
    },
    /// A second person's sign-off on the whole register of exceptions.
    Register {
        /// SHA-256 of the records as they were shown.
        digest: Digest,
    },
    /// A checkpoint of the ledger: made, or cosigned as the newest one that another person made.
    Checkpoint {
        /// Whether it is cosigned.
        cosign: bool,
    },
    /// A lead's signature under the review of key state transitions, and with it under the ledger's checkpoint.
    Transitions {
        /// The last entry that the list reaches to.
        until: u32,
        /// SHA-256 of the list as it was shown.
        digest: Digest,
        /// As which lead.
        role: Role,
        /// What was found.
        findings: Vec<ReviewFinding>,
    },
    /// The record of a policy review or an audit.
    Record {
        /// Which.
        duty: RecordedDuty,
        /// The incident that an audit follows.
        incident: Option<HoldId>,
        /// Name of the document that is the evidence.
        evidence_name: String,
        /// Its SHA-256.
        evidence_digest: Digest,
    },
    /// A sign of life of the operator themselves.
    Duty {
        /// Which.
        duty: DutyKind,
    },
}

request! {
    /// Opens the sign window. What it shows it reads itself, from the host, by this id.
    pub struct OpenSignWindowRequest {
        /// For what.
        pub subject: SignSubject,
    }
}
