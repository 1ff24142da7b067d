//! Envelope encryption: DEKs, wrapping them with the public half of a KEK, check values and sealed tokens.
//!
//! Pure: no network, no file, no clock; the only outside thing is the operating system's random generator. What is
//! unwrapped is unwrapped by the vault, never here. Byte layouts and vectors: `docs/formats/envelope.md`.

mod aead;
mod check_value;
mod count;
mod dek;
mod identity;
mod kek;
mod secret;
mod token;
#[cfg(test)]
mod vectors;

pub use check_value::{CHECK_VALUE_LEN, CheckValue, CheckValueError, check_value, verify_check_value};
pub use count::{MessageCount, MessageLimitReached};
pub use dek::{DEK_LEN, Dek, DekError};
pub use identity::{DekIdentity, DekScope};
pub use kek::{KekError, KekPublic, WrapAlgorithm, WrapError};
pub use secret::{Secret, SecretBytes};
pub use token::{
    ENVELOPE_OVERHEAD, OpenError, PLAINTEXT_LEN_MAX, SealError, TokenContext, TokenHeader, open_token, seal_token,
};
