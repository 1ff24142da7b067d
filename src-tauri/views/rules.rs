//! Rules, their history and what breaks them in their wire forms.

use domain::{RuleLine, RuleSection, ViolationRule};
use ipc::{
    BrokenRule, ExceptedByView, KeyRefView, RequestLinkView, RuleChangeView, RuleVersionView, RuleView,
    SettingRangeView, ViolationFactView, ViolationView,
};
use register::{RuleOrigin, RuleVersionRow, SettingBounds, ViolationRow};

use super::moments::{count32, micros, micros_of};
use super::people::person;
use super::requests::label;

/// A section, as the window names it.
pub(crate) fn section_of(named: ipc::RuleSection) -> RuleSection {
    match named {
        ipc::RuleSection::Rotation => RuleSection::Rotation,
        ipc::RuleSection::Algorithms => RuleSection::Algorithms,
        ipc::RuleSection::Quorum => RuleSection::Quorum,
        ipc::RuleSection::Terms => RuleSection::Terms,
        ipc::RuleSection::Settings => RuleSection::Settings,
    }
}

/// A section.
pub(crate) fn section(of: RuleSection) -> ipc::RuleSection {
    match of {
        RuleSection::Rotation => ipc::RuleSection::Rotation,
        RuleSection::Algorithms => ipc::RuleSection::Algorithms,
        RuleSection::Quorum => ipc::RuleSection::Quorum,
        RuleSection::Terms => ipc::RuleSection::Terms,
        RuleSection::Settings => ipc::RuleSection::Settings,
    }
}

/// Rules by name.
pub(crate) fn rules(rows: &domain::RuleRows) -> Vec<RuleView> {
    rows.iter().map(|(name, value)| RuleView { name: name.clone(), value: value.clone() }).collect()
}

/// What a setting may be.
pub(crate) fn range(bounds: SettingBounds) -> SettingRangeView {
    let number = |value: Option<i64>| value.and_then(|value| i32::try_from(value).ok());
    SettingRangeView {
        name: bounds.name,
        words: bounds.words,
        lowest: number(bounds.lowest),
        highest: number(bounds.highest),
    }
}

/// The request that brought a version.
pub(crate) fn request(origin: &RuleOrigin) -> RequestLinkView {
    RequestLinkView { request: ipc::RequestId(origin.request.to_string()), label: label(origin.number) }
}

/// Who signed a version.
pub(crate) fn signed_by(origin: Option<&RuleOrigin>) -> Vec<ipc::PersonView> {
    let seals = origin.map(|origin| origin.signed_by.as_slice()).unwrap_or_default();
    seals.iter().map(|(operator, name, role)| person(*operator, name, &[*role])).collect()
}

/// One version of a section.
pub(crate) fn version(row: &RuleVersionRow) -> RuleVersionView {
    let origin = row.origin.as_ref();
    RuleVersionView {
        version: row.version,
        at: row.at.map_or_else(|| micros_of(0), micros),
        entry: origin.map(|origin| count32(origin.seq)),
        signed_by: signed_by(origin),
        request: origin.map(request),
        major: row.major,
        decision_record: row.decision_record.clone(),
        reason: origin.map(|origin| origin.reason.clone()).unwrap_or_default(),
        changes: row.lines.iter().map(change).collect(),
    }
}

/// A rule before and after.
pub(crate) fn change(line: &RuleLine) -> RuleChangeView {
    RuleChangeView {
        name: line.name.clone(),
        before: line.before.clone(),
        after: line.after.clone(),
        weaker: line.weaker,
    }
}

/// A rule that the window named.
pub(crate) fn broken_of(named: BrokenRule) -> ViolationRule {
    match named {
        BrokenRule::WeakAlgorithm => ViolationRule::WeakAlgorithm,
        BrokenRule::LegacyStorage => ViolationRule::LegacyStorage,
        BrokenRule::PhaseOutPassed => ViolationRule::PhaseOutPassed,
        BrokenRule::OwnerMissing => ViolationRule::OwnerMissing,
        BrokenRule::PurposeMissing => ViolationRule::PurposeMissing,
        BrokenRule::RotationOverdue => ViolationRule::RotationOverdue,
        BrokenRule::SharedAcrossTenants => ViolationRule::SharedAcrossTenants,
        BrokenRule::MessageCountHigh => ViolationRule::MessageCountHigh,
    }
}

/// A rule that can be broken.
pub(crate) fn broken(rule: ViolationRule) -> BrokenRule {
    match rule {
        ViolationRule::WeakAlgorithm => BrokenRule::WeakAlgorithm,
        ViolationRule::LegacyStorage => BrokenRule::LegacyStorage,
        ViolationRule::PhaseOutPassed => BrokenRule::PhaseOutPassed,
        ViolationRule::OwnerMissing => BrokenRule::OwnerMissing,
        ViolationRule::PurposeMissing => BrokenRule::PurposeMissing,
        ViolationRule::RotationOverdue => BrokenRule::RotationOverdue,
        ViolationRule::SharedAcrossTenants => BrokenRule::SharedAcrossTenants,
        ViolationRule::MessageCountHigh => BrokenRule::MessageCountHigh,
    }
}

/// Something that breaks a rule.
pub(crate) fn violation(row: &ViolationRow) -> ViolationView {
    let said = |name: &str| row.detail.get(name).map(String::as_str).unwrap_or_default();
    let aside = |name: &str| matches!(name, "kind" | "owner");
    let kind = said("kind").parse().ok().filter(|_| row.key.is_some());
    ViolationView {
        rule: broken(row.rule),
        key: row.key.map(|key| KeyRefView { key: ipc::KeyId(key.to_string()), name: row.subject.clone() }),
        key_type: kind.map(super::keys::key_type),
        subject: row.subject.clone(),
        owner: said("owner").to_owned(),
        facts: row
            .detail
            .iter()
            .filter(|(name, _)| !aside(name))
            .map(|(name, value)| ViolationFactView { name: name.clone(), value: value.clone() })
            .collect(),
        since: micros(row.since),
        exception: row
            .excepted_by
            .as_ref()
            .map(|(id, number)| ExceptedByView { exception: id.to_string(), label: number.to_string() }),
    }
}
