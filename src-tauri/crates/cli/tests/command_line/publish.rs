//! Checkpoints that are given away, and the audit pack.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use local_custody::LocalCustody;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::bench::{Bench, Ran, binary, text};

/// Somebody's https server: it keeps what it was sent, and answers as it is told.
struct Listener {
    address: String,
    sent: Receiver<String>,
    answer: Arc<Mutex<&'static str>>,
    pem: String,
}

impl Listener {
    fn open() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let (config, listener) = (Arc::new(config), TcpListener::bind("localhost:0").unwrap());
        let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (tell, sent) = channel();
        let answer = Arc::new(Mutex::new("201 Created"));
        let told = Arc::clone(&answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(connection, stream);
                let Some(request) = read(&mut stream) else { continue };
                if tell.send(request).is_err() {
                    return;
                }
                let answer = *told.lock().unwrap();
                let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).unwrap();
                stream.conn.send_close_notify();
                stream.flush().ok();
            }
        });
        Self { address, sent, answer, pem: made.cert.pem() }
    }

    fn answers(&self, with: &'static str) {
        *self.answer.lock().unwrap() = with;
    }
}

/// A request with its whole body.
fn read(stream: &mut impl std::io::Read) -> Option<String> {
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if length.is_some_and(|length: usize| body.len() >= length) {
            return Some(text);
        }
    }
}

/// A P-256 key of the custody's vault that may sign, made as its administrator would.
async fn make_signing_key(bench: &Bench, name: &str) {
    let keychain = bench.keyring.open("com.countersign.console").unwrap();
    let custody = LocalCustody::reopen(&bench.home(), keychain).await.unwrap();
    let endpoint = custody.vault();
    let authority = reqwest::Certificate::from_pem(endpoint.ca_pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([authority])
        .resolve(endpoint.host(), endpoint.address())
        .no_proxy()
        .build()
        .unwrap();
    let address =
        format!("https://{}:{}/keys/{name}/create?api-version=7.4", endpoint.host(), endpoint.address().port());
    let key = json!({ "kty": "EC", "crv": "P-256", "key_ops": ["sign", "verify"] });
    let token = endpoint.expose_token(str::to_owned);
    let made = client.post(address).bearer_auth(token).json(&key).send().await.unwrap();
    assert!(made.status().is_success(), "{}", made.text().await.unwrap());
    custody.close().await;
}

fn reviewed(bench: &Bench) -> u64 {
    let made = bench.ines(&["--json", "ledger", "checkpoint", "--sign"]).ok().json();
    bench.theo(&["ledger", "checkpoint", "--cosign"]).ok();
    made["checkpoints"][0]["size"].as_u64().unwrap()
}

/// the newest checkpoint goes to a file, a webhook and a blob, signed by a key of the vault as well; the live ledger and a
/// bundle are held against it, and the vault's signature is demanded by its public half; what was changed or is another ledger's is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_published_and_the_ledger_held_against_it() {
    let bench = Bench::founded();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (note, pem, bundle) = (path("checkpoint"), path("vault-key.pem"), path("all.bundle"));
    let early = bench.theo(&["--json", "ledger", "publish", "--to", &note]);
    assert_eq!((early.code, early.error()["code"].as_str()), (1, Some("checkpoint_unknown")));
    let size = reviewed(&bench);
    make_signing_key(&bench, "log-signer").await;
    let signed = ["--vault-key", "log-signer", "--public-key", &pem];
    let published = bench.theo(&[&["--json", "ledger", "publish", "--to", &note], &signed[..]].concat()).ok().json();
    assert_eq!((published["size"].as_u64(), published["signatures"].as_u64()), (Some(size), Some(3)));
    let lines = std::fs::read_to_string(&note).unwrap();
    assert!(lines.contains(".vault.azure.net/keys/log-signer/") && lines.starts_with("countersign/"), "{lines}");

    bench.ines(&["ledger", "export", &bundle]).ok();
    let offline = |arguments: &[&str]| {
        Ran::of(binary().args(["--home", "/nowhere", "--json", "ledger", "verify"]).args(arguments))
    };
    let demanded = ["--checkpoint", &note, "--vault-key", &pem];
    let live = bench.ines(&[&["--json", "ledger", "verify"], &demanded[..]].concat()).ok().json();
    assert_eq!(live["checkpoint"]["size"].as_u64(), Some(size));
    assert!(live["checkpoint"]["vault_key"][0].as_str().unwrap().contains("/keys/log-signer/"));
    offline(&[&[bundle.as_str()], &demanded[..]].concat()).ok();

    // Another root under the same size: the vault's line no longer holds; without asking for it, the ledger does not grow from it.
    let (forged, root) = (path("forged"), lines.lines().nth(2).unwrap());
    let other = if root.starts_with('A') { "B" } else { "A" };
    std::fs::write(&forged, lines.replacen(root, &format!("{other}{}", &root[1..]), 1)).unwrap();
    let told = bench.ines(&["--json", "ledger", "verify", "--checkpoint", &forged, "--vault-key", &pem]);
    assert_eq!((told.code, told.error()["code"].as_str()), (1, Some("vault_signature")));
    let told = bench.ines(&["--json", "ledger", "verify", "--checkpoint", &forged]);
    assert_eq!((told.code, told.json()["holds"].as_bool()), (1, Some(false)), "{told:?}");
    assert!(told.json()["fault"].as_str().unwrap().contains("two of it"), "{told:?}");
    assert_eq!(offline(&[&bundle, "--checkpoint", &forged]).code, 1);
    // A file that holds another history is not written over.
    let told = bench.theo(&["--json", "ledger", "publish", "--to", &forged]);
    assert_eq!((told.code, told.error()["code"].as_str()), (1, Some("ledger_replaced")));
    let (foreign, mine) = (path("foreign"), lines.lines().next().unwrap());
    std::fs::write(
        &foreign,
        lines.split_once("\n\n").unwrap().0.replacen(mine, "countersign/elsewhere/staging", 1) + "\n",
    )
    .unwrap();
    let told = bench.ines(&["--json", "ledger", "verify", "--checkpoint", &foreign]);
    assert_eq!((told.code, told.error()["code"].as_str()), (2, Some("checkpoint_elsewhere")));
    bench.theo(&["ledger", "publish", "--to", &note]).ok();
    assert_eq!(std::fs::read_to_string(&note).unwrap().matches('\u{2014}').count(), 2, "replaced as a whole");

    elsewhere(&bench, &std::fs::read_to_string(&note).unwrap());
}

