use std::collections::BTreeMap;

use jiff::Timestamp;

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
