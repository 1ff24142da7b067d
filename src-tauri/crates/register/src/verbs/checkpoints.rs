//! Checkpoints of the ledger: who made one, who cosigned it.

use super::verbs;

verbs! {
    /// Keeps a checkpoint of the ledger, signed by who made it. Refused as `root_differs` where its root is not that of this very
    /// ledger, as `checkpoint_known` where a later one is there.
    sign_checkpoint();
    /// Adds a reviewer's cosignature. Refused as `same_person` to who made it, as `already_signed` the second time.
    cosign_checkpoint();
}
