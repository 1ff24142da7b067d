//! The envelope held to another implementation: Node.js with nothing but its own crypto (`tests/envelope/`).
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use envelope::{
    Dek, DekIdentity, DekScope, KekPublic, TokenContext, WrapAlgorithm, check_value, open_token, seal_token,
    verify_check_value,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Node's side: one process, one answer a line.
struct Node {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    fn start() -> Self {
        let mut child =
            node("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node.js is installed");
        let (requests, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, requests, answers }
    }

    fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.requests, "{request}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn node(command: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(repository().join("tests/envelope/interop.mjs")).arg(command);
    node
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn vectors() -> PathBuf {
    repository().join("docs/formats/vectors")
}

/// Asks Node; the answer's field of that name as bytes, or why it refused.
fn ask(request: &Value, field: &str) -> Result<Vec<u8>, String> {
    static NODE: OnceLock<Mutex<Node>> = OnceLock::new();
    let node = NODE.get_or_init(|| Mutex::new(Node::start()));
    let answer = node.lock().unwrap_or_else(PoisonError::into_inner).ask(request);
    match answer.get(field) {
        Some(text) => Ok(hex::decode(text.as_str().unwrap()).unwrap()),
        None => Err(answer.get("refused").unwrap().as_str().unwrap().to_owned()),
    }
}

/// Where a token belongs, with texts of its own.
#[derive(Debug, Clone)]
struct Place {
    custody: [u8; 16],
    environment: &'static str,
    tenant: Option<String>,
    name: String,
    key: [u8; 16],
    dek_version: u32,
    record: [u8; 16],
}

impl Place {
    fn identity(&self) -> DekIdentity<'_> {
        let scope = match &self.tenant {
            Some(tenant) => DekScope::TenantIntegration { tenant, integration: &self.name },
            None => DekScope::SecretName(&self.name),
        };
        DekIdentity { custody: self.custody, environment: self.environment, scope, key: self.key }
    }

    fn context(&self) -> TokenContext<'_> {
        TokenContext { dek: self.identity(), dek_version: u64::from(self.dek_version), record: self.record }
    }

    /// The request of that name for Node about a token here.
    fn request(&self, op: &str, dek: &Dek) -> Value {
        let mut identity = json!({
            "custody": hex::encode(self.custody), "environment": self.environment, "key": hex::encode(self.key),
        });
        let scope = match &self.tenant {
            Some(tenant) => json!({ "tenant": tenant, "integration": self.name }),
            None => json!({ "secret_name": self.name }),
        };
        identity.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
        json!({
            "op": op, "dek": shown(dek), "identity": identity, "dek_version": self.dek_version,
            "record": hex::encode(self.record),
        })
    }

    /// The same tenant's neighbour: what a blob moved in the database would be opened as.
    fn moved(&self, field: usize) -> Self {
        let mut moved = self.clone();
        match field {
            0 => moved.tenant = moved.tenant.map_or(Some("t".to_owned()), |tenant| Some(tenant + "x")),
            1 => moved.name.push('x'),
            2 => moved.environment = if moved.environment == "staging" { "production" } else { "staging" },
            3 => moved.custody[0] ^= 1,
            4 => moved.key[7] ^= 1,
            5 => moved.dek_version ^= 1,
            _ => moved.record[15] ^= 1,
        }
        moved
    }
}

fn shown(dek: &Dek) -> String {
    // EXPOSE: a key made for this test goes to the other implementation.
    dek.expose(|key| hex::encode(key))
}

fn with(mut request: Value, name: &str, bytes: &[u8]) -> Value {
    request.as_object_mut().unwrap().insert(name.to_owned(), json!(hex::encode(bytes)));
    request
}

