//! How an estate comes into the register: inventory files, discovery in the vault, new DEKs, sealed tokens, the sample.
//!
//! Every way in ends in one of the register's verbs, so each key that is there has a signed entry that says how it came.

pub mod deks;
pub mod discovery;
pub mod inventory;
mod opening;
mod records;
pub mod sample;
pub mod tokens;

use domain::Timestamp;
use register::{Register, RegisterError};
use vault::Vault;

use crate::author::Author;
use crate::console::Console;

pub use opening::OpeningError;

/// What all ways in work with: the register and the vault of one custody, and who writes.
#[derive(Clone, Copy)]
pub struct Estate<'a> {
    register: &'a Register,
    vault: &'a Vault,
    author: &'a Author,
}

impl<'a> Estate<'a> {
    /// The estate behind `console`, written to by `author`.
    #[must_use]
    pub const fn new(console: &'a Console, author: &'a Author) -> Self {
        Self { register: &console.register, vault: &console.vault, author }
    }

    /// The one clock: the register's.
    async fn now(&self) -> Result<Timestamp, RegisterError> {
        self.register.clock().await
    }
}

/// How far a long act is: done and total. Called between batches, from the task that does the work.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Send + Sync);

/// Progress that nobody watches.
pub fn unwatched(_done: usize, _total: usize) {}
