//! Keys: kinds, names, states and their legal transitions (after NIST SP 800-57 Part 1).

use crate::words::words;

words! {
    /// What a key is for.
    KeyKind, "kind of key" {
        /// Key-encryption key in the vault.
        Kek = "kek",
        /// Data-encryption key, wrapped by a KEK.
        Dek = "dek",
        /// Encrypts a database at rest.
        Database = "database",
        /// A cloud provider's key.
        Provider = "provider",
        /// TLS certificate.
        TlsCertificate = "tls_certificate",
        /// API secret.
        ApiSecret = "api_secret",
        /// API signing key.
        ApiSigning = "api_signing",
        /// Signs tokens.
        TokenSigning = "token_signing",
        /// Encrypts backups.
        Backup = "backup",
        /// Key of an AI service.
        AiService = "ai_service",
        /// Any other secret.
        Secret = "secret",
    }
}

words! {
    /// How sensitive what it protects is.
    Classification, "classification" {
        /// Anyone may see it.
        Public = "public",
        /// For the company.
        Internal = "internal",
        /// Customers' data.
        Confidential = "confidential",
        /// The most sensitive.
        Restricted = "restricted",
    }
}

words! {
    /// Where a key lies.
    StorageMedium, "storage medium" {
        /// Azure Key Vault.
        KeyVault = "key_vault",
        /// Wrapped, in PostgreSQL.
        PostgresqlWrapped = "postgresql_wrapped",
        /// Legacy, with a phase-out date.
        KubernetesSecretLegacy = "kubernetes_secret_legacy",
    }
}

words! {
    /// State of a key.
    KeyState, "key state" {
        /// Made, not yet used.
        PreActive = "pre_active",
        /// In use.
        Active = "active",
        /// Stopped for a while.
        Suspended = "suspended",
        /// No longer protects new data.
        Deactivated = "deactivated",
        /// Known or suspected to be known to others.
        Compromised = "compromised",
        /// Withdrawn before its time.
        Revoked = "revoked",
        /// Proven gone.
        Destroyed = "destroyed",
        /// Only its record is kept.
        Archived = "archived",
    }
}

/// A transition that SP 800-57 does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key can't go from {from} to {to}")]
pub struct IllegalTransition {
    /// State it is in.
    pub from: KeyState,
    /// State that was asked for.
    pub to: KeyState,
}

impl KeyState {
    /// The states that may follow. The database holds the same table; a test compares the two.
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::PreActive => &[Self::Active, Self::Suspended, Self::Compromised, Self::Revoked, Self::Destroyed],
            Self::Active => &[Self::Suspended, Self::Deactivated, Self::Compromised, Self::Revoked],
            Self::Suspended => &[Self::Active, Self::Deactivated, Self::Compromised, Self::Revoked, Self::Destroyed],
            Self::Deactivated => &[Self::Active, Self::Compromised, Self::Revoked, Self::Destroyed],
            Self::Compromised => &[Self::Active, Self::Revoked, Self::Destroyed],
            Self::Revoked => &[Self::Destroyed],
            Self::Destroyed => &[Self::Archived],
            Self::Archived => &[],
        }
    }

    /// The next state, if the transition is legal.
    pub fn transition(self, to: Self) -> Result<Self, IllegalTransition> {
        if self.successors().contains(&to) { Ok(to) } else { Err(IllegalTransition { from: self, to }) }
    }
}

/// A name that Key Vault accepts: 1 to 127 of `0-9a-zA-Z-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(String);

/// Why a name is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no Key Vault name: 1 to 127 letters, digits and hyphens")]
pub struct NameError {
    /// What was given.
    pub name: String,
}

impl KeyName {
    /// Parses a name.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let fits = (1..=127).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if fits { Ok(Self(name.to_owned())) } else { Err(NameError { name: name.chars().take(160).collect() }) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// destroyed keys never come back, archived ones go nowhere.
    #[test]
    fn illegal_transitions_are_refused() {
        assert!(KeyState::Destroyed.transition(KeyState::Active).is_err());
        assert!(KeyState::Revoked.transition(KeyState::Active).is_err());
        assert!(KeyState::Active.transition(KeyState::Destroyed).is_err(), "first deactivated, then destroyed");
        assert!(KeyState::ALL.iter().all(|to| KeyState::Archived.transition(*to).is_err()));
        assert_eq!(KeyState::PreActive.transition(KeyState::Active), Ok(KeyState::Active));
    }

    #[test]
    fn every_word_reads_back() {
        assert!(KeyKind::ALL.iter().all(|kind| kind.word().parse() == Ok(*kind)));
        assert!("git".parse::<StorageMedium>().is_err(), "a find in source code is an incident, not a medium");
    }

    #[test]
    fn names_that_key_vault_refuses_are_refused() {
        assert!(["", "a b", "a/b", "ä", &"x".repeat(128)].iter().all(|name| KeyName::parse(name).is_err()));
        assert!(KeyName::parse("kek-tenants-01").is_ok());
    }
}
