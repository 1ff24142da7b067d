//! What this crate promises of a vault, held against one: the local vault, which is itself held to Microsoft's clients.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod canned;
mod deletion;
mod faults;
mod keys;
mod pacing;
mod secrets;
mod sign_in;
mod stand;
mod trust;
