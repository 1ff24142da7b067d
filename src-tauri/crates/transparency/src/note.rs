//! Signed notes: text with lines of signatures below it, in the form of <https://c2sp.org/signed-note>.
//!
//! What the signatures mean, and whose keys are trusted, is not decided here. Format: `docs/formats/checkpoint.md`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::{PublicKey, Signature};

use crate::hash::sha256;

/// Longest note, in bytes. Sixteen signatures of the largest kind there is fit in.
pub const NOTE_BYTES_MAX: usize = 128 * 1024;
/// Most signatures below one note.
pub const SIGNATURES_MAX: usize = 64;

/// What every line of a signature begins with: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// Why bytes are not a signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// More than anybody writes.
    #[error("the note is longer than {NOTE_BYTES_MAX} bytes")]
    TooLong,
    /// No UTF-8, or control characters.
    #[error("the note holds bytes that are not text")]
    NotText,
    /// The text, an empty line, the signatures: one of these is missing.
    #[error("the note is not text, an empty line, and lines of signatures")]
    Parts,
    /// A line that should be a signature.
    #[error("line {line} below the note's text is not a signature")]
    Line {
        /// The first is 1.
        line: usize,
    },
    /// More signatures than anybody needs.
    #[error("the note carries more than {SIGNATURES_MAX} signatures")]
    Signatures,
    /// A name that no key may have.
    #[error("a key's name is empty, or holds a space, a plus or a control character")]
    Name,
    /// Not a verifier key.
    #[error("this is not a verifier key: name+id+key, with the id that follows from name and key")]
    VerifierKey,
}

/// How a key signs notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519 over the text of the note.
    Ed25519,
    /// Ed25519 over time and text of a checkpoint (<https://c2sp.org/tlog-cosignature>).
    Cosignature,
}

impl Algorithm {
    const ALL: [Self; 2] = [Self::Ed25519, Self::Cosignature];

    /// The byte that stands for it.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// First four bytes of a hash over name, algorithm and key. Too short to trust: it only says which key to try.
pub type NoteKeyId = [u8; 4];

/// A key under the name with which it signs notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    algorithm: Algorithm,
    public_key: PublicKey,
}

impl NoteKey {
    /// Gives a key its name.
    pub fn new(name: &str, algorithm: Algorithm, public_key: PublicKey) -> Result<Self, NoteError> {
        if is_name(name) { Ok(Self { name: name.to_owned(), algorithm, public_key }) } else { Err(NoteError::Name) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// `SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key)[..4]`.
    #[must_use]
    pub fn id(&self) -> NoteKeyId {
        let mut bytes = format!("{}\n", self.name).into_bytes();
        bytes.extend(self.material());
        let [a, b, c, d, ..] = sha256(&bytes);
        [a, b, c, d]
    }

    /// The key as other tools want it: `name+id+base64(algorithm ‖ public key)`.
    #[must_use]
    pub fn verifier_key(&self) -> String {
        format!("{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(self.material()))
    }

    /// Reads what [`NoteKey::verifier_key`] writes.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        // The key itself may hold a plus, names and ids may not.
        let mut parts = text.splitn(3, '+');
        let (name, id, key) = (parts.next(), parts.next(), parts.next());
        let key = key.and_then(|key| STANDARD.decode(key).ok()).ok_or(NoteError::VerifierKey)?;
        let (byte, key) = key.split_first().ok_or(NoteError::VerifierKey)?;
        let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.byte() == *byte);
        let public_key = PublicKey::try_from(key).map_err(|_wrong_length| NoteError::VerifierKey)?;
        let known = Self::new(name.unwrap_or_default(), algorithm.ok_or(NoteError::VerifierKey)?, public_key)?;
        if id == Some(hex::encode(known.id()).as_str()) { Ok(known) } else { Err(NoteError::VerifierKey) }
    }

    fn material(&self) -> Vec<u8> {
        std::iter::once(self.algorithm.byte()).chain(self.public_key).collect()
    }
}

/// One line below a note: who claims to have signed, and the bytes that prove it or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key: NoteKeyId,
    bytes: Vec<u8>,
}

impl NoteSignature {
    /// The line of `key`.
    #[must_use]
    pub fn of(key: &NoteKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name.clone(), key: key.id(), bytes }
    }

    /// The line of a key of another kind, under its name and id.
    pub(crate) fn under(name: &str, key: NoteKeyId, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), key, bytes }
    }

    /// The name it claims.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key it claims.
    #[must_use]
    pub fn key(&self) -> NoteKeyId {
        self.key
    }

    /// What the algorithm made.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// An Ed25519 signature, where its length is one's.
    pub(crate) fn plain(&self) -> Option<Signature> {
        Signature::try_from(self.bytes.as_slice()).ok()
    }

    /// Time in seconds since 1970, and an Ed25519 signature, where its length is a cosignature's.
    pub(crate) fn timestamped(&self) -> Option<(u64, Signature)> {
        let (seconds, signature) = self.bytes.split_first_chunk::<8>()?;
        Some((u64::from_be_bytes(*seconds), Signature::try_from(signature).ok()?))
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(MARK)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (key, signature) = bytes.split_first_chunk::<4>()?;
        let whole = is_name(name) && !signature.is_empty();
        whole.then(|| Self { name: name.to_owned(), key: *key, bytes: signature.to_vec() })
    }

    fn line(&self) -> String {
        let bytes: Vec<u8> = self.key.iter().chain(&self.bytes).copied().collect();
        format!("{MARK}{} {}\n", self.name, STANDARD.encode(bytes))
    }
}

/// Text and the signatures below it. Nothing is verified by reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note that nobody has signed yet; the text ends with a line break.
    pub fn new(text: String) -> Result<Self, NoteError> {
        check_text(&text)?;
        if text.ends_with('\n') { Ok(Self { text, signatures: Vec::new() }) } else { Err(NoteError::Parts) }
    }

    /// Reads a note. Each note has one form: what is read is written again byte for byte.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_not_utf8| NoteError::NotText)?;
        check_text(whole)?;
        // The text may hold empty lines: it ends at the last one.
        let (text, below) = whole.rsplit_once("\n\n").ok_or(NoteError::Parts)?;
        let below = below.strip_suffix('\n').ok_or(NoteError::Parts)?;
        let mut signatures = Vec::new();
        for (index, line) in below.split('\n').enumerate() {
            if index >= SIGNATURES_MAX {
                return Err(NoteError::Signatures);
            }
            signatures.push(NoteSignature::parse(line).ok_or(NoteError::Line { line: index + 1 })?);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// What is signed, with its last line break.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines below it.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature, unless the same line is there already.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        if self.signatures.len() >= SIGNATURES_MAX {
            return Err(NoteError::Signatures);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The note as it is stored and published. One without signatures is its text alone, which is no signed note.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut whole = self.text.clone();
        for (index, signature) in self.signatures.iter().enumerate() {
            let gap = if index == 0 { "\n" } else { "" };
            // Writing to a string never fails.
            let _written = write!(whole, "{gap}{}", signature.line());
        }
        whole
    }
}

/// Whether a key may be called so: not empty, no spaces of any script, no plus, no control characters.
pub(crate) fn is_name(name: &str) -> bool {
    let forbidden = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '+';
    !name.is_empty() && !name.contains(forbidden)
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let bad = text.bytes().any(|byte| byte < 0x20 && byte != b'\n');
    if bad { Err(NoteError::NotText) } else { Ok(()) }
}
