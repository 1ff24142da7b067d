//! A local custody as a whole: opened by several processes, left by all of them, killed in between.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::Environment;
use keychain::Keychain;
use keychain::testing::PrivateKeyring;
use local_custody::testing::DataFolder;
use local_custody::{LocalCustody, OpenError, ProfileError, SecretsError, VaultEndpoint};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

const SERVICE: &str = "countersign-test";

/// A data folder and a keychain, as two processes of one person share them.
struct Place {
    folder: DataFolder,
    keyring: PrivateKeyring,
}

impl Place {
    fn make() -> Self {
        Self { folder: DataFolder::make().unwrap(), keyring: PrivateKeyring::start().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn keychain(&self) -> Keychain {
        self.keyring.open(SERVICE).unwrap()
    }

    async fn open(&self) -> LocalCustody {
        open(&self.data(), self.keychain()).await.unwrap()
    }
}

async fn open(data: &Path, keychain: Keychain) -> Result<LocalCustody, OpenError> {
    LocalCustody::open(data, "Payments", Environment::Development, keychain).await
}

/// What the vault answers to a list of its keys, with and without our token.
async fn ask(vault: &VaultEndpoint, with_token: bool) -> reqwest::Result<u16> {
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(vault.ca_pem().as_bytes()).unwrap()])
        .resolve(vault.host(), vault.address())
        .no_proxy()
        .build()
        .unwrap();
    let url = format!("https://{}:{}/keys?api-version=7.5", vault.host(), vault.address().port());
    let request = client.get(url);
    let request = if with_token { vault.expose_token(|token| request.bearer_auth(token)) } else { request };
    Ok(request.send().await?.status().as_u16())
}

async fn wait_until_answered(vault: &VaultEndpoint) {
    let started = Instant::now();
    while ask(vault, true).await.ok() != Some(200) {
        assert!(started.elapsed() < Duration::from_secs(60), "nobody serves the vault");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The test below, in a process of its own.
fn another_process(place: &Place) -> Child {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["a_process_that_serves_until_it_is_killed", "--exact", "--nocapture"])
        .env("LOCAL_CUSTODY_FOLDER", place.folder.path())
        .envs(place.keyring.environment())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while !place.folder.path().join("served").exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "the other process opens nothing");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

/// Does nothing unless another test starts it with a folder.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "the test that starts it says so by the environment")]
async fn a_process_that_serves_until_it_is_killed() {
    let Some(folder) = std::env::var_os("LOCAL_CUSTODY_FOLDER").map(PathBuf::from) else { return };
    let keychain = tokio::task::spawn_blocking(|| Keychain::open(SERVICE).unwrap()).await.unwrap();
    let custody = open(&folder.join("data"), keychain).await.unwrap();
    wait_until_answered(custody.vault()).await;
    std::fs::write(folder.join("served"), "").unwrap();
    // Longer than any test waits for a process that it kills.
    tokio::time::sleep(Duration::from_secs(300)).await;
}

/// one call opens register and vault; the vault answers over TLS to who holds the token, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_custody_opens_with_one_call_and_reopens_with_the_same_secrets() {
    let place = Place::make();
    let custody = place.open().await;
    assert_eq!(ask(custody.vault(), true).await.unwrap(), 200);
    assert_eq!(ask(custody.vault(), false).await.unwrap(), 401);
    let mut connection = custody.superuser().connect().await.unwrap();
    connection.execute("CREATE TABLE kept AS SELECT 7 AS n").await.unwrap();
    connection.close().await.unwrap();
    let (host, address) = (custody.vault().host().to_owned(), custody.vault().address());
    custody.close().await;

    let again = LocalCustody::reopen(&place.data(), place.keychain()).await.unwrap();
    assert_eq!((again.vault().host(), again.vault().address()), (host.as_str(), address));
    assert_eq!(ask(again.vault(), true).await.unwrap(), 200);
    let mut connection = again.superuser().connect().await.unwrap();
    let kept: i32 = sqlx::query_scalar("SELECT n FROM kept").fetch_one(&mut connection).await.unwrap();
    assert_eq!(kept, 7);
}

/// A vault whose port somebody else has taken is served on another: clients know it by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_costs_nothing_but_the_port() {
    let place = Place::make();
    let custody = place.open().await;
    let (host, address) = (custody.vault().host().to_owned(), custody.vault().address());
    custody.close().await;
    let stranger = std::net::TcpListener::bind(address).unwrap();
    let again = place.open().await;
    assert_eq!(again.vault().host(), host);
    assert_ne!(again.vault().address(), address);
    assert_eq!(ask(again.vault(), true).await.unwrap(), 200);
    drop(stranger);
}

/// the process that serves the vault is killed; another serves the same vault at the same address.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_of_the_vault_is_succeeded() {
    let place = Place::make();
    let mut server = another_process(&place);
    let custody = place.open().await;
    assert_eq!(ask(custody.vault(), true).await.unwrap(), 200);
    server.kill().unwrap();
    server.wait().unwrap();
    wait_until_answered(custody.vault()).await;
    let third = place.open().await;
    assert_eq!(third.vault().address(), custody.vault().address());
    custody.close().await;
    wait_until_answered(third.vault()).await;
}

/// a killed register comes back without anybody asking for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_register_is_started_again_unasked() {
    let place = Place::make();
    let custody = place.open().await;
    let killed = custody.server_pid().unwrap();
    kill(Pid::from_raw(i32::try_from(killed).unwrap()), Signal::SIGKILL).unwrap();
    let started = Instant::now();
    while custody.server_pid() == Some(killed) || custody.superuser().connect().await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(60), "the register stays away");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// a folder's environment is fixed, and production never lives on one machine.
#[tokio::test]
async fn another_environment_is_refused() {
    let place = Place::make();
    let production = LocalCustody::open(&place.data(), "Payments", Environment::Production, place.keychain()).await;
    assert!(matches!(production.err(), Some(OpenError::Profile(ProfileError::Production))));
    let missing = LocalCustody::reopen(&place.data(), place.keychain()).await;
    assert!(matches!(missing.err(), Some(OpenError::Profile(ProfileError::Missing))));
    place.open().await.close().await;
    let other = LocalCustody::open(&place.data(), "Payments", Environment::Staging, place.keychain()).await;
    assert!(matches!(other.err(), Some(OpenError::Profile(ProfileError::WrongEnvironment { .. }))));
}

/// without the keychain's secrets the data folder opens nothing, and no new secrets are made over it.
#[tokio::test]
async fn a_copied_data_folder_does_not_open() {
    let place = Place::make();
    place.open().await.close().await;
    let elsewhere = PrivateKeyring::start().unwrap();
    let opened = LocalCustody::reopen(&place.data(), elsewhere.open(SERVICE).unwrap()).await;
    assert!(matches!(opened.err(), Some(OpenError::Secrets(SecretsError::Lost { .. }))));
}

/// nothing that opens the register or the vault is written to the data folder.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_data_folder() {
    let place = Place::make();
    let custody = place.open().await;
    let token = custody.vault().expose_token(str::to_owned);
    let password = custody.superuser_password().expose(str::to_owned);
    custody.close().await;
    let mut folders = vec![place.data()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if let Ok(bytes) = std::fs::read(entry.path()) {
                files += 1;
                for secret in [&token, &password] {
                    let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                    assert!(!found, "{}", entry.path().display());
                }
            }
        }
    }
    assert!(files > 100, "the folder was searched");
}
