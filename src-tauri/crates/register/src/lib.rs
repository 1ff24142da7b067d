//! The register in PostgreSQL: migrations, definer functions, typed calls. The only crate with SQL.
//!
//! Whatever is written goes through a verb: a function of the database that checks the signed entry it is given, appends it to
//! the ledger and makes the change in one transaction (`docs/formats/acts.md`). There is no other way to write.

mod act;
mod address;
#[cfg(feature = "bench-data")]
pub mod bench_data;
mod connect;
mod error;
mod migrate;
mod reads;
mod scram;
mod verbs;

pub use act::{Receipt, SignedAct};
pub use address::{Address, Password, Tls};
pub use connect::{ConnectError, Register};
pub use error::{Difference, Refusal, RegisterError};
pub use migrate::{AdminError, FoundedCustody, SchemaVersion, Status, create_operator_login, migrate, status};
pub use reads::*;
pub use scram::ScramError;
pub use verbs::{BATCH_ACTS_MAX, ReencryptedTokens};
