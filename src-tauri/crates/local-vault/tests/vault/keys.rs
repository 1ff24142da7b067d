use crate::harness::{Vault, b64, path_of, unb64};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_key_is_made_shown_and_never_given_away() {
    let vault = Vault::start().await;
    let body = json!({"kty": "RSA", "key_size": 3072, "key_ops": ["wrapKey", "unwrapKey"],
        "attributes": {"exp": 4_000_000_000_i64}, "tags": {"purpose": "kek"}});
    let made = vault.post("/keys/Payroll-KEK/create", body).await.ok();
    assert_eq!(unb64(&made["key"]["n"]).len(), 3072 / 8);
    assert_eq!(made["key"]["e"], "AQAB");
    assert_eq!(made["attributes"]["recoveryLevel"], "Recoverable+Purgeable");
    assert_eq!(made["attributes"]["exp"], 4_000_000_000_i64);
    assert_eq!(made["tags"]["purpose"], "kek");
    let private: BTreeSet<&str> = ["d", "p", "q", "dp", "dq", "qi", "k"].into();
    let shown = made["key"].as_object().unwrap();
    assert!(shown.keys().all(|it| !private.contains(it.as_str())));
    // Names are the same whatever their case; the latest version is the default.
    assert_eq!(vault.get("/keys/payroll-kek/").await.ok()["key"]["n"], made["key"]["n"]);
    assert_eq!(vault.get("/keys/none").await.refusal(), (404, "KeyNotFound", None));
}

#[tokio::test]
async fn both_oaep_forms_wrap_and_unwrap() {
    let vault = Vault::start().await;
    let key = vault.key("k").await;
    for alg in ["RSA-OAEP", "RSA-OAEP-256"] {
        for (there, back) in [("wrapkey", "unwrapkey"), ("encrypt", "decrypt")] {
            let body = json!({"alg": alg, "value": b64(&[9; 32])});
            let wrapped = vault.post(&format!("{key}/{there}"), body).await.ok();
            assert_eq!(path_of(wrapped["kid"].as_str().unwrap()), key);
            let body = json!({"alg": alg, "value": wrapped["value"]});
            let opened = vault.post(&format!("{key}/{back}"), body).await.ok();
            assert_eq!(unb64(&opened["value"]), [9; 32]);
        }
    }
    let weak = json!({"alg": "RSA1_5", "value": b64(&[9; 32])});
    assert_eq!(vault.post(&format!("{key}/wrapkey"), weak).await.status, 400);
}

#[tokio::test]
async fn what_another_version_wrapped_does_not_open() {
    let vault = Vault::start().await;
    let old = vault.key("k").await;
    let wrapped = vault.wrap(&old, &[1; 32]).await;
    let rotated = vault.post("/keys/k/rotate", json!({})).await.ok();
    let new = path_of(rotated["key"]["kid"].as_str().unwrap());
    assert_ne!(old, new);
    assert_eq!(vault.unwrap(&new, &wrapped).await.refusal(), (400, "BadParameter", None));
    assert_eq!(unb64(&vault.unwrap(&old, &wrapped).await.ok()["value"]), [1; 32]);
    let damaged = format!("A{}", &wrapped[1..]);
    assert_eq!(vault.unwrap(&old, &damaged).await.status, 400);
}

/// once a version is disabled it neither wraps nor unwraps, and can still be seen.
#[tokio::test]
async fn a_disabled_version_does_nothing_until_it_is_enabled() {
    let vault = Vault::start().await;
    let key = vault.key("k").await;
    let wrapped = vault.wrap(&key, &[1; 32]).await;
    vault.patch(&key, json!({"attributes": {"enabled": false}})).await.ok();
    assert_eq!(vault.unwrap(&key, &wrapped).await.refusal(), (403, "Forbidden", Some("KeyDisabled")));
    let refused = vault.post(&format!("{key}/wrapkey"), json!({"alg": "RSA-OAEP", "value": "AA"})).await;
    assert_eq!(refused.refusal(), (403, "Forbidden", Some("KeyDisabled")));
    assert_eq!(vault.get(&key).await.ok()["attributes"]["enabled"], false);
    vault.patch(&key, json!({"attributes": {"enabled": true}})).await.ok();
    vault.unwrap(&key, &wrapped).await.ok();
}

