//! Checkpoints: how large the ledger was and what its root was, signed by who made it and cosigned by who reviewed it.
//!
//! Forms: <https://c2sp.org/tlog-checkpoint> and <https://c2sp.org/tlog-cosignature>; ours are in `docs/formats/checkpoint.md`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::{Hash, KeyId, People, Person, Signer, key_id, verify_signature};
use uuid::Uuid;

use crate::note::{Algorithm, NOTE_BYTES_MAX, Note, NoteError, NoteKey, NoteSignature, is_name};
use crate::proof::is_consistent;
use crate::vault_key::VaultKey;

/// Largest size and latest time that a checkpoint may name.
const NUMBER_MAX: u64 = i64::MAX.unsigned_abs();

/// Why bytes are not a checkpoint of a ledger, or not one to rely on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The bytes are no note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note's text is no checkpoint.
    #[error("the note's text is not a checkpoint: {expected} is missing or malformed")]
    Text {
        /// What the format puts there.
        expected: &'static str,
    },
    /// The checkpoint belongs to another ledger.
    #[error("the checkpoint is one of {found}, not of {expected}")]
    Origin {
        /// Origin that was expected.
        expected: String,
        /// Origin it has.
        found: String,
    },
    /// A known key's signature does not belong to this checkpoint.
    #[error("the signature of {name} does not belong to this checkpoint: the checkpoint or the signature was changed")]
    Signature {
        /// Name in the line.
        name: String,
    },
    /// Signatures of another checkpoint.
    #[error("the two notes are not the same checkpoint")]
    Different,
}

/// Two checkpoints of what should be one ledger do not follow from each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitView {
    /// They belong to different ledgers.
    #[error("the checkpoint of {older} is compared with one of {newer}")]
    Origin {
        /// Origin of the one that was kept.
        older: String,
        /// Origin of the other.
        newer: String,
    },
    /// The ledger is shorter than it was.
    #[error("the ledger had {older} entries and has {newer} now: its tail was cut off, or an old copy was put back")]
    Shorter {
        /// Size that was kept.
        older: u64,
        /// Size now.
        newer: u64,
    },
    /// The entries under the older checkpoint are not those under the newer one.
    #[error(
        "among the first {older} entries there are others than there were: history was rewritten, or there are two of it"
    )]
    Forked {
        /// Size that was kept.
        older: u64,
    },
}

/// The line that names a ledger in its checkpoints.
#[must_use]
pub fn origin(custody: Uuid, environment: &str) -> String {
    format!("countersign/{custody}/{environment}")
}

/// Size and root of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// Names a ledger's size and root.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if !is_name(origin) {
            return Err(CheckpointError::Text { expected: "the origin" });
        }
        if size > NUMBER_MAX {
            return Err(CheckpointError::Text { expected: "the size" });
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Which ledger.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of its last entry.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree over its entries.
    #[must_use]
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// The text that is signed: three lines.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text. Our checkpoints have no extension lines: nothing that anybody verifies stands in them.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let malformed = |expected| CheckpointError::Text { expected };
        let body = text.strip_suffix('\n').ok_or(malformed("the line break at the end"))?;
        let mut lines = body.split('\n');
        let mut next = |expected| lines.next().ok_or(malformed(expected));
        let (origin, size, root) = (next("the origin")?, next("the size")?, next("the root")?);
        if lines.next().is_some() {
            return Err(malformed("the end after three lines"));
        }
        let size = parse_number(size).ok_or(malformed("the size"))?;
        let root = STANDARD.decode(root).ok().and_then(|root| Hash::try_from(root).ok());
        Self::new(origin, size, root.ok_or(malformed("the root"))?)
    }

    /// Whether the ledger under `newer` is this one, grown: what a console asks of its last checkpoint before it trusts the next.
    pub fn grows_to(&self, newer: &Self, path: &[Hash]) -> Result<(), SplitView> {
        if self.origin != newer.origin {
            return Err(SplitView::Origin { older: self.origin.clone(), newer: newer.origin.clone() });
        }
        if self.size > newer.size {
            return Err(SplitView::Shorter { older: self.size, newer: newer.size });
        }
        let holds = is_consistent(self.size, &self.root, newer.size, &newer.root, path);
        if holds { Ok(()) } else { Err(SplitView::Forked { older: self.size }) }
    }
}

/// What a person's signature under a checkpoint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Statement {
    /// I made this checkpoint of the ledger that I saw.
    Made,
    /// I had seen this ledger, and no other one, when I reviewed it.
    Reviewed {
        /// Seconds since 1970, by the reviewer's clock.
        seconds: u64,
    },
}

/// A person who vouches for a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// Who.
    pub person: Person,
    /// The device key they signed with.
    pub key: KeyId,
    /// What they say.
    pub statement: Statement,
}

