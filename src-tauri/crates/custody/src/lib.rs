//! The use cases of key custody: plan, request, sign, run, verify. One module per use case.
//!
//! Nothing here decides a rule alone: the database referees by login, and this crate proves the same from signatures.

mod author;
pub mod estate;

pub use author::{Act, Author, CustodyIdentity, SignedEntry, write_entry};
