//! The command line as a person or a script has it: the real binary, a real register, vault and keychain.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop at once")]

mod administrator;
mod bench;
mod certificate;
mod dek_life;
mod destruction;
mod exceptions;
mod gate;
mod help;
mod ledger;
mod log_stack;
mod main_job;
mod offboarding;
mod people;
mod protection;
mod publish;
mod refusals;
mod reviews;
mod rules;
mod runs;
mod secrets;
mod shapes;
mod vault;
