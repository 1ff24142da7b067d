//! Exceptions to the policy: what is excepted, until when, who accepted the risk, and what was the case when they did.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    keys::{KeyRefView, MayView, RequestLinkView},
    people::PersonView,
    requests::SealSlotView,
    scalar::{Cursor, Digest, ExceptionId, KeyState, KeyType, Micros, TenantId},
};

words! {
    /// Where an exception stands, by its facts and the register's clock. `Renewed`: ended by the exception that renews it.
    pub enum ExceptionState { Requested, Active, Expiring, Expired, Renewed, Closed, Revoked }
}

words! {
    /// A folder of the register of exceptions. `Open`: asked for, in force, or expired and not answered.
    pub enum ExceptionFolder { Open, Closed, All }
}

request! {
    /// One page of the register of exceptions, whatever needs an answer first.
    pub struct ExceptionsPageRequest {
        /// Which folder.
        pub folder: ExceptionFolder,
        /// Part of number, title, scope or owner; empty for all.
        pub text: String,
        /// Of this state alone.
        pub state: Option<ExceptionState>,
        /// From this clause alone.
        pub clause: Option<String>,
        /// Where to start.
        pub after: Option<Cursor>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of the register of exceptions.
    pub struct ExceptionsPageView {
        /// The rows.
        pub rows: Vec<ExceptionRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
        /// How many the filter leaves.
        pub matching: u32,
        /// How many are open.
        pub open: u32,
        /// How many have ended.
        pub closed: u32,
        /// By the register's clock.
        pub now: Micros,
        /// Clauses that an exception can be asked from.
        pub clauses: Vec<ClauseView>,
        /// Whether this operator may ask for one.
        pub ask: MayView,
    }
}

view! {
    /// A clause of the policy.
    pub struct ClauseView {
        /// As rules and plans call it.
        pub clause: String,
        /// As people cite it.
        pub cited: String,
        /// What it demands, in a few words.
        pub title: String,
        /// Longest term of an exception from it.
        pub term_days_max: u32,
    }
}

view! {
    /// An exception in the table.
    pub struct ExceptionRowView {
        /// Which.
        pub exception: ExceptionId,
        /// Its number, given when it is asked for.
        pub label: String,
        /// What is excepted, in a few words.
        pub title: String,
        /// From which clause.
        pub clause: ClauseView,
        /// What it covers. Types and tenants together mean keys that are both.
        pub terms: Vec<ScopeTermView>,
        /// Who sees to it that it ends.
        pub owner: String,
        /// Where it stands.
        pub state: ExceptionState,
        /// Seals given and missing.
        pub slots: Vec<SealSlotView>,
        /// Since when it is in force; for one that is asked for, when it was asked.
        pub since: Micros,
        /// When it ends.
        pub until: Micros,
        /// Whole days until then; negative when past.
        pub days_left: i32,
        /// Its request.
        pub request: RequestLinkView,
        /// Open request that would answer it: its renewal or its closing.
        pub answer: Option<AnswerView>,
        /// Whether this operator's seal is the one that is missing.
        pub waits_for_me: bool,
    }
}

view! {
    /// A request that would answer an exception.
    pub struct AnswerView {
        /// Which.
        pub request: RequestLinkView,
        /// Whether it renews; otherwise it closes.
        pub renews: bool,
    }
}

request! {
    /// Everything about one exception.
    pub struct ExceptionDetailRequest {
        /// Which.
        pub exception: ExceptionId,
    }
}

view! {
    /// Everything about one exception.
    pub struct ExceptionDetailView {
        /// The row.
        pub row: ExceptionRowView,
        /// Why.
        pub justification: String,
        /// What limits the risk meanwhile.
        pub controls: String,
        /// Who asked.
        pub requester: PersonView,
        /// When.
        pub requested_at: Micros,
        /// The risk's acceptance.
        pub acceptance: AcceptanceView,
        /// Keys it covered when it was decided upon, and how they stood.
        pub keys: Vec<CoveredKeyView>,
        /// How many in all.
        pub keys_total: u32,
        /// Its chain of renewals, the first one first, itself among them.
        pub chain: Vec<ChainLinkView>,
        /// How it ended.
        pub ended: Option<EndedView>,
        /// Ledger entry that put it into force.
        pub entry: Option<u32>,
        /// What this operator may do.
        pub acts: ExceptionActsView,
    }
}

/// What an exception covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "of", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum ScopeTermView {
    /// One key.
    Key {
        /// Which.
        key: KeyRefView,
    },
    /// Every key of a tenant.
    Tenant {
        /// Whose.
        tenant: TenantId,
        /// By name.
        name: String,
    },
    /// Every key of a type.
    Type {
        /// Which.
        key_type: KeyType,
    },
}

view! {
    /// The risk's acceptance: a seal of its own, in that authority.
    pub struct AcceptanceView {
        /// Who signed it; `None` while nobody has.
        pub by: Option<PersonView>,
        /// The words that are signed.
        pub words: String,
        /// When they signed; `None` while they have not.
        pub at: Option<Micros>,
        /// Ledger entry of their seal.
        pub entry: Option<u32>,
    }
}

