//! Plans as they are shown: every line of what will change, and what it costs.

use domain::{Change, Operation, Plan, Target};
use ipc::{
    ChangeKind, ChangeView, CountView, ImpactView, KeyRefView, OperationKind, ParameterView, PlanView, TargetView,
};

use super::erasure;
use super::moments::{count32, digest, micros};

/// What a plan asks for.
pub(crate) fn operation(of: Operation) -> OperationKind {
    match of {
        Operation::CreateKek => OperationKind::CreateKek,
        Operation::RotateKek => OperationKind::RotateKek,
        Operation::RotateDek => OperationKind::RotateDek,
        Operation::RotateSecret => OperationKind::RotateSecret,
        Operation::DestroyDek => OperationKind::DestroyDek,
        Operation::DestroyKek => OperationKind::DestroyKek,
        Operation::DestroySecret => OperationKind::DestroySecret,
        Operation::OffboardTenant => OperationKind::OffboardTenant,
        Operation::RecoverKek => OperationKind::RecoverKek,
        Operation::Reactivate => OperationKind::Reactivate,
        Operation::LiftHold => OperationKind::LiftHold,
        Operation::GrantException => OperationKind::GrantException,
        Operation::CloseException => OperationKind::CloseException,
        Operation::ShareKey => OperationKind::ShareKey,
        Operation::ChangeRules => OperationKind::ChangeRules,
        Operation::EnrolOperator => OperationKind::EnrolOperator,
        Operation::EnrolDevice => OperationKind::EnrolDevice,
        Operation::GrantRole => OperationKind::GrantRole,
        Operation::ReinstateOperator => OperationKind::ReinstateOperator,
    }
}

/// A number among the parameters.
pub(crate) fn number(plan: &Plan, name: &str) -> Option<u32> {
    plan.parameter(name)?.parse().ok()
}

/// Name of the first thing the plan is about.
pub(crate) fn subject(plan: &Plan) -> String {
    plan.targets.first().map(|target| target.name.clone()).unwrap_or_default()
}

/// What a plan touches, counted, in the order of its names. What it costs is told apart.
pub(crate) fn counts(plan: &Plan) -> Vec<CountView> {
    let touched = plan.impact.iter().filter(|(name, _)| !COSTS.contains(&name.as_str()));
    touched.map(|(name, count)| CountView { name: name.clone(), count: count32(*count) }).collect()
}

/// Figures of a plan that say what it costs.
const COSTS: [&str; 2] = ["vault_operations", "estimated_seconds"];

/// A plan. `signable` when it is on record or drafted: a preview has no hash to sign.
pub(crate) fn plan_view(plan: &Plan, signable: bool) -> PlanView {
    let key = plan.targets.first().filter(|_| plan.operation.vault_target().is_some());
    let key = key.filter(|_| plan.operation != Operation::CreateKek);
    let mut changes: Vec<ChangeView> = plan.changes.iter().map(change).collect();
    changes.sort_by_key(|line| line.kind == ChangeKind::Same);
    PlanView {
        operation: operation(plan.operation),
        key: key.map(|target| KeyRefView { key: ipc::KeyId(target.key.to_string()), name: target.name.clone() }),
        subject: subject(plan),
        targets: plan.targets.iter().map(target).collect(),
        parameters: plan.parameters.iter().map(parameter).collect(),
        version_before: number(plan, "version_before"),
        version_after: number(plan, "version_after"),
        destroys: plan.operation.destroys(),
        vault_host: plan.parameter("vault").unwrap_or_default().to_owned(),
        changes,
        impact: impact(plan),
        erasure: erasure::of_plan(plan),
        algorithm: algorithm(plan),
        grace_seconds: number(plan, "grace_seconds").unwrap_or(0),
        planned_at: micros(plan.clocks.planned_at),
        plan_hash: signable.then(|| digest(&plan.hash())),
        state_digest: digest(&plan.state_digest()),
    }
}

fn target(of: &Target) -> TargetView {
    TargetView { id: of.key.to_string(), name: of.name.clone(), version: of.version.clone() }
}

fn parameter((name, value): (&String, &String)) -> ParameterView {
    ParameterView { name: name.clone(), value: value.clone() }
}

fn algorithm(plan: &Plan) -> String {
    let line = plan.changes.iter().find(|line| line.field == "algorithm");
    line.map(|line| format!("{}, RSA-OAEP-256", line.after)).unwrap_or_default()
}

fn impact(plan: &Plan) -> ImpactView {
    let count = |name: &str| plan.impact.get(name).copied().map_or(0, count32);
    ImpactView {
        counts: counts(plan),
        vault_operations: count("vault_operations"),
        estimated_seconds: count("estimated_seconds"),
        budget_percent: number(plan, "budget_percent").unwrap_or(0),
    }
}

/// A line as it was signed. Also one that this console has no words for: what is signed is shown.
fn change(line: &Change) -> ChangeView {
    let kind = match (line.before.as_str(), line.after.as_str()) {
        (before, after) if before == after => ChangeKind::Same,
        ("", _) => ChangeKind::Add,
        (_, "") => ChangeKind::Destroy,
        _ => ChangeKind::Change,
    };
    ChangeView {
        subject: line.subject.clone(),
        field: line.field.clone(),
        before: line.before.clone(),
        after: line.after.clone(),
        kind,
    }
}

#[cfg(test)]
mod tests {
    use domain::Change;
    use ipc::ChangeKind;

    /// a line of a newer console is signed with the others, so it is shown with the others.
    #[test]
    fn a_line_without_words_is_shown_as_it_is() {
        let line = Change {
            subject: "kek-a".to_owned(),
            field: "quantum_seal".to_owned(),
            before: String::new(),
            after: "set".to_owned(),
        };
        let shown = super::change(&line);
        assert_eq!((shown.subject.as_str(), shown.field.as_str()), ("kek-a", "quantum_seal"));
        assert_eq!((shown.before.as_str(), shown.after.as_str(), shown.kind), ("", "set", ChangeKind::Add));
    }
}
