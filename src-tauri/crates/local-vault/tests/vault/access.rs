use crate::harness::{Vault, client, send};
use local_vault::Role;
use reqwest::Method;
use serde_json::json;

/// R-10: nobody gets an answer without a token, and is told where to get one.
#[tokio::test]
async fn a_call_without_a_token_is_challenged() {
    let vault = Vault::start().await;
    let url = format!("{}/keys?api-version=7.5", vault.running.url());
    let answer = vault.client.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.starts_with(r#"Bearer authorization="https://login.microsoftonline.com/"#));
    assert!(challenge.ends_with(r#", resource="https://vault.azure.net""#));
    let body = answer.text().await.unwrap();
    assert!(body.contains(r#""code":"Unauthorized""#) && body.contains("AKV10000"), "{body}");
}

#[tokio::test]
async fn a_foreign_token_is_refused_and_a_withdrawn_one_too() {
    let vault = Vault::start().await;
    let alice = vault.running.issue_token("alice", Role::Reader).unwrap();
    let get = |token: &str| {
        let token = token.to_owned();
        let (client, url) = (vault.client.clone(), vault.running.url().to_owned());
        async move { send(&client, &url, &token, Method::GET, "/keys", None).await.unwrap().status }
    };
    assert_eq!(get("nobody").await, 401);
    assert_eq!(get(&alice).await, 200);
    assert_eq!(vault.running.revoke_tokens("alice"), 1);
    assert_eq!(get(&alice).await, 401);
}

#[tokio::test]
async fn a_reader_makes_no_key() {
    let vault = Vault::start().await;
    let token = vault.running.issue_token("reader", Role::Reader).unwrap();
    let body = Some(json!({"kty": "RSA"}));
    let url = vault.running.url();
    let reply = send(&vault.client, url, &token, Method::POST, "/keys/k/create", body).await.unwrap();
    assert_eq!(reply.refusal(), (403, "Forbidden", Some("ForbiddenByRbac")));
    assert_eq!(vault.get("/keys/k").await.status, 404);
}

/// R-14: a client that trusts other authorities does not talk to it.
#[tokio::test]
async fn only_its_own_authority_vouches_for_it() {
    let (one, other) = (Vault::start().await, Vault::start().await);
    let stranger = client(other.running.ca_pem());
    let url = format!("{}/keys", one.running.url());
    assert!(stranger.get(url).send().await.is_err());
}

/// Any vault name is served, each with keys of its own, under the name that the client used.
#[tokio::test]
async fn every_vault_name_is_a_vault() {
    let vault = Vault::start().await;
    let authority = reqwest::Certificate::from_pem(vault.running.ca_pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([authority])
        .no_proxy()
        .resolve("payroll.vault.azure.net", vault.running.address())
        .build()
        .unwrap();
    let port = vault.running.address().port();
    let origin = format!("https://payroll.vault.azure.net:{port}");
    let token = vault.running.token().to_owned();
    let body = Some(json!({"kty": "EC"}));
    let made = send(&client, &origin, &token, Method::POST, "/keys/k/create", body).await.unwrap().ok();
    assert!(made["key"]["kid"].as_str().unwrap().starts_with(&format!("{origin}/keys/k/")));
    assert_eq!(vault.get("/keys/k").await.status, 404);
}

#[tokio::test]
async fn unknown_paths_methods_versions_and_bodies_are_refused() {
    let vault = Vault::start().await;
    assert_eq!(vault.get("/certificates").await.refusal(), (404, "NotFound", None));
    assert_eq!(vault.delete("/rng").await.refusal(), (405, "MethodNotAllowed", None));
    assert_eq!(vault.get("/keys/a_b").await.refusal(), (400, "BadParameter", None));
    let bad = vault.post("/keys/k/create", json!({"kty": 7})).await;
    assert_eq!(bad.refusal(), (400, "BadParameter", None));
    let url = format!("{}/keys?api-version=1.0", vault.running.url());
    let old = vault.client.get(url).bearer_auth(vault.running.token()).send().await.unwrap();
    assert_eq!(old.status(), 400);
}
