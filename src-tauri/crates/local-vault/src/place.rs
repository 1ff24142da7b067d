//! Which vault a call is for, and how its ids are written in the answer.

use crate::refusal::Refusal;
use crate::settings::VaultRules;
use http::StatusCode;
use jiff::Timestamp;

const SUFFIX: &str = ".vault.azure.net";

/// Where and when a call happens.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// `https://` and the host as the client wrote it: every id and link begins with it.
    pub origin: String,
    pub vault: String,
    pub rules: VaultRules,
    pub now: Timestamp,
    pub api_version: String,
}

impl Place {
    pub fn seconds(&self) -> i64 {
        self.now.as_second()
    }

    /// An id without a version: `…/keys/name`.
    pub fn id(&self, collection: &str, name: &str) -> String {
        format!("{}/{collection}/{name}", self.origin)
    }
}

/// The vault that a host names: `NAME.vault.azure.net`, or the default one for the loopback.
pub(crate) fn vault_of(host: &str, default: &str) -> Result<String, Refusal> {
    let name = without_port(host).to_ascii_lowercase();
    if let Some(vault) = name.strip_suffix(SUFFIX) {
        if is_vault_name(vault) {
            return Ok(vault.to_owned());
        }
    } else if matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]") {
        return Ok(default.to_owned());
    }
    Err(Refusal::new(StatusCode::NOT_FOUND, "VaultNotFound", "The vault that the host names is not served here."))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_vault_name(name: &str) -> bool {
    (3..=24).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn hosts_name_vaults() {
        let of = |host| vault_of(host, "here");
        assert_eq!(of("Payroll.vault.azure.net").unwrap(), "payroll");
        assert_eq!(of("payroll.vault.azure.net:8443").unwrap(), "payroll");
        assert_eq!(of("localhost:8443").unwrap(), "here");
        assert_eq!(of("127.0.0.1").unwrap(), "here");
        assert_eq!(of("[::1]:8443").unwrap(), "here");
        for other in ["", "vault.azure.net", "a.b.vault.azure.net", "ab.vault.azure.net", "x.example"] {
            assert!(of(other).is_err(), "{other}");
        }
    }
}
