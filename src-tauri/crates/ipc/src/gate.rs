//! What a pipeline is told when it asks whether it may deploy.

use crate::scalar::{Environment, ExceptionId, Micros};

words! {
    /// How much a finding weighs.
    pub enum GateLevel { Block, Warn }
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
    }
}

view! {
    /// One reason to block or to warn.
    pub struct GateFindingView {
        /// How much it weighs.
        pub level: GateLevel,
        /// What kind of thing, as the gate calls it.
        pub kind: String,
        /// What it is called.
        pub id: String,
        /// In a few words.
        pub title: String,
        /// Who sees to it.
        pub owner: String,
        /// Since when it is so, or when it will be.
        pub since: Option<Micros>,
        /// Days since then; for a warning ahead, days until then.
        pub days: Option<i32>,
        /// The one step that clears it.
        pub clears: String,
        /// The exception, where it is one.
        pub exception: Option<ExceptionId>,
    }
}
