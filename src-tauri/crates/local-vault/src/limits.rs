//! Azure's service limits, and the count of what has been used of them.
//!
//! Per vault and ten seconds, every kind of transaction has a limit; what is used of each is
//! summed as a fraction, so that half of one and half of another leave nothing. Making keys is
//! counted apart, and secrets apart from keys.

use crate::material::KeyType;
use crate::operation::Operation;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const WINDOW_MS: i64 = 10_000;

/// Transactions allowed per vault in ten seconds, for one kind of key protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// RSA 2,048 bits, elliptic curves, and everything that is not a cryptographic operation.
    pub rsa_2048: u32,
    /// RSA 3,072 bits.
    pub rsa_3072: u32,
    /// RSA 4,096 bits.
    pub rsa_4096: u32,
    /// Keys made.
    pub creates: u32,
}

/// Transactions allowed per vault in ten seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Keys of the types `RSA` and `EC`.
    pub software: Column,
    /// Keys of the types `RSA-HSM` and `EC-HSM`.
    pub hsm: Column,
    /// Secret transactions.
    pub secrets: u32,
    /// Secret versions made.
    pub secret_creates: u32,
}

impl Limits {
    /// The limits that Azure documents.
    #[must_use]
    pub const fn azure() -> Self {
        Self {
            software: Column { rsa_2048: 4_000, rsa_3072: 1_000, rsa_4096: 500, creates: 20 },
            hsm: Column { rsa_2048: 2_000, rsa_3072: 500, rsa_4096: 250, creates: 10 },
            secrets: 4_000,
            secret_creates: 300,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Pool {
    Keys,
    KeyCreates,
    Secrets,
    SecretCreates,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since_ms: i64,
    used: f64,
}

/// What has been used of the limits in the running window, by vault.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<HashMap<(String, Pool), Window>>);

impl Meter {
    /// Counts one call, or answers after how many seconds to try again. A refused call counts
    /// nothing.
    pub fn admit(
        &self,
        limits: &Limits,
        vault: &str,
        operation: Operation,
        key: Option<KeyType>,
        now: Timestamp,
    ) -> Result<(), u64> {
        let (pool, limit) = price(limits, operation, key);
        let share = 1.0 / f64::from(limit.max(1));
        let now_ms = now.as_millisecond();
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry((vault.to_owned(), pool)).or_insert(Window { since_ms: now_ms, used: 0.0 });
        if now_ms - window.since_ms >= WINDOW_MS || now_ms < window.since_ms {
            *window = Window { since_ms: now_ms, used: 0.0 };
        }
        // Thousands of shares are added up: the last one must not fail for a rounding error.
        if window.used + share > 1.0 + 1e-6 {
            let left_ms = WINDOW_MS - (now_ms - window.since_ms);
            return Err(u64::try_from((left_ms + 999) / 1_000).unwrap_or(1).max(1));
        }
        window.used += share;
        Ok(())
    }
}

fn price(limits: &Limits, operation: Operation, key: Option<KeyType>) -> (Pool, u32) {
    let column = if key.is_some_and(KeyType::is_hsm) { limits.hsm } else { limits.software };
    match operation {
        Operation::KeyCreate | Operation::KeyRotate => (Pool::KeyCreates, column.creates),
        Operation::SecretSet => (Pool::SecretCreates, limits.secret_creates),
        it if it.name().starts_with("Secret") => (Pool::Secrets, limits.secrets),
        it if it.key_op().is_some() => {
            let limit = match key.and_then(KeyType::rsa_bits) {
                Some(4096) => column.rsa_4096,
                Some(3072) => column.rsa_3072,
                _ => column.rsa_2048,
            };
            (Pool::Keys, limit)
        }
        _ => (Pool::Keys, column.rsa_2048),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::material::KeyType;

    fn admitted(meter: &Meter, key: KeyType, now: Timestamp) -> u32 {
        let mut count = 0;
        while meter.admit(&Limits::azure(), "v", Operation::KeyUnwrap, Some(key), now).is_ok() {
            count += 1;
        }
        count
    }

    #[test]
    fn each_size_has_its_own_limit_and_they_are_summed() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        assert_eq!(admitted(&Meter::default(), KeyType::Rsa { bits: 2048, hsm: false }, now), 4_000);
        assert_eq!(admitted(&Meter::default(), KeyType::Rsa { bits: 4096, hsm: true }, now), 250);
        let meter = Meter::default();
        for _ in 0..500 {
            let key = Some(KeyType::Rsa { bits: 3072, hsm: false });
            meter.admit(&Limits::azure(), "v", Operation::KeyUnwrap, key, now).unwrap();
        }
        assert_eq!(admitted(&meter, KeyType::Rsa { bits: 2048, hsm: false }, now), 2_000);
    }

    #[test]
    fn the_window_ends_after_the_seconds_it_names() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let meter = Meter::default();
        let key = KeyType::Rsa { bits: 4096, hsm: false };
        assert_eq!(admitted(&meter, key, start), 500);
        let later = start.checked_add(std::time::Duration::from_secs(3)).unwrap();
        let wait = meter.admit(&Limits::azure(), "v", Operation::KeyUnwrap, Some(key), later).unwrap_err();
        assert_eq!(wait, 7);
        let after = later.checked_add(std::time::Duration::from_secs(wait)).unwrap();
        assert_eq!(admitted(&meter, key, after), 500);
    }
}
