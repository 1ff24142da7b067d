//! The policy as versioned data: in each section rules have a name and a value, each with one spelling (`docs/formats/rules.md`).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::id::KeyId;
use crate::key::{Classification, KeyKind};
use crate::people::Role;
use crate::plan::{Change, Target};
use crate::quorum::{Countersigner, QuorumRule, quorum_rules};
use crate::words::words;

words! {
    /// What has versions of its own.
    RuleSection, "section of the rules" {
        /// How long keys may serve.
        Rotation = "rotation",
        /// Algorithms and lengths that may be registered.
        Algorithms = "algorithms",
        /// Who may ask, who countersigns, how many people.
        Quorum = "quorum",
        /// How long an exception from a clause may last.
        Terms = "terms",
        /// Everything else: limits, retention, the gate's levels, the threat level.
        Settings = "settings",
    }
}

words! {
    /// How much is to be feared: it shortens how long keys may serve.
    ThreatLevel, "threat level" {
        /// As always.
        Normal = "normal",
        /// More than always.
        Elevated = "elevated",
        /// An attack is expected or under way.
        High = "high",
    }
}

words! {
    /// A rule that something breaks, in the order in which violations are listed.
    ViolationRule, "rule" {
        /// Its algorithm or length is not approved.
        WeakAlgorithm = "weak_algorithm",
        /// The day by which it was to leave legacy storage has passed.
        PhaseOutPassed = "phase_out_passed",
        /// Its rotation is late, or it is compromised and still there.
        RotationOverdue = "rotation_overdue",
        /// DEKs of several tenants lie under it, and the register of shared keys does not have it.
        SharedAcrossTenants = "shared_across_tenants",
        /// It has sealed nearly as many messages as one key may.
        MessageCountHigh = "message_count_high",
        /// It lies where no key should lie any more.
        LegacyStorage = "legacy_storage",
        /// Nobody owns it.
        OwnerMissing = "owner_missing",
        /// Nobody said what it is for.
        PurposeMissing = "purpose_missing",
    }
}

/// Rules of a section by name.
pub type RuleRows = BTreeMap<String, String>;

/// Section ids differ in their last digit alone.
const SECTION_IDS: u128 = 0x5ec7_104e_0000_8000_8000_0000_0000_0000;

impl RuleSection {
    /// As people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Rotation => "Rotation rules",
            Self::Algorithms => "Approved algorithms",
            Self::Quorum => "Quorum rules",
            Self::Terms => "Exception terms",
            Self::Settings => "Settings",
        }
    }

    /// The id that plans name it by, the same in every custody.
    #[must_use]
    pub const fn id(self) -> Uuid {
        let number = match self {
            Self::Rotation => 1,
            Self::Algorithms => 2,
            Self::Quorum => 3,
            Self::Terms => 4,
            Self::Settings => 5,
        };
        Uuid::from_u128(SECTION_IDS + number)
    }

    /// What a plan acts on that replaces this version.
    #[must_use]
    pub fn target(self, version: u32) -> Target {
        Target { key: KeyId(self.id()), name: self.title().to_owned(), version: version.to_string() }
    }
}

/// A rule that a change touches. An empty value: there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// Its name.
    pub name: String,
    /// Its value now.
    pub before: String,
    /// Its value afterwards.
    pub after: String,
    /// Whether that weakens the policy: then the change is a major one and names its decision record.
    pub weaker: bool,
}

impl RuleLine {
    /// Before and after as a plan shows them: one line for each property that differs.
    #[must_use]
    pub fn changes(&self, section: RuleSection) -> Vec<Change> {
        let (before, after) = (properties(section, &self.before), properties(section, &self.after));
        let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let side = |all: &BTreeMap<String, String>, field: &String| all.get(field).cloned().unwrap_or_default();
        fields
            .into_iter()
            .filter(|field| before.get(*field) != after.get(*field))
            .map(|field| Change {
                subject: self.name.clone(),
                field: field.clone(),
                before: side(&before, field),
                after: side(&after, field),
            })
            .collect()
    }
}

