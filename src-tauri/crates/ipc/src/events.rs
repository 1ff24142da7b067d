//! What the host tells the window without being asked. One event name, `host`, carries them all.

use serde::Serialize;
use ts_rs::TS;

use crate::{
    scalar::{Decision, ExceptionId, Micros, RequestId, RunId},
    table::CacheTag,
};

/// Name of the one event.
pub const HOST_EVENT: &str = "host";

/// A message from the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum HostEvent {
    /// What was read under these tags may be stale.
    Changed {
        /// Which.
        tags: Vec<CacheTag>,
    },
    /// A task moved on.
    Progress(ProgressView),
    /// A request or its decision was sealed in the sign window.
    Sealed {
        /// The request; `None` for a sign-off on the review list.
        request: Option<RequestId>,
        /// Its number, or what was signed off.
        label: String,
        /// What was said; `None` when the request itself was submitted.
        decision: Option<Decision>,
    },
    /// The console was locked.
    Locked {
        /// Why.
        reason: LockReason,
    },
    /// An exception ends soon: told once for each of the days at which people are reminded.
    Reminder {
        /// Which.
        exception: ExceptionId,
        /// Its number.
        label: String,
        /// What it is about.
        title: String,
        /// When it ends.
        until: Micros,
    },
    /// A run ended or needs someone.
    RunMoved {
        /// Which.
        run: RunId,
    },
}

view! {
    /// How far a task is.
    pub struct ProgressView {
        /// Which task.
        pub task: Task,
        /// What is being done now.
        pub stage: Stage,
        /// Units done.
        pub done: u32,
        /// Units in all, where known.
        pub total: Option<u32>,
        /// Units a second over the last seconds.
        pub rate_per_s: Option<u32>,
        /// Estimated seconds left.
        pub left_s: Option<u32>,
        /// When this was measured.
        pub at: Micros,
    }
}

words! {
    /// A task that takes more than a moment.
    pub enum Task { Protect, Sweep, OpenLocal, Found, Import, Discovery, SampleLoad, CreateDeks, LedgerVerify, LedgerExport, Run }
}

words! {
    /// What part of a task is under way.
    pub enum Stage {
        Register, Vault, Schema, DeviceKeys, FoundingEntry, Tenants, Keks, Deks, Tokens, Rows, VaultObjects, Comparison, Entries,
        Signatures, Steps,
    }
}

words! {
    /// Why the console is locked.
    pub enum LockReason { Started, Asked, Idle, SessionEnded, Suspended }
}
