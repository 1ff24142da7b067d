//! From the first start to an unlocked console.

use serde::Serialize;
use ts_rs::TS;

use crate::{
    error::{ConnectionProblem, ConnectionTarget, IpcError},
    events::LockReason,
    people::PersonView,
    scalar::{CustodyId, Digest, Environment, Micros, OperatorId, Passphrase, Role},
};

/// Where the console stands. The window shows the screen that belongs to it and no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "at", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum AppStateView {
    /// No custody is known on this computer.
    FirstRun {
        /// Whether keys could be kept.
        keychain: KeychainView,
    },
    /// A custody is open and has no operators yet.
    Founding {
        /// Which.
        custody: CustodyHeadView,
        /// Whether keys can be kept.
        keychain: KeychainView,
        /// Who has taken their seat.
        founding: FoundingView,
    },
    /// Someone must unlock their device key.
    Locked {
        /// Which custody.
        custody: CustodyHeadView,
        /// Whether keys can be read.
        keychain: KeychainView,
        /// Who has a device key on this computer.
        operators: Vec<PersonView>,
        /// Who was here last.
        last: Option<OperatorId>,
        /// Why it is locked.
        reason: LockReason,
    },
    /// An operator is at work.
    Unlocked {
        /// Which custody.
        custody: CustodyHeadView,
        /// Who.
        operator: PersonView,
        /// Id of their device key.
        device_key: Digest,
        /// Their session.
        session: SessionView,
    },
    /// The custody is known but cannot be opened now.
    Unavailable {
        /// Which custody.
        custody: CustodyHeadView,
        /// Why.
        problem: Box<IpcError>,
    },
}

view! {
    /// What identifies a custody on every page.
    pub struct CustodyHeadView {
        /// Which; `None` until it is founded.
        pub id: Option<CustodyId>,
        /// Its name.
        pub name: String,
        /// Its environment.
        pub environment: Environment,
        /// Whether vault, register and both operators are on this computer.
        pub local: bool,
        /// Host name of its vault.
        pub vault_host: String,
        /// Its database, as host and name.
        pub database: String,
    }
}

/// The operating system's keychain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum KeychainView {
    /// It answers.
    Ready {
        /// Its product name, for instance "GNOME Keyring".
        store: String,
    },
    /// It exists but is locked.
    Locked {
        /// Its product name.
        store: String,
    },
    /// None answers.
    Missing {
        /// What to start, in words a person can follow.
        start: String,
    },
}

view! {
    /// The unlocked session.
    pub struct SessionView {
        /// When it ends whatever happens.
        pub ends_at: Micros,
        /// When it locks if nobody does anything.
        pub locks_at: Micros,
        /// Idle minutes after which it locks.
        pub idle_lock_minutes: u32,
    }
}

request! {
    /// Opens a custody on this computer: private PostgreSQL cluster and local vault.
    pub struct OpenLocalCustodyRequest {
        /// Its name.
        pub name: String,
        /// Its environment. Production is refused for a local custody.
        pub environment: Environment,
    }
}

request! {
    /// Where a custody's vault and register are.
    pub struct ConnectionRequest {
        /// Name of the custody.
        pub name: String,
        /// Its environment.
        pub environment: Environment,
        /// Address of the vault, `https://NAME.vault.azure.net`.
        pub vault_url: String,
        /// Host of the PostgreSQL server.
        pub database_host: String,
        /// Its port.
        pub database_port: u32,
        /// The database.
        pub database_name: String,
        /// The operator's own login there.
        pub database_user: String,
    }
}

view! {
    /// What a test of a connection found, line by line.
    pub struct ConnectionTestView {
        /// Every check, in the order made; those after a failure are `skipped`.
        pub checks: Vec<ConnectionCheckView>,
        /// Whether it may be saved.
        pub passed: bool,
        /// Whether the register is already founded (join) or not (found).
        pub founded: bool,
    }
}

view! {
    /// One check of a connection.
    pub struct ConnectionCheckView {
        /// What was checked.
        pub check: ConnectionCheck,
        /// On which side.
        pub target: ConnectionTarget,
        /// The address.
        pub address: String,
        /// How it went.
        pub outcome: CheckOutcome,
        /// What went wrong.
        pub problem: Option<ConnectionProblem>,
        /// How long it took.
        pub took_ms: Option<u32>,
    }
}

words! {
    /// What is checked.
    pub enum ConnectionCheck { Name, Tls, SignIn, Permission, Schema, Environment }
}

words! {
    /// How a check went.
    pub enum CheckOutcome { Passed, Failed, Skipped }
}

view! {
    /// The founding ceremony so far.
    pub struct FoundingView {
        /// The first operator, once they have made their key.
        pub first: Option<FounderView>,
        /// The second.
        pub second: Option<FounderView>,
        /// Shortest passphrase accepted.
        pub passphrase_chars_min: u32,
    }
}

view! {
    /// A founder who has made a device key.
    pub struct FounderView {
        /// Full name.
        pub name: String,
        /// At most three letters.
        pub initials: String,
        /// Identity outside Countersign: e-mail or object id; two founders must differ.
        pub person: String,
        /// Login at the register.
        pub login: String,
        /// Roles.
        pub roles: Vec<Role>,
        /// Name of the device.
        pub device_name: String,
        /// Id of the device key.
        pub device_key: Digest,
    }
}

words! {
    /// Whose turn it is in the founding ceremony.
    pub enum FounderSeat { First, Second }
}

request! {
    /// One founder's turn: makes their device key and keeps it in the keychain under their passphrase.
    pub struct PrepareFounderRequest {
        /// Which of the two.
        pub seat: FounderSeat,
        /// Full name.
        pub name: String,
        /// Identity outside Countersign.
        pub person: String,
        /// Login at the register. Empty on a local custody, where the host makes it.
        pub login: String,
        /// Roles.
        pub roles: Vec<Role>,
        /// Name of the device.
        pub device_name: String,
        /// Passphrase of the device key.
        pub passphrase: Passphrase,
    }
}

request! {
    /// Takes a founder's turn back before the founding entry is signed.
    pub struct ResetFounderRequest {
        /// Which of the two.
        pub seat: FounderSeat,
    }
}

request! {
    /// Unlocks a device key and opens a session.
    pub struct UnlockRequest {
        /// Whose.
        pub operator: OperatorId,
        /// Their passphrase.
        pub passphrase: Passphrase,
    }
}

view! {
    /// The status bar.
    pub struct StatusView {
        /// Last entry of the ledger.
        pub ledger_head: u32,
        /// Last entry that this console has verified.
        pub verified_to: Option<u32>,
        /// When it did.
        pub verified_at: Option<Micros>,
        /// First entry found bad, if any.
        pub ledger_broken_at: Option<u32>,
        /// The vault.
        pub vault: LinkView,
        /// The register.
        pub register: LinkView,
        /// Requests that wait for this operator's seal.
        pub for_me: u32,
        /// Keys in the register.
        pub keys: u32,
        /// Runs under way.
        pub runs: u32,
        /// Items of the review list that this operator may sign off.
        pub reviews: u32,
        /// Exceptions that are open.
        pub exceptions: u32,
        /// Of those, how many expired and are not answered.
        pub exceptions_expired: u32,
    }
}

view! {
    /// One connection, now.
    pub struct LinkView {
        /// Short name.
        pub name: String,
        /// Time of the last answer.
        pub latency_ms: Option<u32>,
        /// What is wrong, if anything.
        pub problem: Option<ConnectionProblem>,
    }
}
