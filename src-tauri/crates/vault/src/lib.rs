//! Azure Key Vault through the official SDK: pacing, time limits, typed errors and sign-in credentials.
//!
//! **Invariant:** a bearer token leaves this process only towards the one vault host that was checked against the known
//! suffixes ([`VaultAddress`]); the transport refuses every other URL, whatever an answer says.
//!
//! **Invariant:** a call that changes the vault is sent once. When its reply is lost the caller gets
//! [`VaultError::OutcomeUnknown`] and has to look before it repeats.

mod address;
mod budget;
mod call;
mod classify;
mod credential;
mod dial;
mod error;
mod key;
mod key_answers;
mod key_changes;
mod key_reads;
mod monitor;
mod name;
mod pacer;
mod pages;
mod probe;
mod secret_answer;
mod secret_changes;
mod secret_reads;
mod secrets;
mod settings;
mod signing;
mod transport;
mod vault;
mod window;
mod wrapping;

pub use address::{Cloud, VaultAddress};
pub use budget::{Budget, CallCost, ServiceLimits};
pub use credential::{Credential, SignInCause, SignInWay};
pub use error::{Action, ForbiddenWhy, LostReply, VaultError};
pub use key::{DeletedKey, Key, KeySpec, KeySummary, KeyVersion, PublicComponents, Recovery, RsaBits, Tags};
pub use monitor::MonitorTokens;
pub use name::{ObjectName, VersionId};
pub use pacer::PacingFigures;
pub use probe::VaultStatus;
pub use secrets::{DeletedSecret, SecretSummary, SecretValue};
pub use settings::{ProxyChoice, TrustedRoots, VaultSettings};
pub use signing::SigningKey;
pub use vault::Vault;
pub use wrapping::WrapAlgorithm;
