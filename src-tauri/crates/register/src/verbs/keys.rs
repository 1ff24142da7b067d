//! How keys come into the register.

use super::verbs;

verbs! {
    /// Takes a key that was found in the vault into the register.
    adopt_key();
    /// Imports an inventory, all rows or none.
    import_inventory(payload);
    /// Registers new DEKs with their wraps, making tenants and integrations at first mention.
    create_deks(payload);
    /// Stores tokens sealed under DEKs.
    seal_tokens(payload);
    /// Writes down how the vault differs from the register.
    observe_vault(payload);
}
