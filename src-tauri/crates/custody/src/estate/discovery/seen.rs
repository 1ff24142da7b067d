//! What was seen in the vault, and what the register knows of it: the two sides of a comparison.

use std::collections::BTreeSet;

use domain::{Algorithm, KeyId, Timestamp};
use vault::{Key, KeySpec, KeySummary};

macro_rules! wire_words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// The word for it in the register.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

wire_words! {
    /// How vault and register can differ.
    DriftKind {
        /// The vault holds what the register has no record of.
        OnlyInVault = "only_in_vault",
        /// The register has a record of what the vault does not hold.
        OnlyInRegister = "only_in_register",
        /// Deleted in the vault, and still recoverable there.
        Deleted = "deleted",
        /// The vault has versions that the register did not record: rotated outside a request.
        VersionUnknown = "version_unknown",
        /// The register recorded versions that the vault does not have.
        VersionGone = "version_gone",
        /// Disabled in the vault, enabled by the register.
        Disabled = "disabled",
        /// Enabled in the vault, disabled by the register.
        Enabled = "enabled",
        /// A version's public half is not the recorded one: this is another key.
        PublicKeyDiffers = "public_key_differs",
        /// Length or exportability are not as recorded.
        AttributesDiffer = "attributes_differ",
    }
}

wire_words! {
    /// Kinds of object in a vault.
    VaultObject {
        /// A key.
        Key = "key",
        /// A secret.
        Secret = "secret",
        /// A certificate's key.
        Certificate = "certificate",
    }
}

/// A version of a key, as the vault shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenVersion {
    /// The vault's name of it.
    pub version: String,
    /// Whether the vault uses it.
    pub enabled: bool,
    /// Digest of its public half, for an RSA key that can wrap.
    pub public_key_digest: Option<[u8; 32]>,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// A key, as the vault shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenKey {
    /// Its name.
    pub name: String,
    /// For instance `RSA 2048`.
    pub algorithm: String,
    /// RSA length.
    pub bits: Option<u32>,
    /// Whether policy approves of it.
    pub weak: bool,
    /// Whether it may become a KEK: RSA of a usual length, enabled, not exportable, ruled by nothing else.
    pub wraps: bool,
    /// Whether its private half could leave the vault.
    pub exportable: bool,
    /// Whether it belongs to a certificate, which then rules it.
    pub managed: bool,
    /// All versions.
    pub versions: Vec<SeenVersion>,
}

/// A secret, as the vault lists it; its value is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSecret {
    /// Its name.
    pub name: String,
    /// Whether the vault gives it out.
    pub enabled: bool,
    /// Whether it belongs to a certificate.
    pub managed: bool,
}

/// All secrets of a vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenSecrets {
    /// Those that are there.
    pub held: Vec<SeenSecret>,
    /// Names of soft-deleted ones.
    pub deleted: BTreeSet<String>,
}

/// Everything that was read in the vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Keys.
    pub keys: Vec<SeenKey>,
    /// Names of soft-deleted keys.
    pub deleted: BTreeSet<String>,
    /// Secrets; `None` when this identity may not list them, and then nothing is said about them.
    pub secrets: Option<SeenSecrets>,
}

impl Seen {
    /// How many objects that are.
    #[must_use]
    pub fn count(&self) -> usize {
        let secrets = self.secrets.as_ref().map_or(0, |secrets| secrets.held.len() + secrets.deleted.len());
        self.keys.len() + self.deleted.len() + secrets
    }
}

/// A version of a KEK, as the register recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVersion {
    /// The vault's name of it.
    pub version: String,
    /// Whether it was last recorded as enabled.
    pub enabled: bool,
    /// Digest of its public half.
    pub public_key_digest: Option<[u8; 32]>,
}

/// A live KEK of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKek {
    /// Its record.
    pub key: KeyId,
    /// Its name.
    pub name: String,
    /// Its name in the vault.
    pub vault_name: String,
    /// RSA length.
    pub bits: Option<u32>,
    /// Versions, oldest first.
    pub versions: Vec<KnownVersion>,
}

/// A live record of the inventory that names an object of the vault: a secret, or a key that is no KEK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRecord {
    /// Its record.
    pub key: KeyId,
    /// Its name.
    pub name: String,
    /// Its name in the vault.
    pub vault_name: String,
    /// What it is expected to be, where it is not found.
    pub object: VaultObject,
}

/// Everything of the register that should be in the vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// KEKs.
    pub keks: Vec<KnownKek>,
    /// Anything else.
    pub records: Vec<KnownRecord>,
}

/// What is needed of a key out of the vault's answers.
pub(super) fn seen_key(summary: &KeySummary, current: &Key, versions: Vec<SeenVersion>) -> SeenKey {
    let (algorithm, bits, weak) = describe(&current.spec);
    SeenKey {
        name: summary.name.as_str().to_owned(),
        wraps: current.spec.rsa_bits().is_some() && current.enabled && !current.exportable && !summary.managed,
        algorithm,
        bits,
        weak,
        exportable: current.exportable,
        managed: summary.managed,
        versions,
    }
}

/// The vault's words for type and size, and whether policy approves of them.
fn describe(spec: &KeySpec) -> (String, Option<u32>, bool) {
    let approved = |name: &str, bits: u32| Algorithm::approved(name, bits).is_ok();
    match spec {
        KeySpec::Rsa(bits) | KeySpec::RsaHsm(bits) => {
            let bits = u32::from(bits.bits());
            (format!("RSA {bits}"), Some(bits), !approved("RSA", bits))
        }
        KeySpec::Other { kind, detail } => {
            let detail = detail.as_deref().unwrap_or_default();
            let number = detail.parse().ok();
            let weak = match (kind.trim_end_matches("-HSM"), detail) {
                ("EC", "P-256" | "P-384" | "P-521") => false,
                ("RSA", _) => !number.is_some_and(|bits| approved("RSA", bits)),
                ("oct", _) => number.is_some_and(|bits| bits != 256),
                _ => true,
            };
            (format!("{kind} {detail}").trim_end().to_owned(), number, weak)
        }
    }
}

#[cfg(test)]
mod tests {
    use vault::RsaBits;

    use super::*;

    /// what the vault may hold, judged.
    #[test]
    fn specs_are_judged_by_policy() {
        let other = |kind: &str, detail: &str| KeySpec::Other {
            kind: kind.to_owned(),
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
        };
        let judged = |spec: KeySpec| describe(&spec).2;
        assert!(!judged(KeySpec::Rsa(RsaBits::B2048)) && !judged(KeySpec::RsaHsm(RsaBits::B4096)));
        assert!(!judged(other("EC", "P-384")) && !judged(other("EC-HSM", "P-521")) && !judged(other("oct-HSM", "256")));
        assert!(
            judged(other("EC", "P-256K"))
                && judged(other("RSA", "1024"))
                && judged(other("RSA", ""))
                && judged(other("oct", "128"))
        );
        assert_eq!(describe(&other("EC", "P-256K")).0, "EC P-256K");
    }
}
