#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;

const VERSION: &str = "0123456789abcdef0123456789abcdef";

fn address() -> VaultAddress {
    VaultAddress::parse("payroll.vault.azure.net").unwrap()
}

fn answer(kid: &str, modulus_len: usize) -> models::Key {
    let n = "_".repeat(modulus_len.div_ceil(3) * 4);
    let json = format!(
        r#"{{"key":{{"kid":"{kid}","kty":"RSA","n":"{n}","e":"AQAB"}},
            "attributes":{{"enabled":true,"created":1800000000,"recoveryLevel":"CustomizedRecoverable+Purgeable","recoverableDays":7}},
            "tags":{{"run":"r1"}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn read(kid: &str) -> Option<Key> {
    let name = ObjectName::parse("kek").unwrap();
    Key::read(answer(kid, 384), &name, &address())
}

#[test]
fn a_key_is_read_whole() {
    let key = read(&format!("https://payroll.vault.azure.net/keys/kek/{VERSION}")).unwrap();
    assert_eq!(key.spec, KeySpec::Rsa(RsaBits::B3072));
    assert_eq!(key.public.unwrap().e, [1, 0, 1]);
    assert_eq!(key.tags.get("run").unwrap(), "r1");
    assert_eq!(key.created.unwrap().as_second(), 1_800_000_000);
    let recovery = key.recovery.unwrap();
    assert!(recovery.is_purgeable() && recovery.is_recoverable());
    assert_eq!(recovery.days, Some(7));
}

#[test]
fn an_answer_about_something_else_is_not_read() {
    for kid in [
        format!("https://other.vault.azure.net/keys/kek/{VERSION}"),
        format!("https://payroll.vault.azure.net/keys/another/{VERSION}"),
        format!("https://payroll.vault.azure.net/secrets/kek/{VERSION}"),
        "https://payroll.vault.azure.net/keys/kek".to_owned(),
        "https://payroll.vault.azure.net/keys/kek/latest".to_owned(),
        "kek".to_owned(),
    ] {
        assert_eq!(read(&kid), None, "{kid}");
    }
}

#[test]
fn purge_protection_is_told_from_the_level() {
    for (level, purgeable, recoverable) in [
        ("Recoverable+Purgeable", true, true),
        ("Recoverable", false, true),
        ("CustomizedRecoverable+ProtectedSubscription", false, true),
        ("Purgeable", true, false),
    ] {
        let recovery = Recovery { level: level.to_owned(), days: None };
        assert_eq!(recovery.is_purgeable(), purgeable, "{level}");
        assert_eq!(recovery.is_recoverable(), recoverable, "{level}");
    }
}

#[test]
fn unusual_keys_are_seen_for_what_they_are() {
    let jwk: models::JsonWebKey = serde_json::from_str(r#"{"kty":"EC","crv":"P-256"}"#).unwrap();
    assert_eq!(spec_of(&jwk), Some(KeySpec::Other { kind: "EC".to_owned(), detail: Some("P-256".to_owned()) }));
    let n = format!("{}_w", "_".repeat(169));
    let jwk: models::JsonWebKey = serde_json::from_str(&format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"}}"#)).unwrap();
    assert!(
        matches!(spec_of(&jwk), Some(KeySpec::Other { kind, detail: Some(bits) }) if kind == "RSA" && bits == "1024")
    );
}
