//! Envelope encryption: DEKs, wrapping with the public half of a KEK, sealed tokens. Pure.
