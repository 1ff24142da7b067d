//! OCSF, <https://schema.ocsf.io>: the classes Account Change, Authentication, Entity Management, User Access Management and API
//! Activity.

use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::verb::{Activity, Class, Meaning, Outcome, Severity};

/// Version of the schema that documents are written in.
pub const OCSF_VERSION: &str = "1.8.0";

const IAM: (u32, &str) = (3, "Identity & Access Management");
const APPLICATION: (u32, &str) = (6, "Application Activity");
/// Stands for every number that OCSF has no word for; the word beside it is then ours.
const OTHER: u32 = 99;

pub(crate) fn document(event: &Event) -> Value {
    let meaning = event.meaning();
    let (category, class, class_name) = class(meaning.class);
    let (activity, activity_name) = activity(meaning);
    let (status, status_name) = status(meaning.outcome);
    let type_uid = class * 100 + activity;
    let mut document = json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": category.0,
        "category_name": category.1,
        "class_uid": class,
        "class_name": class_name,
        "type_uid": type_uid,
        "type_name": format!("{class_name}: {activity_name}"),
        "severity_id": severity(meaning.severity).0,
        "severity": severity(meaning.severity).1,
        "status_id": status,
        "status": status_name,
        "time": event.entry.time.div_euclid(1_000),
        "timezone_offset": 0,
        "message": event.message(),
        "metadata": metadata(event),
        "actor": { "user": actor(event) },
        "src_endpoint": endpoint(event),
        "unmapped": unmapped(event),
    });
    if let Some(all) = document.as_object_mut() {
        all.extend(particulars(event, meaning.class));
    }
    document
}

fn metadata(event: &Event) -> Value {
    let mut metadata = json!({
        "version": OCSF_VERSION,
        "uid": event.entry_id(),
        "sequence": event.number,
        "event_code": event.entry.verb,
        "log_name": "ledger",
        "original_time": event.time().to_string(),
        "tenant_uid": event.entry.custody.to_string(),
        "product": product(),
        "labels": [format!("environment:{}", event.entry.environment)],
    });
    if let (Some(all), Some(whole)) = (metadata.as_object_mut(), event.belongs_to()) {
        all.insert("correlation_uid".to_owned(), json!(whole));
    }
    metadata
}

fn product() -> Value {
    json!({ "name": "Countersign", "vendor_name": "Countersign", "version": env!("CARGO_PKG_VERSION") })
}

fn actor(event: &Event) -> Value {
    let (type_id, kind) = if event.is_human() { (1, "User") } else { (4, "Service") };
    let mut user = json!({ "uid": event.entry.actor.id.to_string(), "type_id": type_id, "type": kind });
    if let (Some(all), Some(name)) = (user.as_object_mut(), &event.actor_name) {
        all.insert("name".to_owned(), json!(name));
    }
    user
}

/// Where it came from: the device or session, by the key that signed.
fn endpoint(event: &Event) -> Value {
    let mut endpoint = json!({ "svc_name": "countersign" });
    if let (Some(all), Some(key)) = (endpoint.as_object_mut(), event.key_ids().first()) {
        all.insert("uid".to_owned(), json!(key));
    }
    endpoint
}

/// What OCSF has no place for.
fn unmapped(event: &Event) -> Value {
    json!({
        "custody": event.entry.custody.to_string(),
        "environment": event.entry.environment,
        "chain_hash": event.stable_id(),
        "signing_keys": event.key_ids(),
        "subject": { "kind": event.entry.subject.kind, "id": event.entry.subject.name },
        "attributes": event.attributes(),
    })
}

fn particulars(event: &Event, class: Class) -> Map<String, Value> {
    let (subject, purpose) = (&event.entry.subject, &event.entry.purpose);
    let particulars = match class {
        Class::AccountChange => json!({ "user": { "uid": subject.name } }),
        Class::UserAccess => json!({ "user": { "uid": subject.name }, "privileges": roles(event) }),
        Class::Authentication => json!({
            "user": actor(event),
            "session": { "uid": subject.name },
            "service": { "name": "countersign" },
            "is_remote": false,
        }),
        Class::EntityManagement if purpose.is_empty() => json!({ "entity": entity(event) }),
        Class::EntityManagement => json!({ "entity": entity(event), "comment": purpose }),
        Class::ApiActivity => json!({
            "api": { "operation": event.entry.verb, "service": { "name": "countersign" } },
            "resources": [{ "uid": subject.name, "type": subject.kind, "role_id": 1, "role": "Target" }],
        }),
    };
    match particulars {
        Value::Object(particulars) => particulars,
        _ => Map::new(),
    }
}

fn roles(event: &Event) -> Vec<&str> {
    let roles = event.entry.attribute("roles").unwrap_or_default();
    roles.split(',').filter(|role| !role.is_empty()).collect()
}

fn entity(event: &Event) -> Value {
    let subject = &event.entry.subject;
    let (type_id, kind) = match subject.kind.as_str() {
        "device" => (1, "Device"),
        "operator" => (2, "User"),
        "tenant" => (4, "Organization"),
        other => (OTHER, other),
    };
    let mut entity = json!({ "uid": subject.name, "type_id": type_id, "type": kind });
    if let (Some(all), Some(name)) = (entity.as_object_mut(), event.entry.attribute("name")) {
        all.insert("name".to_owned(), json!(name));
    }
    entity
}

fn class(class: Class) -> ((u32, &'static str), u32, &'static str) {
    match class {
        Class::AccountChange => (IAM, 3_001, "Account Change"),
        Class::Authentication => (IAM, 3_002, "Authentication"),
        Class::EntityManagement => (IAM, 3_004, "Entity Management"),
        Class::UserAccess => (IAM, 3_005, "User Access Management"),
        Class::ApiActivity => (APPLICATION, 6_003, "API Activity"),
    }
}

/// Each class numbers its activities by itself.
fn activity(meaning: Meaning) -> (u32, &'static str) {
    match (meaning.class, meaning.activity) {
        (Class::AccountChange, Activity::Create) => (1, "Create"),
        (Class::AccountChange, Activity::Enable) => (2, "Enable"),
        (Class::AccountChange, Activity::Disable) => (5, "Disable"),
        (Class::AccountChange, Activity::Delete) => (6, "Delete"),
        (Class::Authentication, Activity::Logon) => (1, "Logon"),
        (Class::Authentication, Activity::Logoff) => (2, "Logoff"),
        (Class::UserAccess, Activity::RemoveRole) => (4, "Remove Role"),
        (Class::EntityManagement | Class::ApiActivity, Activity::Create) => (1, "Create"),
        (Class::EntityManagement | Class::ApiActivity, Activity::Read) => (2, "Read"),
        (Class::EntityManagement | Class::ApiActivity, Activity::Update) => (3, "Update"),
        (Class::EntityManagement | Class::ApiActivity, Activity::Delete) => (4, "Delete"),
        (Class::EntityManagement, Activity::Enable) => (8, "Enable"),
        (Class::EntityManagement, Activity::Disable) => (9, "Disable"),
        (Class::EntityManagement, Activity::Activate) => (10, "Activate"),
        (Class::EntityManagement, Activity::Deactivate) => (11, "Deactivate"),
        (Class::EntityManagement, Activity::Suspend) => (12, "Suspend"),
        _ => (OTHER, "Other"),
    }
}

fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
    }
}

fn status(outcome: Outcome) -> (u32, &'static str) {
    match outcome {
        Outcome::Success => (1, "Success"),
        Outcome::Failure => (2, "Failure"),
        Outcome::Intended => (OTHER, "Intended"),
    }
}
