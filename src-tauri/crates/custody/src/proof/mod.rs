//! The ledger as proof: its tree and checkpoints, as this console computed them, and bundles that others verify alone.
//!
//! The register keeps nodes and checkpoints, and is not believed: trees are computed here from entries whose chain leads to what the
//! witness verified, and held against the checkpoint that this computer keeps in its keychain.

mod anchors;
mod checkpoints;
mod choice;
mod error;
mod export;
mod grown;
mod inclusion;
mod kept;
mod publish;

pub use anchors::Anchors;
pub use checkpoints::{Checkpointed, KnownCheckpoint, KnownSignature};
pub use error::{Alarm, ProofError};
pub use export::Exported;
pub use inclusion::Inclusion;
pub use publish::{PublishError, Publisher};

pub(crate) use checkpoints::cosigned;
pub(crate) use grown::{broken, keepsake, restore};
pub(crate) use kept::Checkpoints;
