//! Hashes of the tree (RFC 6962, section 2.1). Leaves and nodes begin with different bytes, so that neither passes for the other.

use aws_lc_rs::digest::{SHA256, digest};
use ledger::Hash;

/// Root of a tree without leaves: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// `SHA-256(0x00 ‖ chain hash)`: the leaf of one entry.
///
/// The leaf's bytes are the 32 bytes of the chain hash that the register stores beside the entry. That hash covers the entry, its
/// signatures and everything before it, so the tree covers all that the chain covers.
#[must_use]
pub fn leaf(chain: &Hash) -> Hash {
    let mut bytes = [0; 33];
    let (_prefix, rest) = bytes.split_at_mut(1);
    rest.copy_from_slice(chain);
    sha256(&bytes)
}

/// `SHA-256(0x01 ‖ left ‖ right)`: a node above two others.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    let (_prefix, rest) = bytes.split_at_mut(1);
    let (first, second) = rest.split_at_mut(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    sha256(&bytes)
}

/// In one call and without allocating: the incremental interface allocates its state.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
