//! Plans that destroy keys: what goes, how it goes, and what remains for how long. The words here are read by the
//! register's checks and by whoever is asked to sign.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::{Change, Facts, KeyId, Operation, Plan, Target, Timestamp};
use register::RetentionRow;

use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;

/// DEKs in one request: more belong to a tenant, and the plan names the tenant.
pub const DESTROY_DEKS_MAX: usize = 500;

/// Rows that the register erases in a second, for the estimate only.
const ROWS_PER_SECOND: u64 = 5_000;

/// Vault operations for one object: look, delete, read back, purge, twice not found.
pub(super) const VAULT_OPERATIONS_PER_OBJECT: u64 = 8;

/// When what was deleted in the vault is purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// As soon as it is deleted, where the vault allows that.
    AtOnce,
    /// By the vault itself, when the time in which it can be recovered is over.
    Scheduled,
}

impl Purge {
    /// As plans say it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Scheduled => "scheduled",
        }
    }

    /// Reads what a plan says.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::AtOnce, Self::Scheduled].into_iter().find(|purge| purge.word() == word)
    }
}

/// The hours of the day, in UTC, in which tables may be locked and rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReclaimHours {
    /// Any.
    #[default]
    Any,
    /// From the beginning of the first to the beginning of the second; over midnight where the first is later.
    Between(u8, u8),
}

/// Hours that are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not hours of a day: write `any`, or two different hours in UTC such as `22-4`")]
pub struct NoHours;

impl FromStr for ReclaimHours {
    type Err = NoHours;

    fn from_str(text: &str) -> Result<Self, NoHours> {
        if text == "any" {
            return Ok(Self::Any);
        }
        let (first, last) = text.split_once('-').ok_or(NoHours)?;
        let hour = |text: &str| text.parse::<u8>().ok().filter(|hour| *hour < 24 && hour.to_string() == text);
        match (hour(first), hour(last)) {
            (Some(first), Some(last)) if first != last => Ok(Self::Between(first, last)),
            _ => Err(NoHours),
        }
    }
}

impl fmt::Display for ReclaimHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Between(first, last) => write!(f, "{first}-{last}"),
        }
    }
}

/// How strong an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureStrength {
    /// Every DEK lies under KEKs that go with it: copies elsewhere open for nobody once those are purged.
    Cryptographic,
    /// A KEK lives on: copies elsewhere open with it until they are gone.
    SharedKek,
}

impl ErasureStrength {
    /// As plans say it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cryptographic => "cryptographic",
            Self::SharedKek => "shared_kek",
        }
    }
}

/// Why something can't be destroyed now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blocker {
    /// It must be kept.
    Held {
        /// `legal_hold` or `incident`.
        kind: String,
        /// The case.
        reference: String,
    },
    /// A run is under way on it.
    Run {
        /// Number of its request.
        request: u32,
        /// What it does.
        operation: Operation,
    },
    /// Data of others would go with it.
    DeksOfOthers {
        /// The KEK.
        kek: String,
        /// How many DEKs.
        deks: u64,
    },
    /// Something live hangs on it.
    LiveDeks {
        /// How many DEKs.
        deks: u64,
    },
    /// No restore drill has shown that backups open without it.
    DrillMissing,
    /// It is on its way out, or gone.
    Status {
        /// Its status.
        status: String,
    },
    /// The register has no such thing in a state that can be destroyed.
    NotLive {
        /// Which.
        key: String,
    },
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { kind, reference } => write!(f, "{} {reference}: have it lifted first", kind.replace('_', " ")),
            Self::Run { request, operation } => {
                write!(f, "the run of request {request} ({operation}) is under way: finish it first")
            }
            Self::DeksOfOthers { kek, deks } => {
                write!(f, "{deks} DEKs of others lie under {kek}: move them to another KEK first")
            }
            Self::LiveDeks { deks } => write!(f, "{deks} DEKs still hang on it: rotate or destroy them first"),
            Self::DrillMissing => {
                f.write_str("no restore drill has shown that the newest backup opens without it: run one first")
            }
            Self::Status { status } => write!(f, "it is {status}"),
            Self::NotLive { key } => write!(f, "{key} is unknown or destroyed already"),
        }
    }
}

