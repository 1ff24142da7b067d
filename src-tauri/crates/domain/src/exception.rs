//! Exceptions from the policy: where one stands follows from facts and the clock, and none is without a date.

use std::fmt;
use std::str::FromStr;

use crate::time::Timestamp;
use crate::words::words;

/// The words whose seal accepts the risk of an exception.
pub const EXCEPTION_ACCEPTANCE: &str = "I accept the risk of this exception until its expiry date.";

/// The words whose seal accepts that a key serves several tenants.
pub const SHARING_ACCEPTANCE: &str = "I accept the risk of this key serving several tenants until its review date.";

/// No rule makes a term longer.
pub const EXCEPTION_DAYS_CEILING: u32 = 365;

/// Days before the date at which people are reminded of it, the first first.
pub const REMINDER_DAYS: [u32; 3] = [30, 7, 1];

words! {
    /// Where an exception stands.
    ExceptionState, "exception state" {
        /// Asked for: signatures are missing, or it is not applied yet.
        Requested = "requested",
        /// In force.
        Active = "active",
        /// In force, and its date is near.
        Expiring = "expiring",
        /// Its date has passed, and nobody has answered that.
        Expired = "expired",
        /// Closed with evidence, or renewed: closed by its successor.
        Closed = "closed",
        /// Ended by one person, at once.
        Revoked = "revoked",
    }
}

impl ExceptionState {
    /// Whether what it covers is excepted.
    #[must_use]
    pub const fn in_force(self) -> bool {
        matches!(self, Self::Active | Self::Expiring)
    }

    /// Whether somebody still has to do something about it one day.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Active | Self::Expiring | Self::Expired)
    }
}

/// How an exception ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExceptionEnd {
    /// By two people, with evidence.
    Closed,
    /// By the one that renewed it.
    Renewed,
    /// By one person, at once.
    Revoked,
}

/// What is recorded of an exception that was granted, as far as its state follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionFacts {
    /// When it came into force.
    pub granted_at: Timestamp,
    /// Its date: from that moment on it has expired.
    pub expires_at: Timestamp,
    /// That it was ended.
    pub ended: Option<ExceptionEnd>,
}

impl ExceptionFacts {
    /// Where it stands at `now`. Intervals are half open.
    #[must_use]
    pub const fn state(self, now: Timestamp, warn_days: u32) -> ExceptionState {
        match self.ended {
            Some(ExceptionEnd::Closed | ExceptionEnd::Renewed) => ExceptionState::Closed,
            Some(ExceptionEnd::Revoked) => ExceptionState::Revoked,
            None if now.micros() >= self.expires_at.micros() => ExceptionState::Expired,
            None if now.micros() >= days_before(self.expires_at, warn_days).micros() => ExceptionState::Expiring,
            None => ExceptionState::Active,
        }
    }

    /// The nearest threshold at which people are reminded of its date, of those that have passed since it came into force.
    #[must_use]
    pub fn reminder(self, now: Timestamp) -> Option<u32> {
        let ends = self.ended.is_some() || now >= self.expires_at;
        let passed = |days: &u32| {
            let at = days_before(self.expires_at, *days);
            at <= now && at > self.granted_at
        };
        if ends { None } else { REMINDER_DAYS.into_iter().filter(passed).min() }
    }
}

#[expect(clippy::as_conversions, reason = "u32 always fits i64, and From is not const")]
const fn days_before(moment: Timestamp, days: u32) -> Timestamp {
    moment.plus_days(-(days as i64))
}

/// The longest term of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExceptionTerm {
    days_max: u32,
}

/// Why a date is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermError {
    /// It has passed.
    #[error("the expiry date {expires_at} is not in the future")]
    Past {
        /// The date.
        expires_at: Timestamp,
    },
    /// It is too far away.
    #[error("the expiry date {expires_at} lies beyond the longest term of {days} days: {latest} is the last")]
    Beyond {
        /// The date.
        expires_at: Timestamp,
        /// The longest term.
        days: u32,
        /// The last date within it.
        latest: Timestamp,
    },
}

impl ExceptionTerm {
    /// A term of so many days, of 24 hours each; never more than [`EXCEPTION_DAYS_CEILING`].
    #[must_use]
    pub const fn of_days(days: u32) -> Self {
        Self { days_max: if days < EXCEPTION_DAYS_CEILING { days } else { EXCEPTION_DAYS_CEILING } }
    }

    /// In days.
    #[must_use]
    pub const fn days(self) -> u32 {
        self.days_max
    }

    /// The last date of an exception that comes into force at `from`.
    #[must_use]
    pub fn latest(self, from: Timestamp) -> Timestamp {
        from.plus_days(i64::from(self.days_max))
    }

    /// Whether an exception that comes into force at `from` may have this date.
    ///
    /// # Errors
    /// [`TermError`]: there is no permanent exception, and none that has ended before it began.
    pub fn check(self, from: Timestamp, expires_at: Timestamp) -> Result<(), TermError> {
        let latest = self.latest(from);
        if expires_at <= from {
            Err(TermError::Past { expires_at })
        } else if expires_at > latest {
            Err(TermError::Beyond { expires_at, days: self.days_max, latest })
        } else {
            Ok(())
        }
    }
}

/// The number by which people call an exception: `EX-0057`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ExceptionNumber(pub u32);

/// Text that is no number of an exception.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no number of an exception, such as EX-0057")]
pub struct NotAnExceptionNumber(String);

impl fmt::Display for ExceptionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EX-{:04}", self.0)
    }
}

