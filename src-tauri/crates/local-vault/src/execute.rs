//! From an operation to the code that does it.

use crate::answer::Answer;
use crate::listing::{self, Query};
use crate::operation::Operation as O;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::route::Call;
use crate::store::Store;
use crate::{backup, crypto, deleted, keys, rotation, secrets};
use std::time::Duration;

/// Does what is asked. It waits for the disk and for private operations: never call it on a thread
/// that serves connections.
pub(crate) fn execute(
    store: &Store,
    place: &Place,
    call: &Call,
    query: &Query,
    body: &[u8],
    disable_visible_after: Duration,
) -> Result<Answer, Refusal> {
    let (k, s, name) = (&store.keys, &store.secrets, call.name.as_str());
    match call.operation {
        O::KeyCreate => keys::create(k, place, name, body),
        O::KeyImport => Err(keys::import()),
        O::KeyGet => keys::read(k, place, call),
        O::KeyUpdate => keys::update(k, place, call, body, disable_visible_after),
        O::KeyRotate => keys::rotate(k, place, name),
        O::KeyList => listing::objects(k, place, query),
        O::KeyListVersions => listing::versions(k, place, name, query),
        O::KeyListDeleted => listing::deleted_objects(k, place, query),
        O::KeyRotationPolicyGet => rotation::read(k, place, name),
        O::KeyRotationPolicySet => rotation::set(k, place, name, body),
        O::KeyDelete => deleted::delete(k, place, name),
        O::KeyGetDeleted => deleted::show(k, place, name),
        O::KeyRecover => deleted::recover(k, place, name),
        O::KeyPurge => deleted::purge(k, place, name),
        O::KeyBackup => backup::backup(k, place, name),
        O::KeyRestore => backup::restore(k, place, body),
        O::KeyWrap | O::KeyUnwrap | O::KeyEncrypt | O::KeyDecrypt | O::KeySign | O::KeyVerify => {
            crypto::perform(k, place, call, body)
        }
        O::RandomBytesGet => crypto::random_bytes(place, body),
        O::SecretSet => secrets::set(s, place, name, body),
        O::SecretGet => secrets::read(s, place, call),
        O::SecretUpdate => secrets::update(s, place, call, body, disable_visible_after),
        O::SecretList => listing::objects(s, place, query),
        O::SecretListVersions => listing::versions(s, place, name, query),
        O::SecretListDeleted => listing::deleted_objects(s, place, query),
        O::SecretDelete => deleted::delete(s, place, name),
        O::SecretGetDeleted => deleted::show(s, place, name),
        O::SecretRecover => deleted::recover(s, place, name),
        O::SecretPurge => deleted::purge(s, place, name),
        O::SecretBackup => backup::backup(s, place, name),
        O::SecretRestore => backup::restore(s, place, body),
    }
}
