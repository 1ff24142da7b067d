//! Plans: what exactly will be done, computed from live state, hashed, and sealed. Format: `docs/formats/plan.md`.

use std::collections::BTreeMap;
use std::time::Duration;

use canonical::{DecodeError, Decoder, Encoder};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::id::{CustodyId, KeyId, OperatorId, RequestId};
use crate::operation::Operation;
use crate::people::Environment;
use crate::text::{Text, TextError};
use crate::time::Timestamp;

const KIND: &str = "countersign/plan/v1";

/// SHA-256 of a plan's bytes: what a seal signs.
pub type PlanHash = [u8; 32];

/// Facts a plan was computed from, by name. `register.*` is compared by the database, `vault.*` by the console.
pub type Facts = BTreeMap<String, String>;

/// What a plan acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Record in the register.
    pub key: KeyId,
    /// Name in the vault.
    pub name: String,
    /// Version it acts on; empty where there is none yet.
    pub version: String,
}

/// One line of before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub subject: String,
    /// Which property.
    pub field: String,
    /// Now.
    pub before: String,
    /// Afterwards.
    pub after: String,
}

/// A plan's two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// When it was computed.
    pub planned_at: Timestamp,
    /// Seals count until then.
    pub approve_by: Timestamp,
    /// A run may start until then.
    pub execute_by: Timestamp,
}

/// Bounds of a plan's clocks and texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanBounds {
    /// Longest time for approval.
    pub approve_within_max: Duration,
    /// Longest time until execution.
    pub execute_within_max: Duration,
    /// Longest text, in characters.
    pub text_length_max: usize,
}

impl Default for PlanBounds {
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        Self { approve_within_max: days(14), execute_within_max: days(30), text_length_max: 4_000 }
    }
}

/// Exactly what will be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// For this custody and no other.
    pub custody: CustodyId,
    /// For this environment and no other.
    pub environment: Environment,
    /// The request it belongs to.
    pub request: RequestId,
    /// What kind of act.
    pub operation: Operation,
    /// Who asks.
    pub requester: OperatorId,
    /// Makes two plans of the same content differ.
    pub nonce: [u8; 16],
    /// Its clocks.
    pub clocks: Clocks,
    /// What it acts on.
    pub targets: Vec<Target>,
    /// How it acts.
    pub parameters: BTreeMap<String, String>,
    /// Before and after, line by line.
    pub changes: Vec<Change>,
    /// What it touches, counted.
    pub impact: BTreeMap<String, u64>,
    /// Why.
    pub reason: String,
    /// The change record it belongs to.
    pub change_record: String,
    /// What will be done if it goes wrong.
    pub rollback_plan: String,
    /// State it depends on.
    pub depends_on: Facts,
}

/// Why a plan is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The bytes are not a plan.
    #[error("the plan is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// A word or number in it is unknown.
    #[error("the plan's {field} is unknown or unreadable")]
    Unreadable {
        /// Which field.
        field: &'static str,
    },
    /// A text in it is missing or deceptive.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Its clocks are in the past, in the wrong order or too far away.
    #[error("the plan's clocks are out of bounds: approve by {approve_by}, execute by {execute_by}")]
    Clocks {
        /// Seals count until then.
        approve_by: Timestamp,
        /// A run may start until then.
        execute_by: Timestamp,
    },
}

impl Plan {
    /// Checks what people wrote and the clocks; called before a plan is submitted.
    pub fn check(&self, bounds: &PlanBounds) -> Result<(), PlanError> {
        let max = bounds.text_length_max;
        Text::parse("reason", &self.reason, max)?;
        // no manual rotation without a change record and a roll-back plan.
        Text::parse("change record", &self.change_record, max)?;
        Text::parse("rollback plan", &self.rollback_plan, max)?;
        let Clocks { planned_at, approve_by, execute_by } = self.clocks;
        let in_order = planned_at < approve_by && approve_by <= execute_by;
        let in_bounds = approve_by <= planned_at.plus(bounds.approve_within_max)
            && execute_by <= planned_at.plus(bounds.execute_within_max);
        if in_order && in_bounds { Ok(()) } else { Err(PlanError::Clocks { approve_by, execute_by }) }
    }

