//! Runs that this console executes: each in a task of its own, steered from here.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use custody::Author;
use custody::run::{Ended, Progress, RunError, Steering};
use domain::RunId;
use ipc::{CacheTag, HostEvent, RunFailure};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use workplace::Desk;

use crate::relay::Relay;

/// How long a console that locks or ends waits for its runs to pause in good order.
const PAUSE_WAIT: Duration = Duration::from_secs(20);

struct Running {
    steering: Steering,
    progress: watch::Receiver<Option<Progress>>,
    task: JoinHandle<()>,
}

/// The runs under way here, and what stopped those that failed here.
pub(crate) struct RunsHere {
    relay: Relay,
    running: Mutex<HashMap<RunId, Running>>,
    failures: Arc<Mutex<HashMap<RunId, RunFailure>>>,
}

impl RunsHere {
    pub fn new(relay: Relay) -> Self {
        Self { relay, running: Mutex::new(HashMap::new()), failures: Arc::default() }
    }

    /// Executes a run to its end or next pause; a reason turns it back first.
    pub async fn execute(&self, desk: &Desk, author: &Author, run: RunId, turn_back: Option<String>) {
        let mut running = self.running.lock().await;
        if running.get(&run).is_some_and(|it| !it.task.is_finished()) {
            return;
        }
        self.failures.lock().await.remove(&run);
        let (sender, progress) = watch::channel(None);
        self.show(progress.clone());
        let steering = Steering::new();
        let (desk, author) = (desk.clone(), author.clone());
        let (steered, relay, failures) = (steering.clone(), self.relay.clone(), Arc::clone(&self.failures));
        let task = tokio::spawn(async move {
            let ended = match turn_back {
                Some(reason) => desk.console.roll_back(&author, run, &reason, &steered, &sender).await,
                None => desk.console.execute(&author, run, &steered, &sender).await,
            };
            match ended {
                Ok(Ended::Completed | Ended::RolledBack | Ended::Paused) => {}
                Err(error) => {
                    tracing::error!(%run, %error, "a run stopped");
                    failures.lock().await.insert(run, failure(&error));
                }
            }
            relay.changed(&[
                CacheTag::Runs,
                CacheTag::Requests,
                CacheTag::Overview,
                CacheTag::Keys,
                CacheTag::Tenants,
                CacheTag::Reviews,
                CacheTag::Status,
            ]);
            relay.tell(&HostEvent::RunMoved { run: ipc::RunId(run.to_string()) });
        });
        running.insert(run, Running { steering, progress, task });
    }

    /// Tells the window how far the run is, no more often than a person can see.
    fn show(&self, mut progress: watch::Receiver<Option<Progress>>) {
        let relay = self.relay.clone();
        tokio::spawn(async move {
            while progress.changed().await.is_ok() {
                let now = progress.borrow_and_update().clone();
                if let Some(now) = now {
                    relay.run_progress(&now);
                }
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        });
    }

    /// Asks a run of this console to pause; `false` when it is not executed here.
    pub async fn pause(&self, run: RunId) -> bool {
        match self.running.lock().await.get(&run) {
            Some(it) if !it.task.is_finished() => {
                it.steering.pause();
                true
            }
            _ => false,
        }
    }

    /// How far a run of this console is; `None` when it is not executed here.
    pub async fn progress(&self, run: RunId) -> Option<Option<Progress>> {
        let running = self.running.lock().await;
        running.get(&run).filter(|it| !it.task.is_finished()).map(|it| it.progress.borrow().clone())
    }

    /// What stopped it here, if it failed here.
    pub async fn failure(&self, run: RunId) -> Option<RunFailure> {
        self.failures.lock().await.get(&run).copied()
    }

    /// Whether any run is under way here.
    pub async fn any_active(&self) -> bool {
        self.running.lock().await.values().any(|it| !it.task.is_finished())
    }

    /// Waits until a run that was asked to pause has done so.
    pub async fn settle(&self, run: RunId) {
        let task = self.running.lock().await.remove(&run).map(|it| it.task);
        if let Some(task) = task
            && tokio::time::timeout(PAUSE_WAIT, task).await.is_err()
        {
            tracing::warn!(%run, "a run did not pause in time; its lease will lapse");
        }
    }

    /// The console locks or ends: every run pauses in good order.
    pub async fn leave(&self) {
        for run in self.pause_all().await {
            self.settle(run).await;
        }
    }

    /// Asks every run to pause; which ones there are.
    pub async fn pause_all(&self) -> Vec<RunId> {
        let runs: Vec<RunId> = self.running.lock().await.keys().copied().collect();
        for run in &runs {
            self.pause(*run).await;
        }
        runs
    }
}

fn failure(error: &RunError) -> RunFailure {
    match error {
        RunError::CheckValue { .. } => RunFailure::CheckValueMismatch,
        RunError::Canary { .. }
        | RunError::NotOpening { .. }
        | RunError::StillOpen { .. }
        | RunError::StillReadable { .. } => RunFailure::CanaryRefused,
        RunError::Token { .. } => RunFailure::TokenUnreadable,
        RunError::NotGone { .. } => RunFailure::StillThere,
        RunError::CameBack { .. } => RunFailure::CameBack,
        RunError::Request(custody::request::RequestError::Blocked { .. }) => RunFailure::Blocked,
        RunError::Register(register::RegisterError::Refused(refusal)) if refusal.code() == "held" => RunFailure::Held,
        RunError::Vault(vault::VaultError::Forbidden { .. }) => RunFailure::VaultForbidden,
        RunError::Vault(_) => RunFailure::VaultUnavailable,
        RunError::Register(register::RegisterError::Unavailable(_)) => RunFailure::RegisterUnavailable,
        RunError::Register(_) => RunFailure::LedgerNotWritten,
        RunError::Authority(_) => RunFailure::SealsLapsed,
        RunError::LeaseLost => RunFailure::LeaseLost,
        RunError::UnexpectedVersion { .. } | RunError::Left { .. } => RunFailure::VersionUnexpected,
        _ => RunFailure::Internal,
    }
}
