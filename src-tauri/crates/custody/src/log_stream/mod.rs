//! The ledger, sent to a log stack: each entry in order, at least once, under an id that stays (R-74, `docs/formats/log-stack.md`).
//!
//! **Invariant:** a stream only reads. Whatever becomes of a target, no act waits for it: the stream has connections of its own and the
//! register keeps of it nothing but a report.
//!
//! **Invariant:** the position moves after the target has acknowledged, never before. What was lost in between is sent again.

mod azure_monitor;
mod delivery;
mod elasticsearch;
mod http;
mod lines;
mod parts;
mod position;
mod sender;
mod target;

pub use azure_monitor::{AzureMonitor, MonitorAccess};
pub use delivery::{Parcel, Sink, Trouble};
pub use elasticsearch::Elasticsearch;
pub use http::HttpError;
pub use lines::{LineFile, Lines};
pub use position::{Place, Position, PositionError};
pub use sender::{LedgerStream, Patience, StreamError, Streamed};
pub use target::{Target, TargetError};
