//! Exceptions and shared keys: until when, by whose word, and what limits the risk.

use domain::{ExceptionState, Timestamp};
use register::{Cover, ExceptionDetail, ExceptionLink, ExceptionReviewStanding, ExceptionRow, SharedKeyRow};
use serde_json::{Value, json};

use super::keys::{day, moment};
use crate::table::{Table, safe};

/// What an exception covers, in words.
fn covers(all: &[Cover]) -> String {
    let said = |cover: &Cover| match cover {
        Cover::Key { name, .. } => name.clone(),
        Cover::Kind(kind) => format!("type {kind}"),
        Cover::Tenant { name, .. } => format!("tenant {name}"),
    };
    let (first, more) = (all.iter().take(2).map(said).collect::<Vec<_>>().join(", "), all.len().saturating_sub(2));
    if more == 0 { first } else { format!("{first} and {more} more") }
}

fn cover_document(cover: &Cover) -> Value {
    match cover {
        Cover::Key { key, name } => json!({ "kind": "key", "id": key, "name": name }),
        Cover::Kind(kind) => json!({ "kind": "type", "type": kind }),
        Cover::Tenant { tenant, name } => json!({ "kind": "tenant", "id": tenant, "name": name }),
    }
}

/// How far away a date is.
fn until(at: Timestamp, now: Timestamp, state: ExceptionState) -> String {
    match at.days_since(now) {
        days if !state.is_open() || state == ExceptionState::Requested || days > 99 => format!("until {}", day(at)),
        days if days < 0 => format!("{} d ago", -days),
        days => format!("in {days} d"),
    }
}

/// A line of the register.
pub fn row_document(row: &ExceptionRow) -> Value {
    json!({
        "id": row.id,
        "number": row.number.to_string(),
        "state": row.state,
        "title": row.title,
        "clause": { "word": row.clause, "title": row.clause_title },
        "covers": row.covers.iter().map(cover_document).collect::<Vec<_>>(),
        "owner": row.owner,
        "requested_by": { "id": row.requested_by, "name": row.requested_by_name },
        "requested_at": row.requested_at.to_string(),
        "accepted_by": row.accepted_by.map(|id| json!({ "id": id, "name": row.accepted_by_name })),
        "granted_at": moment(row.granted_at),
        "expires_at": row.expires_at.to_string(),
        "renews": row.renews.map(|number| number.to_string()),
        "renewed_by": row.renewed_by.map(|number| number.to_string()),
        "request": format!("R-{}", row.request_number),
        "answer": row.answer.map(|answer| json!({ "request": format!("R-{}", answer.number), "renews": answer.renews })),
    })
}

/// Lines in columns.
pub fn table(rows: &[ExceptionRow], now: Timestamp) -> String {
    let mut table = Table::new(&["no.", "exception", "state", "until", "clause", "covers", "owner", "accepted by"]);
    for row in rows {
        table.row([
            row.number.to_string().as_str(),
            &row.title,
            row.state.word(),
            &until(row.expires_at, now, row.state),
            &row.clause,
            &covers(&row.covers),
            &row.owner,
            row.accepted_by_name.as_deref().unwrap_or("-"),
        ]);
    }
    table.text()
}

fn link_document(link: &ExceptionLink) -> Value {
    json!({
        "number": link.number.to_string(),
        "state": link.state,
        "requested_by": link.requested_by_name,
        "accepted_by": link.accepted_by_name,
        "granted_at": moment(link.granted_at),
        "expires_at": link.expires_at.to_string(),
    })
}

/// Everything about one.
pub fn document(it: &ExceptionDetail) -> Value {
    let mut all = row_document(&it.row);
    let more = json!({
        "justification": it.justification,
        "controls": it.controls,
        "acceptance": { "words": it.acceptance, "at": moment(it.accepted_at), "entry": it.accepted_seq },
        "term_days_max": it.term_days_max,
        "entry": it.granted_seq,
        "request_state": it.request_state,
        "keys_at_decision": it.keys_at_decision.iter().map(|key| json!({
            "id": key.key, "name": key.name, "type": key.kind, "state": key.state, "version": key.version_number,
            "rotate_by": moment(key.rotate_by), "state_now": key.state_now,
        })).collect::<Vec<_>>(),
        "chain": it.chain.iter().map(link_document).collect::<Vec<_>>(),
        "ended": it.ended.as_ref().map(|ended| json!({
            "at": ended.at.to_string(), "by": { "id": ended.by, "name": ended.by_name }, "entry": ended.seq, "words": ended.words,
        })),
    });
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}

