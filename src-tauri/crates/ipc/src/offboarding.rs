//! Offboarding: what is found of a tenant, what stands in the way, how strong the erasure is, and where each one stands.

use crate::{
    keys::{MayView, RunLinkView},
    requests::RequestRowView,
    runs::{CertificateLinkView, RunState, StepKind},
    scalar::{Cursor, Micros, TenantId},
    tenants::TenantRowView,
};

request! {
    /// Looks through everything for what is a tenant's. Nothing is kept.
    pub struct OffboardingSurveyRequest {
        /// Whose.
        pub tenant: TenantId,
    }
}

view! {
    /// What was found of a tenant.
    pub struct SurveyView {
        /// Whose.
        pub tenant: TenantRowView,
        /// When.
        pub found_at: Micros,
        /// What was found, and what becomes of it.
        pub found: Vec<FoundView>,
        /// What was looked at to see whether anything stands in the way, each with its finding.
        pub checks: Vec<CheckView>,
        /// When the vault would purge by itself what were deleted now, where it says so and there is any.
        pub purge_at: Option<Micros>,
        /// How strong the erasure would be.
        pub erasure: ErasureView,
        /// Whether this operator may ask for it.
        pub ask: MayView,
    }
}

words! {
    /// What can be a tenant's.
    pub enum FoundKind { Dek, Token, Kek, SharedKek, Secret, Certificate, Elsewhere, Exception, OpenRequest }
}

words! {
    /// What becomes of it. `OutOfUse`: taken out of use here; what it is elsewhere, somebody else must end.
    pub enum Fate { Erased, Invalidated, DeletedAndPurged, OutOfUse, Stays, Ends }
}

view! {
    /// Something that was found.
    pub struct FoundView {
        /// What.
        pub kind: FoundKind,
        /// Its name, where it is one thing.
        pub name: Option<String>,
        /// How many.
        pub count: u32,
        /// What becomes of it.
        pub fate: Fate,
    }
}

words! {
    /// What can stand in the way of an offboarding.
    pub enum CheckKind {
        LegalHold, Incident, OthersUnderKek, RunUnderWay, Status, RestoreDrill, OpenRequest,
    }
}

words! {
    /// What looking at it found.
    pub enum Finding { Clear, Warns, Blocks }
}

view! {
    /// One thing that was looked at.
    pub struct CheckView {
        /// What.
        pub kind: CheckKind,
        /// What was found.
        pub finding: Finding,
        /// How often.
        pub count: u32,
        /// Which, by name or number, the first few.
        pub names: Vec<String>,
    }
}

words! {
    /// How strong an erasure is. `Cryptographic`: the KEK is the tenant's own and is purged; whatever copies exist open for nobody.
    /// `Limited`: the KEK lives on, and copies in the write-ahead log, replicas and backups still open with it, until they age out.
    /// `Bounded`: cryptographic as soon as the vault has purged.
    pub enum ErasureStrength { Cryptographic, Bounded, Limited }
}

view! {
    /// How strong an erasure is, and what remains until when.
    pub struct ErasureView {
        /// How strong.
        pub strength: ErasureStrength,
        /// Until when it is not complete, where a date is known.
        pub until: Option<Micros>,
        /// KEKs that live on and could open copies.
        pub living_keks: Vec<String>,
        /// What remains, and until when.
        pub residues: Vec<ResidueView>,
    }
}

words! {
    /// A copy that remains for a while.
    pub enum ResidueKind { SoftDelete, WriteAheadLog, Replica, Backup, LivingKek }
}

view! {
    /// A copy that remains for a while.
    pub struct ResidueView {
        /// What.
        pub kind: ResidueKind,
        /// Until when; `None` where nobody has configured it.
        pub until: Option<Micros>,
        /// How long such copies are kept, in hours, where that is configured.
        pub kept_hours: Option<u32>,
        /// Whether that was read from the system itself, or only stated by configuration.
        pub checked: bool,
    }
}

words! {
    /// A folder of the offboarding screen.
    pub enum OffboardingFolder { UnderWay, Ended }
}

request! {
    /// One page of offboardings, newest first.
    pub struct OffboardingsPageRequest {
        /// Which folder.
        pub folder: OffboardingFolder,
        /// Where to start.
        pub after: Option<Cursor>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of offboardings.
    pub struct OffboardingsPageView {
        /// The rows.
        pub rows: Vec<OffboardingRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
    }
}

view! {
    /// An offboarding in the list.
    pub struct OffboardingRowView {
        /// Its request.
        pub request: RequestRowView,
        /// Where its run stands, once started.
        pub run: Option<OffboardingRunView>,
        /// Its certificate, once issued.
        pub certificate: Option<CertificateLinkView>,
    }
}

view! {
    /// Where the run of an offboarding stands.
    pub struct OffboardingRunView {
        /// Which.
        pub run: RunLinkView,
        /// Where it stands.
        pub state: RunState,
        /// The step it is at.
        pub step: StepKind,
        /// Until when it waits.
        pub waits_until: Option<Micros>,
    }
}
