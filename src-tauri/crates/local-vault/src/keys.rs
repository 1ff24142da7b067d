//! Keys: made here, shown, changed. Their private halves never leave.

use crate::answer::Answer;
use crate::material::{Curve, KeyType, Material};
use crate::object::{AttributesIn, Lag, Properties};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::rotation::{Policy, policy_of};
use crate::route::Call;
use crate::shelf::Shelf;
use crate::store::{self, add_version, change_live, live};
use crate::versions::KeyVersion;
use crate::view::{bundle, latest, version_id};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

type Keys = Shelf<KeyVersion>;
pub(crate) type Tags = BTreeMap<String, String>;

const TAGS_MAX: usize = 15;
const TAG_CHARS_MAX: usize = 256;
const RSA_OPS: &[&str] = &["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"];
const EC_OPS: &[&str] = &["sign", "verify"];

#[derive(Deserialize)]
pub(crate) struct CreateIn {
    kty: String,
    key_size: Option<u16>,
    crv: Option<String>,
    key_ops: Option<Vec<String>>,
    #[serde(default)]
    attributes: AttributesIn,
    tags: Option<Tags>,
}

impl CreateIn {
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        parse(body)
    }

    pub fn key_type(&self) -> Result<KeyType, Refusal> {
        match self.kty.as_str() {
            "RSA" | "RSA-HSM" => {
                let bits = self.key_size.unwrap_or(2048);
                if !matches!(bits, 2048 | 3072 | 4096) {
                    return Err(invalid("key_size"));
                }
                Ok(KeyType::Rsa { bits, hsm: self.kty.ends_with("HSM") })
            }
            "EC" | "EC-HSM" => {
                let curve = Curve::find(self.crv.as_deref().unwrap_or("P-256")).ok_or_else(|| invalid("crv"))?;
                Ok(KeyType::Ec { curve, hsm: self.kty.ends_with("HSM") })
            }
            _ => Err(invalid("kty")),
        }
    }
}

pub(crate) fn create(keys: &Keys, place: &Place, name: &str, body: &[u8]) -> Result<Answer, Refusal> {
    let input = CreateIn::parse(body)?;
    let key_type = input.key_type()?;
    let key_ops = key_ops(key_type, input.key_ops.as_deref())?;
    check_tags(input.tags.as_ref())?;
    refuse_a_held_name(keys, place, name)?;
    // Making a key takes long: it is made before anything is locked.
    let version = KeyVersion {
        properties: Properties::new(&input.attributes, input.tags, place.seconds()),
        key_ops,
        material: Arc::new(Material::generate(key_type)?),
    };
    let object = add_version(keys, place, name, version)?;
    show(&object, None, place)
}

/// A new version of the same kind as the latest, which expires as the policy says.
pub(crate) fn rotate(keys: &Keys, place: &Place, name: &str) -> Result<Answer, Refusal> {
    let object = live(keys, place, name)?;
    let latest = latest(&object)?;
    let policy: Policy = policy_of(&object)?;
    let attributes = AttributesIn { exp: policy.expiry_after(place.now)?, ..AttributesIn::default() };
    let version = KeyVersion {
        properties: Properties::new(&attributes, latest.properties.tags.clone(), place.seconds()),
        key_ops: latest.key_ops.clone(),
        material: Arc::new(Material::generate(latest.material.key_type)?),
    };
    let object = change_live(keys, place, name, |object| {
        object.versions.push(version);
        Ok(object.clone())
    })?;
    show(&object, None, place)
}

/// Reading a disabled key is allowed: its public half is no secret, and its state must be seen.
pub(crate) fn read(keys: &Keys, place: &Place, call: &Call) -> Result<Answer, Refusal> {
    let object = live(keys, place, &call.name)?;
    show(&object, call.version.as_deref(), place)
}

#[derive(Deserialize)]
struct UpdateIn {
    key_ops: Option<Vec<String>>,
    #[serde(default)]
    attributes: AttributesIn,
    tags: Option<Tags>,
}

