//! Secrets in the vault.

use super::verbs;

verbs! {
    /// Records the version of a secret that the vault made for this run: from here on it is the current one.
    record_secret_version();
}
