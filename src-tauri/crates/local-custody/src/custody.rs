//! A local custody as a whole: its register's server and its vault, opened and left together.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::Environment;
use keychain::Keychain;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::postmaster::{PORT, SUPERUSER};
use crate::secrets::{InUse, Secrets, SecretsError};
use crate::vault_share::VaultShare;
use crate::{
    Cluster, ClusterError, LocalProfile, ProfileError, SuperuserPassword, VaultEndpoint, VaultShareError, files,
};

/// The database of the register.
const DATABASE: &str = "custody";
/// PostgreSQL's code for a database that exists.
const DUPLICATE_DATABASE: &str = "42P04";
const OPENING_LOCK: &str = "opening.lock";
/// How often the register's server is looked after.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// Why a local custody does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The data folder.
    #[error("the data folder cannot be used")]
    Folder(#[source] std::io::Error),
    /// It is not the custody asked for.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The keychain.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The register's server.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The register's database.
    #[error("the register's database cannot be made")]
    Database(#[source] sqlx::Error),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultShareError),
}

/// This process's use of the custody on this machine.
///
/// Several processes can use it at once; the last one to leave, in whatever way, leaves no server behind.
pub struct LocalCustody {
    profile: LocalProfile,
    cluster: Arc<Cluster>,
    password: SuperuserPassword,
    vault: VaultShare,
    watchman: Watchman,
}

/// Ends with the use it watches over.
struct Watchman(JoinHandle<()>);

impl Drop for Watchman {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl LocalCustody {
    /// Opens the custody of a data folder; makes it first where there is none.
    ///
    /// # Errors
    /// [`OpenError`]; production is refused, as is another environment than the folder's own.
    pub async fn open(
        data_dir: &Path,
        name: &str,
        environment: Environment,
        keychain: Keychain,
    ) -> Result<Self, OpenError> {
        let data = prepare(data_dir).map_err(OpenError::Folder)?;
        let turn = take_turn(&data).await?;
        let profile = LocalProfile::find_or_make(&data, name, environment)?;
        Self::open_under(turn, data, profile, keychain).await
    }

    /// Opens a custody that exists.
    ///
    /// # Errors
    /// [`OpenError`], [`ProfileError::Missing`] among them.
    pub async fn reopen(data_dir: &Path, keychain: Keychain) -> Result<Self, OpenError> {
        let profile = LocalProfile::find(data_dir)?.ok_or(ProfileError::Missing)?;
        let data = data_dir.canonicalize().map_err(OpenError::Folder)?;
        let turn = take_turn(&data).await?;
        Self::open_under(turn, data, profile, keychain).await
    }

    async fn open_under(
        turn: std::fs::File,
        data: PathBuf,
        profile: LocalProfile,
        keychain: Keychain,
    ) -> Result<Self, OpenError> {
        let in_use = InUse { cluster: Cluster::exists(&data)?, vault: VaultShare::exists(&data) };
        let secrets = find_secrets(keychain, &profile, in_use).await?;
        let Secrets { register: password, vault_store, vault_token } = secrets;
        let (cluster, password) = open_cluster(data.clone(), password).await?;
        ensure_database(&cluster.superuser("postgres", &password)).await?;
        let vault = VaultShare::join(&data, profile.vault_name(), vault_store, vault_token).await?;
        drop(turn);
        let cluster = Arc::new(cluster);
        let watchman = Watchman(tokio::spawn(watch(Arc::clone(&cluster))));
        Ok(Self { profile, cluster, password, vault, watchman })
    }

    /// Its name and environment.
    #[must_use]
    pub fn profile(&self) -> &LocalProfile {
        &self.profile
    }

    /// The name of the register's database.
    #[must_use]
    pub fn database(&self) -> &'static str {
        DATABASE
    }

    /// The directory of the register's socket, which stands for its host.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        self.cluster.socket_dir()
    }

    /// The port that is part of the socket's name.
    #[must_use]
    pub fn port(&self) -> u16 {
        PORT
    }

    /// The login of whoever administers the register's server.
    #[must_use]
    pub fn superuser_login(&self) -> &'static str {
        SUPERUSER
    }

    /// How the superuser connects to the register, for migrations. Not to be logged: it holds the password.
    #[must_use]
    pub fn superuser(&self) -> PgConnectOptions {
        self.cluster.superuser(DATABASE, &self.password)
    }

    /// How an operator's own login connects to the register. Not to be logged: it holds the password.
    #[must_use]
    pub fn login(&self, login: &str, password: &str) -> PgConnectOptions {
        self.cluster.login(DATABASE, login, password)
    }

    /// The superuser's password, for whoever connects by other means.
    #[must_use]
    pub fn superuser_password(&self) -> &SuperuserPassword {
        &self.password
    }

    /// The process of the register's server, while it runs.
    #[must_use]
    pub fn server_pid(&self) -> Option<u32> {
        self.cluster.server_pid()
    }

    /// Where the vault is.
    #[must_use]
    pub fn vault(&self) -> &VaultEndpoint {
        self.vault.endpoint()
    }

    /// Starts the register's server again if it was killed, without waiting for the watchman's next round.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn ensure_running(&self) -> Result<(), ClusterError> {
        restart(Arc::clone(&self.cluster)).await
    }

    /// Ends this use in good order: what the vault is being asked is answered, and another process may serve it.
    pub async fn close(self) {
        drop(self.watchman);
        self.vault.leave().await;
    }
}

