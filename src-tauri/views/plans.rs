//! Plans as they are shown: every line of what will change, and what it costs.

use domain::{Change, Operation, Plan};
use ipc::{ChangeKind, ChangeSubject, ChangeView, ImpactView, KeyRefView, OperationKind, PlanView};

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
    }
}

/// A number among the parameters.
pub(crate) fn number(plan: &Plan, name: &str) -> Option<u32> {
    plan.parameter(name)?.parse().ok()
}

/// Name of the key the plan is about.
pub(crate) fn subject(plan: &Plan) -> String {
    plan.targets.first().map(|target| target.name.clone()).unwrap_or_default()
}

/// A plan. `signable` when it is on record or drafted: a preview has no hash to sign.
pub(crate) fn plan_view(plan: &Plan, signable: bool) -> PlanView {
    let key = plan.targets.first().filter(|_| plan.operation != Operation::CreateKek);
    let mut changes: Vec<ChangeView> = plan.changes.iter().filter_map(|line| change(plan, line)).collect();
    changes.sort_by_key(|line| line.kind == ChangeKind::Same);
    PlanView {
        operation: operation(plan.operation),
        key: key.map(|target| KeyRefView { key: ipc::KeyId(target.key.to_string()), name: target.name.clone() }),
        subject: subject(plan),
        version_before: number(plan, "version_before"),
        version_after: number(plan, "version_after").unwrap_or(1),
        vault_host: plan.parameter("vault").unwrap_or_default().to_owned(),
        changes,
        impact: impact(plan),
        algorithm: algorithm(plan),
        grace_seconds: number(plan, "grace_seconds").unwrap_or(0),
        planned_at: micros(plan.clocks.planned_at),
        plan_hash: signable.then(|| digest(&plan.hash())),
        state_digest: digest(&plan.state_digest()),
    }
}

fn algorithm(plan: &Plan) -> String {
    let line = plan.changes.iter().find(|line| line.field == "algorithm");
    line.map(|line| format!("{}, RSA-OAEP-256", line.after)).unwrap_or_default()
}

fn impact(plan: &Plan) -> ImpactView {
    let count = |name: &str| plan.impact.get(name).copied().map_or(0, count32);
    ImpactView {
        deks: count("deks"),
        tenants: count("tenants"),
        vault_operations: count("vault_operations"),
        estimated_seconds: count("estimated_seconds"),
        budget_percent: number(plan, "budget_percent").unwrap_or(0),
        tokens: count("tokens"),
    }
}

fn change(plan: &Plan, line: &Change) -> Option<ChangeView> {
    let subject = match line.field.as_str() {
        "current_version" => ChangeSubject::CurrentVersion,
        "deks_under_old" => ChangeSubject::DeksUnderOld,
        "deks_under_new" => ChangeSubject::DeksUnderNew,
        "old_version" => ChangeSubject::OldVersion,
        "algorithm" => ChangeSubject::Algorithm,
        "key_name" => ChangeSubject::KeyName,
        "owner" => ChangeSubject::Owner,
        "purpose" => ChangeSubject::Purpose,
        "classification" => ChangeSubject::Classification,
        "rotate_by" => ChangeSubject::RotateBy,
        "vault" => ChangeSubject::Vault,
        // A line of a newer console: shown by nobody, so it must not be signed either. The hash covers it all the same.
        _ => return None,
    };
    let version = match subject {
        ChangeSubject::DeksUnderOld | ChangeSubject::OldVersion => number(plan, "version_before"),
        ChangeSubject::DeksUnderNew => number(plan, "version_after"),
        _ => None,
    };
    let kind = match (line.before.as_str(), line.after.as_str()) {
        (before, after) if before == after => ChangeKind::Same,
        ("", _) => ChangeKind::Add,
        (_, "") => ChangeKind::Destroy,
        _ => ChangeKind::Change,
    };
    let identifier = matches!(subject, ChangeSubject::CurrentVersion | ChangeSubject::KeyName | ChangeSubject::Vault);
    Some(ChangeView { subject, version, before: line.before.clone(), after: line.after.clone(), kind, identifier })
}
