//! What somebody tries who means harm, with a login of each role, as superuser and with every text field.

mod dual_control;
mod ledger_bytes;
mod login;
mod people;
mod plan_fields;
mod protection;
mod reviews;
mod superuser;
mod text;
