//! What is done at regular times.

use register::{DutyRecordRow, ScheduleRow};
use serde_json::{Value, json};

use super::keys::day;
use crate::table::Table;

/// A line for a document.
pub fn document(row: &ScheduleRow) -> Value {
    let last = row
        .last
        .as_ref()
        .map(|it| json!({ "at": it.at.to_string(), "by": { "id": it.by, "name": it.by_name }, "entry": it.seq }));
    json!({
        "duty": row.duty,
        "every_days": row.every_days,
        "last": last,
        "due_at": row.due_at.map(|at| at.to_string()),
        "days_late": row.days_late(),
        "waits_for_a_look": row.waits,
        "open": row.open,
    })
}

/// A record with its evidence.
pub fn record(row: &DutyRecordRow) -> Value {
    json!({
        "entry": row.seq,
        "duty": row.duty,
        "by": { "id": row.by, "name": row.by_name },
        "at": row.at.to_string(),
        "incident": row.incident.as_ref().map(|(hold, reference)| json!({ "hold": hold, "reference": reference })),
        "evidence": { "name": row.evidence_name, "sha256": hex::encode(row.evidence_digest) },
        "note": row.note,
        "looked_at": row.looked_at.as_ref().map(|(by, at)| json!({ "by": by, "at": at.to_string() })),
    })
}

/// What a duty is called.
pub fn name(row: &ScheduleRow) -> String {
    row.duty.word().replace('_', " ")
}

/// What is late, in one line each; nothing where nothing is.
pub fn late(rows: &[ScheduleRow]) -> Vec<String> {
    let line = |row: &ScheduleRow| {
        let days = row.days_late()?;
        let waits = row.waits.map(|entry| format!("; entry {entry} waits for a second look")).unwrap_or_default();
        Some(format!("{} is {days} days late{waits}: countersign schedule list", name(row)))
    };
    rows.iter().filter_map(line).collect()
}

/// The schedule in columns.
pub fn table(rows: &[ScheduleRow]) -> String {
    let mut table = Table::new(&["what", "every", "last", "by", "due", "late", "waits for a look"]);
    for row in rows {
        let last = row.last.as_ref().map_or_else(|| "never".to_owned(), |it| day(it.at));
        let by = row.last.as_ref().map_or("-", |it| it.by_name.as_str());
        let due = row.due_at.map_or_else(|| "-".to_owned(), day);
        let late = row.days_late().map_or_else(|| "-".to_owned(), |days| format!("{days} days"));
        let waits = row.waits.map_or_else(|| "-".to_owned(), |entry| format!("entry {entry}"));
        let every = format!("{} days", row.every_days);
        table.row([name(row).as_str(), &every, &last, by, &due, &late, &waits]);
    }
    table.text()
}

/// Records in columns.
pub fn records(rows: &[DutyRecordRow]) -> String {
    let mut table = Table::new(&["entry", "what", "by", "at", "evidence", "SHA-256", "looked at by"]);
    for row in rows {
        let what = match &row.incident {
            Some((_, reference)) => format!("audit after incident {reference}"),
            None => row.duty.word().replace('_', " "),
        };
        let looked = row.looked_at.as_ref().map_or("-", |(by, _)| by.as_str());
        let (entry, at, digest) = (row.seq.to_string(), day(row.at), hex::encode(row.evidence_digest));
        table.row([entry.as_str(), &what, &row.by_name, &at, &row.evidence_name, &digest, looked]);
    }
    table.text()
}
