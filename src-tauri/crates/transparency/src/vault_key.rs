//! The line of a key that lies in a vault: ECDSA on P-256, type 0x02 of <https://c2sp.org/signed-note>.
//!
//! Nobody on the ledger holds this key: whoever verifies brings its public half. Format: `docs/formats/checkpoint.md`.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::sha256;
use crate::note::{Note, NoteError, NoteKeyId, NoteSignature, is_name};

/// What stands before the point in a SubjectPublicKeyInfo of P-256 (RFC 5480).
const SPKI_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const UNCOMPRESSED: u8 = 0x04;
const POINT_BYTES: usize = 65;
const PEM: (&str, &str) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----");
const PEM_LINE: usize = 64;

/// The public half of a key on P-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultKey {
    point: [u8; POINT_BYTES],
}

impl VaultKey {
    /// The key at this point.
    #[must_use]
    pub fn new(x: &[u8; 32], y: &[u8; 32]) -> Self {
        let mut point = [UNCOMPRESSED; POINT_BYTES];
        for (place, byte) in point.iter_mut().skip(1).zip(x.iter().chain(y)) {
            *place = *byte;
        }
        Self { point }
    }

    /// Reads a PEM file with one public key on P-256.
    #[must_use]
    pub fn parse(pem: &str) -> Option<Self> {
        let body = pem.trim().strip_prefix(PEM.0)?.strip_suffix(PEM.1)?;
        let encoded: String = body.split_whitespace().collect();
        let spki = STANDARD.decode(encoded).ok()?;
        let point = <[u8; POINT_BYTES]>::try_from(spki.strip_prefix(&SPKI_HEAD)?).ok()?;
        (point.first() == Some(&UNCOMPRESSED)).then_some(Self { point })
    }

    /// The PEM file.
    #[must_use]
    pub fn pem(&self) -> String {
        let encoded = STANDARD.encode(self.spki());
        let mut pem = format!("{}\n", PEM.0);
        let mut rest = encoded.as_str();
        while let Some((line, more)) = rest.split_at_checked(PEM_LINE) {
            pem.push_str(line);
            pem.push('\n');
            rest = more;
        }
        if !rest.is_empty() {
            pem.push_str(rest);
            pem.push('\n');
        }
        format!("{pem}{}\n", PEM.1)
    }

    /// First four bytes of SHA-256 of the SubjectPublicKeyInfo: of keys of this type the name is not hashed.
    #[must_use]
    pub fn id(&self) -> NoteKeyId {
        let [a, b, c, d, ..] = sha256(&self.spki());
        [a, b, c, d]
    }

    /// SHA-256 of the text: what the vault signs.
    #[must_use]
    pub fn digest(text: &str) -> [u8; 32] {
        sha256(text.as_bytes())
    }

    /// Adds the line of this key, called `name`, with the signature that the vault gave, if it holds.
    ///
    /// # Errors
    /// [`NoteError`]; [`NoteError::VerifierKey`] when the signature is not this key's over this text.
    pub fn add_to(&self, note: &mut Note, name: &str, signature: &[u8; 64]) -> Result<(), NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name);
        }
        let der = der(signature);
        if !self.holds(note.text(), &der) {
            return Err(NoteError::VerifierKey);
        }
        note.add(NoteSignature::under(name, self.id(), der))
    }

    /// Names of this key's lines under a note; `None` when one of them does not hold, which condemns the whole note.
    #[must_use]
    pub fn lines<'a>(&self, note: &'a Note) -> Option<Vec<&'a str>> {
        let mine = note.signatures().iter().filter(|line| line.key() == self.id());
        mine.map(|line| self.holds(note.text(), line.bytes()).then(|| line.name())).collect()
    }

    fn holds(&self, text: &str, der: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.point).verify(text.as_bytes(), der).is_ok()
    }

    fn spki(&self) -> Vec<u8> {
        [SPKI_HEAD.as_slice(), &self.point].concat()
    }
}

/// r and s as two integers in a sequence, DER.
fn der(signature: &[u8; 64]) -> Vec<u8> {
    let (r, s) = signature.split_at(32);
    let body = [integer(r), integer(s)].concat();
    // Two integers of at most 33 bytes: the length fits in one byte.
    [&[0x30, u8::try_from(body.len()).unwrap_or(u8::MAX)], body.as_slice()].concat()
}

fn integer(big_endian: &[u8]) -> Vec<u8> {
    let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
    let number = big_endian.get(zeros..).unwrap_or_default();
    // A first bit of one would be a sign.
    let sign: &[u8] = if number.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    let length = u8::try_from(sign.len().saturating_add(number.len())).unwrap_or(u8::MAX);
    [&[0x02, length], sign, number].concat()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::*;

    /// a vault key's line holds for its text alone, whatever zeros r and s begin with; its key file is read as it was written.
    #[test]
    fn a_vault_keys_line_is_of_its_text_alone() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let key = VaultKey::new(point[1..33].try_into().unwrap(), point[33..].try_into().unwrap());
        assert_eq!(VaultKey::parse(&key.pem()), Some(key.clone()));
        assert_eq!(VaultKey::parse(&key.pem().replace("PUBLIC", "PRIVATE")), None);
        // Every 128th signature or so has an r or an s that is shorter than 32 bytes.
        for round in 0..600 {
            let text = format!("a\n{round}\n");
            let signature: [u8; 64] =
                pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().try_into().unwrap();
            let mut note = Note::new(text).unwrap();
            key.add_to(&mut note, "vault.example/keys/log/1", &signature).unwrap();
            let read = Note::parse(note.encode().as_bytes()).unwrap();
            assert_eq!(key.lines(&read), Some(vec!["vault.example/keys/log/1"]));
            let moved = Note::parse(note.encode().replacen("a\n", "b\n", 1).as_bytes()).unwrap();
            assert_eq!(key.lines(&moved), None);
            let mut other = Note::new("b\n".to_owned()).unwrap();
            assert_eq!(key.add_to(&mut other, "vault.example", &signature), Err(NoteError::VerifierKey));
            assert_eq!(key.lines(&other), Some(vec![]));
        }
    }
}
