//! Where a register is, and the password that opens it.

use std::net::IpAddr;
use std::path::PathBuf;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use zeroize::Zeroizing;

/// Shown in `pg_stat_activity`, so that a database administrator can tell consoles from other clients.
const APPLICATION_NAME: &str = "countersign";

/// How the way to the server is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: only for a socket of this machine or a loopback address.
    Off,
    /// TLS 1.2 or newer, with the server's certificate and its name verified.
    VerifyFull {
        /// Certificate authority to trust instead of the public ones.
        ca: Option<PathBuf>,
    },
}

/// A database that holds, or is to hold, a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Name or address of the server, or the directory of its socket, which begins with `/`.
    pub host: String,
    /// Its port; for a socket too, it is part of the socket's name.
    pub port: u16,
    /// Name of the database.
    pub database: String,
    /// Protection of the way.
    pub tls: Tls,
}

impl Address {
    /// A register behind a socket of this machine.
    pub fn socket(directory: impl Into<String>, port: u16, database: impl Into<String>) -> Self {
        Self { host: directory.into(), port, database: database.into(), tls: Tls::Off }
    }

    /// Whether the host is a socket's directory.
    #[must_use]
    pub fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }

    /// Whether nobody on a network can listen in.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let is_loopback = |host: &str| host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.is_socket() || self.host == "localhost" || is_loopback(&self.host)
    }

    /// Options of a connection. They hold the password: not to be logged.
    pub(crate) fn options(&self, login: &str, password: &Password) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass()
            .port(self.port)
            .database(&self.database)
            .username(login)
            // EXPOSE: the connection authenticates with it.
            .password(&password.0)
            .application_name(APPLICATION_NAME)
            // Our queries are short: compiling one takes longer than answering it.
            .options([("jit", "off")]);
        let options = if self.is_socket() { options.socket(&self.host) } else { options.host(&self.host) };
        match &self.tls {
            Tls::Off => options.ssl_mode(PgSslMode::Disable),
            Tls::VerifyFull { ca: None } => options.ssl_mode(PgSslMode::VerifyFull),
            Tls::VerifyFull { ca: Some(ca) } => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(ca),
        }
    }
}

/// A login's password (or an identity provider's token that stands for it): wiped when dropped, never shown.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes it over.
    #[must_use]
    pub fn new(password: Zeroizing<String>) -> Self {
        Self(password)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
