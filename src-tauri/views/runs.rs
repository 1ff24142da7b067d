//! Runs as they are shown: steps, pace, and what would hold if the run stopped now.

use custody::run::Progress;
use domain::{Plan, StepKind, Timestamp};
use ipc::{EvidenceView, RunRowView, RunState, StepState, StepView};
use register::{OperatorRow, RunDirection, RunRow, StepRow};

use super::moments::{count32, micros, millis_between};
use super::people::Directory;
use super::plans::{number, operation, subject};

/// Number by which people call a run.
pub(crate) fn label(number: u32) -> String {
    format!("Run {number}")
}

/// A step's wire word.
pub(crate) fn step_kind(of: StepKind, creating: bool) -> ipc::StepKind {
    match of {
        StepKind::Compare => ipc::StepKind::Compare,
        StepKind::CreateVersion if creating => ipc::StepKind::CreateKey,
        StepKind::CreateVersion => ipc::StepKind::CreateVersion,
        StepKind::Rewrap => ipc::StepKind::Rewrap,
        StepKind::Prove => ipc::StepKind::Prove,
        StepKind::Grace => ipc::StepKind::Grace,
        StepKind::DisableOld => ipc::StepKind::DisableOld,
        StepKind::EnableOld => ipc::StepKind::EnableOld,
        StepKind::RewrapBack => ipc::StepKind::Restore,
        StepKind::DisableNew => ipc::StepKind::DisableNew,
        StepKind::ReplaceDek => ipc::StepKind::ReplaceDek,
        StepKind::Reencrypt => ipc::StepKind::Reencrypt,
        StepKind::ReencryptBack => ipc::StepKind::ReencryptBack,
        StepKind::EraseOld => ipc::StepKind::EraseOld,
        StepKind::EraseNew => ipc::StepKind::EraseNew,
        StepKind::Deactivate => ipc::StepKind::Deactivate,
        StepKind::DeleteTokens => ipc::StepKind::DeleteTokens,
        StepKind::EraseWraps => ipc::StepKind::EraseWraps,
        StepKind::Reclaim => ipc::StepKind::Reclaim,
        StepKind::DeleteFromVault => ipc::StepKind::DeleteFromVault,
        StepKind::AwaitPurge => ipc::StepKind::AwaitPurge,
        StepKind::ProveAbsent => ipc::StepKind::ProveAbsent,
        StepKind::Recover => ipc::StepKind::Recover,
        StepKind::EnableVersions => ipc::StepKind::EnableVersions,
        StepKind::Activate => ipc::StepKind::Activate,
        StepKind::Lift => ipc::StepKind::Lift,
        StepKind::Apply => ipc::StepKind::Apply,
        StepKind::Close => ipc::StepKind::Close,
    }
}

/// What is known of one run when it is shown.
pub(crate) struct ShownRun<'a> {
    pub run: &'a RunRow,
    pub plan: &'a Plan,
    pub request_number: u32,
    pub seals: &'a [register::SealRow],
    pub steps: &'a [StepRow],
    pub operators: &'a [OperatorRow],
    pub now: Timestamp,
    /// What this console knows better than the register, while it executes the run.
    pub live: Option<&'a Progress>,
    /// Until when it waits for the vault or for a quiet hour, as the register knows.
    pub waits_until: Option<Timestamp>,
}