/// A webhook takes a POST, a blob is put whole with the right in its address; neither address is ever shown.
fn elsewhere(bench: &Bench, note: &str) {
    let server = Listener::open();
    let ca = bench.file("ca.pem", &server.pem);
    let hook = format!("{}/services/secret-part", server.address);
    bench.theo(&["ledger", "publish", "--to", &hook, "--ca", text(&ca)]).ok();
    let sent = server.sent.recv().unwrap();
    assert!(sent.starts_with("POST /services/secret-part HTTP/1.1\r\n") && sent.ends_with(note), "{sent}");

    let blob = format!("{}/logs/checkpoint?sv=2023-11-03&sp=cw&sig=c2VjcmV0%3D", server.address);
    let publish = |address: Option<&str>| {
        let mut command = bench.command_as("theo brandt", "theo");
        command.args(["ledger", "publish", "--to", "blob", "--ca"]).arg(&ca).env_remove("COUNTERSIGN_BLOB_URL");
        if let Some(address) = address {
            command.env("COUNTERSIGN_BLOB_URL", address);
        }
        command
    };
    Ran::of(&mut publish(Some(&blob))).ok();
    let sent = server.sent.recv().unwrap();
    assert!(sent.starts_with("PUT /logs/checkpoint?sv=2023-11-03&sp=cw&sig=c2VjcmV0%3D HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("x-ms-blob-type: BlockBlob\r\n") && sent.contains("x-ms-version: ") && sent.ends_with(note));
    let mut piped = publish(None).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    piped.stdin.take().unwrap().write_all(blob.as_bytes()).unwrap();
    assert!(piped.wait().unwrap().success());
    assert!(server.sent.recv().unwrap().starts_with("PUT /logs/checkpoint?"));

    server.answers("403 Forbidden\r\nx-ms-error-code: AuthenticationFailed");
    let told = Ran::of(&mut publish(Some(&blob)));
    assert!(told.code == 1 && told.err.contains("403") && told.err.contains("AuthenticationFailed"), "{told:?}");
    assert!(!told.err.contains("c2VjcmV0") && !told.err.contains("/logs/"), "{told:?}");
    assert!(server.sent.try_recv().is_ok() && server.sent.try_recv().is_err(), "a refusal is not tried again");
    let unsigned = Ran::of(&mut publish(Some("https://a.blob.core.windows.net/logs/checkpoint")));
    assert!(unsigned.code == 2 && unsigned.err.contains("sig="), "{unsigned:?}");
    assert_eq!(Ran::of(&mut publish(None)).code, 2, "no address");
    let plain = bench.theo(&["ledger", "publish", "--to", "http://hooks.example/secret-part"]);
    assert!(plain.code == 2 && !plain.err.contains("secret-part"), "{plain:?}");
}

/// a period is reported as a page and as a PDF, with the bundle that proves it, which verifies alone; nothing is written over.
#[test]
fn a_period_is_reported_with_its_proof() {
    let bench = Bench::founded();
    bench.make_kek("kek-payments");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (html, pdf) = (path("november.html"), path("november.pdf"));
    let order = ["--json", "ledger", "report", "--from", "2020-01-01", "--to", "2099-01-01"];
    let order = [&order[..], &["--html", text(&html), "--pdf", text(&pdf)]].concat();
    let made = bench.theo(&order).ok().json();
    let bundle = path("november.bundle");
    assert_eq!(made["bundle"].as_str(), bundle.to_str());
    let page = std::fs::read_to_string(&html).unwrap();
    for shown in ["Create KEK: kek-payments", "Countersigned by Theo Brandt", made["bundle_sha256"].as_str().unwrap()] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
    let alone = |file: &Path| Ran::of(binary().args(["--home", "/nowhere", "--json", "ledger", "verify"]).arg(file));
    assert_eq!(alone(&bundle).ok().json()["selection"], "period");
    let again = bench.theo(&order);
    assert_eq!((again.code, again.error()["code"].as_str()), (1, Some("file")));
    let none = bench.theo(&["ledger", "report", "--from", "2020-01-01", "--to", "2099-01-01"]);
    assert_eq!(none.code, 2, "neither page nor PDF");
}
