#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

const QUICK: DerivationCost = DerivationCost { memory_kib: 64, passes: 1, lanes: 1 };

fn public(seed: &Seed) -> DevicePublic {
    let (custody, operator) = (CustodyId(uuid::Uuid::from_u128(1)), OperatorId(uuid::Uuid::from_u128(2)));
    DevicePublic { custody, operator, name: "Ada's laptop".to_owned(), public_key: seed.public_key() }
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

fn wrapped() -> (DevicePublic, WrappedDeviceKey) {
    let seed = Seed::generate().unwrap();
    let public = public(&seed);
    let wrapped = WrappedDeviceKey::wrap(&seed, &public, &passphrase("tidy marble anchor"), QUICK).unwrap();
    (public, wrapped)
}

#[test]
fn what_was_wrapped_opens_after_being_stored() {
    let (public, wrapped) = wrapped();
    let stored = wrapped.encode().unwrap();
    let read = WrappedDeviceKey::decode(&stored, public.operator).unwrap();
    let seed = read.unwrap(public.custody, &passphrase("tidy marble anchor")).unwrap_or_else(|_| unreachable!());
    assert_eq!(seed.public_key(), public.public_key);
    assert!(stored.len() < 1024, "{} bytes are too many for a keychain", stored.len());
}

#[test]
fn another_passphrase_does_not_open_it() {
    let (public, wrapped) = wrapped();
    assert_eq!(
        wrapped.unwrap(public.custody, &passphrase("tidy marble anchors")).err(),
        Some(UnwrapFault::DoesNotOpen)
    );
}

/// A wrapped key that is moved to another custody or operator, or whose clear fields are edited, does not open.
#[test]
fn every_field_beside_the_seed_is_bound() {
    let (public, wrapped) = wrapped();
    let opens =
        |wrapped: &WrappedDeviceKey, custody| wrapped.unwrap(custody, &passphrase("tidy marble anchor")).is_ok();
    assert!(opens(&wrapped, public.custody));
    assert!(!opens(&wrapped, CustodyId(uuid::Uuid::from_u128(9))));
    let json: serde_json::Value = serde_json::from_slice(&wrapped.encode().unwrap()).unwrap();
    let edits = [
        ("operator", serde_json::json!("00000000-0000-0000-0000-000000000009")),
        ("name", serde_json::json!("Ada's desktop")),
        ("public_key", serde_json::json!("00".repeat(32))),
        ("argon2id", serde_json::json!({"memory_kib": 64, "passes": 2, "lanes": 1})),
        ("salt", serde_json::json!("00".repeat(16))),
        ("nonce", serde_json::json!("00".repeat(12))),
        ("sealed", serde_json::json!("00".repeat(48))),
    ];
    for (field, value) in edits {
        let mut edited = json.clone();
        assert!(edited.get(field).is_some(), "{field} is stored");
        *edited.get_mut(field).unwrap() = value;
        let read: WrappedDeviceKey = serde_json::from_value(edited).unwrap();
        assert!(!opens(&read, public.custody), "{field} is bound");
    }
}

#[test]
fn unknown_formats_and_foreign_operators_are_no_device_key() {
    let (public, wrapped) = wrapped();
    let stored = String::from_utf8(wrapped.encode().unwrap()).unwrap();
    let newer = stored.replace("device-key/v1", "device-key/v2");
    assert!(WrappedDeviceKey::decode(newer.as_bytes(), public.operator).is_none());
    assert!(WrappedDeviceKey::decode(stored.as_bytes(), OperatorId(uuid::Uuid::from_u128(3))).is_none());
    assert!(WrappedDeviceKey::decode(b"{}", public.operator).is_none());
    for length in 0..stored.len() {
        assert!(WrappedDeviceKey::decode(stored.as_bytes().get(..length).unwrap(), public.operator).is_none());
    }
    let longer = stored.replace("\"salt\":\"", "\"salt\":\"00");
    assert!(WrappedDeviceKey::decode(longer.as_bytes(), public.operator).is_none());
    let more = stored.replace("{\"format\"", "{\"extra\":1,\"format\"");
    assert!(more != stored && WrappedDeviceKey::decode(more.as_bytes(), public.operator).is_none());
}

/// The format is for ever: this item was written by version 1 and must open in every later one.
#[test]
fn the_published_vector_opens() {
    let vector = include_str!("../../../../../docs/formats/vectors/wrapped-device-key.json");
    let vector: serde_json::Value = serde_json::from_str(vector).unwrap();
    let text = |name: &str| vector.get(name).unwrap().as_str().unwrap();
    let operator = text("operator").parse().unwrap();
    let stored = serde_json::to_vec(vector.get("item").unwrap()).unwrap();
    let wrapped = WrappedDeviceKey::decode(&stored, operator).unwrap();
    let custody = text("custody").parse().unwrap();
    assert_eq!(hex::encode(wrapped.associated_data(custody)), text("associated_data"));
    let seed = wrapped.unwrap(custody, &passphrase(text("passphrase"))).unwrap_or_else(|_| unreachable!());
    // EXPOSE: the vector's seed is public.
    assert_eq!(seed.expose(|seed| hex::encode(seed)), text("seed"));
}
