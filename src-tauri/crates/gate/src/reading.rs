//! What a register says to a gate: which custody it is, how far its ledger goes, and what is or soon will be in the way.

use domain::{CustodyId, Environment, Timestamp};
use serde::{Deserialize, Serialize};

use crate::document::Ledger;
use crate::finding::{Finding, FindingError};
use crate::{SKEW_MAX, judgement::Unknown};

/// The answer of `custody.gate`, or the content of a file that was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Which custody.
    pub custody: CustodyId,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: Environment,
    /// When it was read, by the register's clock, in microseconds since 1970.
    pub read_at: i64,
    /// Until when its findings are complete: what comes due before is among them.
    pub complete_until: i64,
    /// How far the ledger went.
    pub ledger: Ledger,
    /// What is in the way, soonest due first, what blocks before what warns.
    pub findings: Vec<Finding>,
    /// How many more there are that are not named.
    pub more: u64,
}

/// Why an answer of a register is no reading.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadingError {
    /// It is not what `custody.gate` gives.
    #[error("the register's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// A finding in it can be none.
    #[error(transparent)]
    Finding(#[from] FindingError),
}

impl Reading {
    /// Reads the answer of `custody.gate`.
    ///
    /// # Errors
    /// [`ReadingError`]: an answer that is not understood is no pass.
    pub fn parse(answer: &str) -> Result<Self, ReadingError> {
        let reading: Self = serde_json::from_str(answer).map_err(ReadingError::Unreadable)?;
        reading.findings.iter().try_for_each(Finding::check)?;
        Ok(reading)
    }

    /// Whether a reading of the live register can be believed at `clock`, the clock of who asks.
    ///
    /// # Errors
    /// [`Unknown`]: another environment, or clocks that contradict each other. Whoever turns the register's clock back keeps an
    /// exception alive; that the ledger's newest entry lies ahead of it shows that.
    pub fn check_live(&self, environment: Environment, clock: Timestamp) -> Result<(), Unknown> {
        self.check_environment(environment)?;
        let read_at = Timestamp::from_micros(self.read_at);
        if read_at > clock.plus(SKEW_MAX) || clock > read_at.plus(SKEW_MAX) {
            return Err(Unknown::new(
                "clock_skew",
                format!("the register's clock says {read_at}, this computer's {clock}: one of them is wrong"),
                "set the clock that is wrong; they may be a minute apart",
            ));
        }
        let newest = Timestamp::from_micros(self.ledger.at);
        if newest > read_at.plus(SKEW_MAX) {
            return Err(Unknown::new(
                "clock_skew",
                format!(
                    "the register's clock says {read_at}, and its newest entry is of {newest}: the clock was set back"
                ),
                "set the database server's clock",
            ));
        }
        Ok(())
    }

    /// Whether it is about the environment that was asked for.
    pub(crate) fn check_environment(&self, environment: Environment) -> Result<(), Unknown> {
        if self.environment == environment {
            return Ok(());
        }
        Err(Unknown::new(
            "wrong_environment",
            format!("asked about {environment}, and this is the {} custody {}", self.environment, self.name),
            "name the source of the environment that is deployed to",
        ))
    }
}
