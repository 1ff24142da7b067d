//! Runs.

use serde::Serialize;
use ts_rs::TS;

use crate::{
    keys::{MayView, RequestLinkView},
    people::PersonView,
    scalar::{CertificateId, Cursor, Micros, OperationKind, RequestId, RunId},
};

request! {
    /// Starts the run of an approved request.
    pub struct RunStartRequest {
        /// Which request.
        pub request: RequestId,
    }
}

request! {
    /// One run.
    pub struct RunRequest {
        /// Which.
        pub run: RunId,
    }
}

request! {
    /// Goes back to the version before.
    pub struct RunRollbackRequest {
        /// Which run.
        pub run: RunId,
        /// Why.
        pub reason: String,
    }
}

words! {
    /// A folder of the runs screen.
    pub enum RunFolder { Active, Finished }
}

request! {
    /// One page of runs, newest first.
    pub struct RunsPageRequest {
        /// Which folder.
        pub folder: RunFolder,
        /// Where to start.
        pub after: Option<Cursor>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of runs.
    pub struct RunsPageView {
        /// The rows.
        pub rows: Vec<RunRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
        /// Runs under way.
        pub active: u32,
        /// Runs finished.
        pub finished: u32,
    }
}

words! {
    /// Where a run stands. `Stopped`: its console went away and its lease has lapsed; anyone eligible can go on.
    ///
    /// `ReclaimPending`: everything is zeroed, the tables wait for a quiet hour to be rewritten. `AwaitingPurge`: the vault has
    /// deleted it and purges at its own date. Both may take days, and nobody's console need be there meanwhile.
    pub enum RunState {
        Running, Pausing, Paused, Grace, ReclaimPending, AwaitingPurge, Stopped, RollingBack, Finished, RolledBack, Failed,
    }
}

view! {
    /// A run in a list.
    pub struct RunRowView {
        /// Which.
        pub run: RunId,
        /// Its number.
        pub label: String,
        /// What it does.
        pub operation: OperationKind,
        /// Name of the first thing it is about.
        pub subject: String,
        /// How many things it is about.
        pub targets: u32,
        /// Version after, where it makes a new one.
        pub version_after: Option<u32>,
        /// Where it stands.
        pub state: RunState,
        /// The step it is at.
        pub step: StepKind,
        /// Units of that step done.
        pub done: u32,
        /// Units of that step in all.
        pub total: u32,
        /// Who started it.
        pub started_by: PersonView,
        /// When.
        pub started_at: Micros,
        /// When it ended.
        pub finished_at: Option<Micros>,
        /// Until when it waits, where it waits and that is known.
        pub waits_until: Option<Micros>,
        /// Its request.
        pub request: RequestLinkView,
        /// Who sealed it.
        pub seals: Vec<PersonView>,
    }
}

words! {
    /// A step of a run.
    pub enum StepKind {
        Compare, CreateVersion, CreateKey, Rewrap, Prove, Grace, DisableOld, Register, Close, Restore, EnableOld, DisableNew,
        ReplaceDek, Reencrypt, ReencryptBack, EraseOld, EraseNew, Deactivate, DeleteTokens, EraseWraps, Reclaim,
        DeleteFromVault, AwaitPurge, ProveAbsent, Recover, EnableVersions, Activate, Lift, Apply,
    }
}

words! {
    /// Where a step stands.
    pub enum StepState { Waiting, Running, Done, Failed, Skipped }
}

view! {
    /// A step.
    pub struct StepView {
        /// Which.
        pub kind: StepKind,
        /// Where it stands.
        pub state: StepState,
        /// Version it is about.
        pub version: Option<u32>,
        /// Units done.
        pub done: Option<u32>,
        /// Units in all.
        pub total: Option<u32>,
        /// When it began.
        pub started_at: Option<Micros>,
        /// When it ended.
        pub finished_at: Option<Micros>,
        /// How long it took.
        pub took_ms: Option<u32>,
        /// Until when it waits: the end of the grace period, the vault's purge date, the next quiet hour.
        pub until: Option<Micros>,
        /// What was proven.
        pub evidence: Vec<EvidenceView>,
        /// Ledger entry of its outcome.
        pub entry: Option<u32>,
    }
}

view! {
    /// One fact that a step proved.
    pub struct EvidenceView {
        /// What kind of fact. The window has words for those it knows and shows the others as they are.
        pub fact: String,
        /// Its value.
        pub value: String,
        /// Ledger entry.
        pub entry: Option<u32>,
    }
}

view! {
    /// Pace of a run.
    pub struct PaceView {
        /// Units a second.
        pub rate_per_s: u32,
        /// Seconds left at that rate.
        pub left_s: Option<u32>,
        /// Share of the vault's limit that may be used.
        pub budget_percent: u32,
        /// Operations used in the last ten seconds.
        pub used_in_window: u32,
        /// Operations allowed in ten seconds by the vault's limit.
        pub limit_in_window: u32,
        /// Times the vault asked for patience.
        pub throttled: u32,
        /// Batch under way, from 1.
        pub batch: u32,
        /// Batches in all.
        pub batches: u32,
    }
}

/// What would hold if the run stopped now: the sentence a person needs before pulling a plug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct StandingView {
    /// DEKs that open with the new version.
    pub on_new: u32,
    /// DEKs that open with the old version.
    pub on_old: u32,
    /// Version before.
    pub old_version: Option<u32>,
    /// Version after, where it makes a new one.
    pub new_version: Option<u32>,
    /// Whether the old version is enabled.
    pub old_enabled: bool,
    /// Who could go on.
    pub may_continue: Vec<PersonView>,
}