/// Starts the register's server again whenever it was killed under us: a run in progress then goes on.
async fn watch(cluster: Arc<Cluster>) {
    loop {
        tokio::time::sleep(WATCH_INTERVAL).await;
        if !cluster.is_alive()
            && let Err(error) = restart(Arc::clone(&cluster)).await
        {
            tracing::error!(%error, "the register's server ended and does not start again");
        }
    }
}

async fn restart(cluster: Arc<Cluster>) -> Result<(), ClusterError> {
    spawn_blocking(move || cluster.ensure_running()).await.map_err(interrupted)?
}

async fn open_cluster(data: PathBuf, password: SuperuserPassword) -> Result<(Cluster, SuperuserPassword), OpenError> {
    let opened = spawn_blocking(move || Cluster::open(&data, &password).map(|cluster| (cluster, password)));
    Ok(opened.await.map_err(interrupted)??)
}

fn interrupted(error: tokio::task::JoinError) -> ClusterError {
    ClusterError::Io { what: "opening the custody was interrupted", source: std::io::Error::other(error) }
}

async fn find_secrets(keychain: Keychain, profile: &LocalProfile, in_use: InUse) -> Result<Secrets, OpenError> {
    let custody = profile.id();
    let found = spawn_blocking(move || Secrets::find_or_make(&keychain, custody, in_use));
    Ok(found.await.map_err(interrupted)??)
}

async fn ensure_database(superuser: &PgConnectOptions) -> Result<(), OpenError> {
    let mut connection = superuser.connect().await.map_err(OpenError::Database)?;
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut connection)
        .await
        .map_err(OpenError::Database)?;
    if !exists && let Err(error) = connection.execute("CREATE DATABASE custody").await {
        let made_meanwhile =
            error.as_database_error().and_then(|it| it.code()).is_some_and(|it| it == DUPLICATE_DATABASE);
        if !made_meanwhile {
            return Err(OpenError::Database(error));
        }
    }
    connection.close().await.map_err(OpenError::Database)
}

fn prepare(data_dir: &Path) -> std::io::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir)?;
    data_dir.canonicalize()
}

/// One process at a time opens: two first ones must not make two sets of secrets.
async fn take_turn(data: &Path) -> Result<std::fs::File, OpenError> {
    let turn = files::open_lock(&data.join(OPENING_LOCK)).map_err(OpenError::Folder)?;
    let locked = spawn_blocking(move || turn.lock().map(|()| turn));
    locked.await.map_err(std::io::Error::other).flatten().map_err(OpenError::Folder)
}
