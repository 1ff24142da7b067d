//! The gate without register and pipeline: verdicts at moments that the tests bring, files, and forms.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

mod common;
mod files;
mod forms;
mod verdicts;
