use crate::harness::{Vault, unb64};
use jiff::Timestamp;
use local_vault::{SetClock, VaultRules};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// what the vault says of a deletion is what happens.
#[tokio::test]
async fn a_deleted_key_can_be_recovered_whole() {
    let vault = Vault::start().await;
    let key = vault.key("k").await;
    let wrapped = vault.wrap(&key, &[2; 32]).await;
    let deleted = vault.delete("/keys/k").await.ok();
    let at = deleted["deletedDate"].as_i64().unwrap();
    assert_eq!(deleted["scheduledPurgeDate"].as_i64().unwrap(), at + 90 * 86_400);
    assert!(deleted["recoveryId"].as_str().unwrap().ends_with("/deletedkeys/k"));
    assert_eq!(vault.get("/keys/k").await.refusal(), (404, "KeyNotFound", None));
    assert_eq!(vault.unwrap(&key, &wrapped).await.status, 404);
    assert_eq!(
        vault.post("/keys/k/create", json!({"kty": "RSA"})).await.refusal(),
        (409, "Conflict", Some("ObjectIsDeletedButRecoverable"))
    );
    let vault = vault.restarted().await;
    assert_eq!(vault.get("/deletedkeys").await.ok()["value"].as_array().unwrap().len(), 1);
    vault.post("/deletedkeys/k/recover", json!({})).await.ok();
    assert_eq!(unb64(&vault.unwrap(&key, &wrapped).await.ok()["value"]), [2; 32]);
    assert_eq!(vault.get("/deletedkeys/k").await.status, 404);
}

#[tokio::test]
async fn a_purged_key_is_gone_from_the_disk_too() {
    let vault = Vault::start().await;
    vault.key("k").await;
    let files = || std::fs::read_dir(vault.directory.path().join("keys")).unwrap().count();
    assert_eq!(files(), 1);
    assert_eq!(vault.delete("/deletedkeys/k").await.status, 404, "it is not deleted yet");
    vault.delete("/keys/k").await.ok();
    assert_eq!(files(), 1);
    assert_eq!(vault.delete("/deletedkeys/k").await.status, 204);
    assert_eq!(files(), 0);
    assert_eq!(vault.get("/deletedkeys/k").await.status, 404);
    vault.key("k").await;
}

/// under purge protection nobody purges early, and time does.
#[tokio::test]
async fn purge_protection_holds_until_the_day_it_names() {
    let clock = Arc::new(SetClock::new(Timestamp::from_second(1_900_000_000).unwrap()));
    let shared = Arc::clone(&clock);
    let vault = Vault::with(|settings| {
        settings.clock = shared;
        settings.rules = VaultRules { recoverable_days: 7, purge_protection: true };
    })
    .await;
    vault.key("k").await;
    let deleted = vault.delete("/keys/k").await.ok();
    assert_eq!(deleted["attributes"]["recoveryLevel"], "CustomizedRecoverable");
    assert_eq!(deleted["attributes"]["recoverableDays"], 7);
    assert_eq!(vault.delete("/deletedkeys/k").await.refusal().0, 403);
    clock.advance(7 * DAY - Duration::from_secs(1));
    assert_eq!(vault.get("/deletedkeys/k").await.status, 200);
    clock.advance(Duration::from_secs(1));
    assert_eq!(vault.get("/deletedkeys/k").await.status, 404);
    assert_eq!(vault.post("/deletedkeys/k/recover", json!({})).await.status, 404);
    vault.key("k").await;
}

/// A change takes up to a minute to be seen in Azure: what relies on it at once is wrong.
#[tokio::test]
async fn disabling_is_seen_only_after_the_time_that_was_set() {
    let clock = Arc::new(SetClock::new(Timestamp::from_second(1_900_000_000).unwrap()));
    let shared = Arc::clone(&clock);
    let vault = Vault::with(|settings| {
        settings.clock = shared;
        settings.disable_visible_after = Duration::from_secs(60);
    })
    .await;
    let key = vault.key("k").await;
    let wrapped = vault.wrap(&key, &[2; 32]).await;
    vault.patch(&key, json!({"attributes": {"enabled": false}})).await.ok();
    vault.unwrap(&key, &wrapped).await.ok();
    clock.advance(Duration::from_secs(60));
    assert_eq!(vault.unwrap(&key, &wrapped).await.status, 403);
}