view! {
    /// Everything about one run.
    pub struct RunDetailView {
        /// The row.
        pub row: RunRowView,
        /// Its steps, in order.
        pub steps: Vec<StepView>,
        /// Pace, while it works.
        pub pace: Option<PaceView>,
        /// What would hold if it stopped now.
        pub standing: StandingView,
        /// Whose console executes it.
        pub executed_by: Option<PersonView>,
        /// Whether that is this console.
        pub here: bool,
        /// Until when its lease runs.
        pub lease_until: Option<Micros>,
        /// Seconds since its lease was renewed.
        pub lease_renewed_s_ago: Option<u32>,
        /// Whom it was taken over from, last.
        pub taken_over_from: Option<PersonView>,
        /// Wraps that were proven again when it was taken over.
        pub proven_at_take_over: Option<u32>,
        /// Ledger entries, newest first, the last few.
        pub evidence: Vec<RunEntryView>,
        /// How many there are.
        pub evidence_total: u32,
        /// What this operator may do.
        pub actions: RunActionsView,
        /// What stopped it, where it failed.
        pub failure: Option<RunFailure>,
        /// Its certificate of destruction, once issued.
        pub certificate: Option<CertificateLinkView>,
        /// Whether it is one that ends with a certificate.
        pub certifies: bool,
    }
}

view! {
    /// A certificate, by number.
    pub struct CertificateLinkView {
        /// Which.
        pub certificate: CertificateId,
        /// Its number.
        pub label: String,
    }
}

view! {
    /// A ledger entry of a run.
    pub struct RunEntryView {
        /// Its number.
        pub entry: u32,
        /// Its verb.
        pub verb: String,
        /// The step it belongs to.
        pub step: Option<StepKind>,
        /// How many things it covers.
        pub count: Option<u32>,
        /// When.
        pub at: Micros,
    }
}

view! {
    /// What this operator may do with a run.
    pub struct RunActionsView {
        /// Stop after the present batch.
        pub pause: MayView,
        /// Go on.
        pub resume: MayView,
        /// Go back to the version before.
        pub rollback: MayView,
    }
}

words! {
    /// What can stop a run.
    pub enum RunFailure {
        CheckValueMismatch, CanaryRefused, VaultForbidden, VaultUnavailable, RegisterUnavailable, LedgerNotWritten, SealsLapsed,
        LeaseLost, VersionUnexpected, Held, StillThere, CameBack, TokenUnreadable, Blocked, Internal,
    }
}
