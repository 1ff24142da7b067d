//! Certificates of destruction: one file that says what was destroyed, by whom, under which signatures, on what evidence, and what
//! honestly remains. It carries its own proof, and is verified offline against nothing but itself and the keys it names.
//!
//! Everything it says in words is derived from the plan, the entries and the list of keys it carries: the verifier derives it
//! again and refuses what differs. Pure: no clock, no file, no database. Format: `docs/formats/certificate.md`.

mod course;
mod document;
mod entries;
mod fault;
mod issue;
mod layout;
mod statement;
mod verdict;
mod verify;
mod words;

pub use document::{
    Destroyed, Document, EntryLine, Evidence, Issued, KIND, KeyVersion, PersonLine, Residue, SealLine, SessionLine,
    Statement, Strength,
};
pub use fault::Fault;
pub use issue::{Material, destroyed_row, issue};
pub use layout::{page, pdf};
pub use verdict::{Fingerprint, Verdict};
pub use verify::verify;

pub use signed_file::{FileFault, Hex, SignedFile};

#[cfg(test)]
mod tests;
