use std::collections::{BTreeMap, HashMap};

use azure_core::http::Url;
use azure_core::time::OffsetDateTime;
use azure_security_keyvault_keys::models;
use jiff::Timestamp;

use crate::address::VaultAddress;
use crate::name::{ObjectName, VersionId};

/// Labels on a key or secret. What is created carries the run that made it, so that a lost reply can be found again.
pub type Tags = BTreeMap<String, String>;

/// Sizes of RSA keys that Key Vault makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RsaBits {
    /// 2,048 bits.
    B2048,
    /// 3,072 bits.
    B3072,
    /// 4,096 bits.
    B4096,
}

impl RsaBits {
    /// The size as a number.
    pub const fn bits(self) -> u16 {
        match self {
            Self::B2048 => 2048,
            Self::B3072 => 3072,
            Self::B4096 => 4096,
        }
    }

    /// The size of that many bits, if Key Vault makes it.
    pub fn from_bits(bits: u32) -> Option<Self> {
        [Self::B2048, Self::B3072, Self::B4096].into_iter().find(|size| u32::from(size.bits()) == bits)
    }

    /// The size whose wrapped values are this long.
    pub(crate) fn from_wrapped_len(bytes: usize) -> Option<Self> {
        u32::try_from(bytes.checked_mul(8)?).ok().and_then(Self::from_bits)
    }
}

/// What kind of key a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySpec {
    /// RSA, kept by software.
    Rsa(RsaBits),
    /// RSA, kept by a hardware security module.
    RsaHsm(RsaBits),
    /// Anything else that may lie in a vault; it can be seen but not made here.
    Other {
        /// The vault's name of the type, such as `EC`.
        kind: String,
        /// The size in bits or the curve, where the vault says one.
        detail: Option<String>,
    },
}

impl KeySpec {
    /// The RSA size, for RSA keys of a usual one.
    pub fn rsa_bits(&self) -> Option<RsaBits> {
        match self {
            Self::Rsa(bits) | Self::RsaHsm(bits) => Some(*bits),
            Self::Other { .. } => None,
        }
    }
}

/// The public half of an RSA key, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicComponents {
    /// Modulus.
    pub n: Vec<u8>,
    /// Exponent.
    pub e: Vec<u8>,
}

/// What the vault promises about deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The vault's own word, such as `Recoverable+Purgeable`.
    pub level: String,
    /// For how many days a deleted object can be recovered, where the vault says so.
    pub days: Option<u32>,
}

impl Recovery {
    /// Whether someone with the right may purge before those days are over.
    pub fn is_purgeable(&self) -> bool {
        self.level.split('+').any(|word| word == "Purgeable")
    }

    /// Whether a deleted object can be recovered at all.
    pub fn is_recoverable(&self) -> bool {
        self.level.split('+').any(|word| word.ends_with("Recoverable"))
    }
}

/// One version of a key as the vault describes it, public half included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: ObjectName,
    /// This version.
    pub version: VersionId,
    /// Type and size.
    pub spec: KeySpec,
    /// The public half, for RSA keys.
    pub public: Option<PublicComponents>,
    /// Whether the vault uses it.
    pub enabled: bool,
    /// Whether the private half could leave the vault under a release policy; never, for a KEK.
    pub exportable: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// From when on it is meant to be used.
    pub not_before: Option<Timestamp>,
    /// Until when it is meant to be used; the vault still unwraps afterwards.
    pub expires: Option<Timestamp>,
    /// Labels.
    pub tags: Tags,
    /// What deletion would mean.
    pub recovery: Option<Recovery>,
}

/// One key of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySummary {
    /// Its name.
    pub name: ObjectName,
    /// Whether its newest version is enabled.
    pub enabled: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// Until when it is meant to be used.
    pub expires: Option<Timestamp>,
    /// Whether it belongs to a certificate, which then rules it.
    pub managed: bool,
    /// Labels.
    pub tags: Tags,
    /// What deletion would mean.
    pub recovery: Option<Recovery>,
}

/// One version in a key's list of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// The version.
    pub version: VersionId,
    /// Whether the vault uses it.
    pub enabled: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// From when on it is meant to be used.
    pub not_before: Option<Timestamp>,
    /// Until when it is meant to be used.
    pub expires: Option<Timestamp>,
    /// Labels.
    pub tags: Tags,
}

/// A soft-deleted key: its name stays blocked until it is purged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedKey {
    /// Its name.
    pub name: ObjectName,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// When the vault itself will purge it.
    pub scheduled_purge: Option<Timestamp>,
    /// Labels.
    pub tags: Tags,
    /// What can still happen to it.
    pub recovery: Option<Recovery>,
}

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
