//! What every plan has: who asks, why, and how long it stays open.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Change, Clocks, Facts, Operation, OperatorId, Plan, RequestId, Target, Text, Timestamp};
use rand_core::{OsRng, RngCore};

use crate::author::CustodyIdentity;

/// Longer texts than any that is kept are not composed.
const COMPOSED_CHARS_MAX: usize = 16_384;

/// What the requester wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grounds {
    /// Why.
    pub reason: String,
    /// The change record it belongs to.
    pub change_record: String,
    /// What will be done if it goes wrong.
    pub rollback_plan: String,
}

/// How long a request stays open, from the moment it is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Seals count that long.
    pub approve_within: Duration,
    /// A run may start that long.
    pub execute_within: Duration,
}

impl Grounds {
    /// The texts as the register keeps them: NFC, with plain line breaks. What can't be kept stays as it is, and is refused by
    /// name when the plan is checked.
    fn composed(self) -> Self {
        Self {
            reason: composed(self.reason),
            change_record: composed(self.change_record),
            rollback_plan: composed(self.rollback_plan),
        }
    }
}

/// A text as the register keeps it, where it can be kept.
pub(super) fn composed(raw: String) -> String {
    match Text::parse("text", &raw, COMPOSED_CHARS_MAX) {
        Ok(text) => text.as_str().to_owned(),
        Err(_refused_later) => raw,
    }
}

impl Default for Windows {
    fn default() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        Self { approve_within: hours(48), execute_within: hours(120) }
    }
}

/// A plan before it is known what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    custody: CustodyIdentity,
    request: RequestId,
    requester: OperatorId,
    nonce: [u8; 16],
    clocks: Clocks,
    grounds: Grounds,
}

impl Draft {
    /// Begins a plan at `now`, with a fresh id and nonce.
    #[must_use]
    pub fn make(
        custody: CustodyIdentity,
        requester: OperatorId,
        grounds: Grounds,
        windows: Windows,
        now: Timestamp,
    ) -> Self {
        let mut nonce = [0; 16];
        OsRng.fill_bytes(&mut nonce);
        let clocks = Clocks {
            planned_at: now,
            approve_by: now.plus(windows.approve_within),
            execute_by: now.plus(windows.execute_within),
        };
        Self {
            custody,
            request: RequestId::make(now, &mut OsRng),
            requester,
            nonce,
            clocks,
            grounds: grounds.composed(),
        }
    }

    /// Until when a run of it may start.
    pub(super) fn execute_by(&self) -> Timestamp {
        self.clocks.execute_by
    }

    /// When it is computed.
    pub(super) fn planned_at(&self) -> Timestamp {
        self.clocks.planned_at
    }

    /// With clocks that end before `date`: what is not in force by then must not come into force any more.
    pub(super) fn ending_before(mut self, date: Timestamp) -> Self {
        let last = Timestamp::from_micros(date.micros().saturating_sub(1));
        self.clocks.execute_by = self.clocks.execute_by.min(last);
        self.clocks.approve_by = self.clocks.approve_by.min(self.clocks.execute_by);
        self
    }

    pub(super) fn into_plan(
        self,
        operation: Operation,
        targets: Vec<Target>,
        parameters: BTreeMap<String, String>,
        changes: Vec<Change>,
        impact: BTreeMap<String, u64>,
        depends_on: Facts,
    ) -> Plan {
        Plan {
            custody: self.custody.id,
            environment: self.custody.environment,
            request: self.request,
            operation,
            requester: self.requester,
            nonce: self.nonce,
            clocks: self.clocks,
            targets,
            parameters,
            changes,
            impact,
            reason: self.grounds.reason,
            change_record: self.grounds.change_record,
            rollback_plan: self.grounds.rollback_plan,
            depends_on,
        }
    }
}

/// The vault a plan is for, and how fast it may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Host of the vault.
    pub vault_host: String,
    /// Share of the vault's documented limit that runs may use.
    pub budget_percent: u32,
    /// Operations in a second within that share.
    pub operations_per_second: u32,
}

impl Setting {
    /// How long `operations` take at that rate.
    #[must_use]
    pub fn estimate(&self, operations: u64) -> Duration {
        Duration::from_millis(operations.saturating_mul(1000) / u64::from(self.operations_per_second.max(1)))
    }
}
