//! The use cases of key custody: plan, request, sign, run, verify. One module per use case.
//!
//! Nothing here decides a rule alone: the database referees by login, and this crate proves the same from signatures.

mod applied;
mod approvals;
mod author;
pub mod certificate;
mod console;
pub mod drill;
pub mod estate;
pub mod exceptions;
pub mod founding;
pub mod gate;
mod identity;
pub mod kek;
pub mod log_stream;
mod outward;
pub mod people;
pub mod proof;
pub mod protect;
pub mod report;
pub mod request;
pub mod retention;
pub mod review;
mod rules;
pub mod run;
pub mod session;
mod verification;
mod witness;

pub use author::{Act, Author, CustodyIdentity, SignedEntry, write_entry};
pub use console::Console;
pub use witness::{Ending, Witness, WitnessError};
