//! The published vectors: what was sealed once must open for ever, and is still sealed the same way.
//!
//! A change of format is a new version with vectors of its own. `UPDATE_VECTORS=1` writes the files of a new version.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use aws_lc_rs::rsa::{KeyPair, OaepPrivateDecryptingKey, PrivateDecryptingKey, PublicKeyComponents};
use serde_json::{Value, json};

use crate::token::seal_with_nonce;
use crate::{
    CheckValueError, Dek, DekIdentity, DekScope, KekPublic, OpenError, TokenContext, WrapAlgorithm, check_value,
    open_token, verify_check_value,
};

const CUSTODY: [u8; 16] = [0x01; 16];
const KEY: [u8; 16] = [0x02; 16];
const RECORD: [u8; 16] = [0x03; 16];

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../docs/formats/vectors").join(name)
}

fn dek(fill: u8) -> Dek {
    Dek::from_unwrapped((fill..fill + 32).collect()).unwrap()
}

fn identity(scope: DekScope<'static>) -> DekIdentity<'static> {
    DekIdentity { custody: CUSTODY, environment: "production", scope, key: KEY }
}

fn scopes() -> [DekScope<'static>; 3] {
    [
        DekScope::TenantIntegration { tenant: "acme", integration: "crm" },
        DekScope::TenantIntegration { tenant: "müller & söhne", integration: "логистика" },
        DekScope::SecretName("smtp-relay"),
    ]
}

fn identity_json(identity: &DekIdentity<'_>) -> Value {
    let mut fields = json!({
        "custody": hex::encode(identity.custody), "environment": identity.environment, "key": hex::encode(identity.key),
    });
    let scope = match identity.scope {
        DekScope::TenantIntegration { tenant, integration } => json!({ "tenant": tenant, "integration": integration }),
        DekScope::SecretName(name) => json!({ "secret_name": name }),
    };
    fields.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
    fields
}

fn token_json(context: &TokenContext<'_>, nonce: u8, plaintext: &str) -> Value {
    let dek = dek(0x40);
    let sealed = seal_with_nonce(&dek, context, &[nonce; 12], plaintext.as_bytes()).unwrap();
    json!({
        // EXPOSE: the key of a published vector.
        "dek": dek.expose(|bytes| hex::encode(bytes)), "identity": identity_json(&context.dek),
        "dek_version": context.dek_version, "record": hex::encode(context.record), "nonce": hex::encode([nonce; 12]),
        "plaintext": plaintext, "associated_data": hex::encode(context.associated_data()), "sealed": hex::encode(sealed),
    })
}

fn check_value_json(identity: &DekIdentity<'_>) -> Value {
    let dek = dek(0x40);
    json!({
        // EXPOSE: the key of a published vector.
        "dek": dek.expose(|bytes| hex::encode(bytes)), "identity": identity_json(identity),
        "check_value": hex::encode(check_value(&dek, identity)),
    })
}

/// The first token, told to be somewhere else: what a blob moved in the database looks like to whoever opens it.
fn moved_tokens(token: &Value) -> Vec<Value> {
    let moves = [
        ("another tenant", "/identity/tenant", json!("acme2")),
        ("another integration", "/identity/integration", json!("erp")),
        ("another environment", "/identity/environment", json!("staging")),
        ("another custody", "/identity/custody", json!("09".repeat(16))),
        ("another key", "/identity/key", json!("09".repeat(16))),
        ("another version", "/dek_version", json!(2)),
        ("another record", "/record", json!("09".repeat(16))),
        ("another DEK", "/dek", json!("09".repeat(32))),
    ];
    let moved = |(why, pointer, value): (&str, &str, Value)| {
        let mut token = token.clone();
        *token.pointer_mut(pointer).unwrap() = value;
        let kept = ["dek", "identity", "dek_version", "record", "sealed"];
        let mut fields: serde_json::Map<_, _> =
            kept.iter().map(|name| ((*name).to_owned(), token.get(*name).unwrap().clone())).collect();
        fields.insert("why".to_owned(), json!(why));
        Value::Object(fields)
    };
    moves.into_iter().map(moved).collect()
}

fn envelope_vectors() -> Value {
    let plaintexts = ["a token of a tenant", "", "Schlüssel 🔑 and \u{0} bytes"];
    let tokens: Vec<Value> = scopes()
        .into_iter()
        .zip(plaintexts)
        .zip(1_u8..)
        .map(|((scope, plaintext), number)| {
            let context = TokenContext { dek: identity(scope), dek_version: u64::from(number), record: RECORD };
            token_json(&context, number, plaintext)
        })
        .collect();
    let check_values: Vec<Value> = scopes().into_iter().map(|scope| check_value_json(&identity(scope))).collect();
    json!({
        "about": "Sealed tokens and check values; see ../envelope.md. The keys are public: never use them.",
        "must_not_open": moved_tokens(tokens.first().unwrap()), "tokens": tokens, "check_values": check_values,
    })
}

fn read(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path(name)).unwrap()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "whoever renews the vectors says so by the environment")]
fn write_if_asked(name: &str, vectors: &Value) {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(vectors).unwrap() + "\n";
        std::fs::write(path(name), text).unwrap();
    }
}

/// the published tokens and check values are the ones this code makes.
#[test]
fn the_envelope_vectors_are_current() {
    let vectors = envelope_vectors();
    write_if_asked("envelope.json", &vectors);
    assert_eq!(read("envelope.json"), vectors, "the format changed without a new version");
}

