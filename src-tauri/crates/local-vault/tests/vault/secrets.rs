use crate::harness::Vault;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_secret_has_versions_and_a_life() {
    let vault = Vault::start().await;
    let first = vault.put("/secrets/api-key", json!({"value": "one", "contentType": "text/plain"})).await.ok();
    vault.put("/secrets/api-key", json!({"value": "two", "tags": {"a": "b"}})).await.ok();
    assert_eq!(vault.get("/secrets/api-key").await.ok()["value"], "two");
    let first = crate::harness::path_of(first["id"].as_str().unwrap());
    let read = vault.get(&first).await.ok();
    assert_eq!((read["value"].as_str(), read["contentType"].as_str()), (Some("one"), Some("text/plain")));
    let listed = vault.get("/secrets/api-key/versions").await.ok();
    assert_eq!(listed["value"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains("two"), "lists show no values");

    vault.patch(&first, json!({"attributes": {"enabled": false}})).await.ok();
    assert_eq!(vault.get(&first).await.refusal(), (403, "Forbidden", Some("SecretDisabled")));
    let deleted = vault.delete("/secrets/api-key").await.ok();
    assert!(deleted.get("value").is_none());
    assert_eq!(vault.get("/secrets/api-key").await.refusal(), (404, "SecretNotFound", None));
    vault.post("/deletedsecrets/api-key/recover", json!({})).await.ok();
    let blob = vault.post("/secrets/api-key/backup", json!({})).await.ok();
    vault.delete("/secrets/api-key").await.ok();
    assert_eq!(vault.delete("/deletedsecrets/api-key").await.status, 204);
    vault.post("/secrets/restore", blob).await.ok();
    assert_eq!(vault.get("/secrets/api-key").await.ok()["value"], "two");
}

#[tokio::test]
async fn a_secret_that_is_too_long_is_refused() {
    let vault = Vault::start().await;
    let fits = json!({"value": "x".repeat(25 * 1024)});
    vault.put("/secrets/s", fits).await.ok();
    let long = json!({"value": "x".repeat(25 * 1024 + 1)});
    assert_eq!(vault.put("/secrets/s", long).await.status, 400);
    let huge = json!({"value": "x".repeat(5 << 20)});
    let refused = vault.send(Method::PUT, "/secrets/s", Some(huge)).await;
    assert!(refused.is_err() || refused.unwrap().status == 413);
}
