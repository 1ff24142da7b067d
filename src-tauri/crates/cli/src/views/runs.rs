//! Runs and their steps.

use domain::{Operation, RunId, StepKind, Timestamp};
use register::{
    CertificateRow, DeletionRow, ErasureRow, InTheWay, ReclaimObstacles, RequestRow, RunDirection, RunRow, StepRow,
    StepState,
};
use serde_json::{Value, json};
use workplace::Desk;

use super::keys::moment;
use super::{plans, requests};
use crate::failure::{Failure, why_not};
use crate::people::Directory;
use crate::progress::step;
use crate::table::Table;

/// A run with the request that it carries out.
pub struct Row {
    /// The run.
    pub run: RunRow,
    request: RequestRow,
}

impl Row {
    /// Reads what belongs to it.
    pub async fn read(desk: &Desk, run: RunRow) -> Result<Self, Failure> {
        let request = desk.console.register.request(run.request).await?;
        Ok(Self { run, request: request.ok_or_else(|| why_not("request_unknown", &[]))? })
    }

    /// For a document.
    pub fn document(&self, people: &Directory) -> Value {
        let run = &self.run;
        json!({
            "id": run.id,
            "run": run.number,
            "request": run.request,
            "request_number": requests::label(self.request.number),
            "operation": self.request.operation,
            "subject": requests::subject(&self.request),
            "key": run.key,
            "state": run.state,
            "direction": direction(run),
            "from_version": run.from_version,
            "new_version": run.new_version,
            "executed_by": people.person(run.owner),
            "lease_until": run.lease_until.to_string(),
            "lapsed": run.lapsed,
            "rewrapped": run.rewrapped,
            "started_at": run.started_at.to_string(),
            "finished_at": moment(run.finished_at),
            "verification": run.verification,
            "entries": { "started": run.started_seq, "finished": run.finished_seq },
        })
    }
}

fn direction(run: &RunRow) -> &'static str {
    match run.direction {
        RunDirection::Forward => "forward",
        RunDirection::Back => "back",
    }
}

fn state(of: StepState) -> &'static str {
    match of {
        StepState::Intended => "intended",
        StepState::Done => "done",
        StepState::Failed => "failed",
    }
}

/// Runs in columns.
pub fn table(rows: &[Row], people: &Directory) -> String {
    let mut table =
        Table::new(&["run", "request", "operation", "of", "state", "direction", "executed by", "started", "id"]);
    for row in rows {
        let run = &row.run;
        table.row([
            run.number.to_string().as_str(),
            &requests::label(row.request.number),
            row.request.operation.word(),
            &requests::subject(&row.request),
            if run.lapsed { "nobody holds it" } else { run.state.word() },
            direction(run),
            &people.name(run.owner),
            &run.started_at.to_string(),
            &run.id.to_string(),
        ]);
    }
    table.text()
}

/// Everything about one run.
pub struct Detail {
    row: Row,
    steps: Vec<StepRow>,
    erasure: Option<ErasureRow>,
    deletions: Vec<DeletionRow>,
    obstacles: ReclaimObstacles,
    certificate: Option<CertificateRow>,
    people: Directory,
}

impl Detail {
    /// Reads it.
    pub async fn read(desk: &Desk, run: RunId) -> Result<Self, Failure> {
        let register = &desk.console.register;
        let row = register.run(run).await?.ok_or_else(|| why_not("run_unknown", &[]))?;
        let row = Row::read(desk, row).await?;
        let steps = register.steps(run).await?;
        let obstacles = match at(&row.run, &steps) {
            Some(StepKind::Reclaim) => register.reclaim_obstacles(run).await?,
            _ => ReclaimObstacles::default(),
        };
        let destroys = row.request.operation.destroys();
        Ok(Self {
            erasure: if destroys { register.erasure(run).await? } else { None },
            deletions: if destroys { register.deletions(run).await? } else { Vec::new() },
            certificate: if destroys { register.certificate(run).await? } else { None },
            people: Directory::read(desk).await?,
            row,
            steps,
            obstacles,
        })
    }

    /// What it waits for, in a person's words, and until when where that is known.
    fn waiting(&self) -> Option<(String, Option<Timestamp>)> {
        match at(&self.row.run, &self.steps)? {
            StepKind::Reclaim => {
                let named = |it: &InTheWay| format!("{} {}", it.what.replace('_', " "), it.name);
                let in_the_way: Vec<String> = self.obstacles.in_the_way.iter().map(named).collect();
                let because = match (self.obstacles.quiet_from, in_the_way.is_empty()) {
                    (Some(from), _) => format!("; its hours begin at {from}"),
                    (None, false) => format!("; in the way: {}", in_the_way.join(", ")),
                    (None, true) => String::new(),
                };
                Some((format!("zeroed, reclaim pending{because}"), self.obstacles.quiet_from))
            }
            StepKind::AwaitPurge => {
                let open = self.deletions.iter().filter(|it| it.purged_at.is_none() && it.recovered_seq.is_none());
                let until = open.filter_map(|it| it.scheduled_purge_at).max()?;
                Some((format!("waiting for purge until {until}"), Some(until)))
            }
            StepKind::Grace => {
                let seconds = self.row.request.parameters.get("grace_seconds")?.parse().ok()?;
                let until = self.row.run.rewrapped_at?.plus(std::time::Duration::from_secs(seconds));
                Some((format!("grace period until {until}"), Some(until)))
            }
            _ => None,
        }
    }

