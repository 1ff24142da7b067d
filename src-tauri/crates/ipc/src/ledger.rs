//! The ledger's screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    certificates::SavedFileView,
    error::{LedgerAlarm, LedgerFault},
    keys::MayView,
    people::PersonView,
    scalar::{Digest, KeyId, Micros, OperatorId, RequestId, RunId, TenantId},
};

/// Which entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct LedgerFilter {
    /// Any of these verbs; empty for all.
    pub verbs: Vec<String>,
    /// By this actor.
    pub actor: Option<OperatorId>,
    /// About this subject.
    pub subject: Option<LedgerSubject>,
    /// Part of the subject or purpose.
    pub text: String,
    /// Not before.
    pub since: Option<Micros>,
    /// Before.
    pub until: Option<Micros>,
}

/// A subject as entries name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct LedgerSubject {
    /// Its kind.
    pub kind: String,
    /// Its name or id, as recorded.
    pub name: String,
}

request! {
    /// One page of the ledger, newest first.
    pub struct LedgerPageRequest {
        /// Which entries.
        pub filter: LedgerFilter,
        /// Only entries below this number; `None` for the newest.
        pub before: Option<u32>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of the ledger.
    pub struct LedgerPageView {
        /// The rows.
        pub rows: Vec<LedgerRowView>,
        /// Where the next page starts.
        pub next_before: Option<u32>,
        /// Entries that match, as far as counted.
        pub matching: u32,
        /// Last entry.
        pub head: u32,
        /// When the first was written.
        pub since: Option<Micros>,
        /// Verbs that occur.
        pub verbs: Vec<String>,
    }
}

view! {
    /// An entry in the list.
    pub struct LedgerRowView {
        /// Its number.
        pub entry: u32,
        /// When.
        pub at: Micros,
        /// Who; the recorded name where the operator is known.
        pub actor: Option<PersonView>,
        /// Kind of actor as recorded.
        pub actor_kind: String,
        /// Verb as recorded.
        pub verb: String,
        /// Kind of subject as recorded.
        pub subject_kind: String,
        /// Subject as a person reads it (number or name), or as recorded.
        pub subject: String,
        /// How many things it covers, where recorded.
        pub count: Option<u32>,
    }
}

request! {
    /// One entry.
    pub struct LedgerEntryRequest {
        /// Its number.
        pub entry: u32,
    }
}

view! {
    /// Everything about one entry.
    pub struct LedgerEntryView {
        /// The row.
        pub row: LedgerRowView,
        /// Id made by the writer.
        pub id: String,
        /// Why.
        pub purpose: String,
        /// Subject as recorded.
        pub subject_raw: String,
        /// Attributes as recorded, in order of name.
        pub attributes: Vec<AttributeView>,
        /// Signatures.
        pub signatures: Vec<SignatureView>,
        /// Hash of the entry before.
        pub previous_hash: Digest,
        /// Hash of this one, as stored.
        pub hash: Digest,
        /// Whether the hash, computed again here, is the stored one.
        pub hash_holds: bool,
        /// Length of the entry's canonical bytes.
        pub bytes: u32,
        /// The key it is about.
        pub key: Option<KeyId>,
        /// The request it is about.
        pub request: Option<RequestId>,
        /// The run it is about.
        pub run: Option<RunId>,
    }
}

view! {
    /// A recorded attribute.
    pub struct AttributeView {
        /// Name.
        pub name: String,
        /// Value.
        pub value: String,
    }
}

view! {
    /// A signature of an entry.
    pub struct SignatureView {
        /// Whose key.
        pub by: Option<PersonView>,
        /// Name of the device, for a device key.
        pub device_name: Option<String>,
        /// Whether it is a device key or a session key.
        pub key_kind: SigningKeyKind,
        /// Id of the key.
        pub key: Digest,
        /// Whether it verifies, computed now.
        pub holds: bool,
    }
}

words! {
    /// What kind of key signed.
    pub enum SigningKeyKind { Device, Session, Unknown }
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "verdict", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum LedgerVerdictView {
    /// Every entry follows, and every signature holds.
    Holds {
        /// Last entry.
        to: u32,
        /// When verification ended.
        at: Micros,
        /// Entries a second.
        rate_per_s: u32,
        /// How long it took.
        took_ms: u32,
    },
    /// It is not the ledger that this computer has seen.
    Replaced {
        /// In which way.
        how: LedgerAlarm,
        /// Entries that are known here.
        known: u32,
        /// Entries it has now.
        now: u32,
        /// First entry that can't be relied on.
        first: u32,
        /// Last of the entries among which the first bad one is.
        last: u32,
    },
    /// Somebody stopped it.
    Stopped {},
    /// The first bad entry.
    Broken {
        /// Its number.
        entry: u32,
        /// What is wrong.
        fault: LedgerFault,
        /// What is recorded there.
        recorded: Option<Digest>,
        /// What follows from the entries before.
        expected: Option<Digest>,
        /// Entries before it, all good.
        good: u32,
    },
}

view! {
    /// The checkpoints, and what is under none.
    pub struct CheckpointsView {
        /// The newest ones, newest first.
        pub checkpoints: Vec<CheckpointView>,
        /// Last entry of the ledger.
        pub head: u32,
        /// Last entry of the checkpoint that this computer keeps.
        pub kept: Option<u32>,
        /// Whether this operator may make one.
        pub may_make: MayView,
        /// Whether they may cosign the newest.
        pub may_cosign: MayView,
    }
}

view! {
    /// A checkpoint.
    pub struct CheckpointView {
        /// Number of its last entry.
        pub size: u32,
        /// Root of the tree over its entries.
        pub root: Digest,
        /// Entry by which it was made.
        pub entry: u32,
        /// Who signed it.
        pub signatures: Vec<CheckpointSignatureView>,
    }
}

view! {
    /// One person's signature under a checkpoint.
    pub struct CheckpointSignatureView {
        /// Who.
        pub by: PersonView,
        /// Whether they cosigned it; otherwise they made it.
        pub cosigned: bool,
        /// When.
        pub at: Micros,
        /// With which device key.
        pub key: Digest,
        /// Whether it verifies with a key that the ledger certifies, computed now.
        pub holds: bool,
    }
}

view! {
    /// The proof of one entry.
    pub struct LedgerProofView {
        /// Its number.
        pub entry: u32,
        /// Number of its leaf.
        pub leaf: u32,
        /// Number of the last entry that the proof covers.
        pub size: u32,
        /// Root that the path leads to.
        pub root: Digest,
        /// Hashes of the path, from the leaf's sibling up.
        pub path: Vec<Digest>,
        /// The checkpoint it is under; `None` while it is under none that anybody signed.
        pub under: Option<CheckpointView>,
        /// Whether it holds, computed now.
        pub holds: bool,
        /// The proof as other tools read it (c2sp.org/tlog-proof).
        pub text: String,
    }
}

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "what", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum LedgerSelection {
    /// Every entry.
    Whole {},
    /// What happened to a key.
    Key {
        /// Which.
        key: KeyId,
    },
    /// What happened to a tenant.
    Tenant {
        /// Which.
        tenant: TenantId,
    },
    /// A request, by its number or id.
    Request {
        /// Which.
        request: String,
    },
    /// A period.
    Period {
        /// From this moment on.
        from: Micros,
        /// Up to this one, which is no part of it.
        until: Micros,
    },
    /// One entry: an evidence pack.
    Entry {
        /// Its number.
        entry: u32,
    },
}

request! {
    /// Writes a bundle to a file.
    pub struct LedgerExportRequest {
        /// What it holds.
        pub selection: LedgerSelection,
    }
}

view! {
    /// A bundle that was written, and verified as whoever gets it would.
    pub struct LedgerExportedView {
        /// The file.
        pub file: SavedFileView,
        /// Entries in it.
        pub entries: u32,
        /// Last entry of its newest checkpoint.
        pub size: u32,
        /// Hash of the founding entry, which whoever gets it compares.
        pub founding: Digest,
    }
}

request! {
    /// Writes the audit pack of a period.
    pub struct LedgerReportRequest {
        /// From this moment on.
        pub from: Micros,
        /// Up to this one, which is no part of it.
        pub until: Micros,
    }
}

view! {
    /// An audit pack that was written.
    pub struct LedgerReportedView {
        /// To read in any browser.
        pub html: SavedFileView,
        /// To print and to file.
        pub pdf: SavedFileView,
        /// What proves it.
        pub bundle: SavedFileView,
        /// Entries of the period.
        pub entries: u32,
    }
}
