use std::fmt;

use crate::error::VaultError;

/// The sovereign cloud a vault suffix belongs to; it decides which authority may issue its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// The worldwide cloud.
    Public,
    /// Azure operated by 21Vianet.
    China,
    /// Azure Government.
    UsGovernment,
    /// A suffix that an administrator named in the settings.
    Private,
}

// Azure Germany (vault.microsoftazure.de) closed in October 2021: a suffix nobody serves is not one to send tokens to.
const KNOWN_SUFFIXES: [(&str, Cloud); 3] = [
    ("vault.azure.net", Cloud::Public),
    ("vault.azure.cn", Cloud::China),
    ("vault.usgovcloudapi.net", Cloud::UsGovernment),
];
const NAME_LEN_MIN: usize = 3;
const NAME_LEN_MAX: usize = 24;

/// The checked address of one vault: a name under a suffix we know, HTTPS on the usual port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultAddress {
    name: String,
    suffix: String,
    cloud: Cloud,
}

impl VaultAddress {
    /// Reads `NAME.vault.azure.net` or `https://NAME.vault.azure.net/`; only the clouds' own suffixes are accepted.
    ///
    /// # Errors
    /// [`VaultError::UntrustedHost`] for everything else.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        Self::parse_with(text, &[])
    }

    /// Like [`VaultAddress::parse`], and also accepts vaults directly under one of `private_suffixes`.
    ///
    /// # Errors
    /// [`VaultError::UntrustedHost`] for everything else.
    pub fn parse_with(text: &str, private_suffixes: &[&str]) -> Result<Self, VaultError> {
        let untrusted = || VaultError::UntrustedHost { host: shown(text) };
        let host = bare_host(text).ok_or_else(untrusted)?;
        let (name, suffix) = host.split_once('.').ok_or_else(untrusted)?;
        if !is_vault_name(name) {
            return Err(untrusted());
        }
        let known = KNOWN_SUFFIXES.iter().find(|(known, _)| *known == suffix).map(|(_, cloud)| *cloud);
        let private = private_suffixes
            .iter()
            .any(|private| is_suffix(private) && private.eq_ignore_ascii_case(suffix))
            .then_some(Cloud::Private);
        let cloud = known.or(private).ok_or_else(untrusted)?;
        Ok(Self { name: name.to_owned(), suffix: suffix.to_owned(), cloud })
    }

    /// The vault's own name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The full host name.
    pub fn host(&self) -> String {
        format!("{}.{}", self.name, self.suffix)
    }

    /// The host an authentication challenge of this vault must name as its audience.
    pub fn audience(&self) -> &str {
        &self.suffix
    }

    /// The cloud the suffix belongs to.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The base URL for the SDK.
    pub(crate) fn url(&self) -> String {
        format!("https://{}/", self.host())
    }
}

impl fmt::Display for VaultAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.name, self.suffix)
    }
}

fn bare_host(text: &str) -> Option<String> {
    let rest = match text.split_once("://") {
        Some(("https", rest)) => rest,
        Some(_) => return None,
        None => text,
    };
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
    plain.then(|| host.to_ascii_lowercase())
}

fn is_vault_name(name: &str) -> bool {
    (NAME_LEN_MIN..=NAME_LEN_MAX).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

// A bare top-level domain as a private suffix would trust the whole of it.
fn is_suffix(suffix: &str) -> bool {
    suffix.contains('.')
        && suffix
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

// What a person typed is repeated to them, but neither at any length nor with control characters.
fn shown(text: &str) -> String {
    text.chars().take(100).flat_map(char::escape_default).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    /// sovereign clouds are known by suffix, and others only by setting.
    #[test]
    fn known_and_private_suffixes_are_accepted() {
        for (text, cloud) in [
            ("payroll.vault.azure.net", Cloud::Public),
            ("https://payroll.vault.azure.cn/", Cloud::China),
            ("PAYROLL.vault.usgovcloudapi.net", Cloud::UsGovernment),
        ] {
            assert_eq!(VaultAddress::parse(text).unwrap().cloud(), cloud);
        }
        let private = VaultAddress::parse_with("payroll.vault.corp.example", &["vault.corp.example"]);
        assert_eq!(private.unwrap().cloud(), Cloud::Private);
    }

    #[test]
    fn lookalike_hosts_are_refused() {
        for text in [
            "payroll.vault.azure.net.attacker.example",
            "attacker.example/payroll.vault.azure.net",
            "https://payroll.vault.azure.net@attacker.example/",
            "payroll.vault.azure.net:8443",
            "http://payroll.vault.azure.net/",
            "payroll.vault.azure.net/keys",
            "payroll-vault.azure.net",
            "a.payroll.vault.azure.net",
            "payroll.xvault.azure.net",
            "payroll.vault.azure.net.",
            "payroll.vault.azurе.net",
            "payroll.vault.corp.example",
            "vault.azure.net",
            "-ay.vault.azure.net",
            "",
        ] {
            assert!(matches!(VaultAddress::parse(text), Err(VaultError::UntrustedHost { .. })), "{text}");
        }
        assert!(VaultAddress::parse_with("payroll.net", &["net"]).is_err());
    }
}