    /// For a document.
    pub fn document(&self) -> Value {
        let mut document = self.row.document(&self.people);
        let waiting =
            self.waiting().map(|(what, until)| json!({ "what": what, "until": until.map(|at| at.to_string()) }));
        let erased = self.erasure.as_ref().map(|it| {
            json!({
                "tokens": it.tokens,
                "wraps": it.wraps,
                "former_wraps": it.former_wraps,
                "reclaimed": it.is_reclaimed,
                "reclaimed_at": moment(it.reclaimed_at),
                "entry": it.reclaimed_seq,
                "proof": it.proof,
            })
        });
        let certificate = self.certificate.as_ref().map(|it| {
            json!({ "number": it.number, "issued_at": it.issued_at.to_string(), "digest": hex::encode(it.digest) })
        });
        if let Some(all) = document.as_object_mut() {
            all.insert("steps".to_owned(), self.steps.iter().map(step_document).collect());
            all.insert("waiting".to_owned(), json!(waiting));
            all.insert("erased".to_owned(), json!(erased));
            all.insert("deleted_in_vault".to_owned(), self.deletions.iter().map(deletion_document).collect());
            all.insert("certificate".to_owned(), json!(certificate));
        }
        document
    }

    /// To read.
    pub fn text(&self) -> String {
        let (run, request) = (&self.row.run, &self.row.request);
        let mut facts = Table::pairs();
        facts.pair("run", run.number.to_string());
        facts.pair("id", run.id.to_string());
        let what = format!("{} {}", plans::operation(request.operation), requests::subject(request));
        facts.pair("for", format!("{what} ({})", requests::label(request.number)));
        facts.pair("state", run.state.word());
        facts.pair("direction", direction(run));
        facts.pair("executed by", self.people.name(run.owner));
        if request.operation == Operation::RotateKek {
            facts.pair("re-wrapped", run.rewrapped.to_string());
        }
        if let Some((what, _)) = self.waiting() {
            facts.pair("waits", what);
        }
        facts.pair("verification", run.verification.as_deref().unwrap_or("-"));
        if let Some(certificate) = &self.certificate {
            facts.pair("certificate", format!("{}, issued at {}", certificate.number, certificate.issued_at));
        } else if request.operation.destroys() && run.finished_at.is_some() && run.direction == RunDirection::Forward {
            facts.pair("certificate", format!("none yet: countersign certificate issue {}", run.number));
        }
        let parts = [Some(facts.text()), Some(steps_table(&self.steps)), self.deletions_table()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    }

    fn deletions_table(&self) -> Option<String> {
        let mut table = Table::new(&["deleted in the vault", "at", "recovery", "purged by the vault", "found gone"]);
        for it in &self.deletions {
            let said = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
            let gone = if it.recovered_seq.is_some() { "recovered".to_owned() } else { said(it.purged_at) };
            let (at, purge) = (it.deleted_at.to_string(), said(it.scheduled_purge_at));
            table.row([it.vault_name.as_deref().unwrap_or_default(), &at, &it.recovery_level, &purge, &gone]);
        }
        (!self.deletions.is_empty()).then(|| table.text())
    }
}

/// The step at which a run stands that is not over.
fn at(run: &RunRow, steps: &[StepRow]) -> Option<StepKind> {
    let last = steps.last().filter(|_| run.finished_at.is_none())?;
    (last.state == StepState::Intended).then_some(last.kind)
}

fn step_document(row: &StepRow) -> Value {
    json!({
        "position": row.position,
        "step": row.kind,
        "state": state(row.state),
        "attempts": row.attempts,
        "intent": row.intent,
        "evidence": row.evidence,
        "finished_at": moment(row.finished_at),
        "entries": { "intent": row.intent_seq, "outcome": row.outcome_seq },
    })
}

fn deletion_document(row: &DeletionRow) -> Value {
    json!({
        "key": row.key,
        "vault_name": row.vault_name,
        "recovery_level": row.recovery_level,
        "deleted_at": row.deleted_at.to_string(),
        "scheduled_purge_at": moment(row.scheduled_purge_at),
        "purged_at": moment(row.purged_at),
        "purge_proof": row.purge_proof,
        "recovered": row.recovered_seq.is_some(),
        "entries": { "deleted": row.deleted_seq, "purged": row.purged_seq, "recovered": row.recovered_seq },
    })
}

fn steps_table(steps: &[StepRow]) -> String {
    let mut table = Table::new(&["step", "state", "entries", "evidence"]);
    for row in steps {
        let evidence: Vec<String> =
            row.evidence.iter().flatten().map(|(name, value)| format!("{name}: {value}")).collect();
        let entries = match row.outcome_seq {
            Some(outcome) => format!("{}, {outcome}", row.intent_seq),
            None => row.intent_seq.to_string(),
        };
        table.row([step(row.kind), state(row.state), &entries, &evidence.join("; ")]);
    }
    table.text()
}
