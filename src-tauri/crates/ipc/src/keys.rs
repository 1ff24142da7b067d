//! The inventory.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    people::PersonView,
    protect::{HoldView, UnconfirmedView},
    requests::RequestRowView,
    scalar::{
        Classification, Cursor, Digest, Environment, KeyId, KeyState, KeyType, Micros, RunId, SavedViewId,
        StorageMedium, TenantId,
    },
};

/// Most rows in one page.
pub const KEYS_PAGE_MAX: u32 = 200;

/// What the keys screen shows. Empty lists mean "any".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct KeyFilter {
    /// Any of these types.
    pub types: Vec<KeyType>,
    /// Any of these states.
    pub states: Vec<KeyState>,
    /// Where rotation stands.
    pub due: Option<DueFilter>,
    /// Kept here.
    pub storage: Vec<StorageMedium>,
    /// Tenant, exactly.
    pub tenant: Option<String>,
    /// Owner, exactly.
    pub owner: Option<String>,
    /// Wrapped by this KEK.
    pub wrapped_by: Option<KeyId>,
    /// Part of the name, tenant, integration or secret name.
    pub text: String,
}

words! {
    /// Where a key's rotation stands.
    pub enum DueFilter { Overdue, Within14Days, Within30Days, Within90Days, Violations }
}

words! {
    /// What rows are ordered by. Ties are broken by key id, so that every order is total.
    pub enum KeySort { Name, Tenant, State, RotateBy, Created, Version }
}

words! {
    /// Which way.
    pub enum SortDirection { Ascending, Descending }
}

request! {
    /// One page of keys.
    pub struct KeysPageRequest {
        /// Which keys.
        pub filter: KeyFilter,
        /// Ordered by.
        pub sort: KeySort,
        /// Which way.
        pub direction: SortDirection,
        /// Where to start; `None` for the first page.
        pub after: Option<Cursor>,
        /// At most this many rows, no more than `KEYS_PAGE_MAX`.
        pub limit: u32,
    }
}

view! {
    /// One page of keys.
    pub struct KeysPageView {
        /// The rows.
        pub rows: Vec<KeyRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
        /// Keys that match the filter.
        pub matching: u32,
        /// Keys in the register.
        pub total: u32,
    }
}

view! {
    /// A key in the table.
    pub struct KeyRowView {
        /// Which.
        pub key: KeyId,
        /// Its name.
        pub name: String,
        /// What it is.
        pub key_type: KeyType,
        /// Tenant, for a tenant's key.
        pub tenant: Option<String>,
        /// Integration, for a tenant's key.
        pub integration: Option<String>,
        /// Secret it protects, for an internal key.
        pub secret_name: Option<String>,
        /// Live DEKs it wraps, for a KEK.
        pub wraps: Option<u32>,
        /// Current version.
        pub version: u32,
        /// Its state.
        pub state: KeyState,
        /// When it must have been rotated.
        pub rotate_by: Option<Micros>,
        /// Days until then; negative when late. By the register's clock.
        pub due_in_days: Option<i32>,
        /// Whether a rule is broken (weak algorithm, legacy storage …).
        pub violation: bool,
    }
}

request! {
    /// Everything about one key.
    pub struct KeyDetailRequest {
        /// Which.
        pub key: KeyId,
    }
}

view! {
    /// Everything about one key.
    pub struct KeyDetailView {
        /// The row.
        pub row: KeyRowView,
        /// Environment of the record.
        pub environment: Environment,
        /// Algorithm as the policy writes it, for instance "RSA-3072, RSA-OAEP-256".
        pub algorithm: String,
        /// Length in bits.
        pub bits: Option<u32>,
        /// Where it is kept.
        pub storage: StorageMedium,
        /// When a legacy storage must be left.
        pub phase_out_by: Option<Micros>,
        /// Host of the vault that holds or wraps it.
        pub vault_host: Option<String>,
        /// Its name in the vault.
        pub vault_name: Option<String>,
        /// The KEK that wraps it.
        pub wrapped_by: Option<KeyRefView>,
        /// Version of that KEK.
        pub wrapped_by_version: Option<u32>,
        /// How sensitive what it protects is.
        pub classification: Classification,
        /// Declared purpose.
        pub purpose: String,
        /// Owner.
        pub owner: String,
        /// When it was created.
        pub created_at: Option<Micros>,
        /// When it came into use.
        pub activated_at: Option<Micros>,
        /// When it expires.
        pub expires_at: Option<Micros>,
        /// Days between rotations.
        pub rotate_every_days: Option<u32>,
        /// Clause the rule comes from, for instance "policy A §6.3".
        pub rule_clause: Option<String>,
        /// Tokens sealed under it (DEK), or under the DEKs it wraps (KEK).
        pub tokens: u32,
        /// Tenants whose data lies under it.
        pub tenants: u32,
        /// Rules it breaks.
        pub violations: Vec<Violation>,
        /// Versions, newest first.
        pub versions: Vec<KeyVersionView>,
        /// What happened to it, newest first.
        pub timeline: Vec<TimelineView>,
        /// Requests that name it, newest first.
        pub requests: Vec<RequestRowView>,
        /// Its tenant's record, where it is a tenant's.
        pub tenant: Option<TenantId>,
        /// What this operator may ask for or do, and if not, why and who may. What makes no sense for such a key is not there.
        pub acts: Vec<KeyActView>,
        /// Holds on it, or on what it belongs to.
        pub holds: Vec<HoldView>,
        /// A protective act that the vault has not confirmed yet.
        pub unconfirmed: Option<UnconfirmedView>,
    }
}

