//! The ledger: entries as bytes, their signatures, the hash chain, and what proves a whole ledger.
//!
//! Pure: it never reads a clock, a file or a database. Formats: `docs/formats/ledger-entry.md`.

mod approved;
mod chain;
mod enrolment;
mod entry;
mod fault;
mod links;
mod page;
mod people;
mod processors;
mod recent;
mod signature;
mod verify;

pub use chain::{GENESIS, Hash, link};
pub use enrolment::{CARD_KIND, EnrolmentCard};
pub use entry::{Actor, ActorKind, Entry, EntryError, KIND, Subject};
pub use fault::Fault;
pub use people::{Founder, HeldRole, People, PeopleError, Person, Standing};
pub use signature::{
    KeyId, PublicKey, Signature, SignatureBlock, SignatureError, Signer, key_id, verify as verify_signature,
};
pub use verify::{Record, Said, Summary, Verifier};

#[cfg(test)]
mod tests;
