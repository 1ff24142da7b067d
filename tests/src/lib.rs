//! What the whole-product tests share: a custody on this machine with its people.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test harness stops at the first thing that is not as it should be"
)]

mod by_hand;
mod custody_here;
mod display;
mod executor;
mod executor_child;
mod intact;
mod intruder;
mod killed_at;
mod leaving;
mod other_vault;
mod pens;
mod restored;
mod secret_here;
mod token_bag;
mod window;

pub use by_hand::{INES, THEO};
pub use custody_here::{PASSPHRASE, TestCustody, approval, at_once, execute, grounds, passphrase};
pub use display::Display;
pub use executor::{DONE, execute_orders};
pub use executor_child::{CrashPoint, ExecutorChild, KEYCHAIN, Left, Moment, Order};
pub use intact::{Keepsakes, Kept, RUN_TAG};
pub use intruder::{Psql, Refused, entry_of, operator_id, signed, signed_falsely};
pub use killed_at::{
    APPLICATION, CERTIFICATION, DEK_ROTATION, DEK_ROTATION_BACK, DRILL, INVALIDATION, KILLED_AT, KilledAt, LIFTING,
    OFFBOARDING, PROTECTION, REACTIVATION, RECOVERY, SECRET_ROTATION, SECRET_ROTATION_BACK, SWEEP,
};
pub use leaving::Leaving;
pub use other_vault::OtherVault;
pub use pens::Pens;
pub use restored::Restored;
pub use secret_here::{CONTENT_TYPE, value_of};
pub use thirtyfour::Key;
pub use token_bag::TokenBag;
pub use window::{Console, console_binary, repository};
