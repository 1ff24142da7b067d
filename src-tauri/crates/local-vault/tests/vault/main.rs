//! The vault as its clients see it: over TLS, from outside.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod access;
mod alone;
mod audit;
mod deletion;
mod faults;
mod harness;
mod keys;
mod limits;
mod persistence;
mod sdk;
mod secrets;
