//! An operator at work: their desk, and what this console keeps in memory for them alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use custody::estate::inventory::Preview;
use custody::{Author, WitnessError};
use domain::{Plan, Timestamp};
use ipc::{ConnectionProblem, DraftId, ImportId, IpcError, SignSubject};
use register::OperatorRow;
use tokio::sync::{Mutex, Notify, RwLock};
use workplace::{Desk, SignInError};

use crate::failure::{Failure, ledger_alarm, ledger_fault};
use crate::relay::Relay;
use crate::runs_here::RunsHere;
use crate::views::moments::count32;

/// Minutes without anybody doing anything after which the console locks.
pub(crate) const IDLE_LOCK_MINUTES: u32 = 5;

/// How often the vault is asked whether it answers.
const PROBE_EVERY: Duration = Duration::from_secs(30);

/// Drafts that are kept: whoever writes more forgets the oldest.
const DRAFTS_MAX: usize = 20;

/// How the ledger stood when this console last verified it.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    pub to: u64,
    pub at: Timestamp,
    /// In which way it does not hold.
    pub alarm: Option<IpcError>,
}

impl Verified {
    /// It does not hold from this entry on.
    pub fn not_from(entry: u64, at: Timestamp, alarm: IpcError) -> Self {
        Self { to: entry.saturating_sub(1), at, alarm: Some(alarm) }
    }

    /// The first entry that can't be relied on.
    pub fn broken_at(&self) -> Option<u32> {
        match self.alarm.as_ref()? {
            IpcError::LedgerReplaced { first, .. } => Some(*first),
            IpcError::LedgerBroken { entry, .. } => Some(*entry),
            _ => Some(count32(self.to.saturating_add(1))),
        }
    }
}

/// What the sign window is open for, and the hash of the plan it was given to show.
pub(crate) struct Signing {
    pub subject: SignSubject,
    pub shown: Option<[u8; 32]>,
}

/// One operator's work at this console.
pub(crate) struct AtWork {
    pub desk: Desk,
    pub runs: RunsHere,
    pub signing: Mutex<Option<Signing>>,
    pub verified: RwLock<Option<Verified>>,
    /// The checkpoint that the sign window was given to show: its size and root.
    pub checkpoint: Mutex<Option<(u64, [u8; 32])>>,
    /// Told when somebody stops a verification.
    pub stop_verifying: Notify,
    pub previews: Mutex<HashMap<ImportId, (String, Preview)>>,
    drafts: Mutex<Vec<(DraftId, Plan)>>,
    vault_link: Mutex<Option<(std::time::Instant, Option<u32>, Option<ConnectionProblem>)>>,
    operators: RwLock<Arc<Vec<OperatorRow>>>,
    /// Monotonic milliseconds of the last thing somebody did.
    touched: AtomicI64,
    began: std::time::Instant,
}

impl AtWork {
    pub fn new(desk: Desk, relay: Relay) -> Self {
        Self {
            runs: RunsHere::new(relay),
            desk,
            signing: Mutex::new(None),
            verified: RwLock::new(None),
            checkpoint: Mutex::new(None),
            stop_verifying: Notify::new(),
            previews: Mutex::new(HashMap::new()),
            drafts: Mutex::new(Vec::new()),
            vault_link: Mutex::new(None),
            operators: RwLock::new(Arc::new(Vec::new())),
            touched: AtomicI64::new(0),
            began: std::time::Instant::now(),
        }
    }

    /// The operator's pen. Nobody here writes or signs anything on a ledger that was found not to hold, until all of it was verified again.
    pub async fn pen(&self) -> Result<&Author, Failure> {
        match self.verified.read().await.as_ref().and_then(|verified| verified.alarm.clone()) {
            Some(alarm) => Err(Failure(alarm)),
            None => Ok(self.desk.author()),
        }
    }

    /// How long the vault took to answer when it was last asked, and what was wrong if it did not. Asked at most twice a minute.
    pub async fn vault_link(&self) -> (Option<u32>, Option<ConnectionProblem>) {
        let mut link = self.vault_link.lock().await;
        if let Some((at, took, problem)) = link.as_ref()
            && at.elapsed() < PROBE_EVERY
        {
            return (*took, problem.clone());
        }
        let (took, problem) = match self.desk.console.vault.probe().await {
            Ok(status) => (Some(count32(status.round_trip.as_millis())), None),
            Err(error) => match Failure::from(error).0 {
                IpcError::Connection { problem, .. } => (None, Some(problem)),
                _ => (None, Some(ConnectionProblem::NotWhatItShouldBe)),
            },
        };
        *link = Some((std::time::Instant::now(), took, problem.clone()));
        (took, problem)
    }

