//! How findings and verdicts are said.

use domain::Environment;

use crate::finding::Level;
use crate::judgement::{Judged, Report, Verdict};

/// What is known of a rule: its name in SARIF, and what it is about.
pub struct Rule {
    /// Name without spaces.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
}

/// The rule behind a kind of finding.
pub fn rule(kind: &str) -> Rule {
    let (name, about) = match kind {
        "exception" => (
            "ExceptionExpired",
            "An exception to the key policy expires, or has expired without being closed or renewed.",
        ),
        "rotation_overdue" => ("RotationOverdue", "A key serves longer than its rule allows."),
        "rotation_due" => ("RotationDue", "Keys are due for rotation soon."),
        "weak_algorithm" => ("WeakAlgorithm", "A key has an algorithm or a length that is not approved."),
        "legacy_storage" => ("LegacyStorage", "A key lies in a legacy store."),
        "phase_out_passed" => {
            ("PhaseOutPassed", "A key lies in a legacy store beyond the date by which it should have left.")
        }
        "owner_missing" => ("OwnerMissing", "A key has no owner."),
        "purpose_missing" => ("PurposeMissing", "A key has no purpose."),
        "shared_across_tenants" => {
            ("SharedAcrossTenants", "A key serves several tenants without an entry in the register of shared keys.")
        }
        "message_count_high" => ("MessageCountHigh", "A DEK has sealed almost as many messages as it may."),
        "quorum" => ("QuorumUnmet", "An operation could be signed by no two people today."),
        "gate_unknown" => ("GateUnknown", "The gate could not tell, and that blocks."),
        _ => ("PolicyViolation", "Something is not as the policy wants it."),
    };
    Rule { name, about }
}

/// When a finding is due, seen from the moment of the verdict.
pub fn when(it: &Judged) -> String {
    let is_exception = it.finding.kind == "exception";
    match (it.is_due, is_exception, it.days) {
        (true, true, 0) => "expired today".to_owned(),
        (true, true, days) => format!("expired {} ago", count(days, "day")),
        (true, false, 0) => "since today".to_owned(),
        (true, false, days) => format!("since {}", count(days, "day")),
        (false, true, days) if days <= 1 => "expires within a day".to_owned(),
        (false, true, days) => format!("expires in {days} days"),
        (false, false, days) if days <= 1 => "due within a day".to_owned(),
        (false, false, days) => format!("due in {days} days"),
    }
}

/// The verdict in a sentence.
pub fn headline(report: &Report) -> String {
    let place = title_case(report.environment);
    match (&report.outcome, report.verdict()) {
        (Err(unknown), _) => {
            format!("{place} deployment blocked: the gate could not tell ({})", unknown.code.replace('_', " "))
        }
        (Ok(judgement), Verdict::Blocked) => {
            format!("{place} deployment blocked by {}", summary(judgement.findings.as_slice()))
        }
        (Ok(judgement), _) if judgement.findings.is_empty() => {
            format!("{place} deployment may go ahead: nothing is in the way")
        }
        (Ok(judgement), _) => {
            format!("{place} deployment may go ahead, with {}", summary(judgement.findings.as_slice()))
        }
    }
}

/// `2 blocking findings, 1 warning`.
fn summary(findings: &[Judged]) -> String {
    let named = [(Level::Block, "blocking finding"), (Level::Warn, "warning"), (Level::Notice, "notice")];
    let counted = named.map(|(level, name)| (findings.iter().filter(|it| it.level == level).count(), name));
    let said = counted.into_iter().filter(|(found, _)| *found > 0);
    said.map(|(found, name)| count(i64::try_from(found).unwrap_or(i64::MAX), name)).collect::<Vec<_>>().join(", ")
}

/// `1 day`, `2 days`.
pub fn count(number: i64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn title_case(environment: Environment) -> String {
    let word = environment.word();
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