/// The same to read.
pub fn text(it: &ExceptionDetail, now: Timestamp) -> String {
    let row = &it.row;
    let mut facts = Table::pairs();
    facts.pair("state", row.state.word());
    facts.pair("expires", format!("{} ({})", row.expires_at, until(row.expires_at, now, row.state)));
    facts.pair("clause", format!("{} ({})", row.clause_title, row.clause));
    facts.pair("covers", covers(&row.covers));
    facts.pair("owner", &row.owner);
    facts.pair("justification", &it.justification);
    facts.pair("controls", &it.controls);
    facts.pair(
        "requested by",
        format!("{} on {}, R-{}", row.requested_by_name, day(row.requested_at), row.request_number),
    );
    match (&row.accepted_by_name, it.accepted_at) {
        (Some(name), Some(at)) => facts.pair("risk accepted by", format!("{name} on {}: “{}”", day(at), it.acceptance)),
        _ => facts.pair("risk accepted by", "nobody yet"),
    }
    for key in &it.keys_at_decision {
        let now = key.state_now.map_or_else(|| "gone".to_owned(), |state| state.to_string());
        facts.pair(
            "when decided",
            format!("{} was {} in version {}, is {now}", key.name, key.state, key.version_number),
        );
    }
    if let Some(ended) = &it.ended {
        let words = if ended.words.is_empty() { String::new() } else { format!(": {}", ended.words) };
        facts.pair("ended", format!("{} by {}, entry {}{words}", day(ended.at), ended.by_name, ended.seq));
    }
    if let Some(answer) = row.answer {
        facts.pair(
            "being answered",
            format!("R-{}, which {} it", answer.number, if answer.renews { "renews" } else { "closes" }),
        );
    }
    if it.chain.len() > 1 {
        let link = |link: &ExceptionLink| {
            format!(
                "{} until {} ({})",
                link.number,
                day(link.expires_at),
                link.state.map_or("came to nothing", ExceptionState::word)
            )
        };
        facts.pair("chain", it.chain.iter().map(link).collect::<Vec<_>>().join(" → "));
    }
    format!("{} {}\n\n{}{}", row.number, safe(&row.title), facts.text(), next(row))
}

/// The step that comes next, where there is one.
fn next(row: &ExceptionRow) -> String {
    match (row.state, row.answer) {
        (ExceptionState::Requested, _) => format!("\n\nNext: countersign --as NAME sign R-{}", row.request_number),
        (ExceptionState::Expired | ExceptionState::Expiring, None) => {
            format!("\n\nNext: countersign exception renew {0}, or countersign exception close {0}", row.number)
        }
        _ => String::new(),
    }
}

/// How the review of the register stands.
pub fn review_document(standing: &ExceptionReviewStanding) -> Value {
    json!({
        "every_days": standing.every_days,
        "due_at": moment(standing.due_at),
        "days_since": standing.days_since,
        "last": standing.last.as_ref().map(|last| json!({
            "at": last.at.to_string(), "by": { "id": last.by, "name": last.by_name }, "entry": last.seq, "open": last.open,
            "note": last.note, "findings": last.findings,
        })),
    })
}

/// The same in a sentence.
pub fn review_text(standing: &ExceptionReviewStanding, now: Timestamp) -> String {
    let last = standing.last.as_ref().map_or_else(
        || "The register was never reviewed".to_owned(),
        |last| format!("Last reviewed by {} on {}", safe(&last.by_name), day(last.at)),
    );
    match standing.due_at {
        Some(due) if due <= now => {
            format!("{last}; the review is {} d late: countersign exception review", now.days_since(due))
        }
        Some(due) => format!("{last}; next by {}", day(due)),
        None => format!("{last}; it is due {} d after the first exception", standing.every_days),
    }
}

/// A shared key.
pub fn shared_document(row: &SharedKeyRow) -> Value {
    json!({
        "id": row.id,
        "key": { "id": row.key, "name": row.key_name, "type": row.key_kind },
        "tenants": row.tenants,
        "tenants_when_decided": row.tenants_then,
        "decision_record": row.decision_record,
        "justification": row.justification,
        "controls": row.controls,
        "requested_by": { "id": row.requested_by, "name": row.requested_by_name },
        "accepted_by": { "id": row.accepted_by, "name": row.accepted_by_name },
        "granted_at": row.granted_at.to_string(),
        "review_by": row.review_by.to_string(),
        "in_force": row.in_force,
        "ended_at": moment(row.ended_at),
        "replaced": row.replaced,
        "entry": row.granted_seq,
    })
}

/// Shared keys in columns.
pub fn shared_table(rows: &[SharedKeyRow]) -> String {
    let mut table = Table::new(&["key", "tenants", "decision", "state", "review by", "accepted by", "id"]);
    for row in rows {
        let state = match (row.in_force, row.ended_at, row.replaced) {
            (true, _, _) => "in force",
            (false, _, true) => "replaced",
            (false, Some(_), false) => "withdrawn",
            (false, None, false) => "review overdue",
        };
        table.row([
            row.key_name.as_str(),
            &row.tenants.to_string(),
            &row.decision_record,
            state,
            &day(row.review_by),
            &row.accepted_by_name,
            &row.id.to_string(),
        ]);
    }
    table.text()
}
