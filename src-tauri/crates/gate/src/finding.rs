//! What a gate finds: something with an owner, a moment from which it counts, and the one command that clears it.

use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// LIMIT: longest text of a finding, in characters. Titles of the register are shorter.
const TEXT_MAX: usize = 1_000;

/// What a finding does once it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Stops the deployment.
    Block,
    /// Is shown, and stops nothing.
    Warn,
    /// Is worth knowing.
    Notice,
}

impl Level {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
            Self::Notice => "notice",
        }
    }
}

/// Something that stands in the way of a deployment now, or soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Which rule: `exception`, `rotation_overdue`, `quorum`, …
    pub kind: String,
    /// What it is about, such as `EX-0057`.
    pub id: String,
    /// The record behind it in the register; empty where there is none.
    pub subject: String,
    /// In a few words.
    pub title: String,
    /// Whose it is.
    pub owner: String,
    /// The clause of the policy, as it is cited; empty where there is none.
    pub about: String,
    /// What it does from `due_at` on.
    pub level: Level,
    /// From when on it is warned of, in microseconds since 1970.
    pub warns_at: i64,
    /// From when on it counts, in microseconds since 1970: at this very moment it does.
    pub due_at: i64,
    /// The one command that clears it.
    pub clears: String,
}

/// Why a finding cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the finding {id:?} has an unfit {field}")]
pub struct FindingError {
    /// Which finding.
    pub id: String,
    /// Which field.
    pub field: &'static str,
}

impl Finding {
    /// Whether it counts at `now`. Half open: what expires at a moment has expired at that moment.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        now.micros() >= self.due_at
    }

    /// Whether it is shown at `now`.
    #[must_use]
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.is_due(now) || now.micros() >= self.warns_at
    }

    /// Refuses what no register writes: a finding without a name could not be cleared, one without words not be understood.
    pub(crate) fn check(&self) -> Result<(), FindingError> {
        let is_word = |text: &str| {
            (3..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let fits = |text: &str| text.chars().count() <= TEXT_MAX;
        let fields = [
            ("kind", is_word(&self.kind)),
            ("id", !self.id.is_empty() && fits(&self.id)),
            ("subject", fits(&self.subject)),
            ("title", !self.title.is_empty() && fits(&self.title)),
            ("owner", fits(&self.owner)),
            ("about", fits(&self.about)),
            ("clears", fits(&self.clears)),
            ("warns_at", self.warns_at <= self.due_at),
        ];
        match fields.into_iter().find(|(_, fits)| !fits) {
            Some((field, _)) => Err(FindingError { id: self.id.clone(), field }),
            None => Ok(()),
        }
    }
}
