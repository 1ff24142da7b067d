//! What the whole-product tests share: a custody on this machine with its people.
#![expect(clippy::unwrap_used, reason = "a test harness stops at the first thing that is not as it should be")]

mod custody_here;

pub use custody_here::{PASSPHRASE, TestCustody, approval, at_once, execute, grounds, passphrase};
