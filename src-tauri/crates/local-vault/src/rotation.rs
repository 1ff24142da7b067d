//! Rotation policies: kept, checked and shown. The expiry they set is applied to every version that
//! is made by rotating.
//!
//! The vault never rotates on its own: a rotation that nobody asked for is what a custody console
//! has to find, not what its test bed should make.

use crate::answer::Answer;
use crate::keys::{invalid, parse};
use crate::object::Object;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::shelf::Shelf;
use crate::store::{change_live, live};
use crate::versions::KeyVersion;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

type Keys = Shelf<KeyVersion>;

/// A policy as it is stored and, with an id, shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    lifetime_actions: Vec<LifetimeAction>,
    #[serde(default)]
    attributes: PolicyAttributes,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct LifetimeAction {
    trigger: Trigger,
    action: Action,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    #[serde(skip_serializing_if = "Option::is_none")]
    time_after_create: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_before_expiry: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Action {
    #[serde(rename = "type")]
    kind: ActionKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum ActionKind {
    #[serde(alias = "rotate")]
    Rotate,
    #[serde(alias = "notify")]
    Notify,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicyAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<i64>,
}

impl Default for Policy {
    /// What a key without a policy of its own is said to have.
    fn default() -> Self {
        Self {
            lifetime_actions: vec![LifetimeAction {
                trigger: Trigger { time_before_expiry: Some("P30D".to_owned()), ..Trigger::default() },
                action: Action { kind: ActionKind::Notify },
            }],
            attributes: PolicyAttributes::default(),
        }
    }
}

impl Policy {
    /// When a version made now expires, in seconds since 1970.
    pub fn expiry_after(&self, now: Timestamp) -> Result<Option<i64>, Refusal> {
        let Some(text) = &self.attributes.expiry_time else { return Ok(None) };
        let expires =
            now.to_zoned(TimeZone::UTC).checked_add(duration(text)?).map_err(|_too_far| invalid("expiryTime"))?;
        Ok(Some(expires.timestamp().as_second()))
    }

    fn check(&self) -> Result<(), Refusal> {
        if let Some(expiry) = &self.attributes.expiry_time {
            duration(expiry)?;
        }
        let mut kinds = Vec::new();
        for it in &self.lifetime_actions {
            match (&it.trigger.time_after_create, &it.trigger.time_before_expiry) {
                (Some(after), None) if it.action.kind == ActionKind::Rotate => duration(after)?,
                (None, Some(before)) => duration(before)?,
                _ => return Err(invalid("lifetimeActions.trigger")),
            };
            if kinds.contains(&it.action.kind) {
                return Err(invalid("lifetimeActions.action"));
            }
            kinds.push(it.action.kind);
        }
        Ok(())
    }
}

pub(crate) fn policy_of(object: &Object<KeyVersion>) -> Result<Policy, Refusal> {
    match &object.rotation_policy {
        None => Ok(Policy::default()),
        Some(stored) => serde_json::from_value(stored.clone()).map_err(|error| Refusal::internal(&error)),
    }
}

pub(crate) fn read(keys: &Keys, place: &Place, name: &str) -> Result<Answer, Refusal> {
    let object = live(keys, place, name)?;
    show(&policy_of(&object)?, place, &object.name)
}

pub(crate) fn set(keys: &Keys, place: &Place, name: &str, body: &[u8]) -> Result<Answer, Refusal> {
    let mut policy: Policy = parse(body)?;
    policy.check()?;
    let (policy, name) = change_live(keys, place, name, |object| {
        let before = policy_of(object)?;
        policy.attributes.created = before.attributes.created.or(Some(place.seconds()));
        policy.attributes.updated = Some(place.seconds());
        let stored = serde_json::to_value(&policy).map_err(|error| Refusal::internal(&error))?;
        object.rotation_policy = Some(stored);
        Ok((policy, object.name.clone()))
    })?;
    show(&policy, place, &name)
}

fn show(policy: &Policy, place: &Place, name: &str) -> Result<Answer, Refusal> {
    let id = format!("{}/rotationpolicy", place.id("keys", name));
    let mut shown = json!(policy);
    if let Value::Object(fields) = &mut shown {
        fields.insert("id".into(), id.clone().into());
    }
    Ok(Answer::json(&shown)?.about(id))
}

/// An ISO 8601 duration of whole days, months and years.
fn duration(text: &str) -> Result<Span, Refusal> {
    let span: Span = text.parse().map_err(|_malformed| invalid("duration"))?;
    let dated = span.get_years() != 0 || span.get_months() != 0 || span.get_weeks() != 0 || span.get_days() != 0;
    if !text.starts_with('P') || span.is_negative() || !dated || text.contains('T') {
        return Err(invalid("duration"));
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_expiry_counts_calendar_years() {
        let policy: Policy = serde_json::from_str(
            r#"{"lifetimeActions":[{"trigger":{"timeAfterCreate":"P90D"},"action":{"type":"Rotate"}}],
                "attributes":{"expiryTime":"P2Y"}}"#,
        )
        .unwrap();
        policy.check().unwrap();
        let now: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
        let then: Timestamp = "2028-02-01T00:00:00Z".parse().unwrap();
        assert_eq!(policy.expiry_after(now).unwrap(), Some(then.as_second()));
    }

    #[test]
    fn durations_that_mean_nothing_are_refused() {
        for text in ["", "90", "P", "PT5H", "-P1D", "P0D", "P1DT2H", "forever"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
