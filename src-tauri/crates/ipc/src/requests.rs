//! Requests, plans, seals.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    error::{DifferenceView, RefusalReason},
    keys::{KeyRefView, RunLinkView},
    offboarding::ErasureView,
    people::PersonView,
    protect::Scope,
    runs::RunState,
    scalar::{
        Classification, Cursor, Decision, Digest, DraftId, HoldId, KeyId, Micros, OperationKind, RequestId, ReviewId,
        Role, RotationTrigger, TenantId,
    },
};

/// What exactly is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "operation", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum OperationRequest {
    /// A new version of a KEK, every DEK re-wrapped, the old version disabled.
    RotateKek {
        /// Which.
        key: KeyId,
        /// How long the old version stays enabled afterwards.
        grace_seconds: u32,
    },
    /// A new KEK in the vault.
    CreateKek {
        /// Its name in the vault.
        name: String,
        /// RSA length.
        bits: u32,
        /// Owner.
        owner: String,
        /// Purpose.
        purpose: String,
        /// How sensitive what it protects will be.
        classification: Classification,
        /// The tenant whose own it is, by name; `None` where tenants share it.
        tenant: Option<String>,
    },
    /// New DEKs, every token under the old ones re-encrypted, the old wraps erased.
    RotateDek {
        /// Which.
        keys: Vec<KeyId>,
        /// Why.
        trigger: RotationTrigger,
    },
    /// A new value of a secret in the vault, generated there or by the console, the old one disabled after an overlap.
    RotateSecret {
        /// Which.
        key: KeyId,
        /// How long the old value stays enabled afterwards.
        overlap_seconds: u32,
    },
    /// The end of DEKs and of the tokens under them.
    DestroyDek {
        /// Which.
        keys: Vec<KeyId>,
        /// Hours of the day in UTC in which the tables may be rewritten, which locks them; `None` for any.
        reclaim: Option<HoursWish>,
    },
    /// The end of a KEK that nothing depends on.
    DestroyKek {
        /// Which.
        key: KeyId,
        /// When it is purged.
        purge: PurgeWish,
    },
    /// The end of a secret in the vault.
    DestroySecret {
        /// Which.
        key: KeyId,
        /// When it is purged.
        purge: PurgeWish,
    },
    /// The end of everything of a tenant.
    OffboardTenant {
        /// Whose.
        tenant: TenantId,
        /// When what lies in the vault is purged.
        purge: PurgeWish,
        /// Hours of the day in UTC in which the tables may be rewritten, which locks them; `None` for any.
        reclaim: Option<HoursWish>,
    },
    /// A deleted KEK comes back.
    RecoverKek {
        /// Which.
        key: KeyId,
    },
    /// Keys, or everything of a tenant, serve again.
    Reactivate {
        /// What was suspended.
        scope: Scope,
    },
    /// A hold ends.
    LiftHold {
        /// Which.
        hold: HoldId,
    },
}

words! {
    /// When what was deleted in a vault is purged.
    pub enum PurgeWish { AtOnce, Scheduled }
}

/// Hours of the day, in UTC: from the beginning of the first to the beginning of the second, over midnight where that is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct HoursWish {
    /// The first.
    pub first: u32,
    /// The one that is no longer among them.
    pub last: u32,
}

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

view! {
    /// What exactly will be done.
    pub struct PlanView {
        /// Which operation.
        pub operation: OperationKind,
        /// The key it is about; `None` while it does not exist.
        pub key: Option<KeyRefView>,
        /// Name of the key it is about.
        pub subject: String,
        /// Everything it acts on, by name and version.
        pub targets: Vec<TargetView>,
        /// How it acts, by name: what is signed, whole.
        pub parameters: Vec<ParameterView>,
        /// Version before, where it makes a new one.
        pub version_before: Option<u32>,
        /// Version after, where it makes a new one.
        pub version_after: Option<u32>,
        /// Whether what it does cannot be undone.
        pub destroys: bool,
        /// Host of the vault.
        pub vault_host: String,
        /// Now and after, field by field, unchanged ones last.
        pub changes: Vec<ChangeView>,
        /// What it costs and touches.
        pub impact: ImpactView,
        /// How strong the erasure is, for an operation that erases: stated before anyone signs.
        pub erasure: Option<ErasureView>,
        /// Algorithm of the version that will be made.
        pub algorithm: String,
        /// How long the old version stays enabled.
        pub grace_seconds: u32,
        /// When it was computed.
        pub planned_at: Micros,
        /// SHA-256 of the plan: what is signed. `None` for a preview, which cannot be signed.
        pub plan_hash: Option<Digest>,
        /// SHA-256 of everything it depends on.
        pub state_digest: Digest,
    }
}

view! {
    /// Something a plan acts on.
    pub struct TargetView {
        /// Its record, where it has one.
        pub id: String,
        /// Its name, as it was signed.
        pub name: String,
        /// Version it acts on; empty where there is none.
        pub version: String,
    }
}

view! {
    /// One parameter of a plan, as it was signed.
    pub struct ParameterView {
        /// Its name.
        pub name: String,
        /// Its value.
        pub value: String,
    }
}

view! {
    /// One line of the difference, as it was signed.
    pub struct ChangeView {
        /// Of what.
        pub subject: String,
        /// Which property. The window has words for those it knows and shows the others as they are: nothing signed is hidden.
        pub field: String,
        /// Value now; empty where there is none.
        pub before: String,
        /// Value after; empty where there is none.
        pub after: String,
        /// Whether it changes.
        pub kind: ChangeKind,
    }
}

words! {
    /// What happens to a line's value.
    pub enum ChangeKind { Add, Change, Destroy, Same }
}

view! {
    /// Figures of a plan.
    pub struct ImpactView {
        /// What it touches, counted, by name.
        pub counts: Vec<CountView>,
        /// Operations in the vault.
        pub vault_operations: u32,
        /// Seconds it should take at the configured budget.
        pub estimated_seconds: u32,
        /// Share of the vault's limit that may be used; 0 where the plan names none.
        pub budget_percent: u32,
    }
}

view! {
    /// A figure, by name.
    pub struct CountView {
        /// Of what.
        pub name: String,
        /// How many.
        pub count: u32,
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
}

request! {
    /// Opens the sign window. What it shows it reads itself, from the host, by this id.
    pub struct OpenSignWindowRequest {
        /// For what.
        pub subject: SignSubject,
    }
}
