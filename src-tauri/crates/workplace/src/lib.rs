//! Opens a custody for the window and the command line alike: one on this machine, or one in Azure.
//!
//! [`Workplace`] is a data folder and a keychain. Opening it gives a [`Premises`]: servers that answer, nobody at work yet.
//! Unlocking a device key there gives a [`Desk`]: one operator with a session, a register under their own login, and a vault.

mod anchor;
mod ceremony;
mod connection;
mod desk;
mod home;
mod joining;
mod people;
mod premises;
mod trial;
mod webhook;

pub use ceremony::{Administrator, Ceremony, CeremonyError, FounderCard, Seat, Seated};
pub use connection::Connection;
pub use desk::{Desk, SignInError};
pub use home::{Standing, Workplace, WorkplaceError};
pub use joining::{CARD_BYTES_MAX, CardError, Invitation, JoinOrder, read_card, write_card};
pub use people::Person;
pub use premises::{Head, Premises};
pub use trial::{Check, Outcome, Side, Trial, TrialCheck};
pub use webhook::WebhookFileError;
