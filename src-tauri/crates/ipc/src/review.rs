//! The review list: what one person did at once, or what was destroyed, waits here for a second person's look.

use crate::{
    keys::{MayView, RequestLinkView, RunLinkView},
    people::PersonView,
    protect::SubjectView,
    runs::CertificateLinkView,
    scalar::{Cursor, Micros, ReviewId},
};

words! {
    /// What waits for a second look.
    pub enum ReviewKind {
        Suspended, Revoked, Disabled, CompromiseReported, TokensInvalidated, HoldSet, OperatorSuspended, Destroyed, Certificate,
        ExceptionRevoked, SharedKeyWithdrawn, RegisterReviewed, PolicyReviewed, SystemAudited, Other,
    }
}

words! {
    /// A folder of the review list.
    pub enum ReviewFolder { Waiting, Reviewed }
}

request! {
    /// One page of the review list, newest first.
    pub struct ReviewsPageRequest {
        /// Which folder.
        pub folder: ReviewFolder,
        /// Where to start.
        pub after: Option<Cursor>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of the review list.
    pub struct ReviewsPageView {
        /// The rows.
        pub rows: Vec<ReviewRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
        /// Items that wait.
        pub waiting: u32,
        /// Of those that wait, how many this operator may sign off.
        pub for_me: u32,
    }
}

view! {
    /// An item of the review list.
    pub struct ReviewRowView {
        /// Which.
        pub review: ReviewId,
        /// What was done.
        pub kind: ReviewKind,
        /// As the ledger calls it.
        pub verb: String,
        /// Upon what, by name.
        pub subject: String,
        /// Who did it.
        pub by: PersonView,
        /// When.
        pub at: Micros,
        /// Its sign-off.
        pub signed_off: Option<SignedOffView>,
        /// Whether this operator may sign it off.
        pub waits_for_me: bool,
    }
}

view! {
    /// A sign-off.
    pub struct SignedOffView {
        /// By whom.
        pub by: PersonView,
        /// When.
        pub at: Micros,
        /// What they said.
        pub note: String,
        /// Ledger entry.
        pub entry: u32,
    }
}

request! {
    /// Everything about one item.
    pub struct ReviewDetailRequest {
        /// Which.
        pub review: ReviewId,
    }
}

view! {
    /// Everything about one item of the review list.
    pub struct ReviewDetailView {
        /// The row.
        pub row: ReviewRowView,
        /// Why it was done, in the words of whoever did it.
        pub reason: String,
        /// Upon what, where that can be opened.
        pub subject: Option<SubjectView>,
        /// What it touched, by name.
        pub facts: Vec<ReviewFactView>,
        /// Ledger entry of the act.
        pub entry: u32,
        /// Its request, where there was one.
        pub request: Option<RequestLinkView>,
        /// Its run, where there was one.
        pub run: Option<RunLinkView>,
        /// Its certificate, where there is one.
        pub certificate: Option<CertificateLinkView>,
        /// Whether this operator may sign it off, and if not, why and who may.
        pub sign_off: MayView,
    }
}

view! {
    /// One fact of an act, by name.
    pub struct ReviewFactView {
        /// Its name.
        pub name: String,
        /// Its value.
        pub value: String,
    }
}
