//! Keys.

use domain::Timestamp;
use register::{KeyDetail, KeyRow, KeyVersionRow, TimelineRow, Violation};
use serde_json::{Value, json};

use crate::people::Directory;
use crate::table::Table;

/// A moment for a document.
pub fn moment(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| json!(at.to_string()))
}

/// The day of a moment.
pub fn day(at: Timestamp) -> String {
    at.to_string().chars().take_while(|character| *character != 'T').collect()
}

/// A key.
pub fn document(row: &KeyRow, now: Timestamp) -> Value {
    json!({
        "id": row.id,
        "kind": row.kind,
        "name": row.name,
        "state": row.state,
        "tenant": row.tenant_name,
        "integration": row.integration,
        "secret_name": row.secret_name,
        "classification": row.classification,
        "owner": row.owner,
        "purpose": row.purpose,
        "algorithm": row.algorithm,
        "bits": row.bits,
        "storage": row.storage,
        "vault_name": row.vault_name,
        "version": row.current_version,
        "version_number": row.version_number,
        "created_at": row.created_at.to_string(),
        "activated_at": moment(row.activated_at),
        "rotated_at": moment(row.rotated_at),
        "rotate_by": moment(row.rotate_by),
        "expires_at": moment(row.expires_at),
        "due_in_days": row.due_in_days(now),
        "overdue": row.is_overdue(now),
        "violates": row.violates,
        "deks": row.deks,
    })
}

/// When it is due, as a person says it.
fn due(row: &KeyRow, now: Timestamp) -> String {
    match row.rotate_by {
        None => "-".to_owned(),
        Some(date) if row.is_overdue(now) => format!("{} OVERDUE", day(date)),
        Some(date) => day(date),
    }
}

/// Keys in columns.
pub fn table(rows: &[KeyRow], now: Timestamp) -> String {
    let mut table = Table::new(&["name", "kind", "state", "tenant", "version", "deks", "rotate by", "owner", "id"]);
    for row in rows {
        table.row([
            row.name.as_str(),
            row.kind.word(),
            row.state.word(),
            row.tenant_name.as_deref().unwrap_or("-"),
            &row.version_number.to_string(),
            &row.deks.map_or_else(|| "-".to_owned(), |deks| deks.to_string()),
            &due(row, now),
            &row.owner,
            &row.id.to_string(),
        ]);
    }
    table.text()
}

fn violation(of: Violation) -> &'static str {
    match of {
        Violation::WeakAlgorithm => "weak_algorithm",
        Violation::LegacyStorage => "legacy_storage",
        Violation::OwnerMissing => "owner_missing",
        Violation::PurposeMissing => "purpose_missing",
        Violation::Overdue => "overdue",
        Violation::NotInVault => "not_in_vault",
    }
}

fn version(row: &KeyVersionRow) -> Value {
    json!({
        "version": row.version,
        "number": row.number,
        "enabled": row.enabled,
        "created_at": row.created_at.to_string(),
        "disabled_at": moment(row.disabled_at),
        "deks": row.deks,
        "entry": row.recorded_seq,
    })
}

fn event(row: &TimelineRow, people: &Directory) -> Value {
    json!({
        "entry": row.seq,
        "at": row.at.to_string(),
        "actor": people.person(row.actor),
        "verb": row.verb,
        "purpose": row.purpose,
        "to_state": row.to_state,
        "version_number": row.version_number,
        "request": row.request.map(|(_, number)| super::requests::label(number)),
        "run": row.run.map(|(_, number)| number),
    })
}

/// Everything about one key.
pub fn detail_document(found: &KeyDetail, timeline: &[TimelineRow], people: &Directory) -> Value {
    let wrap = found.wrapped_by.as_ref().map(|wrap| {
        json!({
            "kek": wrap.kek,
            "name": wrap.name,
            "version": wrap.version,
            "version_number": wrap.version_number,
            "algorithm": wrap.algorithm,
        })
    });
    let rule = found
        .rule
        .map(|rule| json!({ "version": rule.version, "period_days": rule.period_days, "warn_days": rule.warn_days }));
    json!({
        "key": document(&found.key, found.now),
        "phase_out_at": moment(found.phase_out_at),
        "wrapped_by": wrap,
        "rule": rule,
        "tokens": found.tokens,
        "tenants": found.tenants,
        "violations": found.violations.iter().copied().map(violation).collect::<Vec<_>>(),
        "versions": found.versions.iter().map(version).collect::<Vec<_>>(),
        "timeline": timeline.iter().map(|row| event(row, people)).collect::<Vec<_>>(),
    })
}

/// Everything about one key, to read.
pub fn detail_text(found: &KeyDetail, timeline: &[TimelineRow], people: &Directory) -> String {
    let key = &found.key;
    let mut facts = Table::pairs();
    facts.pair("name", &key.name);
    facts.pair("id", key.id.to_string());
    facts.pair("kind", key.kind.word());
    facts.pair("state", key.state.word());
    let parts = [("tenant", &key.tenant_name), ("integration", &key.integration), ("secret", &key.secret_name)];
    for (name, part) in parts.into_iter().filter_map(|(name, part)| Some((name, part.as_ref()?))) {
        facts.pair(name, part);
    }
    facts.pair("classification", key.classification.word());
    facts.pair("owner", &key.owner);
    facts.pair("purpose", &key.purpose);
    facts.pair("algorithm", format!("{} {}", key.algorithm, key.bits.map(|bits| bits.to_string()).unwrap_or_default()));
    facts.pair("storage", key.storage.word());
    if let Some(wrap) = &found.wrapped_by {
        facts.pair("wrapped by", format!("{} version {} ({})", wrap.name, wrap.version_number, wrap.algorithm));
    }
    facts.pair("rotate by", due(key, found.now));
    facts.pair("tokens", found.tokens.to_string());
    facts.pair("tenants", found.tenants.to_string());
    let violations: Vec<&str> = found.violations.iter().copied().map(violation).collect();
    facts.pair("violations", if violations.is_empty() { "none".to_owned() } else { violations.join(", ") });
    let mut versions = Table::new(&["version", "vault's name", "enabled", "deks", "created"]);
    for row in &found.versions {
        let enabled = if row.enabled { "yes" } else { "no" };
        let (number, deks) = (row.number.to_string(), row.deks.to_string());
        versions.row([number.as_str(), &row.version, enabled, &deks, &row.created_at.to_string()]);
    }
    let mut events = Table::new(&["entry", "at", "actor", "verb", "purpose"]);
    for row in timeline {
        let (entry, at, actor) = (row.seq.to_string(), row.at.to_string(), people.name(row.actor));
        events.row([entry.as_str(), &at, &actor, &row.verb, &row.purpose]);
    }
    let versions = if found.versions.is_empty() { String::new() } else { format!("\n\n{}", versions.text()) };
    format!("{}{versions}\n\n{}", facts.text(), events.text())
}
