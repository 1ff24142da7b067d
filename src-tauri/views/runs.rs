//! Runs as they are shown: steps, pace, and what would hold if the run stopped now.

use custody::run::Progress;
use domain::{Plan, StepKind, Timestamp};
use ipc::{EvidenceFact, EvidenceView, RunRowView, RunState, StepState, StepView};
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

    fn present(&self) -> StepKind {
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
            domain::RunState::Running if self.run.lapsed => RunState::Stopped,
            domain::RunState::Running if self.is_failed() => RunState::Failed,
            domain::RunState::Running if self.run.direction == RunDirection::Back => RunState::RollingBack,
            domain::RunState::Running if self.present() == StepKind::Grace => RunState::Grace,
            domain::RunState::Running => RunState::Running,
        }
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
            version_after: number(self.plan, "version_after").unwrap_or(1),
            state: self.state(),
            step: step_kind(self.present(), self.creating()),
            done: count32(done),
            total: count32(total),
            started_by: people.person(self.run.owner),
            started_at: micros(self.run.started_at),
            finished_at: self.run.finished_at.map(micros),
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
        let deks = self.plan.impact.get("deks").copied().unwrap_or(0);
        let is_done = self.taken(kind).is_some_and(|row| row.state == register::StepState::Done);
        match (kind, is_done) {
            (StepKind::Rewrap, _) => (self.run.rewrapped, deks.max(self.run.rewrapped)),
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
        let counted = matches!(kind, StepKind::Rewrap | StepKind::Prove | StepKind::RewrapBack | StepKind::Grace);
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
            until: self.until(kind).map(micros),
            evidence: row.map(evidence).unwrap_or_default(),
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

/// What a step proved, fact by fact.
fn evidence(row: &StepRow) -> Vec<EvidenceView> {
    let entry = row.outcome_seq.map(count32);
    let view = |(name, value): (&String, &String)| {
        let fact = match name.as_str() {
            "plan_hash" => EvidenceFact::StateUnchanged,
            "version" => match row.kind {
                StepKind::DisableOld => EvidenceFact::OldDisabled,
                StepKind::DisableNew => EvidenceFact::NewDisabled,
                StepKind::EnableOld => EvidenceFact::OldEnabled,
                _ => EvidenceFact::VersionCreated,
            },
            "public_key_digest" => EvidenceFact::PublicKeyDigest,
            "rewrapped" | "under_new" => EvidenceFact::Rewrapped,
            "canaries" | "opened" => EvidenceFact::CanariesOpened,
            "left_on_old" => EvidenceFact::LeftOnOld,
            "proof" => EvidenceFact::UnwrapRefused,
            "restored" => EvidenceFact::Restored,
            "throttled" => EvidenceFact::Throttled,
            "verification" => EvidenceFact::Verification,
            _ => return None,
        };
        Some(EvidenceView { fact, value: value.clone(), entry })
    };
    row.evidence.iter().flatten().filter_map(view).collect()
}
