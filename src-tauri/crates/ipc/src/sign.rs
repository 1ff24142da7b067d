//! The sign window: what is about to be signed, from backend data, and the fresh unlock.

use serde::Serialize;
use ts_rs::TS;

use crate::{
    app::CustodyHeadView,
    error::DifferenceView,
    exceptions::RegisterReviewView,
    operators::DutyKind,
    people::PersonView,
    plans::PlanView,
    requests::SealSlotView,
    review::ReviewDetailView,
    scalar::{Decision, Digest, Micros, Passphrase, RequestId, Role},
    schedule::RecordedDuty,
    transitions::{FindingView, GroupCountView},
};

/// What the sign window was opened for. Read by the host for the window that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "what", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum SignContextView {
    /// A seal on a plan.
    Plan {
        /// Everything it says.
        statement: SignPlanView,
    },
    /// A sign-off on an item of the review list.
    Review {
        /// Everything it says.
        statement: SignReviewView,
    },
    /// A sign-off on the whole register of exceptions.
    Register {
        /// Everything it says.
        statement: SignRegisterView,
    },
    /// A checkpoint of the ledger.
    Checkpoint {
        /// Everything it says.
        statement: SignCheckpointView,
    },
    /// A lead's signature under the review of key state transitions.
    Transitions {
        /// Everything it says.
        statement: SignTransitionsView,
    },
    /// The record of a policy review or an audit.
    Record {
        /// Everything it says.
        statement: SignRecordView,
    },
    /// A rehearsal signature, or the acknowledgement of duties.
    Duty {
        /// Everything it says.
        statement: SignDutyView,
    },
}

view! {
    /// A checkpoint, as it is made or cosigned.
    pub struct SignCheckpointView {
        /// The custody.
        pub custody: CustodyHeadView,
        /// Whether another person made it.
        pub cosigns: bool,
        /// Who made it; `None` for one that is being made.
        pub made_by: Option<PersonView>,
        /// Name of the ledger in its checkpoints.
        pub origin: String,
        /// Number of its last entry.
        pub size: u32,
        /// Root of the tree over its entries.
        pub root: Digest,
        /// Number of the last entry of the checkpoint before, 0 where there is none.
        pub since: u32,
        /// Number of the last entry of the checkpoint that this computer keeps, from which this one was proven to have grown; 0 where it
        /// keeps none.
        pub kept: u32,
        /// Who is about to sign.
        pub signer: PersonView,
        /// In which role.
        pub role: Role,
        /// With which device key.
        pub device_key: Digest,
        /// SHA-256 of the checkpoint's text.
        pub statement_hash: Digest,
    }
}

view! {
    /// A review of key state transitions, as a lead signs it.
    pub struct SignTransitionsView {
        /// The custody.
        pub custody: CustodyHeadView,
        /// Entries up to this one were looked at before.
        pub after: u32,
        /// The last entry under the checkpoint.
        pub until: u32,
        /// Entries on the list.
        pub items: u32,
        /// Of which groups.
        pub groups: Vec<GroupCountView>,
        /// SHA-256 of the list.
        pub digest: Digest,
        /// Root of the checkpoint.
        pub root: Digest,
        /// Who signed first; `None` for the first lead's own signature.
        pub first: Option<PersonView>,
        /// What was found, by both.
        pub findings: Vec<FindingView>,
        /// Who is about to sign.
        pub signer: PersonView,
        /// As which lead.
        pub role: Role,
        /// With which device key.
        pub device_key: Digest,
        /// SHA-256 of all of this.
        pub statement_hash: Digest,
    }
}

view! {
    /// A policy review or an audit, as it is recorded.
    pub struct SignRecordView {
        /// The custody.
        pub custody: CustodyHeadView,
        /// Which.
        pub duty: RecordedDuty,
        /// The incident that it follows.
        pub incident: Option<String>,
        /// Name of the document that is the evidence.
        pub evidence_name: String,
        /// Its SHA-256.
        pub evidence_digest: Digest,
        /// Who is about to sign.
        pub signer: PersonView,
        /// In which role.
        pub role: Role,
        /// With which device key.
        pub device_key: Digest,
        /// SHA-256 of all of this.
        pub statement_hash: Digest,
    }
}

