//! The two shelves of the server, and what of them can be seen at a given time.

use crate::StartError;
use crate::object::{Object, ObjectId, Version};
use crate::place::Place;
use crate::refusal::Refusal;
use crate::sealed::Sealer;
use crate::shelf::{Change, Shelf};
use crate::versions::{KeyVersion, SecretVersion};
use http::StatusCode;
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;

/// Everything that is kept.
pub(crate) struct Store {
    pub keys: Shelf<KeyVersion>,
    pub secrets: Shelf<SecretVersion>,
}

impl Store {
    pub fn load(root: &Path, sealer: Sealer) -> Result<Self, StartError> {
        let sealer = Arc::new(sealer);
        Ok(Self { keys: Shelf::load(root, Arc::clone(&sealer))?, secrets: Shelf::load(root, sealer)? })
    }

    /// Removes from the disk what its deletion made due.
    pub fn sweep(&self, now: Timestamp) -> Result<(), Refusal> {
        self.keys.sweep(|object| is_gone(object, now))?;
        self.secrets.sweep(|object| is_gone(object, now))?;
        Ok(())
    }
}

/// Whether the time to recover it is over. It is gone from then on, swept or not.
fn is_gone<V>(object: &Object<V>, now: Timestamp) -> bool {
    object.deletion.is_some_and(|it| it.purge <= now.as_second())
}

/// The object that is there and not deleted.
pub(crate) fn live<V: Version>(shelf: &Shelf<V>, place: &Place, name: &str) -> Result<Arc<Object<V>>, Refusal> {
    shelf
        .find(&ObjectId::new(&place.vault, name))
        .filter(|object| object.deletion.is_none())
        .ok_or_else(|| not_found::<V>(name))
}

/// The version of that id, or the latest one.
pub(crate) fn version<'a, V: Version>(object: &'a Object<V>, version: Option<&str>) -> Result<&'a V, Refusal> {
    object.version(version).ok_or_else(|| not_found::<V>(&format!("{}/{}", object.name, version.unwrap_or_default())))
}

/// Changes an object, deleted or not; one that is gone counts as none.
pub(crate) fn change<V: Version, R>(
    shelf: &Shelf<V>,
    place: &Place,
    name: &str,
    decide: impl FnOnce(Option<&Object<V>>) -> Result<(Change<V>, R), Refusal>,
) -> Result<R, Refusal> {
    shelf.change(&ObjectId::new(&place.vault, name), |current| {
        decide(current.filter(|object| !is_gone(object, place.now)))
    })
}

/// Changes an object that is there and not deleted.
pub(crate) fn change_live<V: Version, R>(
    shelf: &Shelf<V>,
    place: &Place,
    name: &str,
    decide: impl FnOnce(&mut Object<V>) -> Result<R, Refusal>,
) -> Result<R, Refusal> {
    change(shelf, place, name, |current| {
        let mut object =
            current.filter(|object| object.deletion.is_none()).cloned().ok_or_else(|| not_found::<V>(name))?;
        let answer = decide(&mut object)?;
        Ok((Change::Put(object), answer))
    })
}

/// Adds a version to an object, or makes the object. Fails while the name is held by a deleted one.
pub(crate) fn add_version<V: Version>(
    shelf: &Shelf<V>,
    place: &Place,
    name: &str,
    version: V,
) -> Result<Object<V>, Refusal> {
    change(shelf, place, name, |current| {
        let object = match current {
            Some(object) if object.deletion.is_some() => return Err(name_is_held::<V>(name)),
            Some(object) => {
                let mut object = object.clone();
                object.versions.push(version);
                object
            }
            None => Object {
                vault: place.vault.clone(),
                name: name.to_owned(),
                versions: vec![version],
                deletion: None,
                rotation_policy: None,
            },
        };
        Ok((Change::Put(object.clone()), object))
    })
}

/// The deleted object of that name.
pub(crate) fn deleted<V: Version>(shelf: &Shelf<V>, place: &Place, name: &str) -> Result<Arc<Object<V>>, Refusal> {
    shelf
        .find(&ObjectId::new(&place.vault, name))
        .filter(|object| object.deletion.is_some() && !is_gone(object, place.now))
        .ok_or_else(|| deleted_not_found::<V>(name))
}

/// Whether a list of deleted objects shows it.
pub(crate) fn is_recoverable<V>(object: &Object<V>, now: Timestamp) -> bool {
    object.deletion.is_some() && !is_gone(object, now)
}

pub(crate) fn not_found<V: Version>(name: &str) -> Refusal {
    let kind = V::KIND;
    Refusal::new(
        StatusCode::NOT_FOUND,
        kind.not_found(),
        format!(
            "A {} with (name/id) {name} was not found in this key vault. If you recently deleted \
             this {} you may be able to recover it using the correct recovery command. For help \
             resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182",
            kind.label(),
            kind.label(),
        ),
    )
}

pub(crate) fn deleted_not_found<V: Version>(name: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, V::KIND.not_found(), format!("Deleted {} not found: {name}", V::KIND.title()))
}

pub(crate) fn name_is_held<V: Version>(name: &str) -> Refusal {
    let kind = V::KIND;
    Refusal::conflict(
        "ObjectIsDeletedButRecoverable",
        format!(
            "{} {name} is currently in a deleted but recoverable state, and its name cannot be \
             reused; in this state, the {} can only be recovered or purged.",
            kind.title(),
            kind.label(),
        ),
    )
}
