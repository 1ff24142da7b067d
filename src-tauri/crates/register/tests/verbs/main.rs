//! Every verb of the register on a real PostgreSQL: what it does, what it refuses, and that it keeps what it refused.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod batch;
mod certificates;
mod checkpoints;
mod dek_rotation;
mod destruction;
mod destruction_attacks;
mod exception_attacks;
mod exception_histories;
mod exception_stage;
mod exceptions;
mod holds;
mod keys;
mod log_stack;
mod logins;
mod people;
mod protection;
mod quorum;
mod requests;
mod review;
mod roles;
mod rules;
mod runs;
mod secrets;
mod transition_reviews;
mod turning;
