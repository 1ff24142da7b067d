//! A custody on this machine: a private PostgreSQL cluster and a local vault in one data folder.
//!
//! This crate starts, shares and stops servers. It holds no rule of custody and, but for making the empty database, no SQL:
//! schema, roles and logins are made by `register` through [`LocalCustody::superuser`]. Why the system's own PostgreSQL
//! programs are run directly is in `docs/decisions/0001-postgresql-as-an-ordinary-user.md`.

mod account;
mod binaries;
mod cluster;
mod custody;
mod files;
mod password;
mod places;
mod postmaster;
mod profile;
mod random;
mod secrets;
#[cfg(feature = "testing")]
pub mod testing;
mod vault_share;

pub use account::{AccountError, ServerAccount};
pub use binaries::{Binaries, BinariesError, MAJOR_MIN};
pub use cluster::{Cluster, ClusterError};
pub use custody::{LocalCustody, OpenError};
pub use password::SuperuserPassword;
pub use profile::{LocalProfile, ProfileError};
pub use secrets::SecretsError;
pub use vault_share::{VaultEndpoint, VaultShareError};