#[tokio::test]
async fn an_expired_version_still_unwraps_and_no_longer_wraps() {
    let vault = Vault::start().await;
    let key = vault.key("k").await;
    let wrapped = vault.wrap(&key, &[1; 32]).await;
    vault.patch(&key, json!({"attributes": {"exp": 1_000}})).await.ok();
    vault.unwrap(&key, &wrapped).await.ok();
    let refused = vault.post(&format!("{key}/wrapkey"), json!({"alg": "RSA-OAEP", "value": "AA"})).await;
    assert_eq!(refused.refusal(), (403, "Forbidden", Some("KeyExpired")));
}

#[tokio::test]
async fn a_key_does_only_what_it_was_made_for() {
    let vault = Vault::start().await;
    let body = json!({"kty": "RSA", "key_ops": ["wrapKey", "unwrapKey"]});
    vault.post("/keys/k/create", body).await.ok();
    let refused = vault.post("/keys/k/sign", json!({"alg": "RS256", "value": b64(&[1; 32])})).await;
    assert_eq!(refused.refusal(), (403, "Forbidden", Some("KeyOperationForbidden")));
}

#[tokio::test]
async fn signatures_verify_for_every_kind_of_key() {
    let vault = Vault::start().await;
    let cases = [
        (json!({"kty": "RSA"}), "PS256", 32),
        (json!({"kty": "RSA"}), "RS512", 64),
        (json!({"kty": "EC", "crv": "P-256"}), "ES256", 32),
        (json!({"kty": "EC", "crv": "P-384"}), "ES384", 48),
        (json!({"kty": "EC", "crv": "P-521"}), "ES512", 64),
    ];
    for (at, (made, alg, length)) in cases.into_iter().enumerate() {
        let path = format!("/keys/k{at}");
        vault.post(&format!("{path}/create"), made).await.ok();
        let digest = vec![5; length];
        let signed = vault.post(&format!("{path}/sign"), json!({"alg": alg, "value": b64(&digest)})).await.ok();
        let verify = |digest: Vec<u8>| {
            let body = json!({"alg": alg, "digest": b64(&digest), "value": signed["value"]});
            let (vault, path) = (&vault, format!("{path}/verify"));
            async move { vault.post(&path, body).await.ok()["value"].as_bool().unwrap() }
        };
        assert!(verify(digest).await, "{alg}");
        assert!(!verify(vec![6; length]).await, "{alg}");
    }
}

/// a KEK that somebody may hold a copy of is no KEK.
#[tokio::test]
async fn import_is_refused() {
    let vault = Vault::start().await;
    let body = json!({"key": {"kty": "RSA", "n": "AA", "e": "AQAB", "d": "AA"}});
    assert_eq!(vault.put("/keys/k", body).await.refusal(), (403, "Forbidden", Some("ForbiddenByPolicy")));
    assert_eq!(vault.get("/keys/k").await.status, 404);
}

#[tokio::test]
async fn pages_show_everything_once() {
    let vault = Vault::start().await;
    for at in 0..7 {
        vault.post(&format!("/keys/k{at}/create"), json!({"kty": "EC"})).await.ok();
    }
    for _ in 0..4 {
        vault.post("/keys/k3/create", json!({"kty": "EC"})).await.ok();
    }
    let keys = pages(&vault, "/keys?maxresults=3", &[3, 3, 1]).await;
    assert!((0..7).all(|at| keys.iter().any(|it| it.ends_with(&format!("/keys/k{at}")))));
    let versions = pages(&vault, "/keys/k3/versions?maxresults=2", &[2, 2, 1]).await;
    assert_eq!(versions.iter().collect::<BTreeSet<_>>().len(), 5);
    for size in ["0", "26", "x"] {
        assert_eq!(vault.get(&format!("/keys?maxresults={size}")).await.status, 400);
    }
}

