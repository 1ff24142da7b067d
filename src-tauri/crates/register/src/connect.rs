//! Connecting to a register: every way to fail is named, so that a person knows what to mend.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::address::{Address, Password, Tls};
use crate::error::sqlstate;
use crate::migrate::SchemaVersion;

/// One console needs few: acts queue at the ledger's head anyhow.
const CONNECTIONS_MAX: u32 = 6;
const ACQUIRE_TIME_MAX: Duration = Duration::from_secs(15);
const IDLE_TIME_MAX: Duration = Duration::from_secs(300);

/// Why a register cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The host's name is not known.
    #[error("the name {host} is not known")]
    Dns {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Nothing answers there.
    #[error("nothing answers at {host} port {port}")]
    Refused {
        /// Host or socket directory.
        host: String,
        /// Port.
        port: u16,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No answer in time.
    #[error("{host} did not answer in time")]
    TimedOut {
        /// Host or socket directory.
        host: String,
    },
    /// The address would send the password over a network in the clear.
    #[error("a register that is not on this machine is reached over TLS only")]
    TlsNeeded,
    /// TLS failed: not offered, certificate not trusted, or a wrong name on it.
    #[error("the server's certificate was not accepted, or it offers no TLS")]
    Tls(#[source] sqlx::Error),
    /// Login or password are wrong, or the server does not let this login in from here.
    #[error("the server does not accept the login {login}")]
    Authentication {
        /// The login.
        login: String,
    },
    /// There is no such database.
    #[error("there is no database {database}")]
    DatabaseMissing {
        /// Its name.
        database: String,
    },
    /// No register, or one that must be migrated first.
    #[error("the database holds no register of version {wanted}")]
    SchemaMissing {
        /// What is there.
        found: Option<SchemaVersion>,
        /// What this program needs.
        wanted: SchemaVersion,
    },
    /// The register was migrated by a newer program.
    #[error("the register has version {found}, this program knows {wanted}")]
    SchemaNewer {
        /// What is there.
        found: SchemaVersion,
        /// What this program knows.
        wanted: SchemaVersion,
    },
    /// The login may not use the database or the register.
    #[error("the login {login} may not use this register")]
    NotAllowed {
        /// The login.
        login: String,
    },
    /// The server is there but takes no connections now.
    #[error("the server takes no connections now")]
    Busy(#[source] sqlx::Error),
    /// Anything else.
    #[error("the register cannot be used")]
    Other(#[source] sqlx::Error),
}

/// A register, as one login sees it.
#[derive(Clone)]
pub struct Register {
    pool: PgPool,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Register")
    }
}

impl Register {
    /// Connects `login` and checks that the register has the version this program was built for.
    ///
    /// # Errors
    /// [`ConnectError`], by cause.
    pub async fn connect(address: &Address, login: &str, password: &Password) -> Result<Self, ConnectError> {
        let pool = connect_pool(address, login, password).await?;
        let register = Self { pool };
        register.check_schema(login).await?;
        Ok(register)
    }

    /// The connections; for this crate's queries only.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn check_schema(&self, login: &str) -> Result<(), ConnectError> {
        fits_schema(sqlx::query_scalar(SCHEMA_VERSION).fetch_one(&self.pool).await, login)
    }
}

/// Asks for the version of a register.
pub(crate) const SCHEMA_VERSION: &str = "SELECT custody.schema_version()";

/// Whether the register has the version this program was built for.
pub(crate) fn fits_schema(found: Result<i64, sqlx::Error>, login: &str) -> Result<(), ConnectError> {
    let wanted = SchemaVersion::wanted();
    match found.map(SchemaVersion) {
        Ok(found) if found == wanted => Ok(()),
        Ok(found) if found > wanted => Err(ConnectError::SchemaNewer { found, wanted }),
        Ok(found) => Err(ConnectError::SchemaMissing { found: Some(found), wanted }),
        // No such schema, no such function.
        Err(error) if matches!(sqlstate(&error).as_deref(), Some("3F000" | "42883")) => {
            Err(ConnectError::SchemaMissing { found: None, wanted })
        }
        Err(error) if sqlstate(&error).as_deref() == Some("42501") => {
            Err(ConnectError::NotAllowed { login: login.to_owned() })
        }
        Err(error) => Err(ConnectError::Other(error)),
    }
}

/// Connects without looking at the schema: for migration, which makes it.
pub(crate) async fn connect_pool(address: &Address, login: &str, password: &Password) -> Result<PgPool, ConnectError> {
    check_way(address).await?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIME_MAX)
        .idle_timeout(IDLE_TIME_MAX)
        .test_before_acquire(true)
        .connect_lazy_with(address.options(login, password));
    // The pool retries a refused connection until its time is up; a single attempt says at once what is wrong.
    let first = tokio::time::timeout(ACQUIRE_TIME_MAX, attempt(address, login, password)).await;
    match first {
        Ok(Ok(())) => Ok(pool),
        Ok(Err(error)) => Err(classify(error, address, login)),
        Err(_elapsed) => Err(ConnectError::TimedOut { host: address.host.clone() }),
    }
}

/// A way that nobody can listen in on, to a server whose name is known.
pub(crate) async fn check_way(address: &Address) -> Result<(), ConnectError> {
    if address.tls == Tls::Off && !address.is_local() {
        return Err(ConnectError::TlsNeeded);
    }
    resolve(address).await
}

async fn attempt(address: &Address, login: &str, password: &Password) -> Result<(), sqlx::Error> {
    use sqlx::{ConnectOptions as _, Connection as _};
    address.options(login, password).connect().await?.close().await
}

async fn resolve(address: &Address) -> Result<(), ConnectError> {
    if address.is_socket() {
        return Ok(());
    }
    let failed = |source| ConnectError::Dns { host: address.host.clone(), source };
    let mut found = tokio::net::lookup_host((address.host.as_str(), address.port)).await.map_err(failed)?;
    match found.next() {
        Some(_) => Ok(()),
        None => Err(failed(std::io::Error::from(ErrorKind::NotFound))),
    }
}

pub(crate) fn classify(error: sqlx::Error, address: &Address, login: &str) -> ConnectError {
    let host = address.host.clone();
    match (sqlstate(&error).as_deref(), error) {
        (Some("28P01" | "28000"), _) => ConnectError::Authentication { login: login.to_owned() },
        (Some("3D000"), _) => ConnectError::DatabaseMissing { database: address.database.clone() },
        (Some("42501"), _) => ConnectError::NotAllowed { login: login.to_owned() },
        (Some("53300" | "57P01" | "57P02" | "57P03"), error) => ConnectError::Busy(error),
        (_, sqlx::Error::Io(source)) if source.kind() == ErrorKind::TimedOut => ConnectError::TimedOut { host },
        (_, sqlx::Error::Io(source)) => ConnectError::Refused { host, port: address.port, source },
        (_, error @ sqlx::Error::Tls(_)) => ConnectError::Tls(error),
        (_, error) => ConnectError::Other(error),
    }
}
