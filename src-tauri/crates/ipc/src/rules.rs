//! Policies: the rules in force, their history, and what breaks them.
//!
//! A rule is a name and a value, spelled as docs/formats/rules.md says; what they mean is for the window to say.

use serde::Deserialize;
use ts_rs::TS;

use crate::{
    keys::{KeyRefView, MayView, RequestLinkView},
    people::PersonView,
    scalar::{KeyType, Micros},
};

words! {
    /// A section of the rules. Each has versions of its own.
    pub enum RuleSection { Rotation, Algorithms, Quorum, Terms, Settings }
}

view! {
    /// One rule.
    pub struct RuleView {
        /// Its name within its section.
        pub name: String,
        /// Its value.
        pub value: String,
    }
}

view! {
    /// What a setting may be.
    pub struct SettingRangeView {
        /// Which setting.
        pub name: String,
        /// The words it may be, from the weakest to the strongest; none for a number.
        pub words: Vec<String>,
        /// The least number.
        pub lowest: Option<i32>,
        /// The largest number.
        pub highest: Option<i32>,
    }
}

view! {
    /// One section of the rules in force.
    pub struct RuleSectionView {
        /// Which.
        pub section: RuleSection,
        /// Version in force.
        pub version: u32,
        /// Since when.
        pub since: Micros,
        /// Who signed it; nobody for what a custody is founded with.
        pub signed_by: Vec<PersonView>,
        /// The request that brought it.
        pub request: Option<RequestLinkView>,
        /// The rules, by name.
        pub rules: Vec<RuleView>,
    }
}

view! {
    /// The rules in force.
    pub struct RulesView {
        /// Every section.
        pub sections: Vec<RuleSectionView>,
        /// What each setting may be.
        pub ranges: Vec<SettingRangeView>,
        /// Whether this operator may ask for a change.
        pub change: MayView,
        /// Changes of rules that are asked for and not decided or not executed.
        pub requests: Vec<RequestLinkView>,
        /// Violations that no exception covers.
        pub uncovered: u32,
    }
}

request! {
    /// The versions of one section.
    pub struct RulesHistoryRequest {
        /// Which.
        pub section: RuleSection,
    }
}

view! {
    /// One rule before and after.
    pub struct RuleChangeView {
        /// Which.
        pub name: String,
        /// Its value before; empty where there was none.
        pub before: String,
        /// Its value after; empty where it goes.
        pub after: String,
        /// Whether that weakens the policy.
        pub weaker: bool,
    }
}

view! {
    /// One version of a section.
    pub struct RuleVersionView {
        /// Its number.
        pub version: u32,
        /// When it came into force.
        pub at: Micros,
        /// Ledger entry; `None` for what a custody is founded with.
        pub entry: Option<u32>,
        /// Who signed it.
        pub signed_by: Vec<PersonView>,
        /// The request.
        pub request: Option<RequestLinkView>,
        /// Whether it was a major change.
        pub major: bool,
        /// The decision record, where there is one.
        pub decision_record: String,
        /// Why, as the request said.
        pub reason: String,
        /// What differs from the version before.
        pub changes: Vec<RuleChangeView>,
    }
}

view! {
    /// The versions of one section, newest first.
    pub struct RulesHistoryView {
        /// The versions.
        pub versions: Vec<RuleVersionView>,
    }
}

/// One rule as it should become; a rule that is not named stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct RuleWish {
    /// Which.
    pub name: String,
    /// Its value; empty: it goes.
    pub value: String,
}

request! {
    /// Compares rules as they should become with those in force, before anything is asked for.
    pub struct CompareRulesRequest {
        /// Which section.
        pub section: RuleSection,
        /// Rules that change.
        pub rules: Vec<RuleWish>,
    }
}

view! {
    /// What a change of rules would change.
    pub struct RulesComparedView {
        /// Rule by rule; those that weaken the policy make it a major change, which needs a decision record.
        pub changes: Vec<RuleChangeView>,
        /// What is not acceptable about it; `None` where it may be asked for.
        pub problem: Option<RuleProblemView>,
    }
}

view! {
    /// Something about a wanted rule that is not acceptable.
    pub struct RuleProblemView {
        /// Which rule; empty where it is about all of them.
        pub name: String,
        /// What is wanted, in the register's words.
        pub why: String,
    }
}

words! {
    /// A rule that can be broken.
    pub enum BrokenRule {
        WeakAlgorithm, LegacyStorage, PhaseOutPassed, OwnerMissing, PurposeMissing, RotationOverdue, SharedAcrossTenants,
        MessageCountHigh,
    }
}

view! {
    /// A fact about a violation.
    pub struct ViolationFactView {
        /// Which.
        pub name: String,
        /// Its value.
        pub value: String,
    }
}

view! {
    /// A rule that is broken.
    pub struct ViolationView {
        /// Which rule.
        pub rule: BrokenRule,
        /// By which key; `None` for what only the vault knows.
        pub key: Option<KeyRefView>,
        /// What kind of key.
        pub key_type: Option<KeyType>,
        /// What it is about, by name.
        pub subject: String,
        /// Whoever answers for it; empty where nobody does.
        pub owner: String,
        /// Figures and names about it.
        pub facts: Vec<ViolationFactView>,
        /// Since when.
        pub since: Micros,
        /// The exception that covers it, if one does.
        pub exception: Option<ExceptedByView>,
    }
}

view! {
    /// An exception, named.
    pub struct ExceptedByView {
        /// Its id.
        pub exception: String,
        /// Its number, such as `EX-0004`.
        pub label: String,
    }
}

view! {
    /// How often a rule is broken.
    pub struct BrokenCountView {
        /// Which rule.
        pub rule: BrokenRule,
        /// By how many.
        pub count: u32,
        /// Of those, covered by an exception.
        pub excepted: u32,
    }
}

request! {
    /// What breaks the rules, a page at a time.
    pub struct ViolationsRequest {
        /// Only this rule; `None` for all.
        pub rule: Option<BrokenRule>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// What breaks the rules: the gravest rule first, in each the oldest first.
    pub struct ViolationsView {
        /// As many as were asked for.
        pub rows: Vec<ViolationView>,
        /// Every rule that is broken.
        pub counts: Vec<BrokenCountView>,
    }
}
