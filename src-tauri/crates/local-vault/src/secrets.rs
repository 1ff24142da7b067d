//! Secrets: set, read, changed.

use crate::answer::Answer;
use crate::keys::{Tags, apply, check_tags, invalid, parse};
use crate::object::{AttributesIn, Object, Properties};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::route::Call;
use crate::shelf::Shelf;
use crate::store::{self, add_version, change_live, live};
use crate::versions::SecretVersion;
use crate::view::{View, bundle, version_id};
use serde::Deserialize;
use std::time::Duration;

type Secrets = Shelf<SecretVersion>;

const VALUE_BYTES_MAX: usize = 25 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetIn {
    value: String,
    content_type: Option<String>,
    #[serde(default)]
    attributes: AttributesIn,
    tags: Option<Tags>,
}

pub(crate) fn set(secrets: &Secrets, place: &Place, name: &str, body: &[u8]) -> Result<Answer, Refusal> {
    let input: SetIn = parse(body)?;
    if input.value.len() > VALUE_BYTES_MAX {
        return Err(invalid("value"));
    }
    check_tags(input.tags.as_ref())?;
    let properties = Properties::new(&input.attributes, input.tags, place.seconds());
    let version = SecretVersion::new(properties, input.content_type, input.value);
    let object = add_version(secrets, place, name, version)?;
    show(&object, store::version(&object, None)?, place)
}

/// Unlike a key, a disabled secret cannot be read: reading is its use.
pub(crate) fn read(secrets: &Secrets, place: &Place, call: &Call) -> Result<Answer, Refusal> {
    let object = live(secrets, place, &call.name)?;
    let version = store::version(&object, call.version.as_deref())?;
    if !version.properties.enabled_at(place.now) {
        return Err(Refusal::forbidden("SecretDisabled", "Operation get is not allowed on a disabled secret."));
    }
    show(&object, version, place)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateIn {
    content_type: Option<String>,
    #[serde(default)]
    attributes: AttributesIn,
    tags: Option<Tags>,
}

pub(crate) fn update(
    secrets: &Secrets,
    place: &Place,
    call: &Call,
    body: &[u8],
    disable_visible_after: Duration,
) -> Result<Answer, Refusal> {
    let input: UpdateIn = parse(body)?;
    check_tags(input.tags.as_ref())?;
    let (object, version) = change_live(secrets, place, &call.name, |object| {
        let version = store::version(object, call.version.as_deref())?.properties.version.clone();
        let found = object
            .versions
            .iter_mut()
            .find(|it| it.properties.version == version)
            .ok_or_else(|| store::not_found::<SecretVersion>(&call.name))?;
        found.content_type = input.content_type.or(found.content_type.take());
        apply(&mut found.properties, &input.attributes, input.tags, place, disable_visible_after);
        Ok((object.clone(), version))
    })?;
    let found = store::version(&object, Some(&version))?;
    let id = version_id(&object, found, place);
    Ok(Answer::json(&found.bundle(id.clone(), place, false)?)?.about(id))
}

fn show(object: &Object<SecretVersion>, version: &SecretVersion, place: &Place) -> Result<Answer, Refusal> {
    let shown = bundle(object, version, place)?;
    Ok(Answer::json(&shown)?.about(version_id(object, version, place)))
}
