//! The ledger as proof: a Merkle tree over its entries, checkpoints that people sign, and bundles that an auditor verifies alone.
//!
//! Pure: it never reads a clock, a file or a database. Formats: `docs/formats/checkpoint.md`, `docs/formats/bundle.md`.

pub mod bundle;
mod checkpoint;
mod hash;
mod nodes;
mod note;
mod proof;
mod tlog_proof;
mod tree;
mod vault_key;

pub use checkpoint::{
    Checkpoint, CheckpointError, SignedCheckpoint, SplitView, Statement, Voucher, log_key, origin, reviewer_key,
};
pub use hash::{EMPTY_ROOT, leaf, node};
pub use nodes::{
    Levels, Nodes, NotLoaded, ProvingError, places_for_consistency, places_for_inclusion, prove_consistency,
    prove_inclusion,
};
pub use note::{Algorithm, NOTE_BYTES_MAX, Note, NoteError, NoteKey, NoteKeyId, NoteSignature, SIGNATURES_MAX};
pub use proof::{PATH_MAX, is_consistent, root_from_path};
pub use tlog_proof::{TlogProof, TlogProofError};
pub use tree::{Place, Tree};
pub use vault_key::VaultKey;

#[cfg(test)]
mod tests;
