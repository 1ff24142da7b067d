//! Requests: where they stand, whose seals they have, who may sign.

use custody::run::seal_of;
use domain::{Change, Decision, OperatorId, Plan, RequestState, quorum_rules};
use register::{EligibleRow, MaySignRow, RequestRow, RunRow, SealRow};
use serde_json::{Value, json};
use workplace::Desk;

use super::plans;
use crate::failure::{Failure, of_changes, of_differences, why_not};
use crate::people::{Directory, words};
use crate::table::Table;

/// What people call a request.
pub fn label(number: u32) -> String {
    format!("R-{number}")
}

/// Name of what a request is about; of the first of several.
pub fn subject(row: &RequestRow) -> String {
    plans::of_several(row.targets.first().map(|target| target.name.as_str()), row.targets.len())
}

/// A request in a list.
pub fn row_document(row: &RequestRow, people: &Directory) -> Value {
    json!({
        "id": row.id,
        "request": label(row.number),
        "operation": row.operation,
        "subject": subject(row),
        "targets": row.targets.len(),
        "state": row.state,
        "requester": people.person(row.requester),
        "requester_role": row.requester_role,
        "reason": row.reason,
        "change_record": row.change_record,
        "submitted_at": row.submitted_at.to_string(),
        "approve_by": row.approve_by.to_string(),
        "execute_by": row.execute_by.to_string(),
        "plan_hash": hex::encode(row.plan_hash),
    })
}

/// Requests in columns.
pub fn table(rows: &[RequestRow], people: &Directory) -> String {
    let mut table = Table::new(&["request", "operation", "of", "state", "asked by", "approve by", "reason"]);
    for row in rows {
        table.row([
            label(row.number).as_str(),
            row.operation.word(),
            &subject(row),
            row.state.word(),
            &people.name(row.requester),
            &row.approve_by.to_string(),
            &row.reason,
        ]);
    }
    table.text()
}

/// Everything that is known of one request.
pub struct Known {
    /// The request.
    pub row: RequestRow,
    /// Its plan.
    pub plan: Plan,
    seals: Vec<SealRow>,
    verified: Vec<OperatorId>,
    /// Whether the operator at work may sign it.
    pub may: MaySignRow,
    eligible: Vec<EligibleRow>,
    run: Option<RunRow>,
    /// What differs from the plan now.
    pub differences: Vec<Change>,
    people: Directory,
}

impl Known {
    /// Reads it. Signatures are verified here, with keys that the ledger certifies.
    pub async fn read(desk: &Desk, row: RequestRow) -> Result<Self, Failure> {
        let console = &desk.console;
        let register = &console.register;
        let (plan, row) = console.plan_on_record(row.id).await?;
        console.witness.catch_up(register).await?;
        let seals = register.seals(row.id).await?;
        let undecided = matches!(row.state, RequestState::Open | RequestState::Approved);
        let differences = if undecided { console.recheck_plan(&plan).await? } else { Vec::new() };
        Ok(Self {
            verified: verified_signers(desk, &plan, &seals).await,
            may: register.may_sign(row.id, desk.person.operator).await?,
            eligible: register.who_may_sign(row.id).await?,
            run: register.run_of(row.id).await?,
            people: Directory::read(desk).await?,
            row,
            plan,
            seals,
            differences,
        })
    }

    /// Why the operator at work may not sign, and who may instead.
    pub fn refusal(&self) -> Option<Failure> {
        if self.may.allowed() {
            return None;
        }
        let failure = why_not(&self.may.code, &self.may.wanted);
        let names: Vec<String> =
            self.eligible.iter().map(|row| format!("{} ({})", row.name, words(&row.roles))).collect();
        let failure = failure.with("may_sign", self.eligible_document());
        Some(if names.is_empty() { failure } else { failure.hint(format!("may sign: {}", names.join(", "))) })
    }

    /// Signatures still missing.
    pub fn missing(&self) -> u32 {
        if self.row.state != RequestState::Open {
            return 0;
        }
        let rule = quorum_rules().into_iter().find(|rule| rule.operation == self.row.operation);
        let needed = rule.map_or(2, |rule| rule.people_min.max(2));
        let given = self.seals.iter().filter(|seal| seal.decision == Decision::Approve).count();
        needed.saturating_sub(u32::try_from(given).unwrap_or(u32::MAX))
    }

