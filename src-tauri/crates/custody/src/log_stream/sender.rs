//! Reads the ledger on, link by link, and delivers what it reads: the loop behind `countersign ledger stream`.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use domain::Timestamp;
use futures::StreamExt as _;
use ledger::{Record, link};
use logstack::{Event, EventError, Format, line};
use register::{LedgerRecord, Register, RegisterError};
use uuid::Uuid;

use super::delivery::{Parcel, Sink, Trouble};
use super::parts::{Delivery, cut};
use super::position::{Place, Position, PositionError};

/// Records read at once.
const FETCH: u32 = 500;

/// A target that takes entries is reported about so often, and one that is waited for.
const REPORT_EVERY: Duration = Duration::from_secs(5);

/// What was not announced is looked for so often.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long a target in trouble is tried.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The pause after the first failure; it doubles.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// Tries in a row; without a number for ever.
    pub tries: Option<u32>,
}

impl Patience {
    /// For a stream that ends: some two minutes.
    pub const ONCE: Self = Self { first: Duration::from_secs(1), longest: Duration::from_secs(60), tries: Some(8) };
    /// For a stream that follows.
    pub const FOLLOWING: Self = Self { tries: None, ..Self::ONCE };
}

/// Why a stream ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The register can't be read.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The position.
    #[error(transparent)]
    Position(#[from] PositionError),
    /// An entry that is none.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The ledger is not the one that was sent so far.
    #[error("entry {number} is not the one that follows what was sent before: the ledger was rewritten")]
    Rewritten {
        /// Number of the entry.
        number: u64,
    },
    /// The target will never take this entry.
    #[error("the target does not take entry {number}: {why}")]
    Poison {
        /// Its number.
        number: u64,
        /// What the target said.
        why: String,
    },
    /// The target takes nothing from us.
    #[error("the target refuses: {why}")]
    Refused {
        /// What it said.
        why: String,
    },
    /// Whoever read it has gone.
    #[error("whoever read the stream has gone")]
    Closed,
    /// It did not get better.
    #[error("the target took nothing for {tries} tries: {why}")]
    Stalled {
        /// How many.
        tries: u32,
        /// What happened the last time.
        why: String,
    },
}

/// What a stream did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streamed {
    /// Entries that were acknowledged.
    pub sent: u64,
    /// How far the target is.
    pub position: Position,
}

/// A stream of one ledger to one target.
pub struct LedgerStream {
    /// Where the ledger is read, on connections of the stream's own.
    pub register: Register,
    /// Who takes it.
    pub sink: Sink,
    /// In which schema.
    pub format: Format,
    /// Under which name it is reported; nameless streams are not.
    pub name: Option<String>,
    /// Where its position is kept, if it is.
    pub place: Option<Place>,
    /// How long trouble is borne.
    pub patience: Patience,
    position: Position,
    sent: u64,
    reported: Option<tokio::time::Instant>,
    names: HashMap<Uuid, String>,
}

impl LedgerStream {
    /// A stream that goes on after `position`.
    #[must_use]
    pub fn new(register: Register, sink: Sink, format: Format, position: Position, patience: Patience) -> Self {
        Self {
            register,
            sink,
            format,
            name: None,
            place: None,
            patience,
            position,
            sent: 0,
            reported: None,
            names: HashMap::new(),
        }
    }

    /// The position just before entry `number`, as the register has it.
    ///
    /// # Errors
    /// [`RegisterError`] when it can't be read; `None` when there is no such entry.
    pub async fn before(register: &Register, number: u64) -> Result<Option<Position>, RegisterError> {
        let Some(last) = number.checked_sub(1).filter(|last| *last > 0) else { return Ok(Some(Position::START)) };
        let found = register.ledger_records(last, 1).await?.pop().filter(|record| record.seq == last);
        Ok(found.map(|record| Position { number: record.seq, hash: record.hash }))
    }

    /// What was acknowledged so far.
    #[must_use]
    pub fn streamed(&self) -> Streamed {
        Streamed { sent: self.sent, position: self.position }
    }

    /// Sends what there is.
    ///
    /// # Errors
    /// [`StreamError`]; what was acknowledged before stays so, and the next stream goes on there.
    pub async fn send_all(&mut self) -> Result<Streamed, StreamError> {
        let outcome = self.send_on().await;
        self.tell(outcome.as_ref().err()).await;
        outcome.map(|()| self.streamed())
    }

    /// Sends what there is, and what is appended from then on, until the target or the register can't go on.
    ///
    /// # Errors
    /// Always, in the end: [`StreamError`].
    pub async fn follow(&mut self) -> Result<Streamed, StreamError> {
        let mut pause = self.patience.first;
        loop {
            match self.follow_news().await {
                Err(StreamError::Register(RegisterError::Unavailable(error))) => {
                    tracing::warn!(%error, "the register cannot be reached; the stream waits");
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(self.patience.longest);
                }
                Err(error) => {
                    self.tell(Some(&error)).await;
                    return Err(error);
                }
                Ok(()) => return Ok(self.streamed()),
            }
        }
    }

    async fn follow_news(&mut self) -> Result<(), StreamError> {
        // Announced from before the first look on, so that nothing falls in between.
        let mut news = Box::pin(self.register.listen().await?);
        loop {
            self.send_on().await?;
            self.tell(None).await;
            match tokio::time::timeout(LOOK_EVERY, news.next()).await {
                Ok(Some(Err(error))) => return Err(error.into()),
                Ok(None) => return Ok(()),
                Ok(Some(Ok(_))) | Err(_) => {}
            }
        }
    }

