//! Ledger entries: encoding, signatures, hash chain, verification. Pure.
