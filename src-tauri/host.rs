//! Where the console stands: nothing open, a custody open, an operator at work.

use std::path::PathBuf;
use std::sync::Arc;

use ipc::{IpcError, LockReason};
use tauri::AppHandle;
use tokio::sync::{Mutex, RwLock};
use workplace::{Ceremony, Desk, Premises, Standing, Workplace};

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::relay::Relay;

/// What is open.
pub(crate) enum Stage {
    /// Nothing yet.
    Closed,
    /// A custody whose servers answer.
    Open { premises: Premises, why: LockReason },
    /// An operator is at work in it.
    AtWork(Arc<AtWork>),
}

/// The state behind every command. A handle: cloning it shares it.
#[derive(Clone)]
pub(crate) struct Host {
    home: PathBuf,
    stage: Arc<RwLock<Stage>>,
    ceremony: Arc<Mutex<Ceremony>>,
    /// One opening at a time: it starts servers.
    opening: Arc<Mutex<()>>,
    pub relay: Relay,
}

impl Host {
    pub fn new(app: AppHandle, home: PathBuf) -> Self {
        Self {
            home,
            stage: Arc::new(RwLock::new(Stage::Closed)),
            ceremony: Arc::new(Mutex::new(Ceremony::default())),
            opening: Arc::new(Mutex::new(())),
            relay: Relay::new(app),
        }
    }

    /// The data folder.
    pub fn home(&self) -> &std::path::Path {
        &self.home
    }

    /// Data folder and keychain, found anew each time: a keychain that was missing may have been started since.
    pub async fn workplace(&self) -> Result<Workplace, Failure> {
        let home = self.home.clone();
        let found = tokio::task::spawn_blocking(move || Workplace::new(home));
        Ok(found.await.map_err(Failure::internal)??)
    }

    /// The operator at work, and proof that there is one.
    pub async fn at_work(&self) -> Result<Arc<AtWork>, IpcError> {
        match &*self.stage.read().await {
            Stage::AtWork(work) => Ok(Arc::clone(work)),
            Stage::Closed | Stage::Open { .. } => Err(IpcError::Locked),
        }
    }

    /// The custody that is open, opened now if it is known here.
    pub async fn premises(&self) -> Result<Option<Premises>, Failure> {
        let _one = self.opening.lock().await;
        match &*self.stage.read().await {
            Stage::Open { premises, .. } => return Ok(Some(premises.clone())),
            Stage::AtWork(work) => return Ok(Some(work.desk.premises.clone())),
            Stage::Closed => {}
        }
        let workplace = self.workplace().await?;
        if workplace.standing()? == Standing::Nothing {
            return Ok(None);
        }
        let premises = workplace.open().await?;
        self.enter(premises.clone()).await;
        Ok(Some(premises))
    }

    /// A custody was opened.
    pub async fn enter(&self, premises: Premises) {
        *self.stage.write().await = Stage::Open { premises, why: LockReason::Started };
    }

    /// Why the console is locked.
    pub async fn lock_reason(&self) -> LockReason {
        match &*self.stage.read().await {
            Stage::Open { why, .. } => *why,
            Stage::Closed | Stage::AtWork(_) => LockReason::Started,
        }
    }

    /// An operator has unlocked their device key.
    pub async fn begin(&self, desk: Desk) -> Arc<AtWork> {
        let work = Arc::new(AtWork::new(desk, self.relay.clone()));
        self.relay.follow(&work);
        crate::reminding::follow(&self.relay, &work);
        *self.stage.write().await = Stage::AtWork(Arc::clone(&work));
        work
    }

    /// Locks the console: the session key is gone, runs of this console are paused and can be taken up again.
    pub async fn lock(&self, why: LockReason) {
        let premises = match &*self.stage.read().await {
            Stage::AtWork(work) => work.desk.premises.clone(),
            Stage::Closed | Stage::Open { .. } => return,
        };
        let left = std::mem::replace(&mut *self.stage.write().await, Stage::Open { premises, why });
        if let Stage::AtWork(work) = left {
            self.relay.close_sign_window();
            self.relay.locked(why);
            work.leave().await;
        }
    }

    /// The two seats of the founding.
    pub fn ceremony(&self) -> &Mutex<Ceremony> {
        &self.ceremony
    }

    /// The console ends: in good order, so that another process may serve the vault.
    pub async fn leave(&self) {
        self.lock(LockReason::Asked).await;
        *self.stage.write().await = Stage::Closed;
    }
}