pub(crate) fn update(
    keys: &Keys,
    place: &Place,
    call: &Call,
    body: &[u8],
    disable_visible_after: Duration,
) -> Result<Answer, Refusal> {
    let input: UpdateIn = parse(body)?;
    check_tags(input.tags.as_ref())?;
    let (object, version) = change_live(keys, place, &call.name, |object| {
        let version = store::version(object, call.version.as_deref())?.properties.version.clone();
        let found = object
            .versions
            .iter_mut()
            .find(|it| it.properties.version == version)
            .ok_or_else(|| store::not_found::<KeyVersion>(&call.name))?;
        if let Some(ops) = input.key_ops.as_deref() {
            found.key_ops = key_ops(found.material.key_type, Some(ops))?;
        }
        apply(&mut found.properties, &input.attributes, input.tags, place, disable_visible_after);
        Ok((object.clone(), version))
    })?;
    show(&object, Some(&version), place)
}

/// Applies what a request says about attributes. What is absent stays.
pub(crate) fn apply(
    to: &mut Properties,
    attributes: &AttributesIn,
    tags: Option<Tags>,
    place: &Place,
    disable_visible_after: Duration,
) {
    if let Some(enabled) = attributes.enabled {
        to.lag = place
            .now
            .checked_add(disable_visible_after)
            .ok()
            .filter(|until| *until > place.now && to.enabled && !enabled)
            .map(|until| Lag { until, enabled: true });
        to.enabled = enabled;
    }
    to.nbf = attributes.nbf.or(to.nbf);
    to.exp = attributes.exp.or(to.exp);
    if tags.is_some() {
        to.tags = tags;
    }
    to.updated = place.seconds();
}

/// Keys that this vault did not make cannot be vouched for: nobody knows who else has a copy.
pub(crate) fn import() -> Refusal {
    Refusal::forbidden(
        "ForbiddenByPolicy",
        "Operation import is not allowed: keys of this vault are made in it and have no copies.",
    )
}

pub(crate) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        // Where, never what: a request may hold a plaintext key.
        Refusal::bad_parameter(format!(
            "The request body is not what the operation expects, at line {}, column {}.",
            error.line(),
            error.column()
        ))
    })
}

pub(crate) fn check_tags(tags: Option<&Tags>) -> Result<(), Refusal> {
    let fits = |text: &String| text.chars().count() <= TAG_CHARS_MAX;
    match tags {
        Some(tags) if tags.len() > TAGS_MAX || !tags.iter().all(|(k, v)| fits(k) && fits(v)) => Err(invalid("tags")),
        _ => Ok(()),
    }
}

pub(crate) fn invalid(property: &str) -> Refusal {
    Refusal::bad_parameter(format!("Property has invalid value: {property}"))
}

fn refuse_a_held_name(keys: &Keys, place: &Place, name: &str) -> Result<(), Refusal> {
    match store::deleted(keys, place, name) {
        Ok(_held) => Err(store::name_is_held::<KeyVersion>(name)),
        Err(_free) => Ok(()),
    }
}

fn key_ops(key_type: KeyType, asked: Option<&[String]>) -> Result<Vec<String>, Refusal> {
    let possible = match key_type {
        KeyType::Rsa { .. } => RSA_OPS,
        KeyType::Ec { .. } => EC_OPS,
    };
    match asked {
        None => Ok(possible.iter().map(|it| (*it).to_owned()).collect()),
        Some(ops) if ops.iter().all(|it| possible.contains(&it.as_str())) => Ok(ops.to_vec()),
        Some(_) => Err(invalid("key_ops")),
    }
}

fn show(object: &crate::object::Object<KeyVersion>, id: Option<&str>, place: &Place) -> Result<Answer, Refusal> {
    let found = store::version(object, id)?;
    Ok(Answer::json(&bundle(object, found, place)?)?.about(version_id(object, found, place)))
}
