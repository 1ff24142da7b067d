//! The register of keys that serve several tenants: each with the decision record that allows it and whoever accepted the risk.

use serde::Deserialize;
use ts_rs::TS;

use crate::{
    keys::{KeyRefView, MayView, RequestLinkView},
    people::PersonView,
    requests::SealSlotView,
    scalar::{KeyId, KeyType, Micros, SharedKeyId},
};

words! {
    /// Where an entry of the register stands. `Missing`: the key serves several tenants and has no entry. `Overdue`: it counts no more.
    pub enum SharedKeyState { Missing, Requested, Entered, ReviewDue, Overdue, Withdrawn, Replaced }
}

view! {
    /// Keys that serve several tenants: those without an entry first.
    pub struct SharedKeysView {
        /// The rows.
        pub rows: Vec<SharedKeyRowView>,
        /// By the register's clock.
        pub now: Micros,
        /// Who may accept the risk of something this operator asks for.
        pub acceptors: Vec<PersonView>,
        /// The words that they sign.
        pub words: String,
        /// Longest time until an entry is looked at again.
        pub term_days_max: u32,
        /// Whether this operator may ask for an entry.
        pub ask: MayView,
        /// Whether this operator may withdraw one.
        pub withdraw: MayView,
    }
}

view! {
    /// A key that serves several tenants.
    pub struct SharedKeyRowView {
        /// Its entry, where it has one.
        pub entry: Option<SharedKeyId>,
        /// Which key.
        pub key: KeyRefView,
        /// What it is.
        pub key_type: KeyType,
        /// The first of its tenants, by name.
        pub tenants: Vec<String>,
        /// How many in all.
        pub tenants_total: u32,
        /// Where it stands.
        pub state: SharedKeyState,
        /// The decision record that allows it.
        pub decision_record: String,
        /// Who accepted the risk, or is to.
        pub accepted_by: Option<PersonView>,
        /// When it must be looked at again.
        pub review_by: Option<Micros>,
        /// Days until then; negative when past.
        pub days_left: Option<i32>,
        /// Seals given and missing.
        pub slots: Vec<SealSlotView>,
        /// Its request.
        pub request: Option<RequestLinkView>,
        /// Why it serves several tenants.
        pub justification: String,
        /// What limits the risk meanwhile.
        pub controls: String,
        /// Ledger entry that put it into force.
        pub granted_entry: Option<u32>,
    }
}

/// An entry as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct SharedKeyWish {
    /// Which key.
    pub key: KeyId,
    /// The decision record that allows it.
    pub decision_record: String,
    /// Why it serves several tenants.
    pub justification: String,
    /// What limits the risk meanwhile.
    pub controls: String,
    /// When it must be looked at again.
    pub review_by: Micros,
}

request! {
    /// Ends an entry at once, under one name.
    pub struct SharedKeyWithdrawRequest {
        /// Which.
        pub entry: SharedKeyId,
        /// Why.
        pub reason: String,
    }
}
