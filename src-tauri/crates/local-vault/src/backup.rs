//! Backups: a whole object in one blob that only a server with the same store key can open.

use crate::answer::Answer;
use crate::encoding::unb64;
use crate::object::Object;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::row;
use crate::shelf::{Change, Shelf};
use crate::store::{change, live, name_is_held};
use crate::view::{View, bundle, latest, version_id};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::json;

pub(crate) fn backup<V: View>(shelf: &Shelf<V>, place: &Place, name: &str) -> Result<Answer, Refusal> {
    let object = live(shelf, place, name)?;
    let sealed = row::seal(shelf.sealer(), &label::<V>(), &object).map_err(|error| Refusal::internal(&error))?;
    let answer = Answer::json(&json!({ "value": URL_SAFE_NO_PAD.encode(sealed) }))?;
    Ok(answer.about(place.id(V::COLLECTION, name)))
}

#[derive(Deserialize)]
struct RestoreIn {
    value: String,
}

/// Puts a backup back under its old name, with all its versions, unless the name is in use.
pub(crate) fn restore<V: View>(shelf: &Shelf<V>, place: &Place, body: &[u8]) -> Result<Answer, Refusal> {
    let input: RestoreIn = serde_json::from_slice(body)
        .map_err(|_malformed| Refusal::bad_parameter("Property has invalid value: value"))?;
    let sealed = unb64("value", &input.value)?;
    let found: Object<V> = row::open(shelf.sealer(), &label::<V>(), &sealed)
        .map_err(|_unopened| Refusal::bad_parameter("Backup blob is corrupted or was not made by this vault."))?;
    let object = Object { vault: place.vault.clone(), ..found };
    let name = object.name.clone();
    let object = change(shelf, place, &name, |current| match current {
        Some(there) if there.deletion.is_some() => Err(name_is_held::<V>(&name)),
        Some(_) => Err(Refusal::conflict(
            "ObjectAlreadyExists",
            format!("{} {name} already exists in this vault.", V::KIND.title()),
        )),
        None => Ok((Change::Put(object.clone()), object)),
    })?;
    let latest = latest(&object)?;
    let mut shown = bundle(&object, latest, place)?;
    shown.remove("value");
    Ok(Answer::json(&shown)?.about(version_id(&object, latest, place)))
}

/// Not a stored file's label: a backup cannot be put in a file's place, nor the reverse.
fn label<V: View>() -> String {
    format!("countersign/local-vault/backup/{}", V::KIND.label())
}