/// Blockers in one sentence.
pub(super) fn name_blockers(blockers: &[Blocker]) -> String {
    blockers.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What is left elsewhere after an erasure, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Residue {
    /// For how long copies are kept.
    pub retention: RetentionRow,
    /// The last moment at which a copy may still be there, if the run starts as late as it may.
    pub until: Timestamp,
}

impl Residue {
    /// When the last copy is gone, after an erasure that begins by `execute_by`.
    #[must_use]
    pub fn of(retention: RetentionRow, execute_by: Timestamp) -> Self {
        let days = u64::from(retention.backup_days.max(retention.wal_days)) * 24;
        let hours = days.max(u64::from(retention.replica_lag_hours));
        Self { retention, until: execute_by.plus(Duration::from_secs(hours * 3_600)) }
    }

    /// The parameters that say so.
    pub(super) fn parameters(self, strength: ErasureStrength) -> [(String, String); 5] {
        [
            ("backup_retention_days".to_owned(), self.retention.backup_days.to_string()),
            ("erasure".to_owned(), strength.word().to_owned()),
            ("replica_lag_hours".to_owned(), self.retention.replica_lag_hours.to_string()),
            ("residue_until".to_owned(), self.until.to_string()),
            ("wal_retention_days".to_owned(), self.retention.wal_days.to_string()),
        ]
    }

    /// The line that says so.
    pub(super) fn change(self, subject: &str, strength: ErasureStrength) -> Change {
        let kept = format!(
            "dead rows until they are reclaimed, write-ahead log for {} days, replicas for {} hours, backups for {} days",
            self.retention.wal_days, self.retention.replica_lag_hours, self.retention.backup_days
        );
        let after = match strength {
            ErasureStrength::Cryptographic => {
                format!("cryptographic once the vault has purged: wrapped copies remain ({kept}) and open for nobody")
            }
            ErasureStrength::SharedKek => {
                format!("limited until {}: wrapped copies remain ({kept}), and the living KEK opens them", self.until)
            }
        };
        line(subject, "erasure", String::new(), after)
    }
}

/// A DEK that shall be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoomedDek {
    /// Which.
    pub key: KeyId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: String,
    /// Tokens under it.
    pub tokens: u64,
}

/// Computes the plan to destroy DEKs. Pure.
#[must_use]
pub fn plan_destroy_deks(
    draft: Draft,
    deks: &[DoomedDek],
    facts: Facts,
    hours: ReclaimHours,
    residue: Residue,
    setting: Setting,
) -> Plan {
    let tokens: u64 = deks.iter().map(|dek| dek.tokens).sum();
    let count = u64::try_from(deks.len()).unwrap_or(u64::MAX);
    let target = |dek: &DoomedDek| Target { key: dek.key, name: dek.name.clone(), version: String::new() };
    let mut parameters =
        BTreeMap::from([("reclaim_hours".to_owned(), hours.to_string()), ("vault".to_owned(), setting.vault_host)]);
    parameters.extend(residue.parameters(ErasureStrength::SharedKek));
    let impact = BTreeMap::from([
        ("deks".to_owned(), count),
        ("estimated_seconds".to_owned(), erase_seconds(count, tokens)),
        ("tokens".to_owned(), tokens),
        ("vault_operations".to_owned(), 0),
    ]);
    let mut changes: Vec<Change> = deks.iter().flat_map(dek_changes).collect();
    changes.extend(deks.first().map(|dek| residue.change(&dek.name, ErasureStrength::SharedKek)));
    draft.into_plan(Operation::DestroyDek, deks.iter().map(target).collect(), parameters, changes, impact, facts)
}

fn dek_changes(dek: &DoomedDek) -> [Change; 3] {
    [
        line(&dek.name, "tokens", dek.tokens.to_string(), "overwritten and deleted".to_owned()),
        line(&dek.name, "wrap", "in use".to_owned(), "overwritten, deleted, its space reclaimed".to_owned()),
        line(&dek.name, "state", dek.state.clone(), "destroyed".to_owned()),
    ]
}

/// A KEK that shall be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoomedKek {
    /// Which.
    pub key: KeyId,
    /// Its name in the vault.
    pub name: String,
    /// Its version in use.
    pub version: String,
    /// Its state.
    pub state: String,
    /// How many versions it has.
    pub versions: u64,
}

/// Computes the plan to destroy a KEK. Pure.
#[must_use]
pub fn plan_destroy_kek(draft: Draft, kek: &DoomedKek, facts: Facts, purge: Purge, setting: Setting) -> Plan {
    let target = Target { key: kek.key, name: kek.name.clone(), version: kek.version.clone() };
    let seconds = setting.estimate(VAULT_OPERATIONS_PER_OBJECT).as_secs().max(1);
    let parameters =
        BTreeMap::from([("purge".to_owned(), purge.word().to_owned()), ("vault".to_owned(), setting.vault_host)]);
    let impact = BTreeMap::from([
        ("deks".to_owned(), 0),
        ("estimated_seconds".to_owned(), seconds),
        ("keks".to_owned(), 1),
        ("vault_operations".to_owned(), VAULT_OPERATIONS_PER_OBJECT),
        ("versions".to_owned(), kek.versions),
    ]);
    let changes = vec![
        line(&kek.name, "state", kek.state.clone(), "destroyed".to_owned()),
        line(&kek.name, "in_vault", "present".to_owned(), "deleted, then purged with all its versions".to_owned()),
        line(&kek.name, "purge", String::new(), purge_in_words(purge).to_owned()),
        line(
            &kek.name,
            "recovery",
            String::new(),
            "by two people, until the vault has purged it; its name stays blocked until then".to_owned(),
        ),
    ];
    draft.into_plan(Operation::DestroyKek, vec![target], parameters, changes, impact, facts)
}