/// A checkpoint with the signatures below it. Nothing is verified by reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// A checkpoint that nobody has signed yet.
    pub fn unsigned(checkpoint: Checkpoint) -> Result<Self, CheckpointError> {
        let note = Note::new(checkpoint.encode())?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a signed checkpoint; three lines alone are one that nobody signed.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = match std::str::from_utf8(bytes) {
            Ok(text) if bytes.len() <= NOTE_BYTES_MAX && !text.contains("\n\n") => Note::new(text.to_owned())?,
            _ => Note::parse(bytes)?,
        };
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// The note as it is stored and published.
    #[must_use]
    pub fn encode(&self) -> String {
        self.note.encode()
    }

    /// What is signed.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Text and signatures.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds the line of a key in a vault, called `name`.
    ///
    /// # Errors
    /// [`NoteError::VerifierKey`] when the signature is not this key's over this checkpoint.
    pub fn add_vault_line(&mut self, key: &VaultKey, name: &str, signature: &[u8; 64]) -> Result<(), CheckpointError> {
        Ok(key.add_to(&mut self.note, name, signature)?)
    }

    /// Signs as who made it, in the ledger's name, with a device key.
    pub fn sign(&mut self, signer: &dyn Signer) -> Result<(), CheckpointError> {
        let key = log_key(&self.checkpoint.origin, &signer.public_key())?;
        let signature = signer.sign(self.note.text().as_bytes());
        Ok(self.note.add(NoteSignature::of(&key, signature.to_vec()))?)
    }

    /// Signs as who reviewed it, with a device key. Whoever calls this has checked that the checkpoint grew from the last one that
    /// this person saw: that is what a cosignature says.
    pub fn cosign(&mut self, signer: &dyn Signer, seconds: u64) -> Result<(), CheckpointError> {
        if seconds > NUMBER_MAX {
            return Err(CheckpointError::Text { expected: "a time of this age" });
        }
        let key = reviewer_key(&self.checkpoint.origin, &signer.public_key())?;
        let signature = signer.sign(cosigned(self.note.text(), seconds).as_bytes());
        let bytes = seconds.to_be_bytes().into_iter().chain(signature).collect();
        Ok(self.note.add(NoteSignature::of(&key, bytes))?)
    }

    /// Takes over the signatures of another copy: each reviewer signs their own.
    pub fn merge(&mut self, other: &Self) -> Result<(), CheckpointError> {
        if self.checkpoint != other.checkpoint {
            return Err(CheckpointError::Different);
        }
        other.note.signatures().iter().try_for_each(|signature| self.note.add(signature.clone()))?;
        Ok(())
    }

    /// Who vouches for it, among the people of the ledger; `devices` are the ids of keys that may be theirs.
    ///
    /// Lines of keys that nobody on the ledger holds say nothing and are passed over; a wrong signature of a known key condemns the
    /// whole note.
    pub fn vouchers(&self, people: &People, devices: &BTreeSet<KeyId>) -> Result<Vec<Voucher>, CheckpointError> {
        let mut vouchers: Vec<Voucher> = Vec::new();
        for line in self.note.signatures() {
            let found = if line.name() == self.checkpoint.origin {
                self.maker(line, people, devices)?
            } else {
                self.reviewer(line, people)?
            };
            if let Some(voucher) = found.filter(|voucher| !vouchers.contains(voucher)) {
                vouchers.push(voucher);
            }
        }
        Ok(vouchers)
    }

    fn maker(
        &self,
        line: &NoteSignature,
        people: &People,
        devices: &BTreeSet<KeyId>,
    ) -> Result<Option<Voucher>, CheckpointError> {
        let mut known = false;
        for (person, public_key) in devices.iter().filter_map(|device| active(people, device)) {
            if log_key(&self.checkpoint.origin, public_key)?.id() != line.key() {
                continue;
            }
            known = true;
            let holds = |signature| verify_signature(public_key, self.note.text().as_bytes(), &signature).is_ok();
            if line.plain().is_some_and(holds) {
                let statement = Statement::Made;
                return Ok(Some(Voucher { person: person.clone(), key: key_id(public_key), statement }));
            }
        }
        if known { Err(self.wrong(line)) } else { Ok(None) }
    }

    fn reviewer(&self, line: &NoteSignature, people: &People) -> Result<Option<Voucher>, CheckpointError> {
        let key = line.name().strip_prefix(self.checkpoint.origin.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let device = key.and_then(parse_key_id).and_then(|key| active(people, &key));
        let Some((person, public_key)) = device else { return Ok(None) };
        if reviewer_key(&self.checkpoint.origin, public_key)?.id() != line.key() {
            return Ok(None);
        }
        let (seconds, signature) =
            line.timestamped().filter(|(seconds, _)| *seconds <= NUMBER_MAX).ok_or_else(|| self.wrong(line))?;
        verify_signature(public_key, cosigned(self.note.text(), seconds).as_bytes(), &signature)
            .map_err(|_mismatch| self.wrong(line))?;
        let statement = Statement::Reviewed { seconds };
        Ok(Some(Voucher { person: person.clone(), key: key_id(public_key), statement }))
    }

    fn wrong(&self, line: &NoteSignature) -> CheckpointError {
        CheckpointError::Signature { name: line.name().to_owned() }
    }
}

/// A device key as it signs in the ledger's name. Its verifier key is what other tools are given.
pub fn log_key(origin: &str, public_key: &ledger::PublicKey) -> Result<NoteKey, NoteError> {
    NoteKey::new(origin, Algorithm::Ed25519, *public_key)
}

/// A device key as it cosigns: under a name that holds its whole id, because the cosigned message does not name the signer.
pub fn reviewer_key(origin: &str, public_key: &ledger::PublicKey) -> Result<NoteKey, NoteError> {
    let name = format!("{origin}/{}", hex::encode(key_id(public_key)));
    NoteKey::new(&name, Algorithm::Cosignature, *public_key)
}

/// A device that is trusted and whose holder is neither suspended nor gone.
fn active<'a>(people: &'a People, device: &KeyId) -> Option<(&'a Person, &'a ledger::PublicKey)> {
    people.device(device).filter(|(person, _)| person.active)
}

/// What a cosignature signs.
fn cosigned(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// Digits without leading zeros, as everything that is signed has one form only.
pub(crate) fn parse_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= NUMBER_MAX && number.to_string() == text).then_some(number)
}

fn parse_key_id(text: &str) -> Option<KeyId> {
    let mut key = KeyId::default();
    hex::decode_to_slice(text, &mut key).ok()?;
    (hex::encode(key) == text).then_some(key)
}
