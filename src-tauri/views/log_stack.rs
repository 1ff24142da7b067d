//! Targets of the log stack, for the window.

use domain::Timestamp;
use ipc::LogTargetView;
use register::LogTargetRow;

use super::moments::{count32, micros};

/// A target at `now`.
pub(crate) fn target(row: &LogTargetRow, now: Timestamp) -> LogTargetView {
    LogTargetView {
        name: row.name.clone(),
        format: row.format.clone(),
        position: count32(row.position),
        behind: count32(row.behind),
        minutes_behind: count32(row.minutes_behind(now)),
        stalled: row.is_stalled,
        moved_at: micros(row.moved_at),
        trouble: row.trouble.clone(),
    }
}
