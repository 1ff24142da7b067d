//! Rotation rules: how long a key may serve, and when it is due.

use crate::key::KeyKind;
use crate::time::Timestamp;
use crate::words::words;

words! {
    /// How a key stands to its rotation date.
    DueState, "due state" {
        /// No rule gives it a date.
        NoRule = "no_rule",
        /// Not soon.
        Current = "current",
        /// Within the rule's warning time.
        Upcoming = "upcoming",
        /// Past its date.
        Overdue = "overdue",
    }
}

/// How long keys of a kind may serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRule {
    /// Kind of key.
    pub kind: KeyKind,
    /// Longest service, in days.
    pub period_days: u32,
    /// Warning time before the date, in days.
    pub warn_days: u32,
}

impl RotationRule {
    /// When a key last rotated at `rotated_at` must be rotated again.
    #[must_use]
    pub fn rotate_by(self, rotated_at: Timestamp) -> Timestamp {
        rotated_at.plus_days(i64::from(self.period_days))
    }

    /// How it stands at `now`. The moment of the date itself is overdue: intervals are half open.
    #[must_use]
    pub fn due_state(self, rotated_at: Timestamp, now: Timestamp) -> DueState {
        let rotate_by = self.rotate_by(rotated_at);
        if now >= rotate_by {
            DueState::Overdue
        } else if now >= rotate_by.plus_days(-i64::from(self.warn_days)) {
            DueState::Upcoming
        } else {
            DueState::Current
        }
    }
}

/// The policy's defaults (A§3, A§6.3, B§9); a custody keeps them as data from its founding on.
#[must_use]
pub fn default_rotation_rules() -> Vec<RotationRule> {
    let rule = |kind, period_days, warn_days| RotationRule { kind, period_days, warn_days };
    vec![
        rule(KeyKind::Kek, 365, 30),
        rule(KeyKind::Dek, 365, 30),
        rule(KeyKind::Database, 365, 30),
        rule(KeyKind::Provider, 365, 30),
        rule(KeyKind::Backup, 365, 30),
        rule(KeyKind::ApiSecret, 90, 14),
        rule(KeyKind::ApiSigning, 180, 21),
        rule(KeyKind::TokenSigning, 180, 21),
        rule(KeyKind::AiService, 90, 14),
        rule(KeyKind::TlsCertificate, 365, 30),
        rule(KeyKind::Secret, 90, 14),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// due to the microsecond.
    #[test]
    fn a_key_is_overdue_from_the_moment_of_its_date() {
        let rule = RotationRule { kind: KeyKind::Kek, period_days: 365, warn_days: 30 };
        let made = Timestamp::from_micros(0);
        let date = rule.rotate_by(made);
        assert_eq!(rule.due_state(made, date), DueState::Overdue);
        assert_eq!(rule.due_state(made, Timestamp::from_micros(date.micros() - 1)), DueState::Upcoming);
        assert_eq!(rule.due_state(made, date.plus_days(-30)), DueState::Upcoming);
        assert_eq!(rule.due_state(made, date.plus_days(-31)), DueState::Current);
    }

    #[test]
    fn every_kind_has_a_default_rule() {
        let rules = default_rotation_rules();
        assert!(KeyKind::ALL.iter().all(|kind| rules.iter().any(|rule| rule.kind == *kind)));
    }
}
