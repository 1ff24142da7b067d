use std::collections::HashMap;

use azure_core::http::Url;
use azure_core::time::OffsetDateTime;
use azure_security_keyvault_keys::models;
use jiff::Timestamp;

use crate::address::VaultAddress;
use crate::key::{DeletedKey, Key, KeySpec, KeySummary, KeyVersion, PublicComponents, Recovery, RsaBits, Tags};
use crate::name::{ObjectName, VersionId};

impl Key {
    /// `None` when the answer is not about `name` in this vault, or lacks what every key has.
    pub(crate) fn read(answer: models::Key, name: &ObjectName, address: &VaultAddress) -> Option<Self> {
        let jwk = answer.key?;
        let (found, version) = object_of(jwk.kid.as_deref()?, "keys", address)?;
        if found != *name {
            return None;
        }
        let attributes = answer.attributes?;
        let spec = spec_of(&jwk)?;
        Some(Self {
            name: found,
            version: version?,
            public: jwk.n.zip(jwk.e).map(|(n, e)| PublicComponents { n, e }),
            spec,
            enabled: attributes.enabled?,
            exportable: attributes.exportable.unwrap_or(false),
            created: attributes.created.and_then(timestamp),
            updated: attributes.updated.and_then(timestamp),
            not_before: attributes.not_before.and_then(timestamp),
            expires: attributes.expires.and_then(timestamp),
            recovery: recovery_of(&attributes),
            tags: tags_of(answer.tags),
        })
    }
}

impl KeySummary {
    pub(crate) fn read(answer: models::KeyProperties, address: &VaultAddress) -> Option<Self> {
        let (name, _) = object_of(answer.kid.as_deref()?, "keys", address)?;
        let attributes = answer.attributes?;
        Some(Self {
            name,
            enabled: attributes.enabled?,
            created: attributes.created.and_then(timestamp),
            updated: attributes.updated.and_then(timestamp),
            expires: attributes.expires.and_then(timestamp),
            managed: answer.managed.unwrap_or(false),
            recovery: recovery_of(&attributes),
            tags: tags_of(answer.tags),
        })
    }
}

impl KeyVersion {
    pub(crate) fn read(answer: models::KeyProperties, name: &ObjectName, address: &VaultAddress) -> Option<Self> {
        let (found, version) = object_of(answer.kid.as_deref()?, "keys", address)?;
        if found != *name {
            return None;
        }
        let attributes = answer.attributes?;
        Some(Self {
            version: version?,
            enabled: attributes.enabled?,
            created: attributes.created.and_then(timestamp),
            updated: attributes.updated.and_then(timestamp),
            not_before: attributes.not_before.and_then(timestamp),
            expires: attributes.expires.and_then(timestamp),
            tags: tags_of(answer.tags),
        })
    }
}

impl DeletedKey {
    pub(crate) fn read(answer: models::DeletedKey, name: &ObjectName, address: &VaultAddress) -> Option<Self> {
        let (found, _) = object_of(answer.key?.kid.as_deref()?, "keys", address)?;
        (found == *name).then(|| Self {
            name: found,
            deleted: answer.deleted_date.and_then(timestamp),
            scheduled_purge: answer.scheduled_purge_date.and_then(timestamp),
            recovery: answer.attributes.as_ref().and_then(recovery_of),
            tags: tags_of(answer.tags),
        })
    }

    pub(crate) fn read_listed(answer: models::DeletedKeyProperties, address: &VaultAddress) -> Option<Self> {
        let (name, _) = object_of(answer.kid.as_deref()?, "keys", address)?;
        Some(Self {
            name,
            deleted: answer.deleted_date.and_then(timestamp),
            scheduled_purge: answer.scheduled_purge_date.and_then(timestamp),
            recovery: answer.attributes.as_ref().and_then(recovery_of),
            tags: tags_of(answer.tags),
        })
    }
}

fn spec_of(jwk: &models::JsonWebKey) -> Option<KeySpec> {
    let kind = jwk.kty.as_ref()?;
    let bits = jwk.n.as_deref().and_then(bit_length);
    let usual = bits.and_then(RsaBits::from_bits);
    Some(match (kind, usual) {
        (models::KeyType::Rsa, Some(bits)) => KeySpec::Rsa(bits),
        (models::KeyType::RsaHsm, Some(bits)) => KeySpec::RsaHsm(bits),
        _ => KeySpec::Other {
            kind: kind.to_string(),
            detail: jwk.crv.as_ref().map(ToString::to_string).or_else(|| bits.map(|bits| bits.to_string())),
        },
    })
}

fn bit_length(big_endian: &[u8]) -> Option<u32> {
    let mut bytes = big_endian.iter().skip_while(|byte| **byte == 0);
    let first = bytes.next()?;
    let rest = u32::try_from(bytes.count()).ok()?.checked_mul(8)?;
    rest.checked_add(8_u32.checked_sub(first.leading_zeros())?)
}

fn recovery_of(attributes: &models::KeyAttributes) -> Option<Recovery> {
    Some(Recovery {
        level: attributes.recovery_level.as_ref()?.to_string(),
        days: attributes.recoverable_days.and_then(|days| u32::try_from(days).ok()),
    })
}

/// Name and version from an identifier, if it lies in `collection` of this very vault: an answer about another vault's
/// object is never taken for one about ours.
pub(crate) fn object_of(id: &str, collection: &str, address: &VaultAddress) -> Option<(ObjectName, Option<VersionId>)> {
    let url = Url::parse(id).ok()?;
    if url.host_str() != Some(address.host().as_str()) {
        return None;
    }
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    if segments.next()? != collection {
        return None;
    }
    let name = ObjectName::parse(segments.next()?).ok()?;
    let version = match segments.next() {
        Some(text) => Some(VersionId::parse(text).ok()?),
        None => None,
    };
    Some((name, version))
}

pub(crate) fn timestamp(time: OffsetDateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.unix_timestamp()).ok()
}

pub(crate) fn tags_of(tags: Option<HashMap<String, String>>) -> Tags {
    tags.unwrap_or_default().into_iter().collect()
}

pub(crate) fn tags_for_vault(tags: &Tags) -> Option<HashMap<String, String>> {
    (!tags.is_empty()).then(|| tags.clone().into_iter().collect())
}

#[cfg(test)]
mod tests;
