//! Elastic Common Schema, <https://www.elastic.co/docs/reference/ecs>. What it has no field for lies under `countersign`, as it asks.

use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::verb::{Activity, Class, Outcome, Severity};

/// Version of the schema that documents are written in.
pub const ECS_VERSION: &str = "9.4.0";

pub(crate) fn document(event: &Event) -> Value {
    json!({
        "@timestamp": event.time().to_string(),
        "message": event.message(),
        "ecs": { "version": ECS_VERSION },
        "event": fields(event),
        "user": user(event),
        "service": {
            "id": event.entry.custody.to_string(),
            "name": "countersign",
            "type": "countersign",
            "environment": event.entry.environment,
            "version": env!("CARGO_PKG_VERSION"),
        },
        "related": related(event),
        "countersign": own(event),
    })
}

fn fields(event: &Event) -> Value {
    let meaning = event.meaning();
    let mut fields = json!({
        "id": event.entry_id(),
        "sequence": event.number,
        "hash": event.stable_id(),
        "kind": "event",
        "category": [category(event, meaning.class)],
        "type": [kind(meaning.activity)],
        "action": event.entry.verb,
        "outcome": outcome(meaning.outcome),
        "module": "countersign",
        "dataset": "countersign.ledger",
        "provider": "ledger",
        "severity": severity(meaning.severity),
    });
    if let Some(all) = fields.as_object_mut().filter(|_| !event.entry.purpose.is_empty()) {
        all.insert("reason".to_owned(), json!(event.entry.purpose));
    }
    fields
}

fn user(event: &Event) -> Value {
    let mut user = Map::new();
    user.insert("id".to_owned(), json!(event.entry.actor.id.to_string()));
    user.extend(event.actor_name.as_ref().map(|name| ("name".to_owned(), json!(name))));
    if event.entry.subject.kind == "operator" {
        user.insert("target".to_owned(), json!({ "id": event.entry.subject.name }));
    }
    Value::Object(user)
}

fn related(event: &Event) -> Value {
    let mut users = vec![event.entry.actor.id.to_string()];
    users.extend(event.actor_name.clone());
    if event.entry.subject.kind == "operator" {
        users.push(event.entry.subject.name.clone());
    }
    users.dedup();
    json!({ "user": users, "hash": [event.stable_id()] })
}

fn own(event: &Event) -> Value {
    let mut own = json!({
        "custody": event.entry.custody.to_string(),
        "environment": event.entry.environment,
        "actor_kind": event.entry.actor.kind.word(),
        "subject": { "kind": event.entry.subject.kind, "id": event.entry.subject.name },
        "signing_keys": event.key_ids(),
        "attributes": event.attributes(),
    });
    if let (Some(all), Some(whole)) = (own.as_object_mut(), event.belongs_to()) {
        all.insert("belongs_to".to_owned(), json!(whole));
    }
    own
}

fn category(event: &Event, class: Class) -> &'static str {
    match (class, event.entry.subject.kind.as_str()) {
        (Class::Authentication, _) => "authentication",
        (Class::AccountChange | Class::UserAccess, _) | (_, "operator" | "device") => "iam",
        _ => "configuration",
    }
}

/// One of the types that each of the three categories expects.
fn kind(activity: Activity) -> &'static str {
    match activity {
        Activity::Create => "creation",
        Activity::Delete => "deletion",
        Activity::Logon => "start",
        Activity::Logoff => "end",
        Activity::Read | Activity::Other => "info",
        Activity::Update
        | Activity::Enable
        | Activity::Disable
        | Activity::Activate
        | Activity::Deactivate
        | Activity::Suspend
        | Activity::RemoveRole => "change",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Intended => "unknown",
    }
}

/// The same numbers as in OCSF.
fn severity(severity: Severity) -> u32 {
    match severity {
        Severity::Informational => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
    }
}
