//! From findings to a verdict.

use std::collections::BTreeMap;

use domain::{Environment, Timestamp};

use crate::commit::Commit;
use crate::fault::Fault;
use crate::finding::{Finding, Level};
use crate::reading::{Reading, ReadingError};

/// From so many days on before the date, a warning is more than a notice.
const NEAR_DAYS: i64 = 7;

/// Whether to deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is in the way.
    Pass,
    /// Something is.
    Blocked,
    /// It could not be told, and that blocks, too.
    Unknown,
}

impl Verdict {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }

    /// The exit code of a pipeline's step.
    #[must_use]
    pub fn exit(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Blocked => 1,
            Self::Unknown => 2,
        }
    }
}

/// A finding as it stands at the moment of the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What was found.
    pub finding: Finding,
    /// What it does now.
    pub level: Level,
    /// Whether its date has come.
    pub is_due: bool,
    /// Whole days since its date; before it, whole days that are left, rounded up.
    pub days: i64,
}

impl Judged {
    fn of(finding: &Finding, now: Timestamp) -> Option<Self> {
        if !finding.is_shown(now) {
            return None;
        }
        let due = Timestamp::from_micros(finding.due_at);
        let is_due = finding.is_due(now);
        let since = now.days_since(due);
        let days = if is_due { since } else { since.saturating_neg() };
        let level = match (is_due, finding.level) {
            (true, level) => level,
            (false, Level::Notice) => Level::Notice,
            (false, _) if days <= NEAR_DAYS => Level::Warn,
            (false, _) => Level::Notice,
        };
        Some(Self { finding: finding.clone(), level, is_due, days })
    }
}

/// A reading, judged at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What was read.
    pub reading: Reading,
    /// When it was judged: the register's clock, or the reader's for a file.
    pub at: Timestamp,
    /// What is shown, what blocks first, then by date.
    pub findings: Vec<Judged>,
}

impl Judgement {
    /// Judges a reading at `at`.
    ///
    /// # Errors
    /// [`Unknown`] when the reading says nothing about that moment.
    pub fn of(reading: Reading, at: Timestamp) -> Result<Self, Unknown> {
        // INVARIANT: a verdict is given only for moments for which the findings are complete. Test: `a_file_is_judged_at_the_readers_time`.
        if at.micros() > reading.complete_until {
            let until = Timestamp::from_micros(reading.complete_until);
            return Err(Unknown::new(
                "stale",
                format!("what was read says nothing about {at}, only until {until}"),
                "read it again",
            ));
        }
        let mut findings: Vec<Judged> = reading.findings.iter().filter_map(|it| Judged::of(it, at)).collect();
        findings.sort_by(|one, other| order(one).cmp(&order(other)));
        Ok(Self { reading, at, findings })
    }

    /// Whether to deploy.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.count(Level::Block) > 0 { Verdict::Blocked } else { Verdict::Pass }
    }

    /// How many findings are of a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|it| it.level == level).count()
    }
}

fn order(of: &Judged) -> (Level, i64, &str, &str) {
    (of.level, of.finding.due_at, &of.finding.kind, &of.finding.id)
}

/// Why it could not be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unknown {
    /// For programs.
    pub code: String,
    /// What is wrong and where.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Unknown {
    /// A cause, with what to do about it.
    pub fn new(code: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), hint: hint.into() }
    }
}

impl From<Fault> for Unknown {
    fn from(fault: Fault) -> Self {
        Self::new(fault.code(), fault.to_string(), fault.hint())
    }
}

impl From<ReadingError> for Unknown {
    fn from(error: ReadingError) -> Self {
        let message = match &error {
            ReadingError::Unreadable(cause) => format!("{error}: {cause}"),
            ReadingError::Finding(_) => error.to_string(),
        };
        Self::new("answer_unreadable", message, "use the countersign of the register's version")
    }
}

/// Where a reading came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The register itself.
    Register,
    /// A signed file.
    File {
        /// Its name as it was given.
        name: String,
        /// Its SHA-256; nothing where it could not even be read.
        digest: Option<[u8; 32]>,
    },
}

/// Everything that is told of one asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Where is deployed to.
    pub environment: Environment,
    /// What is deployed.
    pub commit: Option<Commit>,
    /// Address of the repository that the commit is of.
    pub repository: Option<String>,
    /// Where the answer came from.
    pub source: Source,
    /// When it was asked, by the clock of who asked.
    pub asked_at: Timestamp,
    /// The judgement, or why there is none.
    pub outcome: Result<Judgement, Unknown>,
}

impl Report {
    /// Whether to deploy.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.outcome.as_ref().map_or(Verdict::Unknown, Judgement::verdict)
    }

    /// Findings that are shown, by level.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, usize> {
        let count = |level| self.outcome.as_ref().map_or(0, |it| it.count(level));
        [Level::Block, Level::Warn, Level::Notice].into_iter().map(|level| (level.word(), count(level))).collect()
    }
}
