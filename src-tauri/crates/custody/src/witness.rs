//! What this console has read of the ledger, entry by entry, since the founding it pinned.
//!
//! The tables say what a database administrator lets them say. Before anything is executed, who may sign and what became of a
//! request is taken from here: from entries whose chain and signatures this console has verified itself.

use std::collections::HashMap;

use domain::{Operation, OperatorId, QuorumRule, RequestId, RunId, SignerFacts, Timestamp};
use futures::{StreamExt as _, TryStreamExt as _};
use ledger::{Entry, Fault, Hash, Record, Said, Standing, Summary, Verifier};
use register::{Register, RegisterError};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::rules::QuorumHistory;

/// Records fetched at once: bounds memory, amortises the round trip.
const FETCH: u32 = 2_000;

/// So many new records at once, and the rest is streamed.
const FAR_BEHIND: usize = 1_000;

/// Records of one page of a stream.
const PAGE: usize = 4_096;

/// Why the ledger can't be relied on now.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// An entry is bad. Nothing is executed until it is known why.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It can't be read.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

/// What ended a request, as the ledger has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Someone declined.
    Rejected,
    /// The requester took it back.
    Withdrawn,
    /// What it depended on changed.
    Lapsed,
    /// Its run began.
    Started {
        /// Which run.
        run: Uuid,
        /// When.
        at: Timestamp,
    },
}

#[derive(Debug)]
struct Seen {
    verifier: Verifier,
    endings: HashMap<Uuid, Ending>,
    quorum: QuorumHistory,
    /// When the latest of the entries was written.
    newest: Option<Timestamp>,
}

/// Follows one ledger.
#[derive(Debug)]
pub struct Witness {
    founding: Hash,
    remembered: Option<(u64, Hash)>,
    seen: Mutex<Seen>,
}

impl Witness {
    /// Begins with nothing but the hash of the founding entry, and the last entry verified on an earlier visit, if any.
    #[must_use]
    pub fn new(founding: Hash, remembered: Option<(u64, Hash)>) -> Self {
        let verifier = Verifier::new().pinned(founding);
        let verifier = match remembered {
            Some((number, hash)) => verifier.remembering(number, hash).trusting_what_it_remembers(),
            None => verifier,
        };
        let seen = Seen { verifier, endings: HashMap::new(), quorum: QuorumHistory::default(), newest: None };
        Self { founding, remembered, seen: Mutex::new(seen) }
    }

    /// Hash of the founding entry that this console pinned.
    #[must_use]
    pub fn founding(&self) -> Hash {
        self.founding
    }

    /// A verifier that has read nothing yet, and knows what must be there: the founding, and the newest entry that was verified here.
    pub(crate) async fn anew(&self) -> Verifier {
        let verifier = Verifier::new().pinned(self.founding);
        match self.newest_seen().await {
            Some((number, hash)) => verifier.remembering(number, hash),
            None => verifier,
        }
    }

    /// The newest entry that was verified here, on this visit or an earlier one.
    async fn newest_seen(&self) -> Option<(u64, Hash)> {
        let Summary { entries, head } = self.seen.lock().await.verifier.summary();
        let now = (entries > 0).then_some((entries, head));
        now.max(self.remembered)
    }

    /// Reads on to the ledger's end.
    ///
    /// # Errors
    /// [`WitnessError::Fault`] with the first bad entry. A witness that has seen one keeps saying so.
    pub async fn catch_up(&self, register: &Register) -> Result<Summary, WitnessError> {
        let mut seen = self.seen.lock().await;
        loop {
            let Summary { entries, head } = seen.verifier.summary();
            // The last entry already seen is read again: it must still be there, unchanged.
            let records = register.ledger_records(entries.max(1), FETCH).await?;
            let mut records = records.into_iter().map(record);
            if entries > 0 {
                match records.next() {
                    Some(last) if last.number == entries && last.hash == head => {}
                    Some(_) => return Err(Fault::Rewritten { number: entries }.into()),
                    None => {
                        let (found, _) = register.head().await?;
                        return Err(Fault::Truncated { found, seen: entries }.into());
                    }
                }
            }
            let records: Vec<Record> = records.collect();
            if records.is_empty() {
                seen.verifier.may_end()?;
                return Ok(seen.verifier.summary());
            }
            let is_far_behind = records.len() >= FAR_BEHIND;
            seen.push_all(&records)?;
            if is_far_behind {
                seen.follow(register).await?;
            }
        }
    }

