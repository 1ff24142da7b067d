//! Processes killed at every side effect, and services that go away: nothing is done twice, half or without its entry.

mod acts;
mod dek_rotation;
mod outages;
mod points;
mod protection;
mod unwritable;
