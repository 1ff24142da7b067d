//! The review of key state transitions: what two leads look through every two weeks, and sign the ledger's checkpoint with.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    keys::{MayView, RequestLinkView},
    people::PersonView,
    scalar::{Digest, HoldId, KeyId, Micros, RequestId, Role, RunId},
};

words! {
    /// What belongs together on the list, in the order in which it is worked through.
    pub enum TransitionGroup {
        Requests, Runs, Keys, Protection, Destruction, Exceptions, People, Refusals, Rules, Reviews, Other,
    }
}

view! {
    /// What is to be reviewed now: by the first lead, or by the second one after the first has signed.
    pub struct TransitionReviewView {
        /// By the register's clock.
        pub now: Micros,
        /// Entries up to this one were looked at before.
        pub after: u32,
        /// The last entry that the list reaches to.
        pub until: u32,
        /// When the last review was closed; `None` before there was one.
        pub last_at: Option<Micros>,
        /// How often it is due, in days.
        pub every_days: u32,
        /// When it is due.
        pub due_at: Micros,
        /// What is on the list, by number.
        pub items: Vec<TransitionItemView>,
        /// Entries of the period that nobody has to look at.
        pub routine: u32,
        /// What was refused in the period, by login and reason.
        pub refusals: Vec<RefusalTallyView>,
        /// Entries of the period that wait for a second person's look: nothing is signed before.
        pub looks_missing: Vec<u32>,
        /// SHA-256 of the list, as it is signed.
        pub digest: Digest,
        /// The first lead's signature, where it waits for the second one.
        pub signed: Option<ReviewSignatureView>,
        /// What the first lead found.
        pub found: Vec<FindingView>,
        /// In which role this operator would sign.
        pub role: Option<Role>,
        /// Whether this operator may sign it, and if not, why and who may.
        pub sign: MayView,
        /// Incidents that a finding can name.
        pub incidents: Vec<IncidentChoiceView>,
        /// Requests for exceptions that a finding can name.
        pub exceptions: Vec<RequestLinkView>,
    }
}

view! {
    /// An entry on the list.
    pub struct TransitionItemView {
        /// Its number.
        pub entry: u32,
        /// Where it belongs.
        pub group: TransitionGroup,
        /// Its verb.
        pub verb: String,
        /// Upon what, by name.
        pub subject: String,
        /// Who.
        pub by: PersonView,
        /// When.
        pub at: Micros,
        /// Why, in their words.
        pub reason: String,
        /// How many rows it is about, where it is about many.
        pub count: Option<u32>,
        /// Its key, where it is about one.
        pub key: Option<KeyId>,
        /// Its request.
        pub request: Option<RequestId>,
        /// Its run.
        pub run: Option<RunId>,
    }
}

view! {
    /// Refusals of one kind.
    pub struct RefusalTallyView {
        /// Login that tried.
        pub login: String,
        /// What it called.
        pub function: String,
        /// Why it was refused, in the register's word.
        pub code: String,
        /// How often.
        pub count: u32,
    }
}

view! {
    /// A lead's signature under a review.
    pub struct ReviewSignatureView {
        /// Who.
        pub by: PersonView,
        /// As which lead.
        pub role: Role,
        /// When.
        pub at: Micros,
        /// What they said.
        pub note: String,
        /// Ledger entry.
        pub entry: u32,
    }
}

view! {
    /// An incident that a finding can name.
    pub struct IncidentChoiceView {
        /// The hold that keeps its evidence.
        pub hold: HoldId,
        /// As people call it.
        pub label: String,
    }
}

/// What a finding becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum FindingBecomes {
    /// Nothing but its words.
    Note,
    /// An incident.
    Incident {
        /// The hold that keeps its evidence.
        hold: HoldId,
    },
    /// A request for an exception.
    Exception {
        /// Which.
        request: RequestId,
    },
}

/// What a reviewer found, as they hand it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct ReviewFinding {
    /// The entry that it is about, where it is about one.
    pub about: Option<u32>,
    /// What it becomes.
    pub becomes: FindingBecomes,
    /// In words.
    pub words: String,
}

view! {
    /// What a reviewer found, on record or about to be.
    pub struct FindingView {
        /// The entry that it is about, where it is about one.
        pub about: Option<u32>,
        /// What it becomes.
        pub becomes: FindingBecomes,
        /// As people call that; empty for a note.
        pub reference: String,
        /// In words.
        pub words: String,
        /// Ledger entry of the reviewer who said so; `None` before they sign.
        pub entry: Option<u32>,
    }
}

view! {
    /// Reviews of the past, newest first.
    pub struct TransitionHistoryView {
        /// At most a hundred.
        pub reviews: Vec<PastReviewView>,
    }
}

view! {
    /// A review of the past.
    pub struct PastReviewView {
        /// Entries up to this one were in the review before.
        pub after: u32,
        /// Its checkpoint's last entry.
        pub until: u32,
        /// Entries on its list.
        pub items: u32,
        /// SHA-256 of the list.
        pub digest: Digest,
        /// Root of its checkpoint.
        pub root: Digest,
        /// The first lead's.
        pub signed: ReviewSignatureView,
        /// The second lead's; `None` where it was never closed.
        pub closed: Option<ReviewSignatureView>,
        /// Whether every signature under its checkpoint verifies with keys that the ledger certifies.
        pub holds: bool,
        /// What both found.
        pub findings: Vec<FindingView>,
    }
}

view! {
    /// How many items a group has.
    pub struct GroupCountView {
        /// Which.
        pub group: TransitionGroup,
        /// How many.
        pub items: u32,
    }
}