impl ShownRun<'_> {
    fn creating(&self) -> bool {
        self.plan.operation == domain::Operation::CreateKek
    }

    /// The steps that are ahead or behind, in order: those taken, then those to come.
    fn course(&self) -> &'static [StepKind] {
        match self.run.direction {
            RunDirection::Forward => self.plan.operation.steps(),
            RunDirection::Back => self.plan.operation.steps_back(),
        }
    }

    /// Steps of the present direction, as the register has them.
    fn taken(&self, kind: StepKind) -> Option<&StepRow> {
        let back = self.run.direction == RunDirection::Back;
        self.steps.iter().find(|row| row.kind == kind && (row.position > 100) == back)
    }

    /// The step it is at.
    pub fn present(&self) -> StepKind {
        let course = self.course();
        let open =
            course.iter().find(|kind| self.taken(**kind).is_none_or(|row| row.state != register::StepState::Done));
        open.or(course.last()).copied().unwrap_or(StepKind::Close)
    }

    pub fn state(&self) -> RunState {
        match self.run.state {
            domain::RunState::Completed => RunState::Finished,
            domain::RunState::RolledBack => RunState::RolledBack,
            domain::RunState::Paused => RunState::Paused,
            // These may take days, and no console need be there meanwhile.
            domain::RunState::Running if self.is_waiting_at(StepKind::AwaitPurge) => RunState::AwaitingPurge,
            domain::RunState::Running if self.is_waiting_at(StepKind::Reclaim) => RunState::ReclaimPending,
            domain::RunState::Running if self.run.lapsed => RunState::Stopped,
            domain::RunState::Running if self.is_failed() => RunState::Failed,
            domain::RunState::Running if self.run.direction == RunDirection::Back => RunState::RollingBack,
            domain::RunState::Running if self.present() == StepKind::Grace => RunState::Grace,
            domain::RunState::Running => RunState::Running,
        }
    }

    /// It is at this step, and waits for a moment that has a date or that the vault has not told.
    fn is_waiting_at(&self, kind: StepKind) -> bool {
        let waits =
            self.live.map_or(self.waits_until.is_some(), |live| live.until.is_some() || self.waits_until.is_some());
        self.run.direction == RunDirection::Forward && self.present() == kind && waits
    }

    /// Until when it waits.
    fn waits_until(&self) -> Option<Timestamp> {
        let waits = matches!(self.present(), StepKind::Grace | StepKind::AwaitPurge | StepKind::Reclaim);
        let live = self.live.and_then(|live| live.until);
        self.until(self.present()).or(live).or(self.waits_until).filter(|_| waits && self.run.finished_at.is_none())
    }

    /// A step failed and nobody has tried it again.
    pub fn is_failed(&self) -> bool {
        self.live.is_none() && self.taken(self.present()).is_some_and(|row| row.state == register::StepState::Failed)
    }

    pub fn row_view(&self) -> RunRowView {
        let (done, total) = self.units(self.present());
        let seals = self.seals.iter().filter(|seal| seal.decision == domain::Decision::Approve);
        let people = Directory { operators: self.operators, now: self.now };
        RunRowView {
            run: ipc::RunId(self.run.id.to_string()),
            label: label(self.run.number),
            operation: operation(self.plan.operation),
            subject: subject(self.plan),
            targets: count32(self.plan.targets.len()),
            version_after: number(self.plan, "version_after"),
            state: self.state(),
            step: step_kind(self.present(), self.creating()),
            done: count32(done),
            total: count32(total),
            started_by: people.person(self.run.owner),
            started_at: micros(self.run.started_at),
            finished_at: self.run.finished_at.map(micros),
            waits_until: self.waits_until().map(micros),
            request: ipc::RequestLinkView {
                request: ipc::RequestId(self.run.request.to_string()),
                label: super::requests::label(self.request_number),
            },
            seals: seals.map(|seal| people.person(seal.operator)).collect(),
        }
    }

    /// Units of a step, done and in all.
    fn units(&self, kind: StepKind) -> (u64, u64) {
        if let Some(live) = self.live.filter(|live| live.step == kind) {
            return (live.done, live.total.max(1));
        }
        let planned = |name: &str| self.plan.impact.get(name).copied().unwrap_or(0);
        let is_done = self.taken(kind).is_some_and(|row| row.state == register::StepState::Done);
        match (kind, is_done) {
            (StepKind::Rewrap, _) => (self.run.rewrapped, planned("deks").max(self.run.rewrapped)),
            (StepKind::Reencrypt | StepKind::DeleteTokens, true) => (planned("tokens"), planned("tokens")),
            (StepKind::Reencrypt | StepKind::DeleteTokens, false) => (0, planned("tokens").max(1)),
            (StepKind::ReplaceDek | StepKind::EraseWraps | StepKind::EraseOld, true) => {
                (planned("deks"), planned("deks"))
            }
            (StepKind::ReplaceDek | StepKind::EraseWraps | StepKind::EraseOld, false) => (0, planned("deks").max(1)),
            (_, true) => (1, 1),
            _ => (0, 1),
        }
    }

    pub fn step_views(&self) -> Vec<StepView> {
        self.course().iter().map(|kind| self.step_view(*kind)).collect()
    }

    fn step_view(&self, kind: StepKind) -> StepView {
        let row = self.taken(kind);
        let state = match row.map(|row| row.state) {
            Some(register::StepState::Done) => StepState::Done,
            Some(register::StepState::Failed) if self.live.is_none() => StepState::Failed,
            Some(_) => StepState::Running,
            None => StepState::Waiting,
        };
        let (done, total) = self.units(kind);
        let counted = matches!(kind, StepKind::Rewrap | StepKind::Prove | StepKind::RewrapBack | StepKind::Grace)
            || (total > 1 && !matches!(kind, StepKind::AwaitPurge | StepKind::Reclaim));
        let finished_at = row.and_then(|row| row.finished_at);
        StepView {
            kind: step_kind(kind, self.creating()),
            state,
            version: self.version_of(kind),
            done: counted.then_some(count32(done)),
            total: counted.then_some(count32(total)),
            started_at: row.map(|row| micros(row.intended_at)),
            finished_at: finished_at.map(micros),
            took_ms: row.zip(finished_at).map(|(row, end)| millis_between(row.intended_at, end)),
            until: self.until(kind).or(self.waits_until().filter(|_| kind == self.present())).map(micros),
            evidence: row.map(|row| evidence(row, self.creating())).unwrap_or_default(),
            entry: row.and_then(|row| row.outcome_seq).map(count32),
        }
    }

    fn version_of(&self, kind: StepKind) -> Option<u32> {
        let name = match kind {
            StepKind::CreateVersion | StepKind::Rewrap | StepKind::DisableNew => "version_after",
            StepKind::Prove if self.run.direction == RunDirection::Back => "version_after",
            StepKind::DisableOld | StepKind::EnableOld | StepKind::RewrapBack | StepKind::Prove => "version_before",
            _ => return None,
        };
        number(self.plan, name)
    }

    fn until(&self, kind: StepKind) -> Option<Timestamp> {
        let seconds = number(self.plan, "grace_seconds").filter(|_| kind == StepKind::Grace)?;
        Some(self.run.rewrapped_at?.plus(std::time::Duration::from_secs(u64::from(seconds))))
    }
}

