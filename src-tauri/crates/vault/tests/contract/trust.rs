use vault::{Budget, Vault, VaultAddress, VaultError, VaultSettings};

use crate::canned::{Canned, challenge, reply};
use crate::stand::{HOST, Stand, local_token};

const AUDIENCE: &str = "https://vault.azure.net";
const CANARY: &str = "canary-token-5b1d";

fn is_signed_in(head: &str) -> bool {
    head.to_ascii_lowercase().contains("authorization:") || head.contains(CANARY)
}

/// A client that believes `canned` to be the vault.
fn client(canned: &Canned) -> Vault {
    let address = VaultAddress::parse(HOST).unwrap();
    let mut settings = VaultSettings::local(address, canned.certificate_pem.clone(), canned.address);
    settings.budget = Budget::unlimited();
    settings.read_attempts_max = 1;
    Vault::connect(settings, local_token(CANARY)).unwrap()
}

/// Asks for a challenge first, and then answers with what `signed_in` makes.
async fn impostor(signed_in: impl Fn() -> String + Send + Sync + 'static) -> Canned {
    Canned::start(HOST, move |head| if is_signed_in(head) { signed_in() } else { challenge(AUDIENCE) }).await
}

/// R-14: without a certificate of a trusted authority nothing is sent at all.
#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let stand = Stand::start().await;
    let other = Canned::start(HOST, |_| challenge(AUDIENCE)).await;
    let mut settings = stand.settings();
    settings.dial = Some(other.address);
    let vault = stand.vault_with(settings);
    assert_eq!(vault.probe().await, Err(VaultError::Tls { host: HOST.to_owned() }));
    assert!(other.asked().is_empty());
}

/// R-14: nor with a trusted certificate for another name.
#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let other = Canned::start("other.vault.azure.net", |_| challenge(AUDIENCE)).await;
    assert_eq!(client(&other).probe().await, Err(VaultError::Tls { host: HOST.to_owned() }));
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn the_token_is_sent_to_the_vault_after_its_challenge_only() {
    let vault = impostor(|| reply("200 OK", "", r#"{"value":[]}"#)).await;
    assert!(client(&vault).list_keys().await.unwrap().is_empty());
    let asked = vault.asked();
    assert_eq!(asked.len(), 2);
    assert!(!is_signed_in(&asked[0]) && is_signed_in(&asked[1]));
}

/// A vault that names another audience would get a token that is good elsewhere.
#[tokio::test]
async fn a_challenge_for_another_audience_gets_no_token() {
    for audience in ["https://management.azure.com", "https://attacker.example", "https://net"] {
        let vault = Canned::start(HOST, move |_| challenge(audience)).await;
        let error = client(&vault).list_keys().await.unwrap_err();
        assert!(matches!(error, VaultError::UntrustedHost { .. }), "{audience}: {error:?}");
        assert!(!vault.asked().iter().any(|head| is_signed_in(head)), "{audience}");
    }
}

/// A list's link to its next page leads to a server that listens, and would see the token.
#[tokio::test]
async fn a_next_link_to_another_host_is_not_followed() {
    let attacker = Canned::start("localhost", |_| reply("200 OK", "", r#"{"value":[]}"#)).await;
    let away = format!("https://localhost:{}/keys?page=2", attacker.address.port());
    let page = format!(r#"{{"value":[],"nextLink":"{away}"}}"#);
    let vault = impostor(move || reply("200 OK", "", &page)).await;
    let error = client(&vault).list_keys().await.unwrap_err();
    assert_eq!(error, VaultError::UntrustedHost { host: "localhost".to_owned() });
    assert!(attacker.asked().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let attacker = Canned::start("localhost", |_| reply("200 OK", "", r#"{"value":[]}"#)).await;
    let location = format!("Location: https://localhost:{}/keys\r\n", attacker.address.port());
    let vault = impostor(move || reply("307 Temporary Redirect", &location, "")).await;
    let error = client(&vault).list_keys().await.unwrap_err();
    assert!(matches!(error, VaultError::Unreadable { .. }), "{error:?}");
    assert!(attacker.asked().is_empty());
}

/// An answer about another vault's key, or one that is no answer, is never taken for ours.
#[tokio::test]
async fn an_answer_that_is_not_this_vaults_is_not_believed() {
    let foreign = r#"{"value":[{"kid":"https://other.vault.azure.net/keys/kek","attributes":{"enabled":true}}]}"#;
    for body in [foreign, "<html>", "[]", r#"{"value":[{}]}"#] {
        let vault = impostor(move || reply("200 OK", "", body)).await;
        let error = client(&vault).list_keys().await.unwrap_err();
        assert!(matches!(error, VaultError::Unreadable { .. }), "{body}: {error:?}");
    }
}

/// What the other side writes, the token among it, reaches no error text.
#[tokio::test]
async fn errors_repeat_nothing_of_what_was_sent_or_answered() {
    for status in ["400 Bad Request", "403 Forbidden", "409 Conflict", "500 Oops", "302 Found"] {
        let body = format!(r#"{{"error":{{"code":"{CANARY}","message":"{CANARY}"}}}}"#);
        let vault = impostor(move || reply(status, "", &body)).await;
        let error = client(&vault).list_keys().await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(CANARY), "{status}");
    }
}
