//! Approved algorithms and lengths.

/// An algorithm with its length or curve, in Key Vault's and NIST's words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Algorithm {
    /// `RSA`, `AES-256-GCM`, `ECDSA`, `Ed25519`, `TLS`, …
    pub name: String,
    /// Length in bits; 0 where the name says it all.
    pub bits: u32,
}

/// Why an algorithm is not approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name} with {bits} bits is not approved; approved are AES-256-GCM, RSA of 2048 bits or more, ECDSA on P-256, P-384 or P-521, Ed25519, TLS 1.2 or newer"
)]
pub struct AlgorithmError {
    /// The algorithm.
    pub name: String,
    /// Its length.
    pub bits: u32,
}

impl Algorithm {
    /// An approved algorithm, or why it is not.
    pub fn approved(name: &str, bits: u32) -> Result<Self, AlgorithmError> {
        let approved = match name {
            "AES-256-GCM" => bits == 256,
            "RSA" => (2048..=16_384).contains(&bits),
            "ECDSA" => matches!(bits, 256 | 384 | 521),
            "Ed25519" => bits == 256,
            "TLS" => bits == 0,
            _ => false,
        };
        let name = name.to_owned();
        if approved { Ok(Self { name, bits }) } else { Err(AlgorithmError { name, bits }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// only approved algorithms and lengths.
    #[test]
    fn weak_and_unknown_algorithms_are_not_approved() {
        let approved =
            [("RSA", 2048), ("RSA", 4096), ("AES-256-GCM", 256), ("ECDSA", 384), ("Ed25519", 256), ("TLS", 0)];
        let refused =
            [("RSA", 1024), ("RSA", 2047), ("AES-128-GCM", 128), ("AES-256-GCM", 128), ("DES", 56), ("rsa", 2048)];
        assert!(approved.iter().all(|(name, bits)| Algorithm::approved(name, *bits).is_ok()));
        assert!(refused.iter().all(|(name, bits)| Algorithm::approved(name, *bits).is_err()));
    }
}
