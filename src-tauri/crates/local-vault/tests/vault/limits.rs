use crate::harness::Vault;
use jiff::Timestamp;
use local_vault::{Column, Limits, SetClock, Settings, StoreKey};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

fn few() -> Limits {
    let column = Column { rsa_2048: 8, rsa_3072: 4, rsa_4096: 2, creates: 2 };
    Limits { software: column, hsm: column, secrets: 3, secret_creates: 1 }
}

#[test]
fn azures_limits_hold_unless_something_else_is_said() {
    let settings = Settings::new("nowhere", StoreKey::new([0; 32]));
    assert_eq!(settings.limits, Some(Limits::azure()));
}

#[tokio::test]
async fn beyond_the_limit_calls_are_refused_until_the_time_they_are_told() {
    let clock = Arc::new(SetClock::new(Timestamp::from_second(1_900_000_000).unwrap()));
    let shared = Arc::clone(&clock);
    let vault = Vault::with(|settings| {
        settings.clock = shared;
        settings.limits = Some(few());
    })
    .await;
    let key = vault.key("k").await;
    let wrapped = vault.wrap(&key, &[1; 32]).await;
    for _ in 0..7 {
        vault.unwrap(&key, &wrapped).await.ok();
    }
    let throttled = vault.unwrap(&key, &wrapped).await;
    assert_eq!(throttled.refusal(), (429, "Throttled", None));
    let wait: u64 = throttled.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait));
    // Another vault has its own share, and making keys and setting secrets are counted apart.
    vault.key("k2").await;
    assert_eq!(vault.post("/keys/k3/create", json!({"kty": "RSA"})).await.status, 429);
    vault.put("/secrets/s", json!({"value": "v"})).await.ok();
    assert_eq!(vault.put("/secrets/s", json!({"value": "v"})).await.status, 429);
    clock.advance(Duration::from_secs(wait));
    vault.unwrap(&key, &wrapped).await.ok();
    vault.key("k3").await;
}

#[tokio::test]
async fn a_refused_call_changes_nothing() {
    let vault = Vault::with(|settings| settings.limits = Some(few())).await;
    for at in 0..2 {
        vault.key(&format!("k{at}")).await;
    }
    assert_eq!(vault.post("/keys/k0/rotate", json!({})).await.status, 429);
    assert_eq!(vault.get("/keys/k0/versions").await.ok()["value"].as_array().unwrap().len(), 1);
}