/// What a value says, property by property. A value that can't be read is shown as it is.
fn properties(section: RuleSection, value: &str) -> BTreeMap<String, String> {
    let read = match section {
        RuleSection::Rotation => {
            value.split_once('/').map(|(period, warn)| pair(["period_days", "warn_days"], [period, warn]))
        }
        RuleSection::Terms => value.split_once(' ').map(|(days, title)| pair(["term_days", "title"], [days, title])),
        RuleSection::Quorum => read_quorum(value).map(|(people, pairs)| {
            let asks = |pair: &Countersigner| {
                let roles: Vec<&str> = pair.roles.iter().map(|role| role.word()).collect();
                (format!("{}_asks", pair.requested_as), roles.join(", "))
            };
            pairs.iter().map(asks).chain([("people".to_owned(), people.to_string())]).collect()
        }),
        RuleSection::Algorithms | RuleSection::Settings => None,
    };
    let whole = if section == RuleSection::Algorithms { "bits" } else { "value" };
    let as_it_is = || BTreeMap::from([(whole.to_owned(), value.to_owned())]);
    if value.is_empty() { BTreeMap::new() } else { read.unwrap_or_else(as_it_is) }
}

fn pair(names: [&str; 2], values: [&str; 2]) -> BTreeMap<String, String> {
    names.into_iter().zip(values).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// How long keys may serve, as the section `rotation` keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationTerm {
    /// Kind of key.
    pub kind: KeyKind,
    /// For this classification only; `None` for those that have no rule of their own.
    pub classification: Option<Classification>,
    /// At this threat level.
    pub threat_level: ThreatLevel,
    /// Longest service, in days.
    pub period_days: u32,
    /// Warning time before the date, in days.
    pub warn_days: u32,
}

impl RotationTerm {
    /// Reads a rule of the section; `None` for what is none.
    #[must_use]
    pub fn read(name: &str, value: &str) -> Option<Self> {
        let mut words = name.split('/');
        let kind = words.next()?.parse().ok()?;
        let classification = match words.next()? {
            "any" => None,
            word => Some(word.parse().ok()?),
        };
        let threat_level = words.next()?.parse().ok()?;
        let (period, warn) = value.split_once('/')?;
        let term = Self {
            kind,
            classification,
            threat_level,
            period_days: period.parse().ok()?,
            warn_days: warn.parse().ok()?,
        };
        words.next().is_none().then_some(term)
    }

    /// Its name in the section.
    #[must_use]
    pub fn name(&self) -> String {
        let classification = self.classification.map_or("any", Classification::word);
        format!("{}/{classification}/{}", self.kind, self.threat_level)
    }

    /// Its value in the section.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{}/{}", self.period_days, self.warn_days)
    }
}

/// How long an exception from a clause may last, as the section `terms` keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseTerm {
    /// The clause, such as `B-9-api-secrets`.
    pub clause: String,
    /// What it says.
    pub title: String,
    /// Longest term, in days.
    pub term_days_max: u32,
}

impl ClauseTerm {
    /// Reads a rule of the section; `None` for what is none.
    #[must_use]
    pub fn read(name: &str, value: &str) -> Option<Self> {
        let (days, title) = value.split_once(' ')?;
        Some(Self { clause: name.to_owned(), title: title.to_owned(), term_days_max: days.parse().ok()? })
    }

    /// Its value in the section.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{} {}", self.term_days_max, self.title)
    }

    /// Where the policy says it, such as `B §9`.
    #[must_use]
    pub fn cited(&self) -> String {
        let mut words = self.clause.split('-');
        format!("{} §{}", words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }
}

impl QuorumRule {
    /// Reads a rule of the section `quorum`; `None` for what is none.
    #[must_use]
    pub fn read(name: &str, value: &str) -> Option<Self> {
        let (people_min, countersigners) = read_quorum(value)?;
        Some(Self { operation: name.parse().ok()?, people_min, countersigners })
    }

    /// Its value in the section.
    #[must_use]
    pub fn value(&self) -> String {
        let mut pairs: Vec<(&str, Vec<&str>)> = self
            .countersigners
            .iter()
            .map(|pair| (pair.requested_as.word(), pair.roles.iter().map(|role| role.word()).collect()))
            .collect();
        pairs.iter_mut().for_each(|(_, roles)| roles.sort_unstable());
        pairs.sort_unstable();
        let said = |(asks, roles): &(&str, Vec<&str>)| format!(" {asks}:{}", roles.join(","));
        format!("{}{}", self.people_min, pairs.iter().map(said).collect::<String>())
    }

