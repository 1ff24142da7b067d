//! The Elastic Common Schema.

use std::collections::BTreeSet;

use logstack::{ECS_VERSION, Format};
use serde_json::{Map, Value, json};

use crate::entries::{event, every_entry};

const FIELDS: &str = include_str!("../data/ecs-9.4.0.json");

/// What is wrong with a document, by the published fields.
fn faults(document: &Value, fields: &Map<String, Value>) -> Vec<String> {
    let mut faults = Vec::new();
    look(document, "", fields, &mut faults);
    for required in ["@timestamp", "ecs.version"] {
        if !leaves(document, "").iter().any(|leaf| leaf == required) {
            faults.push(format!("{required} is missing"));
        }
    }
    let event = &document["event"];
    for category in event["category"].as_array().into_iter().flatten() {
        let allowed = fields["event.category"]["allowed_values"].as_array().unwrap();
        let known = allowed.iter().find(|it| it["name"] == *category);
        let expected = known.map(|it| it["expected_event_types"].as_array().unwrap().clone()).unwrap_or_default();
        for kind in event["type"].as_array().into_iter().flatten().filter(|kind| !expected.contains(kind)) {
            faults.push(format!("{kind} is not expected in {category}"));
        }
    }
    faults
}

fn look(value: &Value, path: &str, fields: &Map<String, Value>, faults: &mut Vec<String>) {
    // Fields of one's own lie under the product's name: https://www.elastic.co/docs/reference/ecs/ecs-custom-fields-in-ecs
    if path == "countersign" {
        return;
    }
    if let Value::Object(inner) = value {
        for (name, value) in inner {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            look(value, &path, fields, faults);
        }
        return;
    }
    let Some(field) = fields.get(path) else {
        faults.push(format!("{path} is no field"));
        return;
    };
    let is_list = field["normalize"].as_array().is_some_and(|all| all.contains(&json!("array")));
    if is_list != value.is_array() {
        faults.push(format!("{path} is a list: {is_list}"));
    }
    let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let fits = |value: &Value| match field["type"].as_str().unwrap() {
        "keyword" | "match_only_text" | "wildcard" => value.is_string(),
        "long" => value.is_i64() || value.is_u64(),
        "date" => value.as_str().is_some_and(|text| text.len() == 27 && text.ends_with('Z')),
        _ => false,
    };
    let allowed = field["allowed_values"].as_array();
    for value in &values {
        if !fits(value) {
            faults.push(format!("{path}: {value} is no {}", field["type"]));
        }
        if allowed.is_some_and(|allowed| !allowed.iter().any(|it| it["name"] == *value)) {
            faults.push(format!("{path}: {value} is not allowed"));
        }
    }
}

fn leaves(value: &Value, path: &str) -> Vec<String> {
    let Value::Object(inner) = value else { return vec![path.to_owned()] };
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    inner.iter().flat_map(|(name, value)| leaves(value, &join(name))).collect()
}

/// an entry of any verb has only fields that ECS knows, of their types and with allowed values, and its own under one name.
#[test]
fn every_verb_has_fields_of_the_schema() {
    let fields: Map<String, Value> = serde_json::from_str(FIELDS).unwrap();
    let mut categories = BTreeSet::new();
    for entry in every_entry() {
        let found = Format::Ecs.document(&event(&entry));
        assert_eq!(faults(&found, &fields), [""; 0], "{}\n{found:#}", entry.verb);
        assert_eq!(found["@timestamp"], "2026-01-01T00:00:00.123456Z");
        assert_eq!(found["event"]["id"], entry.id.to_string());
        assert_eq!((&found["event"]["sequence"], &found["event"]["action"]), (&json!(42), &json!(entry.verb)));
        assert_eq!(found["event"]["hash"].as_str().unwrap().len(), 64);
        assert_eq!(found["ecs"]["version"], ECS_VERSION);
        assert_eq!(found["countersign"]["subject"]["kind"], entry.subject.kind);
        categories.insert(found["event"]["category"][0].as_str().unwrap().to_owned());
    }
    assert_eq!(Vec::from_iter(categories), ["authentication", "configuration", "iam"]);
}

/// what these tests hold documents to refuses what ECS does not know.
#[test]
fn the_check_finds_what_is_no_ecs() {
    let fields: Map<String, Value> = serde_json::from_str(FIELDS).unwrap();
    let good = Format::Ecs.document(&event(&every_entry()[0]));
    let wrong = [
        ("/event/kind", json!("happening")),
        ("/event/category", json!(["keys"])),
        ("/event/type", json!(["deletion", "denied"])),
        ("/event/sequence", json!("1")),
        ("/related/user", json!("anna")),
        ("/user", json!({ "nickname": "anna" })),
        ("/@timestamp", json!(17)),
        ("/ecs", json!({})),
    ];
    for (path, value) in wrong {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert_ne!(faults(&bad, &fields), [""; 0], "{path}");
    }
}
