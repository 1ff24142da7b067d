//! Starting a vault, and what can be done with one that runs.

use crate::StartError;
use crate::audit::{AuditLog, AuditReader};
use crate::connection::{Shared, accept};
use crate::fault::Faults;
use crate::identity::{Role, make_token};
use crate::lock::DirectoryLock;
use crate::sealed::Sealer;
use crate::server::Server;
use crate::settings::Settings;
use crate::store::Store;
use crate::store_key::{make_private_directory, write_private};
use crate::tls::{self, Authority};
use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

const AUDIT_DIRECTORY: &str = "audit";
const TOKEN_FILE: &str = "token";
const URL_FILE: &str = "url";
const TOKEN_OWNER: &str = "local-administrator";

/// The server.
#[derive(Debug)]
pub struct LocalVault;

impl LocalVault {
    /// Starts a vault on the current runtime. What it kept before is served again.
    ///
    /// `ca.pem` and `url` are in its directory when this returns, and `token` (a bearer token of an
    /// administrator) unless the settings bring one.
    ///
    /// # Errors
    /// [`StartError::Locked`] when the directory is already served; otherwise when it cannot be
    /// read, was sealed under another key, or the address cannot be listened on.
    pub async fn start(mut settings: Settings) -> Result<Running, StartError> {
        let directory = settings.directory.clone();
        make_private_directory(&directory)?;
        let lock = DirectoryLock::take(&directory)?;
        let sealer = Sealer::new(&settings.store_key).map_err(|_cipher| StartError::Randomness)?;
        let authority = Authority::load_or_make(&directory, &sealer)?;
        let ca_pem = authority.pem.clone();
        let tls = TlsAcceptor::from(Arc::new(authority.server_config()?));
        let audit = AuditLog::open(&directory.join(AUDIT_DIRECTORY), settings.audit_file_bytes_max)?;
        let store = Store::load(&directory, sealer)?;
        let listener = TcpListener::bind(settings.address).await?;
        let address = listener.local_addr()?;
        let token = match settings.token.take() {
            Some(kept_elsewhere) => kept_elsewhere,
            None => load_or_make_token(&directory.join(TOKEN_FILE))?,
        };
        let server = Arc::new(Server::new(settings, store, audit, lock));
        server.identities.accept(&token, TOKEN_OWNER, Role::Administrator);
        let url = format!("https://{address}");
        write_private(&directory.join(URL_FILE), url.as_bytes())?;

        let (stop, stopping) = watch::channel(false);
        let (busy, idle) = mpsc::channel(1);
        let shared = Shared { server: Arc::clone(&server), busy, stop: stopping, tls };
        let accepting = tokio::spawn(accept(listener, shared));
        Ok(Running { url, address, directory, ca_pem, token, server, stop, idle, accepting })
    }
}

/// A vault that runs. It stops when this is dropped; [`Running::shutdown`] also waits until it has.
pub struct Running {
    url: String,
    address: SocketAddr,
    directory: PathBuf,
    ca_pem: String,
    token: Zeroizing<String>,
    server: Arc<Server>,
    stop: watch::Sender<bool>,
    idle: mpsc::Receiver<()>,
    accepting: JoinHandle<()>,
}

impl Running {
    /// `https://` and the loopback address: the default vault. Other vaults are reached by sending
    /// connections for `NAME.vault.azure.net` to [`Running::address`].
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of its authority, in PEM: all that a client has to trust.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The file with the authority's certificate.
    #[must_use]
    pub fn ca_pem_path(&self) -> PathBuf {
        self.directory.join(tls::CERTIFICATE_FILE)
    }

    /// The file with the administrator's token, unless the settings brought one.
    #[must_use]
    pub fn token_path(&self) -> PathBuf {
        self.directory.join(TOKEN_FILE)
    }

    /// The administrator's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Makes a token for someone else. It is known until the vault stops.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn issue_token(&self, name: &str, role: Role) -> Result<Zeroizing<String>, StartError> {
        self.server.identities.issue(name, role)
    }

    /// Withdraws every token of someone; answers how many there were.
    #[must_use = "no token at all may mean a misspelt name"]
    pub fn revoke_tokens(&self, name: &str) -> usize {
        self.server.identities.revoke(name)
    }

    /// The fault port.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.server.faults
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> AuditReader {
        AuditReader::new(self.directory.join(AUDIT_DIRECTORY))
    }

    /// Where the audit log of a vault is kept, for readers in other processes.
    #[must_use]
    pub fn audit_directory(data: &Path) -> PathBuf {
        data.join(AUDIT_DIRECTORY)
    }

    /// Stops, and waits until nothing can change the directory any more: it can be started again
    /// at once. Calls that are not answered yet stay unanswered.
    pub async fn shutdown(self) {
        let Self { stop, accepting, server, mut idle, .. } = self;
        stop.send_replace(true);
        // Cancelled is how it ends when the whole program does.
        if let Err(error) = accepting.await
            && !error.is_cancelled()
        {
            tracing::warn!(%error, "the local vault's accepting task ended badly");
        }
        drop(server);
        while idle.recv().await.is_some() {}
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The token survives restarts: whoever was given it keeps access.
fn load_or_make_token(path: &Path) -> Result<Zeroizing<String>, StartError> {
    match fs::read_to_string(path).map(Zeroizing::new) {
        Ok(kept) if !kept.trim().is_empty() => Ok(Zeroizing::new(kept.trim().to_owned())),
        Ok(_empty) => make_token_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_token_file(path),
        Err(error) => Err(error.into()),
    }
}

fn make_token_file(path: &Path) -> Result<Zeroizing<String>, StartError> {
    let token = make_token()?;
    write_private(path, token.as_bytes())?;
    Ok(token)
}
