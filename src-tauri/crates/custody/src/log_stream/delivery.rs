//! What is delivered, to what, and what can be wrong with it.

use std::time::Duration;

use domain::Timestamp;

use super::azure_monitor::AzureMonitor;
use super::elasticsearch::Elasticsearch;
use super::lines::{LineFile, Lines};

/// One event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Number of its entry.
    pub number: u64,
    /// What targets tell events apart by.
    pub id: String,
    /// Id of its entry.
    pub entry: String,
    /// When its entry was written.
    pub time: Timestamp,
    /// The document, one line without its end.
    pub line: String,
}

/// Why a delivery ended before everything was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It may go well later.
    Later {
        /// What happened.
        why: String,
        /// When the target wants to be asked again.
        after: Option<Duration>,
    },
    /// Fewer at once may be taken, or it is one of them that isn't.
    Fewer {
        /// What the target said.
        why: String,
    },
    /// The target will never take this one.
    Poison {
        /// Its number.
        number: u64,
        /// What the target said.
        why: String,
    },
    /// It takes nothing from us, now or later.
    Refused {
        /// What it said.
        why: String,
    },
    /// Whoever read has gone.
    Closed,
}

/// Somebody who takes events.
pub enum Sink {
    /// Standard output, or whatever is written to.
    Lines(Lines),
    /// A file.
    File(LineFile),
    /// Elasticsearch.
    Elasticsearch(Elasticsearch),
    /// Azure Monitor.
    AzureMonitor(AzureMonitor),
}

impl Sink {
    /// Most events, and most bytes of them, in one delivery.
    pub(super) fn most(&self) -> (usize, usize) {
        match self {
            Self::Lines(_) | Self::File(_) => (500, 4 * 1024 * 1024),
            Self::Elasticsearch(_) => (500, 5 * 1024 * 1024),
            // LIMIT: the service takes 1 MB a call, compressed or not; the rest is left for what surrounds each event.
            Self::AzureMonitor(_) => (500, 900_000),
        }
    }

    /// Delivers, in order, and takes away what was acknowledged. What is left when it ends without trouble is nothing.
    pub(super) async fn deliver(&mut self, parcels: &mut Vec<Parcel>) -> Result<(), Trouble> {
        match self {
            Self::Lines(out) => out.deliver(parcels),
            Self::File(file) => file.deliver(parcels),
            Self::Elasticsearch(index) => index.deliver(parcels).await,
            Self::AzureMonitor(rule) => rule.deliver(parcels).await,
        }
    }
}
