//! A Key Vault-compatible server for evaluation, drills and tests.
//!
//! It speaks the REST interface of Azure Key Vault for keys and secrets over TLS, keeps everything
//! sealed on disk, and writes the same kind of audit log. It answers for `NAME.vault.azure.net`
//! whatever the name, and for the loopback itself. It knows nothing of Countersign: a client of
//! Azure cannot tell it from the real thing except by its certificate.
//!
//! ```no_run
//! # async fn start() -> Result<(), local_vault::StartError> {
//! use local_vault::{LocalVault, Settings, StoreKey};
//!
//! let key = StoreKey::load_or_make("data/store.key".as_ref())?;
//! let vault = LocalVault::start(Settings::new("data", key)).await?;
//! println!("{} trusts {}", vault.url(), vault.ca_pem_path().display());
//! vault.shutdown().await;
//! # Ok(()) }
//! ```

mod answer;
mod audit;
mod backup;
mod call;
mod clock;
mod connection;
mod crypto;
mod deleted;
mod encoding;
mod execute;
mod fault;
mod fault_port;
mod identity;
mod keys;
mod limits;
mod listing;
mod lock;
mod material;
mod object;
mod operation;
mod place;
mod record;
mod refusal;
mod rotation;
mod route;
mod row;
mod running;
mod sealed;
mod secrets;
mod serve;
mod server;
mod settings;
mod shelf;
mod signing;
mod start_error;
mod store;
mod store_key;
mod tls;
mod versions;
mod view;

pub use audit::{AuditCursor, AuditReader, NotACursor};
pub use clock::{Clock, SetClock, SystemClock};
pub use fault::{FaultAction, FaultRule, FaultWhen, Faults};
pub use identity::Role;
pub use limits::{Column, Limits};
pub use operation::Operation;
pub use running::{LocalVault, Running};
pub use serve::serve_forever;
pub use settings::{Settings, VaultRules};
pub use start_error::StartError;
pub use store_key::StoreKey;
