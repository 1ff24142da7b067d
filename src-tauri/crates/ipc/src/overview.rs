//! The overview.

use serde::Serialize;
use ts_rs::TS;

use crate::{
    exceptions::ExceptionRowView,
    gate::GateView,
    keys::KeyRefView,
    people::PersonView,
    protect::UnconfirmedView,
    requests::RequestRowView,
    review::ReviewRowView,
    runs::RunRowView,
    scalar::{KeyState, KeyType, Micros},
    schedule::ScheduleRowView,
    settings::LogTargetView,
};

view! {
    /// What an operator sees first.
    pub struct OverviewView {
        /// By the register's clock.
        pub now: Micros,
        /// Keys in the register that are not destroyed.
        pub keys: u32,
        /// Of those that have a rotation rule, how many are within it.
        pub within_rule: u32,
        /// How many have a rotation rule.
        pub with_rule: u32,
        /// Rotations overdue.
        pub overdue: u32,
        /// Rotations due within 30 days.
        pub due_soon: u32,
        /// Requests that wait for a second seal.
        pub waiting_second_seal: u32,
        /// Requests that wait for this operator.
        pub for_me: u32,
        /// Approved and not started.
        pub approved_not_started: u32,
        /// Items of the review list that wait for a second person.
        pub reviews: u32,
        /// Rules broken by keys.
        pub violations: u32,
        /// What a pipeline would be told now; `None` where the gate could not be read, which blocks as well.
        pub gate: Option<GateView>,
        /// Differences between vault and register at the last discovery.
        pub drift: Option<u32>,
        /// When that was.
        pub discovered_at: Option<Micros>,
        /// What needs this operator now, most urgent first.
        pub needs: Vec<NeedView>,
        /// How many such things there are in all.
        pub needs_total: u32,
        /// Rotations by due date, earliest first: overdue and upcoming.
        pub due: Vec<DueKeyView>,
        /// Age of DEKs since their last rotation.
        pub dek_age: Vec<AgeBucketView>,
        /// DEKs counted there.
        pub deks: u32,
        /// Days after which a DEK's age should be looked at.
        pub dek_review_days: u32,
        /// Rotation history of KEKs.
        pub kek_history: Vec<KekHistoryView>,
    }
}

/// Something that needs an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "need", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum NeedView {
    /// A seal to give.
    Sign {
        /// On this request.
        request: RequestRowView,
    },
    /// An approved request to start.
    Start {
        /// This one.
        request: RequestRowView,
    },
    /// A run that stopped, is paused or failed.
    Run {
        /// This one.
        run: RunRowView,
    },
    /// An item of the review list that this operator may sign off.
    Review {
        /// This one.
        review: ReviewRowView,
    },
    /// A protective act that the vault has not confirmed yet.
    Confirm {
        /// Which.
        act: UnconfirmedView,
    },
    /// An exception that expired and is not answered, or ends soon.
    Exception {
        /// This one.
        exception: ExceptionRowView,
    },
    /// A rotation that is late.
    Overdue {
        /// Of this key.
        key: DueKeyView,
    },
    /// A target of the log stack takes nothing.
    LogTarget {
        /// This one.
        target: LogTargetView,
    },
    /// Something of the schedule is late, or is due within a week.
    Scheduled {
        /// Which.
        duty: ScheduleRowView,
    },
    /// Vault and register differ.
    Drift {
        /// In so many ways.
        count: u32,
        /// Found then.
        at: Micros,
    },
    /// The ledger has not been verified by this console, or is broken.
    Ledger {
        /// First bad entry, if any.
        broken_at: Option<u32>,
    },
}

view! {
    /// A key with its due date.
    pub struct DueKeyView {
        /// Which.
        pub key: KeyRefView,
        /// What it is.
        pub key_type: KeyType,
        /// Tenant and integration or secret name, for the second line.
        pub scope: String,
        /// When it must have been rotated.
        pub rotate_by: Micros,
        /// Days until then; negative when late.
        pub due_in_days: i32,
        /// Whether a request for it is open.
        pub requested: bool,
    }
}

view! {
    /// DEKs of about the same age.
    pub struct AgeBucketView {
        /// At least so many days.
        pub from_days: u32,
        /// Fewer than so many; `None` for the last.
        pub to_days: Option<u32>,
        /// How many.
        pub count: u32,
    }
}

view! {
    /// A KEK's rotations.
    pub struct KekHistoryView {
        /// Which.
        pub key: KeyRefView,
        /// Its state.
        pub state: KeyState,
        /// Versions, oldest first.
        pub versions: Vec<KekHistoryVersionView>,
        /// When the next is due.
        pub rotate_by: Option<Micros>,
        /// Days until then; negative when late.
        pub due_in_days: Option<i32>,
    }
}

view! {
    /// One version in a KEK's history.
    pub struct KekHistoryVersionView {
        /// Number.
        pub version: u32,
        /// Since when.
        pub since: Micros,
        /// Who sealed it; empty for one that came in by import or discovery.
        pub seals: Vec<PersonView>,
    }
}