view! {
    /// A key under an exception, as it stood when two people decided.
    pub struct CoveredKeyView {
        /// Which.
        pub key: KeyRefView,
        /// What it is.
        pub key_type: KeyType,
        /// Its state then, where it was recorded.
        pub state_then: Option<KeyState>,
        /// Its state now; `None` where the register no longer holds it.
        pub state_now: Option<KeyState>,
        /// Its version then.
        pub version_then: Option<u32>,
        /// Until when it was to be rotated then.
        pub rotate_by_then: Option<Micros>,
    }
}

view! {
    /// An exception in a chain of renewals.
    pub struct ChainLinkView {
        /// Which.
        pub exception: ExceptionId,
        /// Its number.
        pub label: String,
        /// Where it stands.
        pub state: ExceptionState,
        /// Since when.
        pub since: Micros,
        /// Until when it was granted.
        pub until: Micros,
        /// Who asked, and who accepted the risk.
        pub people: Vec<PersonView>,
    }
}

view! {
    /// How an exception ended.
    pub struct EndedView {
        /// How.
        pub how: ExceptionState,
        /// By whom, where by an act.
        pub by: Vec<PersonView>,
        /// When.
        pub at: Micros,
        /// The evidence for closing it, or why it was revoked.
        pub words: String,
        /// Ledger entry.
        pub entry: u32,
        /// The exception that renews it.
        pub renewed_by: Option<ChainLinkView>,
    }
}

view! {
    /// What this operator may do with an exception.
    pub struct ExceptionActsView {
        /// Ask for a further term.
        pub renew: MayView,
        /// Ask for its closing.
        pub close: MayView,
        /// End it at once.
        pub revoke: MayView,
    }
}

request! {
    /// What the form needs.
    pub struct ExceptionFormRequest {
        /// The exception that is to be renewed.
        pub renews: Option<ExceptionId>,
    }
}

view! {
    /// What the form offers.
    pub struct ExceptionFormView {
        /// By the register's clock.
        pub now: Micros,
        /// Clauses that an exception can be asked from.
        pub clauses: Vec<ClauseView>,
        /// Who may accept the risk of something this operator asks for.
        pub acceptors: Vec<PersonView>,
        /// The words that they sign.
        pub words: String,
        /// The exception that is to be renewed.
        pub renews: Option<ExceptionDetailView>,
        /// Whether this operator may ask.
        pub ask: MayView,
    }
}

/// What is to be covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "of", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum ScopeTerm {
    /// One key.
    Key {
        /// Which.
        key: crate::scalar::KeyId,
    },
    /// Every key of a tenant.
    Tenant {
        /// Whose.
        tenant: TenantId,
    },
    /// Every key of a type.
    Type {
        /// Which.
        key_type: KeyType,
    },
}

/// An exception as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct ExceptionWish {
    /// What is excepted, in a few words.
    pub title: String,
    /// From which clause.
    pub clause: String,
    /// What it covers. Types and tenants together mean keys that are both.
    pub terms: Vec<ScopeTerm>,
    /// Why the clause can't be met.
    pub justification: String,
    /// What limits the risk meanwhile.
    pub controls: String,
    /// Who sees to it that it ends.
    pub owner: String,
    /// When it ends.
    pub expires_at: Micros,
    /// The exception it renews.
    pub renews: Option<ExceptionId>,
}

request! {
    /// Ends an exception at once, under one name.
    pub struct ExceptionRevokeRequest {
        /// Which.
        pub exception: ExceptionId,
        /// Why.
        pub reason: String,
    }
}

view! {
    /// The whole register of exceptions, as it is looked at from time to time.
    pub struct RegisterReviewView {
        /// When this was read.
        pub at: Micros,
        /// The last sign-off.
        pub last: Option<RegisterReviewedView>,
        /// Days between two sign-offs, at most.
        pub every_days: u32,
        /// When the next is due; `None` before there is an exception.
        pub due_at: Option<Micros>,
        /// How the register stands, in figures.
        pub standing: RegisterStandingView,
        /// SHA-256 of every open record, as it is signed off.
        pub digest: Digest,
        /// Whether this operator may sign it off, and if not, why and who may.
        pub sign_off: MayView,
    }
}

view! {
    /// Figures of the register of exceptions.
    pub struct RegisterStandingView {
        /// Open in all: what the sign-off is about.
        pub open: u32,
        /// In force and not expiring.
        pub active: u32,
        /// In force, and their end is near.
        pub expiring: u32,
        /// Expired and not answered.
        pub expired: u32,
        /// Asked for.
        pub requested: u32,
    }
}

view! {
    /// A sign-off of the whole register.
    pub struct RegisterReviewedView {
        /// By whom.
        pub by: PersonView,
        /// When.
        pub at: Micros,
        /// How many records were open.
        pub open: u32,
        /// What they said.
        pub note: String,
        /// Ledger entry.
        pub entry: u32,
    }
}
