//! From what the parts know to what the window shows. Translation only: nothing is decided here.

pub(crate) mod acts;
pub(crate) mod certificates;
pub(crate) mod erasure;
pub(crate) mod estate;
pub(crate) mod exceptions;
pub(crate) mod keys;
pub(crate) mod log_stack;
pub(crate) mod moments;
pub(crate) mod offboarding;
pub(crate) mod operators;
pub(crate) mod people;
pub(crate) mod plans;
pub(crate) mod protect;
pub(crate) mod requests;
pub(crate) mod reviews;
pub(crate) mod rules;
pub(crate) mod runs;
pub(crate) mod schedule;
pub(crate) mod tenants;
pub(crate) mod transitions;
