//! From what the parts know to what the window shows. Translation only: nothing is decided here.

pub(crate) mod estate;
pub(crate) mod keys;
pub(crate) mod moments;
pub(crate) mod people;
pub(crate) mod plans;
pub(crate) mod requests;
pub(crate) mod runs;
