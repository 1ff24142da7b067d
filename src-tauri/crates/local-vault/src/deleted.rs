//! Soft deletion: deleting, looking, recovering, purging.

use crate::answer::Answer;
use crate::object::Deletion;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::shelf::{Change, Shelf};
use crate::store::{change, change_live, deleted, deleted_not_found};
use crate::view::{View, bundle, deleted_bundle, latest, version_id};

const DAY_SECONDS: i64 = 86_400;

pub(crate) fn delete<V: View>(shelf: &Shelf<V>, place: &Place, name: &str) -> Result<Answer, Refusal> {
    let shown = change_live(shelf, place, name, |object| {
        let now = place.seconds();
        let deletion = Deletion { deleted: now, purge: now + i64::from(place.rules.recoverable_days) * DAY_SECONDS };
        object.deletion = Some(deletion);
        deleted_bundle(object, deletion, place)
    })?;
    Ok(Answer::json(&shown)?.about(place.id(V::COLLECTION, name)))
}

pub(crate) fn show<V: View>(shelf: &Shelf<V>, place: &Place, name: &str) -> Result<Answer, Refusal> {
    let object = deleted(shelf, place, name)?;
    let deletion = object.deletion.ok_or_else(|| deleted_not_found::<V>(name))?;
    let shown = deleted_bundle(&object, deletion, place)?;
    Ok(Answer::json(&shown)?.about(place.id(V::DELETED, name)))
}

pub(crate) fn recover<V: View>(shelf: &Shelf<V>, place: &Place, name: &str) -> Result<Answer, Refusal> {
    let object = change(shelf, place, name, |current| {
        let mut object =
            current.filter(|object| object.deletion.is_some()).cloned().ok_or_else(|| deleted_not_found::<V>(name))?;
        object.deletion = None;
        Ok((Change::Put(object.clone()), object))
    })?;
    let latest = latest(&object)?;
    let mut shown = bundle(&object, latest, place)?;
    shown.remove("value");
    Ok(Answer::json(&shown)?.about(version_id(&object, latest, place)))
}

/// Removes it for good: its file is gone from the directory when this returns.
pub(crate) fn purge<V: View>(shelf: &Shelf<V>, place: &Place, name: &str) -> Result<Answer, Refusal> {
    deleted(shelf, place, name)?;
    if place.rules.purge_protection {
        return Err(Refusal::forbidden(
            "ForbiddenByPolicy",
            "Operation \"purge\" is not allowed because purge protection is enabled for this \
             vault. Key Vault service will automatically purge it after the retention period has \
             passed.",
        ));
    }
    change(shelf, place, name, |current| match current {
        Some(object) if object.deletion.is_some() => Ok((Change::Remove, ())),
        _ => Err(deleted_not_found::<V>(name)),
    })?;
    Ok(Answer::no_content().about(place.id(V::DELETED, name)))
}