/// What a step proved, fact by fact, as it was recorded. Some are named by what they mean at that step.
fn evidence(row: &StepRow, creating: bool) -> Vec<EvidenceView> {
    let entry = row.outcome_seq.map(count32);
    let view = |(name, value): (&String, &String)| {
        let fact = match (name.as_str(), row.kind) {
            ("plan_hash", _) => "state_unchanged",
            ("version", StepKind::DisableOld) => "old_disabled",
            ("version", StepKind::DisableNew) => "new_disabled",
            ("version", StepKind::EnableOld) => "old_enabled",
            ("version", StepKind::CreateVersion) if creating => "key_registered",
            ("version", _) => "version_created",
            ("under_new", _) => "rewrapped",
            ("canaries" | "opened", _) => "canaries_opened",
            ("proof", StepKind::DisableOld | StepKind::DisableNew) => "unwrap_refused",
            ("tables", StepKind::Reclaim) => "dead_rows",
            ("checkpoint", StepKind::Reclaim) => "written_out",
            ("entry", StepKind::Reclaim) => "rewritten",
            (as_recorded, _) => as_recorded,
        };
        let value = if fact == "dead_rows" { dead_rows(value) } else { value.clone() };
        EvidenceView { fact: fact.to_owned(), value, entry }
    };
    let told =
        row.evidence.iter().flatten().filter(|(name, value)| !PLACING.contains(&name.as_str()) && !value.is_empty());
    told.map(view).collect()
}

/// What was counted on the pages of the rewritten tables, in words; as it was recorded where it is of another form.
fn dead_rows(counted: &str) -> String {
    let Ok(tables) = serde_json::from_str::<std::collections::BTreeMap<String, TablePages>>(counted) else {
        return counted.to_owned();
    };
    let said = tables.iter().map(|(table, pages)| format!("{} of {} in {table}", pages.dead, pages.dead + pages.rows));
    said.collect::<Vec<_>>().join(", ")
}

/// Rows that were found on the pages of one table.
#[derive(serde::Deserialize)]
struct TablePages {
    dead: u64,
    rows: u64,
}

/// Attributes of a step's entry that say where it belongs: no evidence.
const PLACING: [&str; 4] = ["run", "fence", "step", "position"];

#[cfg(test)]
mod tests {
    use super::dead_rows;

    /// R-40: the proof of reclaimed tables reads as words; what is not known is shown as it was recorded.
    #[test]
    fn dead_rows_are_said_table_by_table() {
        let counted = r#"{"wrap":{"dead":0,"rows":2,"bytes":8192},"token":{"dead":1,"rows":4,"bytes":8192}}"#;
        assert_eq!(dead_rows(counted), "1 of 5 in token, 0 of 2 in wrap");
        assert_eq!(dead_rows("none"), "none");
    }
}