view! {
    /// Something that can be done with a key.
    pub struct KeyActView {
        /// What.
        pub act: KeyAct,
        /// Whether this operator may.
        pub may: MayView,
    }
}

words! {
    /// What can be done with a key: the first by a request that two people sign, the rest at once.
    pub enum KeyAct { Rotate, Destroy, Recover, Reactivate, Suspend, Revoke, Disable, ReportCompromise, SetHold, InvalidateTokens }
}

view! {
    /// A key, named.
    pub struct KeyRefView {
        /// Which.
        pub key: KeyId,
        /// Its name.
        pub name: String,
    }
}

view! {
    /// Whether the operator may do something.
    pub struct MayView {
        /// Whether.
        pub allowed: bool,
        /// Why not.
        pub reason: Option<crate::error::RefusalReason>,
        /// Who may instead (or as well).
        pub eligible: Vec<PersonView>,
    }
}

words! {
    /// A rule that a key breaks.
    pub enum Violation { WeakAlgorithm, LegacyStorage, OwnerMissing, PurposeMissing, Overdue, NotInVault, OtherEnvironment }
}

view! {
    /// A version of a key.
    pub struct KeyVersionView {
        /// Number, from 1.
        pub version: u32,
        /// The vault's id of it.
        pub vault_version: Option<String>,
        /// Where it stands.
        pub state: VersionState,
        /// From when.
        pub since: Micros,
        /// Until when it was current.
        pub until: Option<Micros>,
        /// SHA-256 of its public half.
        pub public_key_digest: Option<Digest>,
        /// Live DEKs under it.
        pub wraps: Option<u32>,
    }
}

words! {
    /// Where a version stands.
    pub enum VersionState { Current, Grace, Disabled, Retired }
}

view! {
    /// One event in the life of a key.
    pub struct TimelineView {
        /// What happened.
        pub event: TimelineEvent,
        /// When.
        pub at: Micros,
        /// By whom.
        pub by: Option<PersonView>,
        /// Version it concerns.
        pub version: Option<u32>,
        /// State it led to.
        pub state: Option<KeyState>,
        /// Ledger entry that proves it.
        pub entry: Option<u32>,
        /// Request it belongs to, by number.
        pub request: Option<RequestLinkView>,
        /// Run it belongs to.
        pub run: Option<RunLinkView>,
        /// Who sealed it.
        pub seals: Vec<PersonView>,
    }
}

view! {
    /// A request, by number.
    pub struct RequestLinkView {
        /// Which.
        pub request: crate::scalar::RequestId,
        /// Its number.
        pub label: String,
    }
}

view! {
    /// A run, by number.
    pub struct RunLinkView {
        /// Which.
        pub run: RunId,
        /// Its number.
        pub label: String,
    }
}

words! {
    /// What can happen to a key.
    pub enum TimelineEvent {
        Created, Imported, Adopted, Activated, StateChanged, RotationAsked, RotationSealed, RotationRejected, RequestLapsed,
        VersionCreated, Rewrapped, VersionDisabled, VersionEnabled, Overdue, Protected, HoldSet, HoldLifted, TokensDeleted,
        WrapErased, Deleted, Recovered, Purged, Absent,
    }
}

request! {
    /// Tenants whose name starts with a text.
    pub struct TenantsListRequest {
        /// The text; empty for all.
        pub prefix: String,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// Tenants and owners to filter by.
    pub struct TenantsListView {
        /// In order of name.
        pub tenants: Vec<TenantView>,
        /// How many there are in all.
        pub total: u32,
    }
}

view! {
    /// A tenant.
    pub struct TenantView {
        /// Which.
        pub tenant: TenantId,
        /// Its name.
        pub name: String,
        /// Its keys.
        pub keys: u32,
    }
}

view! {
    /// The operator's saved views.
    pub struct SavedViewsView {
        /// In order of name.
        pub views: Vec<SavedViewView>,
    }
}

view! {
    /// A saved view.
    pub struct SavedViewView {
        /// Which.
        pub id: SavedViewId,
        /// Its name.
        pub name: String,
        /// Which keys.
        pub filter: KeyFilter,
        /// Ordered by.
        pub sort: KeySort,
        /// Which way.
        pub direction: SortDirection,
        /// Keys that match now.
        pub matching: u32,
    }
}

request! {
    /// Keeps a view under a name; an existing one of that name is replaced.
    pub struct SaveViewRequest {
        /// Its name.
        pub name: String,
        /// Which keys.
        pub filter: KeyFilter,
        /// Ordered by.
        pub sort: KeySort,
        /// Which way.
        pub direction: SortDirection,
    }
}

request! {
    /// Forgets a saved view.
    pub struct DeleteViewRequest {
        /// Which.
        pub id: SavedViewId,
    }
}