    /// Reads on in the ledger, so that what is shown as verified was verified here. That new entries hold says nothing about what was found
    /// among the old ones.
    pub async fn follow_ledger(&self) {
        let console = &self.desk.console;
        let read = match (console.witness.catch_up(&console.register).await, console.now().await) {
            (Ok(summary), Ok(at)) => Verified { to: summary.entries, at, alarm: None },
            (Err(WitnessError::Fault(fault)), Ok(at)) => {
                let (entry, how) = ledger_fault(&fault);
                tracing::error!(%fault, "the ledger does not verify");
                Verified::not_from(entry, at, IpcError::LedgerBroken { entry: count32(entry), fault: how })
            }
            // Not now: the next notice tries again.
            _ => return,
        };
        if self.verified.read().await.as_ref().is_none_or(|known| known.alarm.is_none()) {
            self.found(read).await;
        }
    }

    /// Keeps what was found of the ledger. On one that does not hold, runs under way pause.
    pub async fn found(&self, verified: Verified) {
        let is_alarm = verified.alarm.is_some();
        *self.verified.write().await = Some(verified);
        if is_alarm {
            self.runs.pause_all().await;
        }
    }

    /// Holds the ledger against what this computer keeps of it, and keeps its newest checkpoint from now on.
    pub async fn hold_ledger(&self) {
        match self.desk.check_ledger().await {
            Ok(()) => {}
            Err(SignInError::Ledger(error)) => {
                tracing::error!(%error, "the ledger is not the one that is known here");
                let Some(alarm) = ledger_alarm(&error) else { return };
                if let Ok(at) = self.desk.console.now().await {
                    let first = if let IpcError::LedgerReplaced { first, .. } = alarm { first } else { 1 };
                    self.found(Verified::not_from(u64::from(first), at, alarm)).await;
                }
            }
            // Not now: the next sign-in and the next seal try again.
            Err(error) => tracing::warn!(%error, "what is kept of the ledger could not be compared"),
        }
    }

    /// Keeps how far the ledger was verified: what lies before can't be rolled back unseen.
    async fn keep_verified(&self) {
        let console = &self.desk.console;
        let kept = match console.witness.catch_up(&console.register).await {
            Ok(summary) => self.desk.keep_verified(summary.entries, summary.head).await,
            Err(_said_elsewhere) => return,
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the verified head could not be remembered");
        }
    }

    /// Somebody did something.
    pub fn touch(&self) {
        self.touched.store(self.elapsed(), Ordering::Relaxed);
    }

    /// Time without anybody doing anything.
    pub fn idle(&self) -> Duration {
        let since = self.elapsed().saturating_sub(self.touched.load(Ordering::Relaxed));
        Duration::from_millis(u64::try_from(since).unwrap_or(0))
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Keeps a plan that waits for its requester's seal.
    pub async fn keep_draft(&self, draft: DraftId, plan: Plan) {
        let mut drafts = self.drafts.lock().await;
        if drafts.len() >= DRAFTS_MAX {
            drafts.remove(0);
        }
        drafts.push((draft, plan));
    }

    /// A plan that waits for its requester's seal.
    pub async fn draft(&self, draft: &DraftId) -> Option<Plan> {
        self.drafts.lock().await.iter().find(|(id, _)| id == draft).map(|(_, plan)| plan.clone())
    }

    /// Forgets a draft that was submitted.
    pub async fn forget_draft(&self, draft: &DraftId) {
        self.drafts.lock().await.retain(|(id, _)| id != draft);
    }

    /// Everyone who was ever enrolled, as read last; read now if never.
    pub async fn operators(&self) -> Result<Arc<Vec<OperatorRow>>, Failure> {
        let known = Arc::clone(&*self.operators.read().await);
        if known.is_empty() { self.read_operators().await } else { Ok(known) }
    }

    /// Reads everyone again: somebody was enrolled, suspended or given a role.
    pub async fn read_operators(&self) -> Result<Arc<Vec<OperatorRow>>, Failure> {
        let read = Arc::new(self.desk.console.register.operators().await?);
        *self.operators.write().await = Arc::clone(&read);
        Ok(read)
    }

    /// The session ends. Runs under way are asked to pause first, with the session that may still say so.
    pub async fn leave(&self) {
        self.runs.leave().await;
        if let Err(error) = self.desk.session.clone().close(&self.desk.console.register).await {
            tracing::warn!(%error, "the session could not be closed in the register; it ends by its own clock");
        }
        self.keep_verified().await;
    }
}
