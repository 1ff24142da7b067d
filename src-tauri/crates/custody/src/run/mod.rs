//! Runs: what two people signed is carried out, step by step, by whoever holds the lease.

mod applying;
mod authority;
mod course;
mod creation;
mod dek_rotation;
mod destruction;
mod effect;
mod error;
mod executor;
mod hands;
mod lease;
mod lifting;
mod new_value;
mod progress;
mod prove;
mod reactivation;
mod recovery;
mod rewrap;
mod rollback;
mod rotation;
mod secret_rotation;
mod untouched;
mod versions;
mod waiting;

pub use authority::{Authority, AuthorityError, seal_of};
pub use effect::Effect;
pub(crate) use effect::perform;
pub use error::RunError;
pub use executor::{Ended, Steering};
pub use progress::{Pace, Progress};
