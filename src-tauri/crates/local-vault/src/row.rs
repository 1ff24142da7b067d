//! The stored form of an object: JSON, sealed. Specified in `docs/formats/local-vault.md`.

use crate::object::{Deletion, Object, Version};
use crate::sealed::{SealError, Sealer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct ObjectRow<R> {
    format: u32,
    kind: String,
    vault: String,
    name: String,
    deletion: Option<Deletion>,
    rotation_policy: Option<Value>,
    versions: Vec<R>,
}

pub(crate) fn seal<V: Version>(sealer: &Sealer, label: &str, object: &Object<V>) -> Result<Vec<u8>, SealError> {
    let row = ObjectRow {
        format: FORMAT,
        kind: V::KIND.label().to_owned(),
        vault: object.vault.clone(),
        name: object.name.clone(),
        deletion: object.deletion,
        rotation_policy: object.rotation_policy.clone(),
        versions: object.versions.iter().map(V::to_row).collect(),
    };
    let json = serde_json::to_vec(&row).map_err(|_never| SealError::Cipher)?;
    sealer.seal(label, &Zeroizing::new(json))
}

pub(crate) fn open<V: Version>(sealer: &Sealer, label: &str, sealed: &[u8]) -> Result<Object<V>, SealError> {
    let json = sealer.open(label, sealed)?;
    let row: ObjectRow<V::Row> = serde_json::from_slice(&json).map_err(|_malformed| SealError::DoesNotOpen)?;
    if row.format != FORMAT || row.kind != V::KIND.label() || row.versions.is_empty() {
        return Err(SealError::DoesNotOpen);
    }
    let versions = row.versions.into_iter().map(V::from_row).collect::<Result<_, _>>()?;
    Ok(Object {
        vault: row.vault,
        name: row.name,
        versions,
        deletion: row.deletion,
        rotation_policy: row.rotation_policy,
    })
}
