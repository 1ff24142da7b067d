//! The custody's vault: one of the processes that use the custody serves it, the others connect to that one.
//!
//! Every process keeps trying for one lock. Who has it serves; when that process ends, in whatever way, the kernel gives the
//! lock to another, which serves the same files on the same address with the same certificate authority and the same
//! token. A client sees a refused connection for a moment and then the same vault.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use local_vault::{LocalVault, Running, Settings, StartError, StoreKey};
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::files;

const LOCK: &str = "vault.lock";
const STATE: &str = "vault.json";
const DIRECTORY: &str = "vault";
const SUFFIX: &str = "vault.azure.net";
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How long a new process waits for one that is about to serve.
const SERVE_TIME_MAX: Duration = Duration::from_secs(60);
/// How long a successor waits for the address its own clients know.
const ADDRESS_TIME_MAX: Duration = Duration::from_secs(15);

/// Why the vault cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultShareError {
    /// A lock or state file.
    #[error("the vault's folder cannot be used")]
    Io(#[source] std::io::Error),
    /// The server itself.
    #[error("the local vault does not start")]
    Start(#[source] StartError),
    /// Another process holds the vault and does not serve it.
    #[error("another process holds the local vault and does not answer")]
    NotServed,
}

/// Where the vault is and how a client proves itself.
pub struct VaultEndpoint {
    host: String,
    address: SocketAddr,
    ca_pem: String,
    token: Zeroizing<String>,
}

impl VaultEndpoint {
    /// The vault's name as clients address it: it stays the same whatever port the vault gets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Where that name is to be dialled.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority that vouches for the vault, and for nothing else.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The bearer token. The only door out.
    pub fn expose_token<R>(&self, f: impl FnOnce(&str) -> R) -> R {
        f(&self.token)
    }
}

impl std::fmt::Debug for VaultEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VaultEndpoint")
            .field("host", &self.host)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// What the serving process writes down for the others.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Served {
    address: SocketAddr,
    ca_pem: String,
    /// Whether somebody answers there; the address is kept when nobody does.
    now: bool,
}

/// This process's share of the vault: a use, and the readiness to serve.
pub(crate) struct VaultShare {
    endpoint: VaultEndpoint,
    leave: watch::Sender<bool>,
    keeper: JoinHandle<()>,
}

impl VaultShare {
    /// Serves the vault or finds who does.
    pub(crate) async fn join(
        data: &Path,
        vault_name: String,
        store_key: Zeroizing<[u8; 32]>,
        token: Zeroizing<String>,
    ) -> Result<Self, VaultShareError> {
        let (leave, left) = watch::channel(false);
        let (first, found) = oneshot::channel();
        let keeper = Keeper {
            data: data.to_owned(),
            vault_name: vault_name.clone(),
            store_key,
            token: token.clone(),
            first: Some(first),
            left,
            waiting_since: Instant::now(),
        };
        let keeper = tokio::spawn(keeper.run());
        let served = found.await.unwrap_or(Err(VaultShareError::NotServed))?;
        let host = format!("{vault_name}.{SUFFIX}");
        let endpoint = VaultEndpoint { host, address: served.address, ca_pem: served.ca_pem, token };
        Ok(Self { endpoint, leave, keeper })
    }

    pub(crate) fn endpoint(&self) -> &VaultEndpoint {
        &self.endpoint
    }

    /// Whether a vault was ever made in this data folder.
    pub(crate) fn exists(data: &Path) -> bool {
        data.join(DIRECTORY).exists()
    }

    /// Ends this use; if this process serves, answers what is under way and lets another serve.
    pub(crate) async fn leave(self) {
        self.leave.send_replace(true);
        if let Err(error) = self.keeper.await {
            tracing::warn!(%error, "the local vault was not seen to end");
        }
    }
}

