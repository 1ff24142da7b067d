//! Why the keychain did not do what it was asked.

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What of the keychain is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// There is no session bus to ask on.
    Bus,
    /// On the bus nobody answers for the Secret Service.
    Service,
    /// The Secret Service runs but has no default keyring to put items into.
    DefaultKeyring,
}

/// Why the keychain did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeychainError {
    /// No keychain is running here; says what to start.
    #[error("{}", .what.advice())]
    Missing {
        /// What is not there.
        what: Absence,
    },
    /// It is locked; [`Keychain::ask_to_unlock`](crate::Keychain::ask_to_unlock) asks the person.
    #[error("the keychain is locked: unlock it and try again")]
    Locked,
    /// The bus or the keychain does not let this program in.
    #[error("the keychain refuses this program: the session bus denies access to org.freedesktop.secrets")]
    Denied,
    /// There is no store for this operating system yet.
    #[error("the keychain of this operating system is not supported yet: Countersign uses the Secret Service of Linux")]
    Unsupported,
    /// More than is kept in a keychain.
    #[error("the item has {actual} bytes, at most {} are kept in the keychain", crate::SECRET_LEN_MAX)]
    TooLarge {
        /// Its length.
        actual: usize,
    },
    /// Several items answer to the same name; none of them is trusted.
    #[error("the keychain holds {found} items named {item:?}: remove all but the right one")]
    Ambiguous {
        /// The name.
        item: String,
        /// How many there are.
        found: usize,
    },
    /// What is stored is not what was put there.
    #[error("the item {item:?} in the keychain is damaged")]
    Damaged {
        /// The name.
        item: String,
    },
    /// Anything else the keychain says.
    #[error("the keychain failed")]
    Failed(#[source] Cause),
}

impl Absence {
    /// What is missing, and what to start.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Bus => {
                "no keychain: there is no D-Bus session bus. Start Countersign in a desktop session, or start \
                 `dbus-run-session` and in it `gnome-keyring-daemon --unlock --components=secrets`"
            }
            Self::Service => {
                "no keychain is running. Start `gnome-keyring-daemon --start --components=secrets` (package \
                 gnome-keyring), or switch on the Secret Service of KWallet or KeePassXC"
            }
            Self::DefaultKeyring => {
                "the keychain has no default keyring. Make one in Passwords and Keys (seahorse) or KWallet, or let \
                 Countersign ask for one"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a person without a keychain is told what to start.
    #[test]
    fn what_is_missing_says_what_to_start() {
        let said = |what| KeychainError::Missing { what }.to_string();
        assert!(said(Absence::Bus).contains("dbus-run-session"));
        assert!(said(Absence::Service).contains("gnome-keyring-daemon --start --components=secrets"));
        assert!(said(Absence::Service).contains("KWallet"));
        assert!(said(Absence::DefaultKeyring).contains("default keyring"));
    }
}
