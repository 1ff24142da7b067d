use crate::harness::{Vault, b64, send};
use local_vault::{AuditCursor, Role};
use reqwest::Method;
use serde_json::{Value, json};

fn records(vault: &Vault) -> Vec<Value> {
    let (lines, _) = vault.running.audit().read_since(AuditCursor::default(), 10_000).unwrap();
    lines.iter().map(|it| serde_json::from_str(it).unwrap()).collect()
}

/// every call is in the log in Azure's form, with who and what, refused ones too.
#[tokio::test]
async fn every_call_is_recorded_as_azure_does() {
    let vault = Vault::start().await;
    let key = vault.key("k").await;
    vault.wrap(&key, &[1; 32]).await;
    vault.get("/keys/none").await;
    let token = vault.running.issue_token("olga@example.org", Role::Reader).unwrap();
    let body = Some(json!({}));
    send(&vault.client, vault.running.url(), &token, Method::POST, "/keys/k/rotate", body).await.unwrap();
    vault.client.get(format!("{}/keys", vault.running.url())).send().await.unwrap();

    let records = records(&vault);
    let brief: Vec<_> = records
        .iter()
        .map(|it| {
            let status = it["properties"]["httpStatusCode"].as_u64().unwrap();
            (it["operationName"].as_str().unwrap(), it["resultType"].as_str().unwrap(), status)
        })
        .collect();
    assert_eq!(
        brief,
        [
            ("KeyCreate", "Success", 200),
            ("KeyWrap", "Success", 200),
            ("KeyGet", "Failed", 404),
            ("KeyRotate", "Failed", 403),
            ("Authentication", "Failed", 401),
        ]
    );
    let wrap = &records[1];
    assert_eq!(wrap["category"], "AuditEvent");
    assert_eq!(wrap["operationVersion"], "7.5");
    assert_eq!(wrap["callerIpAddress"], "127.0.0.1");
    assert_eq!(wrap["properties"]["id"], format!("{}{key}", vault.running.url()));
    assert!(wrap["durationMs"].is_string());
    assert!(wrap["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!(wrap["identity"]["claim"]["upn"], "local-administrator");
    assert_eq!(records[3]["identity"]["claim"]["upn"], "olga@example.org");
    assert_eq!(records[3]["resultDescription"], "ForbiddenByRbac");
    assert_eq!(records[4]["identity"], json!({"claim": {}}));
}

/// neither keys nor tokens nor secrets are in the log.
#[tokio::test]
async fn the_log_holds_no_secret() {
    let vault = Vault::start().await;
    let plaintext = [0xA5; 32];
    let key = vault.key("k").await;
    let wrapped = vault.wrap(&key, &plaintext).await;
    vault.unwrap(&key, &wrapped).await.ok();
    vault.put("/secrets/s", json!({"value": "a-secret-in-the-clear"})).await.ok();
    vault.get("/secrets/s").await.ok();
    vault.put("/secrets/s", json!({"value": ["a-secret-in-the-clear"]})).await;
    let log: String = records(&vault).iter().map(Value::to_string).collect();
    assert_eq!(records(&vault).len(), 6);
    for hidden in ["a-secret-in-the-clear", vault.running.token(), &b64(&plaintext), &wrapped] {
        assert!(!log.contains(hidden));
    }
}