impl FromStr for ExceptionNumber {
    type Err = NotAnExceptionNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = match text.split_at_checked(3) {
            Some((prefix, digits)) if prefix.eq_ignore_ascii_case("EX-") => digits,
            _ => text,
        };
        let number = if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None };
        number.filter(|number| *number > 0).map(Self).ok_or_else(|| NotAnExceptionNumber(text.to_owned()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn facts(granted_at: i64, term: i64) -> ExceptionFacts {
        ExceptionFacts { granted_at: at(granted_at), expires_at: at(granted_at + term), ended: None }
    }

    proptest! {
        /// one microsecond before its date an exception is in force, at its date it is not; the same for the warning.
        #[test]
        fn states_change_at_the_microsecond(
            granted in 1_600_000_000_000_000..4_000_000_000_000_000_i64,
            term in 1..=365 * DAY,
            warn in 0..90_u32,
        ) {
            let it = facts(granted, term);
            let date = it.expires_at.micros();
            prop_assert_eq!(it.state(at(date), warn), ExceptionState::Expired);
            prop_assert!(it.state(at(date - 1), warn).in_force());
            let warned = date - i64::from(warn) * DAY;
            if warn > 0 {
                prop_assert_eq!(it.state(at(warned), warn), ExceptionState::Expiring);
            }
            prop_assert_eq!(it.state(at(warned - 1), warn), ExceptionState::Active);
        }

        /// the last date of a term is allowed, a microsecond more is not; nor is the moment of the grant itself.
        #[test]
        fn terms_end_at_the_microsecond(from in 0..4_000_000_000_000_000_i64, days in 1..=500_u32) {
            let term = ExceptionTerm::of_days(days);
            prop_assert!(term.days() <= EXCEPTION_DAYS_CEILING);
            let latest = term.latest(at(from));
            prop_assert_eq!(latest.micros() - from, i64::from(days.min(365)) * DAY);
            prop_assert_eq!(term.check(at(from), latest), Ok(()));
            let beyond = at(latest.micros() + 1);
            prop_assert_eq!(term.check(at(from), beyond), Err(TermError::Beyond { expires_at: beyond, days: term.days(), latest }));
            prop_assert_eq!(term.check(at(from), at(from)), Err(TermError::Past { expires_at: at(from) }));
            prop_assert_eq!(term.check(at(from), at(from + 1)), Ok(()));
        }

        /// States only ever go forward as the clock does, and an end is final.
        #[test]
        fn time_never_brings_an_exception_back(
            granted in 0..DAY, term in 1..=365 * DAY, mut moments in prop::collection::vec(0..800 * DAY, 2..20),
        ) {
            let it = facts(granted, term);
            moments.sort_unstable();
            let states: Vec<_> = moments.iter().map(|moment| it.state(at(*moment), 30)).collect();
            prop_assert!(states.is_sorted(), "{states:?}");
            for (end, state) in [
                (ExceptionEnd::Closed, ExceptionState::Closed),
                (ExceptionEnd::Renewed, ExceptionState::Closed),
                (ExceptionEnd::Revoked, ExceptionState::Revoked),
            ] {
                let ended = ExceptionFacts { ended: Some(end), ..it };
                prop_assert!(moments.iter().all(|moment| ended.state(at(*moment), 30) == state));
            }
        }

        /// Each threshold is named once it has passed and until the next has; those from before the grant never.
        #[test]
        fn reminders_name_the_nearest_threshold(term in 1..=120 * DAY, passed in 0..=121 * DAY) {
            let it = facts(0, term);
            let left = term - passed;
            let wanted = [1, 7, 30].into_iter().find(|days| left <= days * DAY && term > days * DAY);
            let wanted = if left <= 0 { None } else { wanted };
            prop_assert_eq!(it.reminder(at(passed)).map(i64::from), wanted);
        }
    }

    /// a term is counted in hours, wherever the clocks are put back or forward meanwhile.
    #[test]
    fn no_daylight_saving_moves_a_date() {
        for (zone, day) in [
            ("Europe/Berlin", date(2027, 3, 20)),
            ("Europe/Berlin", date(2027, 10, 20)),
            ("America/New_York", date(2027, 3, 1)),
            ("Australia/Lord_Howe", date(2027, 4, 1)),
            ("Asia/Kathmandu", date(2027, 2, 27)),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            let local = day.at(23, 30, 0, 0).to_zoned(zone.clone()).unwrap();
            let from = at(local.timestamp().as_microsecond());
            let latest = ExceptionTerm::of_days(30).latest(from);
            assert_eq!(latest.micros() - from.micros(), 30 * DAY);
            let there = jiff::Timestamp::from_microsecond(latest.micros()).unwrap().to_zoned(zone);
            // Where the offset changed in between, the wall clock shows another hour on the same instant.
            let shift = i64::from(there.offset().seconds()) - i64::from(local.offset().seconds());
            assert_eq!(
                there.datetime().to_zoned(TimeZone::UTC).unwrap().timestamp().as_microsecond(),
                local.datetime().to_zoned(TimeZone::UTC).unwrap().timestamp().as_microsecond()
                    + 30 * DAY
                    + shift * 1_000_000
            );
            let facts = ExceptionFacts { granted_at: from, expires_at: latest, ended: None };
            assert_eq!(facts.state(latest, 0), ExceptionState::Expired);
            assert!(facts.state(at(latest.micros() - 1), 0).in_force());
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(ExceptionNumber(57).to_string(), "EX-0057");
        assert_eq!(["EX-0057", "ex-57", "57"].map(|text| text.parse().ok()), [Some(ExceptionNumber(57)); 3]);
        assert_eq!(ExceptionNumber(123_456).to_string(), "EX-123456");
        assert!(
            ["", "EX-", "EX-0", "EX--1", "+5", "EX-+5", "R-7"]
                .iter()
                .all(|text| text.parse::<ExceptionNumber>().is_err())
        );
    }
}