/// The part that runs in the background.
struct Keeper {
    data: PathBuf,
    vault_name: String,
    store_key: Zeroizing<[u8; 32]>,
    token: Zeroizing<String>,
    /// Who waits to learn where the vault is.
    first: Option<oneshot::Sender<Result<Served, VaultShareError>>>,
    left: watch::Receiver<bool>,
    waiting_since: Instant,
}

impl Keeper {
    async fn run(mut self) {
        if let Err(error) = self.take_turns().await {
            match self.first.take() {
                // Nobody waits any more when the opening itself was given up.
                Some(first) => drop(first.send(Err(error))),
                None => tracing::error!(%error, "this process can no longer serve the local vault"),
            }
        }
    }

    async fn take_turns(&mut self) -> Result<(), VaultShareError> {
        let lock = files::open_lock(&self.data.join(LOCK)).map_err(VaultShareError::Io)?;
        loop {
            match lock.try_lock() {
                Ok(()) => return self.serve().await,
                Err(std::fs::TryLockError::Error(source)) => return Err(VaultShareError::Io(source)),
                Err(std::fs::TryLockError::WouldBlock) => self.look()?,
            }
            tokio::select! {
                _left = self.left.changed() => return Ok(()),
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
    }

    /// Tells who opened the custody where the vault is, once somebody serves it.
    fn look(&mut self) -> Result<(), VaultShareError> {
        if self.first.is_none() {
            return Ok(());
        }
        if let Some(served) = self.state()?.filter(|served| served.now) {
            self.tell(served);
        } else if self.waiting_since.elapsed() > SERVE_TIME_MAX {
            return Err(VaultShareError::NotServed);
        }
        Ok(())
    }

    /// Serves until this process leaves. The caller holds the lock, and gives it back by returning.
    async fn serve(&mut self) -> Result<(), VaultShareError> {
        let before = self.state()?;
        if let Some(before) = &before {
            // Left by a process that was killed: until the vault answers again, nobody shall be sent there.
            self.write_state(&Served { now: false, ..before.clone() })?;
        }
        let vault = self.start(before.map(|served| served.address)).await?;
        let mut served = Served { address: vault.address(), ca_pem: vault.ca_pem().to_owned(), now: true };
        self.write_state(&served)?;
        self.tell(served.clone());
        // An error means that the sender is gone, and with it every use of this process.
        let _left = self.left.changed().await;
        served.now = false;
        self.write_state(&served)?;
        vault.shutdown().await;
        Ok(())
    }

    async fn start(&self, known: Option<SocketAddr>) -> Result<Running, VaultShareError> {
        let started = Instant::now();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut address = known.unwrap_or(any);
        loop {
            match LocalVault::start(self.settings(address)).await {
                Ok(vault) => return Ok(vault),
                Err(StartError::Io(error)) if error.kind() == std::io::ErrorKind::AddrInUse && address != any => {
                    // This process's own clients know the old address only: it is worth a wait.
                    if self.first.is_some() || started.elapsed() > ADDRESS_TIME_MAX {
                        tracing::warn!(%address, "the local vault's address is taken; it gets another");
                        address = any;
                    } else {
                        tokio::time::sleep(POLL_INTERVAL).await;
                    }
                }
                Err(error) => return Err(VaultShareError::Start(error)),
            }
        }
    }

    fn settings(&self, address: SocketAddr) -> Settings {
        let mut settings = Settings::new(self.data.join(DIRECTORY), StoreKey::new(*self.store_key));
        settings.address = address;
        settings.token = Some(self.token.clone());
        settings.default_vault.clone_from(&self.vault_name);
        settings
    }

    fn tell(&mut self, served: Served) {
        if let Some(first) = self.first.take() {
            // Nobody waits any more when the opening itself was given up.
            drop(first.send(Ok(served)));
        }
    }

    fn state(&self) -> Result<Option<Served>, VaultShareError> {
        files::read_json(&self.data.join(STATE)).map_err(VaultShareError::Io)
    }

    fn write_state(&self, served: &Served) -> Result<(), VaultShareError> {
        files::write_json(&self.data.join(STATE), served).map_err(VaultShareError::Io)
    }
}