prop_compose! {
    fn place()(
        custody in any::<[u8; 16]>(),
        environment in prop::sample::select(vec!["development", "staging", "production", "backup"]),
        tenant in prop::option::of("\\PC{0,12}"),
        name in "\\PC{0,12}",
        key in any::<[u8; 16]>(),
        dek_version in any::<u32>(),
        record in any::<[u8; 16]>(),
    ) -> Place {
        Place { custody, environment, tenant, name, key, dek_version, record }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// what Rust sealed, Node.js opens, and the reverse, in every place and for any bytes.
    #[test]
    fn each_opens_what_the_other_sealed(place in place(), plaintext in prop::collection::vec(any::<u8>(), 0..300)) {
        let dek = Dek::generate().unwrap();
        let ours = seal_token(&dek, &place.context(), &plaintext).unwrap();
        prop_assert_eq!(ask(&with(place.request("open", &dek), "sealed", &ours), "plaintext"), Ok(plaintext.clone()));
        let theirs = ask(&with(place.request("seal", &dek), "plaintext", &plaintext), "sealed").unwrap();
        let opened = open_token(&dek, &place.context(), &theirs).unwrap();
        // EXPOSE: a test compares a value that is no secret.
        prop_assert!(opened.expose(|bytes| bytes == plaintext));
    }

    /// a token moved to another tenant, integration, environment, custody, key, version or record opens for neither.
    #[test]
    fn a_moved_token_opens_for_neither(place in place(), field in 0..7_usize) {
        let dek = Dek::generate().unwrap();
        let (moved, ours) = (place.moved(field), seal_token(&dek, &place.context(), b"token").unwrap());
        prop_assert!(ask(&with(moved.request("open", &dek), "sealed", &ours), "plaintext").is_err());
        let theirs = ask(&with(place.request("seal", &dek), "plaintext", b"token"), "sealed").unwrap();
        prop_assert!(open_token(&dek, &moved.context(), &theirs).is_err());
        prop_assert!(open_token(&dek, &place.context(), &theirs).is_ok());
    }

    /// both compute the same check value, so that either finds wrapped DEKs that were swapped.
    #[test]
    fn check_values_agree(place in place()) {
        let dek = Dek::generate().unwrap();
        let theirs = ask(&place.request("check", &dek), "check_value").unwrap();
        prop_assert_eq!(theirs.as_slice(), check_value(&dek, &place.identity()));
        let moved = place.moved(0);
        prop_assert!(verify_check_value(&dek, &moved.identity(), &theirs).is_err());
    }
}

/// the published vectors are read by Node.js alone, without anything of ours running.
#[test]
fn node_reads_every_published_vector() {
    let output = node("vectors").arg(vectors()).output().expect("Node.js is installed");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.lines().filter(|line| line.starts_with("ok ")).count() >= 19, "{said}");
}

/// Node.js refuses a token with any byte changed or missing, as Rust does.
#[test]
fn node_refuses_changed_and_cut_tokens() {
    let place = Place {
        custody: [1; 16],
        environment: "production",
        tenant: Some("acme".to_owned()),
        name: "crm".to_owned(),
        key: [2; 16],
        dek_version: 1,
        record: [3; 16],
    };
    let dek = Dek::generate().unwrap();
    let sealed = seal_token(&dek, &place.context(), b"token").unwrap();
    let opens = |bytes: &[u8]| ask(&with(place.request("open", &dek), "sealed", bytes), "plaintext").is_ok();
    assert!(opens(&sealed));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        *changed.get_mut(at).unwrap() ^= 0x10;
        assert!(!opens(&changed), "byte {at} was changed");
        assert!(!opens(sealed.get(..at).unwrap()), "cut to {at} bytes");
    }
}

/// a DEK wrapped by either with the public numbers of a KEK unwraps for the other with the private key.
#[test]
fn each_unwraps_what_the_other_wrapped() {
    let kek: Value = serde_json::from_slice(&std::fs::read(vectors().join("wrap.json")).unwrap()).unwrap();
    let bytes = |name: &str| hex::decode(kek.get(name).unwrap().as_str().unwrap()).unwrap();
    let public = KekPublic::from_components(&bytes("n"), &bytes("e")).unwrap();
    let private =
        OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(&bytes("private_key_pkcs8")).unwrap()).unwrap();
    let algorithms: [(WrapAlgorithm, &OaepAlgorithm); 2] =
        [(WrapAlgorithm::RsaOaep256, &OAEP_SHA256_MGF1SHA256), (WrapAlgorithm::RsaOaep, &OAEP_SHA1_MGF1SHA1)];
    for (algorithm, oaep) in algorithms {
        let dek = Dek::generate().unwrap();
        let request = |op: &str| json!({ "op": op, "algorithm": algorithm.name() });
        let ours = public.wrap(&dek, algorithm).unwrap();
        let unwrap = with(with(request("unwrap"), "wrapped", &ours), "private_key_pkcs8", &bytes("private_key_pkcs8"));
        assert_eq!(ask(&unwrap, "dek").map(hex::encode), Ok(shown(&dek)));

        let numbers = with(with(request("wrap"), "n", &bytes("n")), "e", &bytes("e"));
        let theirs = ask(&with(numbers, "dek", &hex::decode(shown(&dek)).unwrap()), "wrapped").unwrap();
        let mut out = vec![0; private.min_output_size()];
        let unwrapped = private.decrypt(oaep, &theirs, &mut out, None).unwrap().to_vec();
        assert_eq!(shown(&Dek::from_unwrapped(unwrapped).unwrap()), shown(&dek));
    }
    let refused = ask(&json!({ "op": "wrap", "algorithm": "RSA1_5", "dek": "00", "n": "01", "e": "03" }), "wrapped");
    assert!(refused.is_err(), "an algorithm that policy does not allow is refused");
}
