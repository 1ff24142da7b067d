//! Trees, checkpoints and bundles: held against published vectors, others' implementations, and every way of falsifying them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bundles;
mod checkpoints;
mod mutation;
mod node;
mod others;
mod tampering;
mod trees;
mod unfaithful;
mod vectors;
mod world;
