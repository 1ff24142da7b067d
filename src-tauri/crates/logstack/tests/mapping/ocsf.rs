//! OCSF.

use ledger::Subject;
use logstack::{Format, OCSF_VERSION};
use serde_json::{Value, json};

use crate::entries::{TIME, entry, event, every_entry};

const SCHEMA: &str = include_str!("../data/ocsf-1.8.0-reduced.schema.json");

/// an entry of any verb is a valid event of one of the five classes, with ids and times at their places.
#[test]
fn every_verb_is_a_valid_event() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let mut classes = std::collections::BTreeSet::new();
    for entry in every_entry() {
        let found = Format::Ocsf.document(&event(&entry));
        let faults: Vec<String> =
            schema.iter_errors(&found).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert_eq!(faults, [""; 0], "{} of {}\n{found:#}", entry.verb, entry.subject.kind);
        let number = |name: &str| found[name].as_u64().unwrap();
        assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"), "{}", entry.verb);
        assert_eq!(found["time"], TIME / 1_000, "milliseconds");
        let metadata = &found["metadata"];
        assert_eq!(metadata["uid"], entry.id.to_string());
        assert_eq!((&metadata["sequence"], &metadata["event_code"]), (&json!(42), &json!(entry.verb)));
        assert_eq!(metadata["version"], OCSF_VERSION);
        assert_eq!(metadata["original_time"], "2026-01-01T00:00:00.123456Z", "to the microsecond");
        assert_eq!(found["unmapped"]["chain_hash"].as_str().unwrap().len(), 64);
        assert_eq!(found["unmapped"]["environment"], "production");
        assert_eq!(found["actor"]["user"]["name"], "Anna Berg");
        classes.insert(number("class_uid"));
    }
    assert_eq!(Vec::from_iter(classes), [3001, 3002, 3004, 3005, 6003]);
}

/// the schema of these tests refuses what OCSF refuses; otherwise the test above would hold nothing.
#[test]
fn the_schema_refuses_what_is_no_event() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let good = Format::Ocsf.document(&event(&entry("session.opened", Subject::new("session", "ab"))));
    assert!(schema.is_valid(&good));
    let without = |path: &str| {
        let mut bad = good.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        bad
    };
    for path in ["/time", "/metadata/product", "/metadata/version", "/user", "/service", "/type_uid", "/severity_id"] {
        assert!(!schema.is_valid(&without(path)), "{path}");
    }
    let with = |path: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        bad
    };
    let wrong = [
        ("/time", json!("2026")),
        ("/class_uid", json!(3_009)),
        ("/activity_id", json!(14)),
        ("/user", json!({})),
        ("/severity_id", json!(7)),
        ("/type_uid", json!(300_402)),
        ("/time", json!(TIME)),
    ];
    for (path, value) in wrong {
        assert!(!schema.is_valid(&with(path, value)), "{path}");
    }
}

#[test]
fn what_can_be_told_apart_is() {
    let told = |verb: &str, kind: &str| {
        let found = Format::Ocsf.document(&event(&entry(verb, Subject::new(kind, "x"))));
        (
            found["type_name"].as_str().unwrap().to_owned(),
            found["severity"].as_str().unwrap().to_owned(),
            found["status"].clone(),
        )
    };
    let told_as = |verb, kind, name: &str, severity: &str, status: &str| {
        assert_eq!(told(verb, kind), (name.to_owned(), severity.to_owned(), json!(status)));
    };
    told_as("session.opened", "session", "Authentication: Logon", "Informational", "Success");
    told_as("key.compromised", "key", "Entity Management: Disable", "High", "Success");
    told_as("operator.suspended", "operator", "Account Change: Disable", "Medium", "Success");
    told_as("role.withdrawn", "operator", "User Access Management: Remove Role", "Medium", "Success");
    told_as("keys.destroyed", "run", "API Activity: Delete", "High", "Success");
    told_as("step.failed", "run", "API Activity: Update", "Medium", "Failure");
    told_as("step.intended", "run", "API Activity: Update", "Informational", "Intended");
    told_as("moon.landed", "moon", "Entity Management: Other", "Informational", "Success");
}