async fn pages(vault: &Vault, first: &str, sizes: &[usize]) -> Vec<String> {
    let mut page = vault.get(first).await.ok();
    let mut ids = Vec::new();
    for (at, size) in sizes.iter().enumerate() {
        let items = page["value"].as_array().unwrap();
        assert_eq!(items.len(), *size);
        ids.extend(items.iter().map(|it| it["kid"].as_str().unwrap().to_owned()));
        match page["nextLink"].as_str() {
            Some(link) => {
                let answer = vault.client.get(link).bearer_auth(vault.running.token());
                let text = answer.send().await.unwrap().text().await.unwrap();
                page = serde_json::from_str(&text).unwrap();
            }
            None => assert_eq!((at + 1, &page["nextLink"]), (sizes.len(), &Value::Null)),
        }
    }
    ids
}

#[tokio::test]
async fn a_rotation_policy_is_kept_and_sets_the_expiry_of_what_it_makes() {
    let vault = Vault::start().await;
    vault.key("k").await;
    let before = vault.get("/keys/k/rotationpolicy").await.ok();
    assert_eq!(before["lifetimeActions"][0]["action"]["type"], "Notify");
    let policy = json!({
        "lifetimeActions": [{"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "Rotate"}}],
        "attributes": {"expiryTime": "P1Y"},
    });
    let set = vault.put("/keys/k/rotationpolicy", policy).await.ok();
    assert!(set["id"].as_str().unwrap().ends_with("/keys/k/rotationpolicy"));
    let vault = vault.restarted().await;
    assert_eq!(vault.get("/keys/k/rotationpolicy").await.ok()["attributes"]["expiryTime"], "P1Y");
    let rotated = vault.post("/keys/k/rotate", json!({})).await.ok();
    let attributes = &rotated["attributes"];
    let days = (attributes["exp"].as_i64().unwrap() - attributes["created"].as_i64().unwrap()) / 86_400;
    assert!((365..=366).contains(&days));
}

#[tokio::test]
async fn random_bytes_come_in_the_length_asked_for() {
    let vault = Vault::start().await;
    let one = unb64(&vault.post("/rng", json!({"count": 32})).await.ok()["value"]);
    let two = unb64(&vault.post("/rng", json!({"count": 32})).await.ok()["value"]);
    assert_eq!((one.len(), two.len()), (32, 32));
    assert_ne!(one, two);
    assert_eq!(vault.post("/rng", json!({"count": 129})).await.status, 400);
}

#[tokio::test]
async fn a_backup_brings_every_version_back_and_nothing_else_opens_it() {
    let vault = Vault::start().await;
    let old = vault.key("k").await;
    let wrapped = vault.wrap(&old, &[3; 32]).await;
    vault.post("/keys/k/rotate", json!({})).await.ok();
    let blob = vault.post("/keys/k/backup", json!({})).await.ok();
    let held = vault.post("/keys/restore", blob.clone()).await;
    assert_eq!(held.status, 409);
    vault.delete("/keys/k").await.ok();
    assert_eq!(
        vault.post("/keys/restore", blob.clone()).await.refusal(),
        (409, "Conflict", Some("ObjectIsDeletedButRecoverable"))
    );
    vault.delete("/deletedkeys/k").await.ok();
    assert_eq!(vault.unwrap(&old, &wrapped).await.status, 404);
    vault.post("/keys/restore", blob.clone()).await.ok();
    assert_eq!(unb64(&vault.unwrap(&old, &wrapped).await.ok()["value"]), [3; 32]);
    // As a secret, or damaged, it is nothing.
    assert_eq!(vault.post("/secrets/restore", blob).await.status, 400);
    assert_eq!(vault.post("/keys/restore", json!({"value": "AAAA"})).await.status, 400);
}
