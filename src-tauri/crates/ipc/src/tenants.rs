//! Tenants: whose data lies under which key.

use crate::{
    keys::{KeyRefView, MayView, RequestLinkView},
    protect::{HoldView, UnconfirmedView},
    runs::CertificateLinkView,
    scalar::{Cursor, TenantId},
};

words! {
    /// Where a tenant stands. `Offboarding`: a request for it is open or under way.
    pub enum TenantStatus { Active, Suspended, Offboarding, Offboarded }
}

words! {
    /// Under whose KEK a tenant's data lies.
    pub enum Separation { Own, Shared, Both, NoKeys }
}

request! {
    /// One page of tenants, by name.
    pub struct TenantsPageRequest {
        /// What the name starts with.
        pub text: String,
        /// Where to start.
        pub after: Option<Cursor>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of tenants.
    pub struct TenantsPageView {
        /// The rows.
        pub rows: Vec<TenantRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
        /// Tenants that match.
        pub matching: u32,
        /// Tenants in all.
        pub total: u32,
    }
}

view! {
    /// A tenant in the table.
    pub struct TenantRowView {
        /// Which.
        pub tenant: TenantId,
        /// Its name.
        pub name: String,
        /// Where it stands.
        pub status: TenantStatus,
        /// Keys of its own that are not destroyed.
        pub live_keys: u32,
        /// Tokens sealed under them.
        pub tokens: u32,
        /// Under whose KEK its data lies.
        pub separation: Separation,
        /// Holds on it and on its keys.
        pub holds: u32,
    }
}

request! {
    /// One tenant.
    pub struct TenantDetailRequest {
        /// Which.
        pub tenant: TenantId,
    }
}

view! {
    /// Everything about one tenant but its keys, which are a filter of the keys' own pages.
    pub struct TenantDetailView {
        /// The row.
        pub row: TenantRowView,
        /// KEKs under which its data lies, and those of its own.
        pub under: Vec<UnderView>,
        /// Its integrations, by name.
        pub integrations: Vec<String>,
        /// Holds on it and on its keys, those in force first.
        pub holds: Vec<HoldView>,
        /// A protective act that the vault has not confirmed yet.
        pub unconfirmed: Option<UnconfirmedView>,
        /// Its offboarding: the request under way, or the one that ended it.
        pub offboarding: Option<RequestLinkView>,
        /// Its certificate of destruction.
        pub certificate: Option<CertificateLinkView>,
        /// What this operator may do.
        pub acts: TenantActsView,
    }
}

view! {
    /// A KEK under which a tenant's data lies.
    pub struct UnderView {
        /// Which.
        pub kek: KeyRefView,
        /// Whether it is the tenant's own.
        pub own: bool,
        /// The tenant's live DEKs under it.
        pub deks: u32,
        /// Live DEKs of somebody else, or of nobody, under it as well.
        pub deks_of_others: u32,
        /// How many other tenants those belong to.
        pub other_tenants: u32,
    }
}

view! {
    /// What this operator may do with a tenant.
    pub struct TenantActsView {
        /// Suspend every key of it, at once.
        pub suspend: MayView,
        /// Revoke every key of it, at once.
        pub revoke: MayView,
        /// Set a hold on it, at once.
        pub set_hold: MayView,
        /// Invalidate its tokens, at once.
        pub invalidate_tokens: MayView,
        /// Ask for its keys to serve again.
        pub reactivate: MayView,
        /// Ask for its offboarding.
        pub offboard: MayView,
    }
}
