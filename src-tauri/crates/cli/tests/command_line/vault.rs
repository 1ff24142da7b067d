//! The local vault alone.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::bench::{Ran, binary, text};

/// `countersign vault serve` prints its address first, over TLS, and by then `ca.pem` and `token` are there; interrupted, it
/// ends in good order.
#[test]
fn the_vault_says_its_address_first() {
    let data = tempfile::tempdir().unwrap();
    let mut vault = binary()
        .args(["vault", "serve", "--address", "127.0.0.1:0", "--data", text(data.path())])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(vault.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("https://127.0.0.1:"), "{line:?}");
    let read = |name: &str| std::fs::read_to_string(data.path().join(name)).unwrap();
    assert!(read("ca.pem").contains("BEGIN CERTIFICATE"));
    assert!(!read("token").trim().is_empty());
    let stopped = Command::new("kill").args(["-INT", &vault.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert!(vault.wait().unwrap().success());
}

/// the local vault is for this computer alone.
#[test]
fn the_vault_listens_on_the_loopback_only() {
    let data = tempfile::tempdir().unwrap();
    let refused = Ran::of(binary().args(["vault", "serve", "--address", "0.0.0.0:0", "--data", text(data.path())]));
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("no loopback address"), "{}", refused.err);
}