view! {
    /// What an operator signs about themselves.
    pub struct SignDutyView {
        /// The custody.
        pub custody: CustodyHeadView,
        /// Which of the two.
        pub duty: DutyKind,
        /// The words that are signed, paragraph by paragraph.
        pub words: Vec<String>,
        /// Version of the words; empty for a rehearsal.
        pub version: String,
        /// Who is about to sign.
        pub signer: PersonView,
        /// In which role.
        pub role: Role,
        /// With which device key.
        pub device_key: Digest,
        /// SHA-256 of what will be signed.
        pub statement_hash: Digest,
        /// When it was given last.
        pub last: Option<Micros>,
    }
}

view! {
    /// An item of the review list, as it is signed off.
    pub struct SignReviewView {
        /// The custody.
        pub custody: CustodyHeadView,
        /// The item.
        pub item: ReviewDetailView,
        /// Who is about to sign.
        pub signer: PersonView,
        /// In which role.
        pub role: Role,
        /// With which device key.
        pub device_key: Digest,
        /// SHA-256 of the statement that will be signed.
        pub statement_hash: Digest,
    }
}

view! {
    /// The whole register of exceptions, as it is signed off.
    pub struct SignRegisterView {
        /// The custody.
        pub custody: CustodyHeadView,
        /// How the register stands.
        pub review: RegisterReviewView,
        /// Who is about to sign.
        pub signer: PersonView,
        /// In which role.
        pub role: Role,
        /// With which device key.
        pub device_key: Digest,
        /// SHA-256 of the records that are signed off.
        pub statement_hash: Digest,
    }
}

view! {
    /// A plan, as it is signed.
    pub struct SignPlanView {
        /// What kind of signature.
        pub act: SignAct,
        /// Number of the request; `None` while it has none.
        pub label: Option<String>,
        /// The custody.
        pub custody: CustodyHeadView,
        /// What will be done.
        pub plan: PlanView,
        /// Who asked.
        pub requester: PersonView,
        /// When; `None` for a draft.
        pub requested_at: Option<Micros>,
        /// Why.
        pub reason: String,
        /// Change record.
        pub change_record: String,
        /// What is done if it goes wrong.
        pub rollback_plan: String,
        /// Until when it may be approved.
        pub approve_by: Micros,
        /// Until when it may be executed.
        pub execute_by: Micros,
        /// Seals needed.
        pub quorum: u32,
        /// Seals given and missing.
        pub slots: Vec<SealSlotView>,
        /// Who is about to sign.
        pub signer: PersonView,
        /// In which role.
        pub role: Role,
        /// With which device key.
        pub device_key: Digest,
        /// SHA-256 of the statement that will be signed.
        pub plan_hash: Digest,
        /// When the plan was computed again from live state.
        pub rechecked_at: Micros,
        /// What the signer must type, letter by letter, before it can be signed; `None` where nothing.
        pub type_this: Option<String>,
        /// Differences found then; when there are any, nothing can be signed.
        pub differences: Vec<DifferenceView>,
        /// Raw texts that contain characters a reader could mistake, escaped; empty when there are none.
        pub escaped: Vec<EscapedTextView>,
    }
}

view! {
    /// A text that could be misread, with its escaped form.
    pub struct EscapedTextView {
        /// Which field.
        pub field: String,
        /// The text with every unusual character escaped.
        pub escaped: String,
    }
}

/// What kind of signature the window is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum SignAct {
    /// The requester submits.
    Submit,
    /// A second person decides.
    Decide {
        /// Which decision the window was opened for.
        decision: Decision,
    },
}

request! {
    /// Unlocks the device key for this one seal and signs.
    pub struct SignConfirmRequest {
        /// The hash that the reader saw; refused if it is not what would be signed.
        pub plan_hash: Digest,
        /// Why, for a rejection; what was looked at, for a sign-off; empty otherwise.
        pub reason: String,
        /// What the signer typed to say that they know what this is about; refused if it differs from what was asked.
        pub typed: Option<String>,
        /// Passphrase of the signer's device key.
        pub passphrase: Passphrase,
    }
}

view! {
    /// What was sealed.
    pub struct SealedView {
        /// The request; `None` for a sign-off.
        pub request: Option<RequestId>,
        /// Its number, or what was signed off.
        pub label: String,
        /// The decision; `None` when it was submitted.
        pub decision: Option<Decision>,
        /// Ledger entry.
        pub entry: u32,
        /// Seals still missing.
        pub missing: u32,
    }
}