    async fn send_on(&mut self) -> Result<(), StreamError> {
        self.check_position().await?;
        loop {
            let records = self.register.ledger_records(self.position.number.saturating_add(1), FETCH).await?;
            if records.is_empty() {
                return Ok(());
            }
            let parcels = self.packed(records).await?;
            let (events, bytes) = self.sink.most();
            let mut waiting: VecDeque<Delivery> = cut(parcels, events, bytes).into();
            while let Some(delivery) = waiting.pop_front() {
                for part in self.deliver(delivery).await?.into_iter().rev() {
                    waiting.push_front(part);
                }
            }
        }
    }

    /// What was sent before must still be what the ledger holds there.
    async fn check_position(&self) -> Result<(), StreamError> {
        let Position { number, hash } = self.position;
        if number == 0 {
            return Ok(());
        }
        let found = self.register.ledger_records(number, 1).await?.pop();
        let holds = found.is_some_and(|record| record.seq == number && record.hash == hash);
        if holds { Ok(()) } else { Err(StreamError::Rewritten { number }) }
    }

    async fn packed(&mut self, records: Vec<LedgerRecord>) -> Result<Vec<(Parcel, Position)>, StreamError> {
        let mut before = self.position;
        let mut packed = Vec::with_capacity(records.len());
        for record in records {
            let number = before.number.saturating_add(1);
            if record.seq != number || link(&before.hash, &record.entry, &record.signatures) != record.hash {
                return Err(StreamError::Rewritten { number });
            }
            before = Position { number, hash: record.hash };
            let record = Record { number, entry: record.entry, signatures: record.signatures, hash: record.hash };
            packed.push((self.parcel(&record).await?, before));
        }
        Ok(packed)
    }

    async fn parcel(&mut self, record: &Record) -> Result<Parcel, StreamError> {
        let mut unknown = None;
        let names = &self.names;
        let event = Event::read(record)?.by(|actor| {
            let name = names.get(&actor).cloned();
            unknown = name.is_none().then_some(actor);
            name
        });
        let event = match unknown {
            None => event,
            Some(actor) => {
                let rows = self.register.operators().await?;
                self.names = rows.into_iter().map(|row| (row.id.0, row.name)).collect();
                event.by(|_| self.names.get(&actor).cloned())
            }
        };
        Ok(Parcel {
            number: event.number(),
            id: event.stable_id(),
            entry: event.entry_id(),
            time: Timestamp::from_micros(event.time().micros()),
            line: line(&self.format.document(&event)),
        })
    }

    /// Delivers until everything is acknowledged. Answers what is to be delivered instead, in smaller parts, where the target asks so.
    async fn deliver(&mut self, mut delivery: Delivery) -> Result<Vec<Delivery>, StreamError> {
        let (mut tries, mut pause) = (0_u32, self.patience.first);
        loop {
            let left = delivery.parcels.len();
            let outcome = self.sink.deliver(&mut delivery.parcels).await;
            self.acknowledge(&delivery, outcome.is_ok()).await?;
            if delivery.parcels.len() < left {
                (tries, pause) = (0, self.patience.first);
            }
            let (why, after) = match outcome {
                Ok(()) => return Ok(Vec::new()),
                Err(Trouble::Later { why, after }) => (why, after),
                Err(Trouble::Fewer { why }) => match delivery.parcels.as_slice() {
                    [alone] => return Err(StreamError::Poison { number: alone.number, why }),
                    _ => return Ok(delivery.halved()),
                },
                Err(Trouble::Poison { number, why }) => return Err(StreamError::Poison { number, why }),
                Err(Trouble::Refused { why }) => return Err(StreamError::Refused { why }),
                Err(Trouble::Closed) => return Err(StreamError::Closed),
            };
            tries = tries.saturating_add(1);
            if self.patience.tries.is_some_and(|most| tries >= most) {
                return Err(StreamError::Stalled { tries, why });
            }
            tracing::warn!(%why, "the target of the log stack takes nothing; it is tried again");
            self.report(&why).await;
            tokio::time::sleep(after.unwrap_or(pause)).await;
            pause = pause.saturating_mul(2).min(self.patience.longest);
        }
    }

    /// Moves the position as far as everything before was acknowledged.
    async fn acknowledge(&mut self, delivery: &Delivery, is_whole: bool) -> Result<(), StreamError> {
        let first_left = delivery.parcels.iter().map(|parcel| parcel.number).min();
        let reached = delivery.ends.iter().rev().find(|end| match first_left {
            Some(left) => end.number < left,
            None => is_whole,
        });
        let Some(reached) = reached.filter(|reached| reached.number > self.position.number) else { return Ok(()) };
        if let Some(place) = &self.place {
            place.keep(*reached)?;
        }
        self.sent = self.sent.saturating_add(reached.number.saturating_sub(self.position.number));
        self.position = *reached;
        if self.reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            self.report("").await;
        }
        Ok(())
    }

    async fn tell(&mut self, error: Option<&StreamError>) {
        let why = match error {
            Some(StreamError::Register(_)) => return,
            Some(error) => error.to_string(),
            None => String::new(),
        };
        self.report(&why).await;
    }

    /// Says how far the target is. Nothing depends on it, so that nothing waits for it either.
    async fn report(&mut self, trouble: &str) {
        let Some(name) = &self.name else { return };
        self.reported = Some(tokio::time::Instant::now());
        let trouble: String = domain::escape_visibly(trouble).split_whitespace().collect::<Vec<_>>().join(" ");
        let trouble: String = trouble.chars().take(400).collect();
        let register = self.register.clone();
        let report = register.report_log_target(name, self.format.word(), self.position.number, &trouble);
        if let Err(error) = report.await {
            tracing::warn!(%error, "how far the target is could not be reported");
        }
    }
}
