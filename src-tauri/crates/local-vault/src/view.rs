//! How objects look in answers: bundles of one version, and the shorter items of lists.

use crate::object::{Deletion, Object, Properties, Version};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::versions::{KeyVersion, SecretVersion};
use serde_json::{Map, Value, json};

/// A version that can be shown.
pub(crate) trait View: Version {
    const COLLECTION: &'static str;
    const DELETED: &'static str;

    /// Everything about one version; a secret's value only if `with_value`.
    fn bundle(&self, id: String, place: &Place, with_value: bool) -> Result<Map<String, Value>, Refusal>;

    /// The line of a list.
    fn item(&self, id: String, place: &Place) -> Map<String, Value>;
}

/// The id of a version: `…/keys/name/version`.
pub(crate) fn version_id<V: View>(object: &Object<V>, version: &V, place: &Place) -> String {
    let id = place.id(V::COLLECTION, &object.name);
    format!("{id}/{}", version.properties().version)
}

pub(crate) fn bundle<V: View>(object: &Object<V>, version: &V, place: &Place) -> Result<Map<String, Value>, Refusal> {
    version.bundle(version_id(object, version, place), place, true)
}

/// The bundle of a deleted object's latest version, with what is known of its deletion.
pub(crate) fn deleted_bundle<V: View>(
    object: &Object<V>,
    deletion: Deletion,
    place: &Place,
) -> Result<Map<String, Value>, Refusal> {
    let latest = latest(object)?;
    let mut shown = latest.bundle(version_id(object, latest, place), place, false)?;
    add_deletion(&mut shown, object, deletion, place);
    Ok(shown)
}

pub(crate) fn deleted_item<V: View>(
    object: &Object<V>,
    deletion: Deletion,
    place: &Place,
) -> Result<Map<String, Value>, Refusal> {
    let mut shown = latest(object)?.item(place.id(V::COLLECTION, &object.name), place);
    add_deletion(&mut shown, object, deletion, place);
    Ok(shown)
}

/// The latest version. **Invariant:** every object has one; stored rows without are refused.
pub(crate) fn latest<V: Version>(object: &Object<V>) -> Result<&V, Refusal> {
    object.latest().ok_or_else(|| Refusal::internal(&"an object without versions"))
}

fn add_deletion<V: View>(shown: &mut Map<String, Value>, object: &Object<V>, deletion: Deletion, place: &Place) {
    shown.insert("recoveryId".into(), place.id(V::DELETED, &object.name).into());
    shown.insert("deletedDate".into(), deletion.deleted.into());
    shown.insert("scheduledPurgeDate".into(), deletion.purge.into());
}

impl View for KeyVersion {
    const COLLECTION: &'static str = "keys";
    const DELETED: &'static str = "deletedkeys";

    fn bundle(&self, id: String, place: &Place, _with_value: bool) -> Result<Map<String, Value>, Refusal> {
        let mut jwk = self.material.public_jwk()?;
        jwk.insert("kid".into(), id.into());
        jwk.insert("key_ops".into(), self.key_ops.clone().into());
        let mut shown = Map::new();
        shown.insert("key".into(), jwk.into());
        add_properties(&mut shown, &self.properties, place, true);
        Ok(shown)
    }

    fn item(&self, id: String, place: &Place) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("kid".into(), id.into());
        add_properties(&mut shown, &self.properties, place, true);
        shown
    }
}

impl View for SecretVersion {
    const COLLECTION: &'static str = "secrets";
    const DELETED: &'static str = "deletedsecrets";

    fn bundle(&self, id: String, place: &Place, with_value: bool) -> Result<Map<String, Value>, Refusal> {
        let mut shown = self.item(id, place);
        if with_value {
            // EXPOSE: the answer to a caller who may read the secret.
            shown.insert("value".into(), self.expose(|value| value.into()));
        }
        Ok(shown)
    }

    fn item(&self, id: String, place: &Place) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("id".into(), id.into());
        if let Some(content_type) = &self.content_type {
            shown.insert("contentType".into(), content_type.clone().into());
        }
        add_properties(&mut shown, &self.properties, place, false);
        shown
    }
}

fn add_properties(shown: &mut Map<String, Value>, of: &Properties, place: &Place, is_key: bool) {
    let mut attributes = Map::new();
    attributes.insert("enabled".into(), of.enabled.into());
    for (name, time) in [("nbf", of.nbf), ("exp", of.exp)] {
        if let Some(time) = time {
            attributes.insert(name.into(), time.into());
        }
    }
    attributes.insert("created".into(), of.created.into());
    attributes.insert("updated".into(), of.updated.into());
    attributes.insert("recoveryLevel".into(), place.rules.recovery_level().into());
    attributes.insert("recoverableDays".into(), place.rules.recoverable_days.into());
    if is_key {
        attributes.insert("exportable".into(), false.into());
    }
    shown.insert("attributes".into(), attributes.into());
    if let Some(tags) = &of.tags {
        shown.insert("tags".into(), json!(tags));
    }
}