pub(super) fn purge_in_words(purge: Purge) -> &'static str {
    match purge {
        Purge::AtOnce => "as soon as it is deleted, where the vault allows it; else at the vault's own date",
        Purge::Scheduled => "at the vault's own date",
    }
}

pub(super) fn erase_seconds(deks: u64, tokens: u64) -> u64 {
    ((deks + tokens) / ROWS_PER_SECOND).max(1)
}

pub(super) fn line(subject: &str, field: &str, before: String, after: String) -> Change {
    Change { subject: subject.to_owned(), field: field.to_owned(), before, after }
}

impl Console {
    /// The plan to destroy these DEKs, from live state.
    pub(super) async fn dek_destruction(
        &self,
        draft: Draft,
        deks: &[KeyId],
        hours: ReclaimHours,
    ) -> Result<Plan, RequestError> {
        if deks.is_empty() || deks.len() > DESTROY_DEKS_MAX {
            let what = "selection of 1 to 500 DEKs, but one";
            return Err(RequestError::Unknown { what, id: format!("of {}", deks.len()) });
        }
        let mut doomed = Vec::with_capacity(deks.len());
        let mut blockers = Vec::new();
        for dek in deks {
            match self.register.dek(*dek).await? {
                Some(row) if is_live(row.state) => {
                    let state = row.state.word().to_owned();
                    doomed.push(DoomedDek { key: row.id, name: row.name, state, tokens: row.tokens });
                }
                _ => blockers.push(Blocker::NotLive { key: dek.to_string() }),
            }
        }
        if !blockers.is_empty() {
            return Err(RequestError::Blocked { what: "this selection".to_owned(), blockers });
        }
        let facts = self.register.facts(Operation::DestroyDek, deks).await?;
        let residue = Residue::of(self.register.retention().await?, draft.execute_by());
        Ok(plan_destroy_deks(draft, &doomed, facts, hours, residue, self.setting(0).await?))
    }

    /// The plan to destroy a KEK, from live state.
    pub(super) async fn kek_destruction(&self, draft: Draft, key: KeyId, purge: Purge) -> Result<Plan, RequestError> {
        let unknown = || RequestError::Unknown { what: "KEK", id: key.to_string() };
        let kek = self.register.kek(key).await?.filter(|kek| is_live(kek.state)).ok_or_else(unknown)?;
        let wraps: u64 = kek.versions.iter().map(|version| version.deks).sum();
        let mut blockers = Vec::new();
        if wraps.max(kek.live_deks) > 0 {
            blockers.push(Blocker::LiveDeks { deks: wraps.max(kek.live_deks) });
        }
        if self.register.drill_wanted(key).await? {
            blockers.push(Blocker::DrillMissing);
        }
        if !blockers.is_empty() {
            return Err(RequestError::Blocked { what: kek.name, blockers });
        }
        let version = kek.current_version.clone().unwrap_or_default();
        let target = Target { key, name: kek.vault_name.clone(), version: version.clone() };
        let facts = self.facts_about(Operation::DestroyKek, &target).await?;
        let versions = u64::try_from(kek.versions.len()).unwrap_or(u64::MAX);
        let state = kek.state.word().to_owned();
        let doomed = DoomedKek { key, name: kek.vault_name, version, state, versions };
        Ok(plan_destroy_kek(draft, &doomed, facts, purge, self.setting(0).await?))
    }
}

pub(super) fn is_live(state: domain::KeyState) -> bool {
    !matches!(state, domain::KeyState::Destroyed | domain::KeyState::Archived)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_strictly() {
        assert_eq!("22-4".parse(), Ok(ReclaimHours::Between(22, 4)));
        assert_eq!("any".parse(), Ok(ReclaimHours::Any));
        for bad in ["", "24-3", "3-3", "03-4", "4-", "-4", "1-2-3", "ANY"] {
            assert_eq!(bad.parse::<ReclaimHours>(), Err(NoHours), "{bad}");
        }
        assert_eq!(ReclaimHours::Between(22, 4).to_string(), "22-4");
    }

    #[test]
    fn copies_are_gone_when_the_longest_retention_is_over() {
        let begin = Timestamp::from_micros(0);
        let kept = |backup_days, wal_days, replica_lag_hours| RetentionRow { backup_days, wal_days, replica_lag_hours };
        let until = |retention| Residue::of(retention, begin).until.micros() / 3_600_000_000;
        assert_eq!([until(kept(35, 7, 24)), until(kept(1, 7, 24)), until(kept(0, 0, 5))], [840, 168, 5]);
    }
}
