use std::fmt;
use std::str::FromStr;

use crate::error::VaultError;

const OBJECT_NAME_LEN_MAX: usize = 127;
const VERSION_ID_LEN: usize = 32;

/// The name of a key or secret in the vault: 1 to 127 of `[0-9a-zA-Z-]`. The SDK puts names into URLs unescaped, so
/// nothing else may become one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(String);

impl ObjectName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`VaultError::BadName`] when it is not one.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let fits = (1..=OBJECT_NAME_LEN_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned())).ok_or(VaultError::BadName)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ObjectName {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, VaultError> {
        Self::parse(text)
    }
}

/// The vault's identifier of one version: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(String);

impl VersionId {
    /// Reads a version identifier.
    ///
    /// # Errors
    /// [`VaultError::BadName`] when it is not one.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let fits = text.len() == VERSION_ID_LEN && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(text.to_ascii_lowercase())).ok_or(VaultError::BadName)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for VersionId {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, VaultError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_change_the_url_are_refused() {
        for text in ["", "a/b", "a b", "../x", "{key-version}", "a?b", "ü"] {
            assert!(ObjectName::parse(text).is_err(), "{text}");
        }
        assert!(ObjectName::parse(&"a".repeat(128)).is_err());
        assert!(ObjectName::parse(&"a".repeat(127)).is_ok());
        assert!(VersionId::parse("0123456789abcdef0123456789abcde").is_err());
        assert!(VersionId::parse("0123456789abcdef0123456789abcdef").is_ok());
    }
}
