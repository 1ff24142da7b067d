//! Microsoft's own clients for Python, from PyPI, against the local vault: an oracle that we did
//! not write.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use local_vault::{LocalVault, Settings, StoreKey, VaultRules};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// R-01: what Key Vault's own clients do with a vault, they do with this one: keys with their
/// versions, both forms of OAEP, rotation, disabling, deletion, backups, secrets, typed errors.
#[tokio::test(flavor = "multi_thread")]
async fn microsofts_own_clients_accept_the_local_vault() {
    let python = python();
    let directory = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(directory.path(), StoreKey::new([7; 32]));
    settings.limits = None;
    settings.fault_port = true;
    settings.rules = VaultRules { recoverable_days: 7, purge_protection: false };
    let vault = LocalVault::start(settings).await.unwrap();

    let mut run = Command::new(python);
    run.arg(contract("microsoft_clients.py"))
        .env("VAULT_PORT", vault.address().port().to_string())
        .env("VAULT_CA", vault.ca_pem_path())
        .env("VAULT_TOKEN", vault.token())
        .env("NO_PROXY", "*");
    for trusted_elsewhere in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        run.env_remove(trusted_elsewhere);
    }
    let output = tokio::task::spawn_blocking(move || run.output().unwrap()).await.unwrap();
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && report.trim_end().ends_with("OK"), "{report}");
    vault.shutdown().await;
}

/// A Python with exactly the pinned clients, made once and kept under `target/`.
fn python() -> PathBuf {
    let requirements = contract("requirements.txt");
    let pinned = fs::read_to_string(&requirements).unwrap();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("microsoft-clients");
    let (python, done) = (home.join("bin/python"), home.join("installed.txt"));
    if fs::read_to_string(&done).is_ok_and(|it| it == pinned) {
        return python;
    }
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home), "make a Python environment");
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"];
    succeed(Command::new(&python).args(install).arg(&requirements), "install Microsoft's clients from PyPI");
    fs::write(done, pinned).unwrap();
    python
}

fn succeed(command: &mut Command, what: &str) {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("could not {what}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("could not {what}: {error}"),
    }
}

fn contract(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contract").join(file)
}
