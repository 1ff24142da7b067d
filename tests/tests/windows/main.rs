//! The real window on a display of its own, driven through its web view by WebDriver.

mod console;
mod exceptions;
mod keyboard;
mod ledger;
mod offboarding;
mod people;
mod policies;
mod reviews;
