//! A Key Vault-compatible server for evaluation, drills and tests.
