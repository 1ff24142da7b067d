//! What the register answers, on a real PostgreSQL, to those who may ask and to those who may not.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod grants;
mod inventory;
mod keys;
mod ledger;
mod overview;
mod people;
mod requests;
mod world;
