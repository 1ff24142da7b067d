//! What is done at regular times: what is due, what is late, and the evidence of the last times.

use crate::{
    keys::MayView,
    people::PersonView,
    scalar::{Digest, HoldId, Micros, ReviewId},
};

words! {
    /// What is done at regular times.
    pub enum ScheduledDuty { TransitionReview, ExceptionReview, PolicyReview, SystemAudit, IncidentAudit, RestoreDrill }
}

words! {
    /// What is recorded by hand, with evidence.
    pub enum RecordedDuty { PolicyReview, SystemAudit, IncidentAudit }
}

view! {
    /// The schedule.
    pub struct ScheduleView {
        /// Whatever is due first in front.
        pub rows: Vec<ScheduleRowView>,
        /// What was recorded, newest first.
        pub records: Vec<DutyRecordView>,
        /// Incidents that ended and wait for their audit.
        pub incidents: Vec<EndedIncidentView>,
        /// Whether this operator may record a policy review or an audit.
        pub record: MayView,
    }
}

view! {
    /// One line of the schedule.
    pub struct ScheduleRowView {
        /// What.
        pub duty: ScheduledDuty,
        /// How often, in days; after an incident, within so many.
        pub every_days: u32,
        /// When it was last; `None` where never.
        pub last_at: Option<Micros>,
        /// By whom.
        pub last_by: Option<PersonView>,
        /// Ledger entry of that.
        pub last_entry: Option<u32>,
        /// When it is due; `None` where there is nothing to do it about.
        pub due_at: Option<Micros>,
        /// Whole days until then, negative once it is late.
        pub days_left: Option<i32>,
        /// A newer record that counts once another person looked at it.
        pub waits: Option<ReviewId>,
    }
}

view! {
    /// A policy review or an audit.
    pub struct DutyRecordView {
        /// On the review list.
        pub review: ReviewId,
        /// What was done.
        pub duty: RecordedDuty,
        /// Who.
        pub by: PersonView,
        /// When.
        pub at: Micros,
        /// The incident that it follows.
        pub incident: Option<String>,
        /// Name of the document that is the evidence.
        pub evidence_name: String,
        /// Its SHA-256.
        pub evidence_digest: Digest,
        /// What they said.
        pub note: String,
        /// Who looked at it; it counts from then on.
        pub looked_at_by: Option<String>,
        /// Ledger entry.
        pub entry: u32,
    }
}

view! {
    /// An incident that ended.
    pub struct EndedIncidentView {
        /// The hold that kept its evidence.
        pub hold: HoldId,
        /// As people call it.
        pub label: String,
        /// When it ended.
        pub ended_at: Micros,
    }
}

request! {
    /// A document that shall be evidence. It is read here and kept nowhere.
    pub struct EvidenceRequest {
        /// Name of the file.
        pub file_name: String,
        /// Its bytes, in base64.
        pub content: String,
    }
}

view! {
    /// What the ledger keeps of a document.
    pub struct DocumentView {
        /// Name of the file.
        pub name: String,
        /// SHA-256 of its bytes.
        pub digest: Digest,
    }
}
