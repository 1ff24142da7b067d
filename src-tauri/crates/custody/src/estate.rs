//! How an estate comes into the register: inventory files, discovery in the vault, new DEKs, sealed tokens, the sample.

pub mod inventory;
