use crate::harness::{STORE_KEY, Vault, b64, client, send, settings, unb64};
use local_vault::{LocalVault, Settings, StartError, StoreKey};
use reqwest::Method;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

/// Tells the test binary, when it is started by itself, which directory to serve.
const CHILD: &str = "LOCAL_VAULT_TEST_SERVES";

#[tokio::test]
async fn a_restart_serves_the_same_keys_tokens_and_authority() {
    let vault = Vault::start().await;
    let key = vault.key("k").await;
    let wrapped = vault.wrap(&key, &[4; 32]).await;
    vault.patch(&key, json!({"tags": {"a": "b"}})).await.ok();
    vault.put("/secrets/s", json!({"value": "v"})).await.ok();
    let before = vault.get(&key).await.ok();
    let (token, authority) = (vault.running.token().to_owned(), vault.running.ca_pem().to_owned());
    let port = vault.running.address().port();
    let vault = vault.restarted().await;
    assert_eq!((vault.running.token(), vault.running.ca_pem()), (token.as_str(), authority.as_str()));
    let after = vault.get(&key).await.ok();
    let at = |port: u16| format!("https://127.0.0.1:{port}/");
    let expected = before.to_string().replace(&at(port), &at(vault.running.address().port()));
    assert_eq!(after.to_string(), expected);
    assert_eq!(unb64(&vault.unwrap(&key, &wrapped).await.ok()["value"]), [4; 32]);
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "v");
}

#[tokio::test]
async fn a_directory_is_served_once() {
    let vault = Vault::start().await;
    let second = LocalVault::start(settings(vault.directory.path())).await;
    assert!(matches!(second, Err(StartError::Locked(_))));
    vault.key("k").await;
}

#[tokio::test]
async fn another_store_key_opens_nothing() {
    let vault = Vault::start().await;
    vault.key("k").await;
    let Vault { running, directory, .. } = vault;
    running.shutdown().await;
    let other = Settings::new(directory.path(), StoreKey::new([8; 32]));
    assert!(matches!(LocalVault::start(other).await, Err(StartError::Damaged(_))));
}

/// A file that was put in another's place is found: it is not one key's that opens as another's.
#[tokio::test]
async fn files_that_were_exchanged_stop_the_start() {
    let vault = Vault::start().await;
    vault.key("a").await;
    vault.key("b").await;
    let Vault { running, directory, .. } = vault;
    running.shutdown().await;
    let keys = directory.path().join("keys");
    let files: Vec<PathBuf> = fs::read_dir(&keys).unwrap().map(|it| it.unwrap().path()).collect();
    fs::copy(&files[0], &files[1]).unwrap();
    let started = LocalVault::start(settings(directory.path())).await;
    assert!(matches!(started, Err(StartError::Damaged(_))));
}

/// nothing of a key, a secret or a name is on the disk in the clear.
#[tokio::test]
async fn everything_is_sealed_on_the_disk() {
    let vault = Vault::start().await;
    let made = vault.post("/keys/payroll-kek/create", json!({"kty": "RSA"})).await.ok();
    vault.put("/secrets/stripe-live", json!({"value": "sk_live_canary"})).await.ok();
    let modulus = unb64(&made["key"]["n"]);
    let Vault { running, directory, .. } = vault;
    running.shutdown().await;
    let mut hidden: Vec<Vec<u8>> = vec![
        b"sk_live_canary".to_vec(),
        // A private key in PKCS #8 holds the modulus; a public one is nowhere stored by itself.
        modulus[10..40].to_vec(),
        b"PRIVATE KEY".to_vec(),
        STORE_KEY.to_vec(),
    ];
    // Base64 of the same bytes reads in three ways, by where they begin.
    hidden.extend((0..3).map(|skip| b64(&modulus[skip..]).as_bytes()[12..50].to_vec()));
    let mut seen = 0;
    each_file(directory.path(), &mut |path, contents| {
        seen += 1;
        let log = path.components().any(|it| it.as_os_str() == "audit");
        for needle in &hidden {
            assert!(!holds(contents, needle), "{}", path.display());
        }
        // The audit log names objects, as Azure's does; stored objects do not.
        assert!(log || !holds(contents, b"payroll-kek"), "{}", path.display());
        assert!(!path.to_string_lossy().contains("payroll-kek"));
    });
    assert!(seen >= 6);
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_kept_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let vault = Vault::start().await;
    vault.key("k").await;
    each_file(vault.directory.path(), &mut |path, _| {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    });
}

/// Serves until it is killed, when this binary was started by the test below. Otherwise nothing.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test that starts it says so by the environment")]
async fn child_process() {
    let Some(directory) = std::env::var_os(CHILD) else { return };
    let _vault = LocalVault::start(settings(Path::new(&directory))).await.unwrap();
    std::future::pending::<()>().await;
}

/// Killed in the midst of writing, five times over: what was answered is there afterwards.
#[tokio::test]
async fn a_kill_loses_nothing_that_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let mut answered = Vec::new();
    for round in 0..5_u64 {
        let _stale = fs::remove_file(directory.path().join("url"));
        let mut child = Killed(serve_in_a_child(directory.path()));
        let (client, url, token) = connect(directory.path()).await;
        let deadline = tokio::time::sleep(Duration::from_millis(120 + 45 * round));
        tokio::pin!(deadline);
        for at in 0.. {
            let path = format!("/secrets/s{}", at % 3);
            let value = format!("{round}-{at}");
            let body = Some(json!({"value": value}));
            let call = send(&client, &url, &token, Method::PUT, &path, body);
            tokio::select! {
                reply = call => {
                    let id = reply.unwrap().ok()["id"].as_str().unwrap().to_owned();
                    answered.push((crate::harness::path_of(&id), value));
                }
                () = &mut deadline => break,
            }
        }
        child.0.kill().unwrap();
        child.0.wait().unwrap();
    }
    assert!(answered.len() > 5);
    let vault = Vault::on(directory, |_| {}).await;
    for (path, value) in answered {
        assert_eq!(vault.get(&path).await.ok()["value"], value);
    }
}

/// A failed test leaves no server behind.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _already_dead = self.0.kill();
        let _already_reaped = self.0.wait();
    }
}

fn serve_in_a_child(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "persistence::child_process", "--nocapture"])
        .env(CHILD, directory)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

async fn connect(directory: &Path) -> (reqwest::Client, String, String) {
    loop {
        // Written last of all, and never half.
        if let Ok(url) = fs::read_to_string(directory.join("url")) {
            let read = |name| fs::read_to_string(directory.join(name)).unwrap();
            return (client(&read("ca.pem")), url, read("token"));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn each_file(directory: &Path, visit: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, visit);
        } else {
            visit(&path, &fs::read(&path).unwrap());
        }
    }
}

fn holds(contents: &[u8], needle: &[u8]) -> bool {
    contents.windows(needle.len()).any(|it| it == needle)
}