    /// The bytes that are hashed and kept.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let targets = self.targets.iter().fold(Encoder::new(), |list, target| {
            list.sequence(Encoder::new().bytes(target.key.0.as_bytes()).text(&target.name).text(&target.version))
        });
        let changes = self.changes.iter().fold(Encoder::new(), |list, change| {
            let Change { subject, field, before, after } = change;
            list.sequence(Encoder::new().text(subject).text(field).text(before).text(after))
        });
        let impact = self.impact.iter().map(|(name, count)| (name.clone(), count.to_string())).collect();
        Encoder::message(KIND)
            .bytes(self.custody.0.as_bytes())
            .text(self.environment.word())
            .bytes(self.request.0.as_bytes())
            .text(self.operation.word())
            .bytes(self.requester.0.as_bytes())
            .bytes(&self.nonce)
            .time(self.clocks.planned_at.micros())
            .time(self.clocks.approve_by.micros())
            .time(self.clocks.execute_by.micros())
            .sequence(targets)
            .map(&self.parameters)
            .sequence(changes)
            .map(&impact)
            .text(&self.reason)
            .text(&self.change_record)
            .text(&self.rollback_plan)
            .map(&self.depends_on)
            .finish()
    }

    /// Reads a plan back.
    pub fn decode(bytes: &[u8]) -> Result<Self, PlanError> {
        let mut fields = Decoder::new(bytes);
        fields.expect_kind(KIND)?;
        let plan = Self {
            custody: CustodyId(read_id(&mut fields)?),
            environment: read_word(fields.text()?, "environment")?,
            request: RequestId(read_id(&mut fields)?),
            operation: read_word(fields.text()?, "operation")?,
            requester: OperatorId(read_id(&mut fields)?),
            nonce: fields.array("a nonce of 16 bytes")?,
            clocks: Clocks {
                planned_at: Timestamp::from_micros(fields.time()?),
                approve_by: Timestamp::from_micros(fields.time()?),
                execute_by: Timestamp::from_micros(fields.time()?),
            },
            targets: read_list(fields.sequence()?, read_target)?,
            parameters: fields.map()?,
            changes: read_list(fields.sequence()?, read_change)?,
            impact: read_impact(fields.map()?)?,
            reason: fields.text()?.to_owned(),
            change_record: fields.text()?.to_owned(),
            rollback_plan: fields.text()?.to_owned(),
            depends_on: fields.map()?,
        };
        fields.finish()?;
        Ok(plan)
    }

    /// SHA-256 of everything the plan depends on.
    #[must_use]
    pub fn state_digest(&self) -> [u8; 32] {
        Sha256::digest(Encoder::new().map(&self.depends_on).finish()).into()
    }

    /// What a seal signs.
    #[must_use]
    pub fn hash(&self) -> PlanHash {
        Sha256::digest(self.encode()).into()
    }

    /// A parameter by name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Facts that differ in `live`, by name, with the planned and the live value (empty where there is none).
    #[must_use]
    pub fn drift(&self, live: &Facts) -> Vec<Change> {
        let names: std::collections::BTreeSet<&String> = self.depends_on.keys().chain(live.keys()).collect();
        let value = |facts: &Facts, name: &String| facts.get(name).cloned().unwrap_or_default();
        names
            .into_iter()
            .map(|name| (name, value(&self.depends_on, name), value(live, name)))
            .filter(|(_, planned, now)| planned != now)
            .map(|(name, before, after)| {
                let (subject, field) = name.split_once('.').unwrap_or(("plan", name));
                Change { subject: subject.to_owned(), field: field.to_owned(), before, after }
            })
            .collect()
    }
}

fn read_id(fields: &mut Decoder<'_>) -> Result<Uuid, PlanError> {
    Ok(Uuid::from_bytes(fields.array("an id of 16 bytes")?))
}

fn read_word<W: std::str::FromStr>(word: &str, field: &'static str) -> Result<W, PlanError> {
    word.parse().map_err(|_unknown| PlanError::Unreadable { field })
}

fn read_list<T>(
    mut list: Decoder<'_>,
    read: impl Fn(&mut Decoder<'_>) -> Result<T, PlanError>,
) -> Result<Vec<T>, PlanError> {
    let mut items = Vec::new();
    while !list.is_empty() {
        let mut item = list.sequence()?;
        items.push(read(&mut item)?);
        item.finish()?;
    }
    Ok(items)
}

fn read_target(item: &mut Decoder<'_>) -> Result<Target, PlanError> {
    let key = KeyId(read_id(item)?);
    Ok(Target { key, name: item.text()?.to_owned(), version: item.text()?.to_owned() })
}

fn read_change(item: &mut Decoder<'_>) -> Result<Change, PlanError> {
    let mut text = || item.text().map(str::to_owned);
    Ok(Change { subject: text()?, field: text()?, before: text()?, after: text()? })
}

fn read_impact(map: BTreeMap<String, String>) -> Result<BTreeMap<String, u64>, PlanError> {
    let read = |(name, count): (String, String)| match count.parse::<u64>() {
        Ok(number) if number.to_string() == count => Ok((name, number)),
        _ => Err(PlanError::Unreadable { field: "impact" }),
    };
    map.into_iter().map(read).collect()
}
