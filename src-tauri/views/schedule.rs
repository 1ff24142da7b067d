//! The schedule in its wire form.

use ipc::{DutyRecordView, EndedIncidentView, RecordedDuty, ReviewId, ScheduleRowView, ScheduledDuty};
use register::{DutyRecordRow, EndedIncidentRow, ScheduleRow};

use super::moments::{count32, digest, micros};
use super::people::Directory;

const fn duty(of: register::ScheduledDuty) -> ScheduledDuty {
    match of {
        register::ScheduledDuty::TransitionReview => ScheduledDuty::TransitionReview,
        register::ScheduledDuty::ExceptionReview => ScheduledDuty::ExceptionReview,
        register::ScheduledDuty::PolicyReview => ScheduledDuty::PolicyReview,
        register::ScheduledDuty::SystemAudit => ScheduledDuty::SystemAudit,
        register::ScheduledDuty::IncidentAudit => ScheduledDuty::IncidentAudit,
        register::ScheduledDuty::RestoreDrill => ScheduledDuty::RestoreDrill,
    }
}

/// One line.
pub(crate) fn row(row: &ScheduleRow, people: &Directory<'_>) -> ScheduleRowView {
    let last = row.last.as_ref();
    ScheduleRowView {
        duty: duty(row.duty),
        every_days: row.every_days,
        last_at: last.map(|it| micros(it.at)),
        last_by: last.map(|it| people.person(it.by)),
        last_entry: last.map(|it| count32(it.seq)),
        due_at: row.due_at.map(micros),
        days_left: row.days_left().map(|days| i32::try_from(days).unwrap_or(i32::MAX)),
        waits: row.waits.map(|entry| ReviewId(entry.to_string())),
    }
}

/// A record with its evidence.
pub(crate) fn record(row: &DutyRecordRow, people: &Directory<'_>) -> DutyRecordView {
    DutyRecordView {
        review: ReviewId(row.seq.to_string()),
        duty: match row.duty {
            register::ScheduledDuty::PolicyReview => RecordedDuty::PolicyReview,
            register::ScheduledDuty::IncidentAudit => RecordedDuty::IncidentAudit,
            _ => RecordedDuty::SystemAudit,
        },
        by: people.person(row.by),
        at: micros(row.at),
        incident: row.incident.as_ref().map(|(_, reference)| reference.clone()),
        evidence_name: row.evidence_name.clone(),
        evidence_digest: digest(&row.evidence_digest),
        note: row.note.clone(),
        looked_at_by: row.looked_at.as_ref().map(|(by, _)| by.clone()),
        entry: count32(row.seq),
    }
}

/// An incident to be audited.
pub(crate) fn incident(row: &EndedIncidentRow) -> EndedIncidentView {
    EndedIncidentView {
        hold: ipc::HoldId(row.hold.to_string()),
        label: row.reference.clone(),
        ended_at: micros(row.ended_at),
    }
}