    /// The rule where it asks for more than what this program was built with, and that where it asks for less: at least two people,
    /// and no pair that the built-in rule does not have.
    #[must_use]
    pub fn at_least_built_in(self) -> Option<Self> {
        let built_in = quorum_rules().into_iter().find(|rule| rule.operation == self.operation)?;
        let allowed = |pair: Countersigner| {
            let widest = built_in.countersigners_of(pair.requested_as)?;
            let roles: Vec<Role> = pair.roles.into_iter().filter(|role| widest.contains(role)).collect();
            Some(Countersigner { roles, ..pair })
        };
        Some(Self {
            people_min: self.people_min.max(built_in.people_min).max(2),
            countersigners: self.countersigners.into_iter().filter_map(allowed).collect(),
            ..self
        })
    }
}

fn read_quorum(value: &str) -> Option<(u32, Vec<Countersigner>)> {
    let mut words = value.split(' ');
    let people = words.next()?.parse().ok()?;
    let read = |word: &str| {
        let (asks, roles) = word.split_once(':')?;
        let roles = roles.split(',').map(|role| role.parse().ok()).collect::<Option<Vec<Role>>>()?;
        Some(Countersigner { requested_as: asks.parse().ok()?, roles })
    };
    Some((people, words.map(read).collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    /// every built-in rule has one spelling, which reads back.
    #[test]
    fn quorum_rules_have_one_spelling() {
        for rule in quorum_rules() {
            let value = rule.value();
            let read = QuorumRule::read(rule.operation.word(), &value).unwrap_or_else(|| rule.clone());
            assert_eq!(read.value(), value);
            assert_eq!(read.at_least_built_in().map(|rule| rule.value()), Some(value));
        }
        assert_eq!(QuorumRule::read("rotate_kek", "2 devops:nobody"), None);
        assert_eq!(QuorumRule::read("rotate_kek", "two devops:security"), None);
    }

    /// a rule learned from anywhere never asks for less than the program was built with.
    #[test]
    fn no_rule_falls_below_the_built_in_one() {
        let learned = QuorumRule::read("destroy_kek", "1 devops:engineering,security security:devops,security");
        let kept = learned.and_then(QuorumRule::at_least_built_in);
        assert_eq!(kept.map(|rule| rule.value()).as_deref(), Some("2 devops:security security:devops"));
        let raised = QuorumRule::read("rotate_kek", "3 devops:security").and_then(QuorumRule::at_least_built_in);
        let raised = raised.map(|rule| (rule.operation, rule.value()));
        assert_eq!(raised, Some((Operation::RotateKek, "3 devops:security".to_owned())));
    }

    #[test]
    fn terms_read_back_and_say_what_differs() {
        let name = "kek/restricted/high";
        let term = RotationTerm::read(name, "91/7").map(|term| (term.name(), term.value()));
        assert_eq!(term, Some((name.to_owned(), "91/7".to_owned())));
        assert_eq!(RotationTerm::read("kek/restricted/high/x", "91/7"), None);
        let clause = ClauseTerm::read("A-6.3-kek-rotation", "60 KEKs are rotated every year");
        let clause = clause.map(|clause| (clause.cited(), clause.value()));
        assert_eq!(clause, Some(("A §6.3".to_owned(), "60 KEKs are rotated every year".to_owned())));

        let line = |before: &str, after: &str| RuleLine {
            name: "it".to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            weaker: false,
        };
        let said = |section, before, after| {
            let changes = line(before, after).changes(section);
            changes
                .into_iter()
                .map(|change| format!("{} {}>{}", change.field, change.before, change.after))
                .collect::<Vec<_>>()
        };
        assert_eq!(said(RuleSection::Rotation, "365/30", "180/30"), ["period_days 365>180"]);
        assert_eq!(
            said(RuleSection::Quorum, "2 devops:security security:devops", "3 devops:security"),
            ["people 2>3", "security_asks devops>"]
        );
        assert_eq!(said(RuleSection::Terms, "", "30 New"), ["term_days >30", "title >New"]);
        assert_eq!(said(RuleSection::Settings, "warn", "block"), ["value warn>block"]);
    }
}
