//! Protective acts, holds and reactivation: what one person may do at once, and what the vault says to it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    people::PersonView,
    scalar::{HoldId, KeyId, Micros, TenantId},
};

/// What an act is upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "of", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum Scope {
    /// One key.
    Key {
        /// Which.
        key: KeyId,
    },
    /// Every key of one integration of a tenant.
    Integration {
        /// Of which tenant.
        tenant: TenantId,
        /// Which.
        integration: String,
    },
    /// Every key of a tenant.
    Tenant {
        /// Which.
        tenant: TenantId,
    },
}

words! {
    /// What protects. Suspending and disabling can be undone by two people; revoking is for good.
    pub enum ProtectAct { Suspend, Revoke, Disable, ReportCompromise }
}

view! {
    /// What an act is upon, named.
    pub struct SubjectView {
        /// What, for asking again.
        pub scope: Scope,
        /// Name of the key, "tenant · integration", or the tenant.
        pub name: String,
    }
}

request! {
    /// Counts what a protective act would touch. Nothing is done.
    pub struct ProtectPreviewRequest {
        /// What.
        pub act: ProtectAct,
        /// Upon what.
        pub scope: Scope,
    }
}

view! {
    /// What a protective act would touch.
    pub struct ConsequencesView {
        /// Keys that change their state.
        pub keys: u32,
        /// Those that lie in the vault, where their versions are disabled.
        pub vault_keys: u32,
        /// DEKs among or under those keys, which then open for nobody.
        pub deks: u32,
        /// Tokens that can no longer be used.
        pub tokens: u32,
        /// Tenants whose data lies under them.
        pub tenants: u32,
        /// Keys it leaves as they are, because their state does not allow it.
        pub skipped: u32,
    }
}

request! {
    /// Protects, at once.
    pub struct ProtectRequest {
        /// What.
        pub act: ProtectAct,
        /// Upon what.
        pub scope: Scope,
        /// Why.
        pub reason: String,
    }
}

view! {
    /// What a protective act did.
    pub struct ProtectedView {
        /// Upon what.
        pub subject: SubjectView,
        /// Keys that changed their state.
        pub keys: u32,
        /// Keys that the vault refuses to use now, proven.
        pub confirmed: u32,
        /// Keys that the vault did not confirm yet.
        pub unconfirmed: u32,
        /// Ledger entry.
        pub entry: u32,
    }
}

view! {
    /// A protective act that the vault has not confirmed yet.
    pub struct UnconfirmedView {
        /// Its ledger entry, by which it is completed.
        pub act: u32,
        /// Upon what it was.
        pub subject: SubjectView,
        /// Keys the vault may still use.
        pub keys: u32,
        /// Since when.
        pub since: Micros,
    }
}

request! {
    /// Asks the vault again, and disables what is still enabled.
    pub struct ProtectConfirmRequest {
        /// Ledger entry of the act.
        pub act: u32,
    }
}

words! {
    /// Why something must be kept.
    pub enum HoldKind { LegalHold, Incident }
}

view! {
    /// A hold.
    pub struct HoldView {
        /// Which.
        pub hold: HoldId,
        /// Why.
        pub kind: HoldKind,
        /// What it is upon.
        pub subject: SubjectView,
        /// Court file, incident number.
        pub reference: String,
        /// The reason in words.
        pub reason: String,
        /// Who set it.
        pub set_by: PersonView,
        /// When.
        pub set_at: Micros,
        /// Ledger entry.
        pub entry: u32,
        /// When it was lifted; `None` while it holds.
        pub lifted_at: Option<Micros>,
    }
}

view! {
    /// Holds in force.
    pub struct HoldsView {
        /// The newest first.
        pub holds: Vec<HoldView>,
    }
}

request! {
    /// Sets a hold, at once. Lifting it takes two people.
    pub struct SetHoldRequest {
        /// Upon a key or a tenant.
        pub scope: Scope,
        /// Why.
        pub kind: HoldKind,
        /// Court file, incident number.
        pub reference: String,
        /// The reason in words.
        pub reason: String,
    }
}
