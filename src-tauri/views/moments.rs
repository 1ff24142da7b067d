//! Moments and numbers in their wire forms.

use domain::Timestamp;
use ipc::{Digest, Micros};

/// A moment.
pub(crate) fn micros(at: Timestamp) -> Micros {
    Micros::from(at.micros())
}

/// A moment given as a number.
pub(crate) fn micros_of(at: i64) -> Micros {
    Micros::from(at)
}

/// A digest or key id.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest(hex::encode(bytes))
}

/// A count: the window shows no more than four thousand million of anything.
pub(crate) fn count32<N: TryInto<u32>>(count: N) -> u32 {
    count.try_into().unwrap_or(u32::MAX)
}

/// A rate, rounded.
pub(crate) fn rate(per_second: f64) -> u32 {
    let whole = std::time::Duration::try_from_secs_f64(per_second.max(0.0).round());
    whole.map_or(u32::MAX, |whole| count32(whole.as_secs()))
}

/// Whole seconds from one moment to a later one.
pub(crate) fn seconds_between(from: Timestamp, to: Timestamp) -> u32 {
    count32(to.micros().saturating_sub(from.micros()).max(0) / 1_000_000)
}

/// Milliseconds from one moment to a later one.
pub(crate) fn millis_between(from: Timestamp, to: Timestamp) -> u32 {
    count32(to.micros().saturating_sub(from.micros()).max(0) / 1_000)
}
