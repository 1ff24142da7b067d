//! The hash chain. The database computes it when an entry is appended; every reader computes it again.

use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256 of a ledger up to and including one entry.
pub type Hash = [u8; 32];

/// What the first entry is chained to.
pub const GENESIS: Hash = [0; 32];

/// `SHA-256(0x00 ‖ previous ‖ entry ‖ signature block)`; the leading zero keeps leaves apart from tree nodes (RFC 6962).
///
/// Nearly all the time of verifying a long ledger is spent here, so it is the implementation that is fast on processors without
/// instructions of their own for it, too.
#[must_use]
pub fn link(previous: &Hash, entry: &[u8], signatures: &[u8]) -> Hash {
    let mut hasher = Context::new(&SHA256);
    hasher.update(&[0]);
    hasher.update(previous);
    hasher.update(entry);
    hasher.update(signatures);
    let mut hash = [0; 32];
    hash.copy_from_slice(hasher.finish().as_ref());
    hash
}
