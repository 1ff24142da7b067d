//! The use cases of key custody with a real PostgreSQL and a real local vault, on one stage.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod destruction;
mod estate;
mod log_service;
mod log_stream;
mod retention;
mod stage;
