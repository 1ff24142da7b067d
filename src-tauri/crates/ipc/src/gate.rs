//! What a pipeline is told when it asks whether it may deploy.

use crate::scalar::{Environment, ExceptionId, Micros};

words! {
    /// How much a finding weighs now.
    pub enum GateLevel { Block, Warn, Notice }
}

view! {
    /// The gate's answer, as the command of the pipeline gives it.
    pub struct GateView {
        /// For which environment.
        pub environment: Environment,
        /// Whether deployment is blocked.
        pub blocked: bool,
        /// When it was asked, by the register's clock.
        pub at: Micros,
        /// What was found: what blocks first, then what warns.
        pub findings: Vec<GateFindingView>,
        /// How many block.
        pub blocks: u32,
        /// How many warn.
        pub warnings: u32,
        /// How many more there are that are not named.
        pub more: u32,
    }
}

view! {
    /// One reason to block or to warn.
    pub struct GateFindingView {
        /// How much it weighs now.
        pub level: GateLevel,
        /// What kind of thing, as the gate calls it.
        pub kind: String,
        /// What it is called.
        pub id: String,
        /// In a few words.
        pub title: String,
        /// Who sees to it.
        pub owner: String,
        /// The clause of the policy, as it is cited; empty where there is none.
        pub about: String,
        /// Whether its date has come.
        pub is_due: bool,
        /// Its date.
        pub due: Micros,
        /// Whole days since its date, or until then.
        pub days: u32,
        /// The one command that clears it.
        pub clears: String,
        /// The exception, where it is one.
        pub exception: Option<ExceptionId>,
    }
}
