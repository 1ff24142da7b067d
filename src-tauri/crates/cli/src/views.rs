//! What the register holds, for a document and for a person.

pub mod exceptions;
pub mod holds;
pub mod keys;
pub mod ledger;
pub mod plans;
pub mod requests;
pub mod reviews;
pub mod runs;
pub mod schedule;
pub mod tenants;
pub mod transitions;
