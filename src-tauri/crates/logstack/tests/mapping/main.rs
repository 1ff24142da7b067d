//! Entries of every verb, held to what both schemas publish.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod acts;
mod ecs;
mod entries;
mod ocsf;
mod text;
