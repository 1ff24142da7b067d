//! Tokens: invalidated in an emergency, swept when they expire.

use serde::Deserialize;
use ts_rs::TS;

use crate::scalar::{KeyId, Micros, TenantId};

view! {
    /// Tokens in the register.
    pub struct TokensView {
        /// In all.
        pub live: u32,
        /// Expired, and not swept yet.
        pub expired: u32,
        /// When they were last swept.
        pub swept_at: Option<Micros>,
        /// How many were, then.
        pub swept: u32,
    }
}

/// Which tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "of", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum TokenScope {
    /// Those under one key: a DEK, or every DEK that a KEK wraps.
    Key {
        /// Which.
        key: KeyId,
    },
    /// Those of an integration.
    Integration {
        /// Of which tenant.
        tenant: TenantId,
        /// Which.
        integration: String,
    },
    /// Those of a tenant.
    Tenant {
        /// Which.
        tenant: TenantId,
    },
    /// All there are.
    Everything,
}

request! {
    /// Counts what an invalidation would touch.
    pub struct TokensCountRequest {
        /// Which.
        pub scope: TokenScope,
    }
}

view! {
    /// What an invalidation would touch.
    pub struct TokensCountView {
        /// Tokens.
        pub tokens: u32,
        /// How many more a hold keeps.
        pub kept: u32,
        /// What must be typed before it is done; `None` where nothing.
        pub type_this: Option<String>,
    }
}

request! {
    /// Overwrites and deletes tokens, at once.
    pub struct TokensInvalidateRequest {
        /// Which.
        pub scope: TokenScope,
        /// Why.
        pub reason: String,
        /// What was typed, where something must be.
        pub typed: Option<String>,
    }
}

view! {
    /// Tokens that are gone.
    pub struct TokensGoneView {
        /// How many.
        pub count: u32,
        /// Ledger entry, the last where there were several; `None` when there was nothing to do.
        pub entry: Option<u32>,
    }
}