    fn eligible_document(&self) -> Value {
        let view = |row: &EligibleRow| json!({ "id": row.operator, "name": row.name, "roles": row.roles });
        Value::Array(self.eligible.iter().map(view).collect())
    }

    /// For a document.
    pub fn document(&self) -> Value {
        let seal = |seal: &SealRow| {
            json!({
                "operator": self.people.person(seal.operator),
                "role": seal.role,
                "decision": seal.decision,
                "requester": seal.is_requester,
                "device_key": hex::encode(seal.device),
                "at": seal.sealed_at.to_string(),
                "entry": seal.seq,
                "verified": self.verified.contains(&seal.operator),
            })
        };
        let mut document = row_document(&self.row, &self.people);
        let more = json!({
            "plan": plans::document(&self.plan),
            "seals": self.seals.iter().map(seal).collect::<Vec<_>>(),
            "missing": self.missing(),
            "may_sign": self.eligible_document(),
            "i_may_sign": self.may.allowed(),
            "why_not": (!self.may.allowed()).then(|| self.may.code.clone()),
            "differences": of_changes(&self.differences),
            "lapsed_because": of_differences(&self.row.differences),
            "run": self.run.as_ref().map(|run| json!({ "id": run.id, "number": run.number, "state": run.state })),
        });
        if let (Some(all), Value::Object(more)) = (document.as_object_mut(), more) {
            all.extend(more);
        }
        document
    }

    /// To read.
    pub fn text(&self) -> String {
        let mut seals = Table::new(&["signed by", "role", "decision", "at", "entry", "signature"]);
        for seal in &self.seals {
            let holds = if self.verified.contains(&seal.operator) { "verified" } else { "DOES NOT VERIFY" };
            let (name, at, entry) = (self.people.name(seal.operator), seal.sealed_at.to_string(), seal.seq.to_string());
            seals.row([name.as_str(), seal.role.word(), seal.decision.word(), &at, &entry, holds]);
        }
        let by = crate::table::safe(&self.people.name(self.row.requester));
        let asked = format!("asked by {by} ({}) at {}", self.row.requester_role, self.row.submitted_at);
        let mut lines = vec![
            format!("{} is {}, {asked}", label(self.row.number), self.row.state),
            String::new(),
            plans::text(&self.plan),
            String::new(),
            seals.text(),
        ];
        if self.row.state == RequestState::Open {
            let names: Vec<String> = self.eligible.iter().map(|row| crate::table::safe(&row.name)).collect();
            let who = if names.is_empty() { "nobody now".to_owned() } else { names.join(", ") };
            lines.push(format!("{} signature missing; may sign: {who}", self.missing()));
        }
        lines.push(self.difference_lines());
        if let Some(run) = &self.run {
            lines.push(format!("Run {} is {}", run.number, run.state));
        }
        lines.join("\n").trim_end().to_owned()
    }

    fn difference_lines(&self) -> String {
        let live = self.differences.iter().map(|it| (format!("{}.{}", it.subject, it.field), &it.before, &it.after));
        let kept = self.row.differences.iter().map(|it| (it.fact.clone(), &it.planned, &it.found));
        let mut table = Table::new(&["differs now", "planned", "found"]);
        let mut any = false;
        for (fact, planned, found) in live.chain(kept) {
            any = true;
            table.row([fact.as_str(), planned, found]);
        }
        if any { format!("\n{}", table.text()) } else { String::new() }
    }
}

/// Signers whose seals on `plan` were verified here, with keys that the ledger certifies.
async fn verified_signers(desk: &Desk, plan: &Plan, seals: &[SealRow]) -> Vec<OperatorId> {
    let keys: Vec<_> = seals.iter().map(|seal| (seal.operator, seal.device)).collect();
    let known = desk.console.witness.signers_then(&keys, domain::Timestamp::from_micros(i64::MIN)).await;
    let holds = |seal: &&SealRow| {
        let facts = known.get(&(seal.operator, seal.device));
        facts.is_some_and(|facts| seal_of(plan, seal).verify(plan, &facts.public_key).is_ok())
    };
    seals.iter().filter(holds).map(|seal| seal.operator).collect()
}
