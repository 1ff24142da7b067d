//! What is configured, for reading. Theme and density are the window's own and never travel.

use crate::{
    app::{CustodyHeadView, KeychainView},
    scalar::{KeyType, Micros},
};

view! {
    /// What is configured.
    pub struct SettingsView {
        /// The custody.
        pub custody: CustodyHeadView,
        /// The keychain.
        pub keychain: KeychainView,
        /// Share of the vault's limit that runs may use.
        pub budget_percent: u32,
        /// The vault's limit for ten seconds, for the largest RSA length in use.
        pub limit_in_window: u32,
        /// DEKs in one batch.
        pub batch_size: u32,
        /// Idle minutes after which the console locks.
        pub idle_lock_minutes: u32,
        /// Longest session in hours.
        pub session_hours_max: u32,
        /// Rotation rules in force.
        pub rules: Vec<RotationRuleView>,
        /// Where the ledger is sent, by name.
        pub log_targets: Vec<LogTargetView>,
        /// Where the host keeps its data.
        pub data_folder: String,
        /// Version of this console.
        pub version: String,
    }
}

view! {
    /// A rotation rule.
    pub struct RotationRuleView {
        /// For keys of this type.
        pub key_type: KeyType,
        /// Days between rotations.
        pub every_days: u32,
        /// Clause it comes from.
        pub clause: String,
    }
}

view! {
    /// A target of the log stack, as its senders report it.
    pub struct LogTargetView {
        /// What its senders call it.
        pub name: String,
        /// `ocsf` or `ecs`.
        pub format: String,
        /// Last entry that it has acknowledged.
        pub position: u32,
        /// Entries that it has not acknowledged yet.
        pub behind: u32,
        /// Minutes for which the oldest of them has waited.
        pub minutes_behind: u32,
        /// Whether that is longer than a stream that works ever leaves it.
        pub stalled: bool,
        /// When it last moved.
        pub moved_at: Micros,
        /// Why it does not move, in its sender's words; empty where it does.
        pub trouble: String,
    }
}