struct Read {
    dek: Dek,
    custody: [u8; 16],
    environment: String,
    tenant: Option<String>,
    name: String,
    key: [u8; 16],
}

impl Read {
    fn from(vector: &Value) -> Self {
        let identity = vector.get("identity").unwrap();
        let tenant = identity.get("tenant").map(|_| text(identity, "tenant"));
        let name = text(identity, if tenant.is_some() { "integration" } else { "secret_name" });
        let (custody, key) = (bytes(identity, "custody"), bytes(identity, "key"));
        let dek = Dek::from_unwrapped(bytes::<32>(vector, "dek").to_vec()).unwrap();
        Self { dek, custody, environment: text(identity, "environment"), tenant, name, key }
    }

    fn identity(&self) -> DekIdentity<'_> {
        let scope = match &self.tenant {
            Some(tenant) => DekScope::TenantIntegration { tenant, integration: &self.name },
            None => DekScope::SecretName(&self.name),
        };
        DekIdentity { custody: self.custody, environment: &self.environment, scope, key: self.key }
    }

    fn open(&self, vector: &Value) -> Result<Vec<u8>, OpenError> {
        let dek_version = vector.get("dek_version").unwrap().as_u64().unwrap();
        let context = TokenContext { dek: self.identity(), dek_version, record: bytes(vector, "record") };
        let sealed = hex::decode(text(vector, "sealed")).unwrap();
        // EXPOSE: the plaintext of a published vector.
        open_token(&self.dek, &context, &sealed).map(|opened| opened.expose(<[u8]>::to_vec))
    }
}

fn text(vector: &Value, name: &str) -> String {
    vector.get(name).unwrap().as_str().unwrap().to_owned()
}

fn bytes<const N: usize>(vector: &Value, name: &str) -> [u8; N] {
    hex::decode(text(vector, name)).unwrap().try_into().unwrap()
}

fn list<'a>(vectors: &'a Value, name: &str) -> &'a [Value] {
    let found = vectors.get(name).unwrap().as_array().unwrap();
    assert!(!found.is_empty());
    found
}

/// every published token opens, from the file alone; R-11: moved anywhere else none does.
#[test]
fn the_published_tokens_open_in_their_place_alone() {
    let vectors = read("envelope.json");
    for vector in list(&vectors, "tokens") {
        assert_eq!(Read::from(vector).open(vector).unwrap(), text(vector, "plaintext").into_bytes());
    }
    for vector in list(&vectors, "must_not_open") {
        assert!(Read::from(vector).open(vector).is_err(), "{}", text(vector, "why"));
    }
}

/// the published check values hold for their DEK as what it is for, and as nothing else.
#[test]
fn the_published_check_values_hold() {
    for vector in list(&read("envelope.json"), "check_values") {
        let read = Read::from(vector);
        let stored: [u8; 32] = bytes(vector, "check_value");
        assert_eq!(verify_check_value(&read.dek, &read.identity(), &stored), Ok(()));
        let elsewhere = DekIdentity { custody: [9; 16], ..read.identity() };
        assert_eq!(verify_check_value(&read.dek, &elsewhere, &stored), Err(CheckValueError::Differs));
    }
}

/// OAEP is randomised: the wraps were made once and are kept when the file is written again.
fn wrap_vectors(published: &Value) -> Value {
    let pkcs8 = hex::decode(text(published, "private_key_pkcs8")).unwrap();
    let pair = KeyPair::from_pkcs8(&pkcs8).unwrap();
    let public = PublicKeyComponents::<Vec<u8>>::from(aws_lc_rs::signature::KeyPair::public_key(&pair));
    let kek = KekPublic::from_components(&public.n, &public.e).unwrap();
    let wrap = |algorithm: WrapAlgorithm| {
        let dek = dek(0x40);
        // EXPOSE: the key of a published vector.
        let shown = dek.expose(|bytes| hex::encode(bytes));
        json!({ "algorithm": algorithm.name(), "dek": shown, "wrapped": hex::encode(kek.wrap(&dek, algorithm).unwrap()) })
    };
    let made = || json!([wrap(WrapAlgorithm::RsaOaep256), wrap(WrapAlgorithm::RsaOaep)]);
    json!({
        "about": "DEKs wrapped under an RSA key; see ../envelope.md. The private key was made for this file and is public: never use it.",
        "private_key_pkcs8": hex::encode(&pkcs8), "n": hex::encode(&public.n), "e": hex::encode(&public.e),
        "public_key_digest": hex::encode(kek.digest()),
        "wraps": published.get("wraps").cloned().unwrap_or_else(made),
    })
}

/// the published wraps unwrap with the published private key, and the numbers and the digest are its own.
#[test]
fn the_wrap_vectors_are_current_and_unwrap() {
    let published = read("wrap.json");
    let vectors = wrap_vectors(&published);
    write_if_asked("wrap.json", &vectors);
    assert_eq!(read("wrap.json"), vectors);
    let pkcs8 = hex::decode(text(&vectors, "private_key_pkcs8")).unwrap();
    let key = OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(&pkcs8).unwrap()).unwrap();
    for vector in list(&vectors, "wraps") {
        let algorithm = WrapAlgorithm::from_name(&text(vector, "algorithm")).unwrap();
        let wrapped = hex::decode(text(vector, "wrapped")).unwrap();
        let mut out = vec![0; key.min_output_size()];
        let dek = key.decrypt(algorithm.oaep(), &wrapped, &mut out, None).unwrap();
        assert_eq!(hex::encode(dek), text(vector, "dek"));
    }
}
