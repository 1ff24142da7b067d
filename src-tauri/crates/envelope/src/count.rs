//! How many messages a DEK has sealed. Nonces are random and 96 bits long: NIST SP 800-38D (section 8.3) allows at most
//! 2^32 messages under one key before the chance of a repeated nonce, which would give the key's secrets away, is too large.

/// The count of messages sealed under one DEK, as the register keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageCount(u64);

/// The DEK may seal no more; it must be rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this key has sealed {sealed} messages and may seal {left} more: rotate it first")]
pub struct MessageLimitReached {
    /// How many it has sealed.
    pub sealed: u64,
    /// How many it may still seal, fewer than were asked for.
    pub left: u64,
}

impl MessageCount {
    /// Messages a DEK may seal in its life.
    pub const LIMIT: u64 = 1 << 32;
    /// From here on the key's rotation is an alert.
    pub const ALERT_AT: u64 = 1 << 31;

    /// The count as it was stored.
    #[must_use]
    pub const fn from_stored(sealed: u64) -> Self {
        Self(sealed)
    }

    /// The number to store.
    #[must_use]
    pub const fn sealed(self) -> u64 {
        self.0
    }

    /// Whether the rotation of this key is an alert.
    #[must_use]
    pub const fn is_alert(self) -> bool {
        self.0 >= Self::ALERT_AT
    }

    /// The count after `more` messages. Ask **before** sealing and store first: a crash then wastes numbers, never reuses.
    ///
    /// # Errors
    /// [`MessageLimitReached`] if not all of them may be sealed.
    pub fn reserve(self, more: u64) -> Result<Self, MessageLimitReached> {
        let left = Self::LIMIT.saturating_sub(self.0);
        if more > left { Err(MessageLimitReached { sealed: self.0, left }) } else { Ok(Self(self.0 + more)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a DEK alerts at 2^31 messages and refuses after 2^32 (NIST SP 800-38D).
    #[test]
    fn the_limit_is_exact() {
        assert!(!MessageCount::from_stored(MessageCount::ALERT_AT - 1).is_alert());
        assert!(MessageCount::from_stored(MessageCount::ALERT_AT).is_alert());
        let last = MessageCount::from_stored((1 << 32) - 1);
        assert_eq!(last.reserve(1), Ok(MessageCount::from_stored(1 << 32)));
        assert_eq!(last.reserve(2), Err(MessageLimitReached { sealed: (1 << 32) - 1, left: 1 }));
        let full = MessageCount::from_stored(1 << 32);
        assert_eq!(full.reserve(1), Err(MessageLimitReached { sealed: 1 << 32, left: 0 }));
        assert_eq!(full.reserve(0), Ok(full));
        assert!(MessageCount::from_stored(u64::MAX).reserve(u64::MAX).is_err());
        assert!(MessageCount::from_stored(5).reserve(u64::MAX).is_err());
    }
}
