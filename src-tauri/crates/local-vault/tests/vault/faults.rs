use crate::harness::Vault;
use local_vault::{FaultAction, FaultRule, FaultWhen, Operation};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

async fn versions(vault: &Vault, name: &str) -> usize {
    vault.get(&format!("/keys/{name}/versions")).await.ok()["value"].as_array().unwrap().len()
}

fn rule(operation: Operation, when: FaultWhen, action: FaultAction) -> FaultRule {
    FaultRule { operation: Some(operation), when, action }
}

/// The reply is lost and the key is there: what a retry would double.
#[tokio::test]
async fn a_reply_lost_after_success_leaves_the_success() {
    let vault = Vault::start().await;
    vault.key("k").await;
    let id = vault.running.faults().set(rule(Operation::KeyCreate, FaultWhen::First(1), FaultAction::DropAfter));
    let lost = vault.send(Method::POST, "/keys/k/create", Some(json!({"kty": "RSA"}))).await;
    assert!(lost.is_err());
    assert_eq!(vault.running.faults().met(id), Some(1));
    assert_eq!(versions(&vault, "k").await, 2);
    let vault = vault.restarted().await;
    assert_eq!(versions(&vault, "k").await, 2);
}

#[tokio::test]
async fn a_request_lost_before_it_arrives_leaves_nothing() {
    let vault = Vault::start().await;
    vault.key("k").await;
    vault.running.faults().set(rule(Operation::KeyRotate, FaultWhen::Nth(1), FaultAction::DropBefore));
    assert!(vault.send(Method::POST, "/keys/k/rotate", Some(json!({}))).await.is_err());
    assert_eq!(versions(&vault, "k").await, 1);
    vault.post("/keys/k/rotate", json!({})).await.ok();
}

#[tokio::test]
async fn statuses_come_when_they_are_asked_for_and_change_nothing() {
    let vault = Vault::start().await;
    vault.key("k").await;
    let faults = vault.running.faults();
    let throttled = FaultAction::Status { status: 429, retry_after_s: Some(17) };
    faults.set(rule(Operation::KeyRotate, FaultWhen::Nth(1), throttled));
    faults.set(rule(Operation::KeyRotate, FaultWhen::Nth(2), FaultAction::Status { status: 500, retry_after_s: None }));
    let first = vault.post("/keys/k/rotate", json!({})).await;
    assert_eq!((first.status, first.headers["retry-after"].to_str().unwrap()), (429, "17"));
    assert_eq!(vault.post("/keys/k/rotate", json!({})).await.refusal(), (500, "InternalServerError", None));
    assert_eq!(versions(&vault, "k").await, 1);
    faults.clear();
    vault.post("/keys/k/rotate", json!({})).await.ok();
}

#[tokio::test]
async fn a_delayed_call_happens() {
    let vault = Vault::start().await;
    vault.key("k").await;
    let delay = Duration::from_millis(150);
    vault.running.faults().set(rule(Operation::KeyGet, FaultWhen::Always, FaultAction::Delay(delay)));
    let started = Instant::now();
    vault.get("/keys/k").await.ok();
    // Not how fast, only that the delay was kept.
    assert!(started.elapsed() >= delay);
}

#[tokio::test]
async fn the_port_over_the_wire_is_open_only_when_asked_for() {
    let closed = Vault::start().await;
    let body = json!({"operation": "KeyGet", "action": {"status": {"status": 503}}});
    assert_eq!(closed.post("/countersign/faults", body.clone()).await.status, 404);
    let open = Vault::with(|settings| settings.fault_port = true).await;
    let id = open.post("/countersign/faults", body).await.ok()["id"].as_u64().unwrap();
    assert_eq!(open.get("/keys/k").await.status, 503);
    assert_eq!(open.get(&format!("/countersign/faults/{id}")).await.ok()["met"], 1);
    assert_eq!(open.delete("/countersign/faults").await.status, 204);
    assert_eq!(open.get("/keys/k").await.status, 404);
}
