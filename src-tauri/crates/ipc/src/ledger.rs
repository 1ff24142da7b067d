//! The ledger's screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    error::LedgerFault,
    people::PersonView,
    scalar::{Digest, KeyId, Micros, OperatorId, RequestId, RunId},
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
    /// Part of the subject or purpose.
    pub text: String,
    /// Not before.
    pub since: Option<Micros>,
    /// Before.
    pub until: Option<Micros>,
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
