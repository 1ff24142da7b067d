//! What the product does as a whole, on a custody of this machine: real database, vault and keychain.

mod anchoring;
mod audit_pack;
mod certificate;
mod dek_rotation;
mod destruction;
mod envelope_node;
mod exceptions;
mod figures;
mod format_vectors;
mod gate;
mod microsoft_clients;
mod mutated_files;
mod offboarding;
mod people;
mod proof;
mod protection;
mod rotation;
mod rules;
mod secret_rotation;