    /// What became of a request, as far as the ledger was read.
    pub async fn ending(&self, request: RequestId) -> Option<Ending> {
        self.seen.lock().await.endings.get(&request.0).copied()
    }

    /// Who must sign an operation: by the rules under which its run began, or by the newest.
    pub(crate) async fn quorum_rule(&self, operation: Operation, run: Option<RunId>) -> Option<QuorumRule> {
        self.seen.lock().await.quorum.rule(operation, run.map(|run| run.0)).cloned()
    }

    /// When the latest of the entries read so far was written, by their own times.
    pub async fn newest_time(&self) -> Option<Timestamp> {
        self.seen.lock().await.newest
    }

    /// The signers behind device keys that are certified and the operators' own, with the roles that count at `at`.
    pub async fn signers(
        &self,
        keys: &[(OperatorId, [u8; 32])],
        at: Timestamp,
    ) -> HashMap<(OperatorId, [u8; 32]), SignerFacts> {
        let seen = self.seen.lock().await;
        let people = seen.verifier.people();
        collect(keys, |key| people.standing(key, at.micros()))
    }

    /// The same as they were at `at`, whatever became of them since.
    pub async fn signers_then(
        &self,
        keys: &[(OperatorId, [u8; 32])],
        at: Timestamp,
    ) -> HashMap<(OperatorId, [u8; 32]), SignerFacts> {
        let seen = self.seen.lock().await;
        let people = seen.verifier.people();
        collect(keys, |key| people.standing_then(key, at.micros()))
    }
}

fn collect<'a>(
    keys: &[(OperatorId, [u8; 32])],
    standing: impl Fn(&[u8; 32]) -> Option<Standing<'a>>,
) -> HashMap<(OperatorId, [u8; 32]), SignerFacts> {
    let facts = |(operator, key): &(OperatorId, [u8; 32])| {
        let known = standing(key).filter(|known| known.person.id == operator.0 && known.person.kind == "operator")?;
        let facts = SignerFacts {
            person: known.person.person.to_lowercase(),
            roles: known.roles.iter().filter_map(|role| role.parse().ok()).collect(),
            active: known.active,
            public_key: known.public_key,
        };
        Some(((*operator, *key), facts))
    };
    keys.iter().filter_map(facts).collect()
}

impl Seen {
    /// Reads a long way on, one page arriving while the one before it is verified.
    async fn follow(&mut self, register: &Register) -> Result<(), WitnessError> {
        let from = self.verifier.summary().entries + 1;
        let pages = register.ledger_stream(from, u64::MAX).map_ok(record).try_chunks(PAGE);
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            self.push_all(&page.map_err(|stopped| stopped.1)?)?;
        }
        Ok(())
    }

    fn push_all(&mut self, records: &[Record]) -> Result<(), Fault> {
        let Self { verifier, endings, quorum, newest } = self;
        let mut read = records.iter();
        let pushed = verifier.push_all(records, &mut |said| {
            let record = read.next();
            match said {
                Said::Entry(entry) => {
                    *newest = (*newest).max(Some(Timestamp::from_micros(entry.time)));
                    remember(endings, &entry);
                    if let Some(record) = record {
                        quorum.learn(&entry, record);
                    }
                }
                Said::Nothing { time } => *newest = (*newest).max(Some(Timestamp::from_micros(time))),
            }
        });
        quorum.settle(verifier.people());
        pushed
    }
}

/// Keeps what ended a request.
fn remember(endings: &mut HashMap<Uuid, Ending>, entry: &Entry) {
    let request = || Uuid::parse_str(&entry.subject.name).ok();
    let ended = match entry.verb.as_str() {
        "request.rejected" => request().map(|id| (id, Ending::Rejected)),
        "request.withdrawn" => request().map(|id| (id, Ending::Withdrawn)),
        "request.lapsed" => request().map(|id| (id, Ending::Lapsed)),
        "run.started" => {
            let at = Timestamp::from_micros(entry.time);
            let request = entry.attribute("request").and_then(|id| Uuid::parse_str(id).ok());
            request.zip(Uuid::parse_str(&entry.subject.name).ok()).map(|(id, run)| (id, Ending::Started { run, at }))
        }
        _ => None,
    };
    if let Some((request, ending)) = ended {
        endings.entry(request).or_insert(ending);
    }
}

/// The register's row, to be verified.
pub(crate) fn record(row: register::LedgerRecord) -> Record {
    Record { number: row.seq, entry: row.entry, signatures: row.signatures, hash: row.hash }
}
