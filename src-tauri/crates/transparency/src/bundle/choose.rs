//! Which entries a selection needs besides those that are wanted: whoever verifies has to learn, from the bundle alone, whose keys
//! signed them.

use std::collections::{BTreeSet, HashMap};

use ledger::{Entry, KeyId, SignatureBlock};

/// Sees the whole ledger once, in order, and knows then what a selection of it has to hold.
///
/// Whatever says who may sign is always in it, and with an entry the certificate of the session that signed it. Remembers the chosen
/// numbers and one line for each session and each request.
#[derive(Debug, Default)]
pub struct Chooser {
    chosen: Needed,
    /// By session key: where it was certified and ended.
    sessions: HashMap<KeyId, Needed>,
    /// By request: who asked and who signed, until it is applied.
    requests: HashMap<String, Needed>,
}

/// Entries, and the keys that signed them.
#[derive(Debug, Default)]
struct Needed {
    numbers: BTreeSet<u64>,
    signers: BTreeSet<KeyId>,
}

impl Needed {
    fn take(&mut self, number: u64, block: &SignatureBlock) {
        self.numbers.insert(number);
        self.signers.extend(block.pairs().iter().map(|(key, _)| *key));
    }

    fn join(&mut self, other: Self) {
        self.numbers.extend(other.numbers);
        self.signers.extend(other.signers);
    }
}

impl Chooser {
    /// Has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next entry, and whether the selection wants it.
    pub fn see(&mut self, number: u64, entry: &Entry, block: &SignatureBlock, wanted: bool) {
        let subject = entry.subject.name.as_str();
        match entry.verb.as_str() {
            "session.opened" => {
                // A key that is known already keeps its holder: only its first certificate counts.
                if let Some(key) = entry.attribute("public_key").and_then(read_hex) {
                    self.sessions.entry(ledger::key_id(&key)).or_default().take(number, block);
                }
            }
            "session.closed" => {
                if let Some(session) = read_hex(subject).and_then(|key| self.sessions.get_mut(&key)) {
                    session.take(number, block);
                }
            }
            "request.submitted" | "request.sealed" | "request.rejected" | "request.withdrawn" | "request.lapsed" => {
                self.requests.entry(subject.to_owned()).or_default().take(number, block);
            }
            // What comes into force may be a person or a role, and its entry holds only together with the signatures for it.
            "request.applied" => {
                self.chosen.take(number, block);
                self.chosen.join(self.requests.remove(subject).unwrap_or_default());
            }
            verb => {
                if ["custody.founded", "device.", "operator.", "role."].iter().any(|prefix| verb.starts_with(prefix)) {
                    self.chosen.take(number, block);
                }
            }
        }
        if wanted {
            self.chosen.take(number, block);
        }
    }

    /// Numbers of the entries that the bundle has to hold, ascending.
    #[must_use]
    pub fn numbers(self) -> BTreeSet<u64> {
        let Self { chosen, mut sessions, .. } = self;
        let Needed { mut numbers, signers } = chosen;
        let mut waiting: Vec<KeyId> = signers.into_iter().collect();
        // Another session may have closed one: that one is needed as well. Each is taken once.
        while let Some(session) = waiting.pop().map(|key| sessions.remove(&key).unwrap_or_default()) {
            numbers.extend(session.numbers);
            waiting.extend(session.signers);
        }
        numbers
    }
}

fn read_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}
