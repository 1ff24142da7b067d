//! What the host tells the window without being asked, and the little window that signs.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use custody::run::Progress;
use futures::StreamExt as _;
use ipc::{CacheTag, HOST_EVENT, HostEvent, LockReason, ProgressView, Stage, Task};
use register::Notice;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::views::moments::{count32, micros};

const MAIN: &str = "main";
const SIGN: &str = "sign";
const SIGN_WIDTH: f64 = 560.0;
const SIGN_HEIGHT: f64 = 840.0;

/// How often at most a task's progress is told.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// The way to the windows. A handle: cloning it shares it.
#[derive(Clone)]
pub(crate) struct Relay {
    app: AppHandle,
}

impl Relay {
    pub fn new(app: AppHandle) -> Self {
        Self { app }
    }

    /// Tells every window.
    pub fn tell(&self, event: &HostEvent) {
        if let Err(error) = self.app.emit(HOST_EVENT, event) {
            tracing::warn!(%error, "a window could not be told");
        }
    }

    pub fn changed(&self, tags: &[CacheTag]) {
        self.tell(&HostEvent::Changed { tags: tags.to_vec() });
    }

    pub fn locked(&self, reason: LockReason) {
        self.tell(&HostEvent::Locked { reason });
    }

    /// Opens the sign window, or brings it to the front.
    pub fn open_sign_window(&self) -> Result<(), Failure> {
        self.close_sign_window();
        WebviewWindowBuilder::new(&self.app, SIGN, WebviewUrl::App("sign.html".into()))
            .title("Countersign: sign")
            .inner_size(SIGN_WIDTH, SIGN_HEIGHT)
            .min_inner_size(SIGN_WIDTH, 560.0)
            .center()
            .build()
            .map_err(Failure::internal)?;
        Ok(())
    }

    pub fn close_sign_window(&self) {
        if let Some(window) = self.app.get_webview_window(SIGN)
            && let Err(error) = window.destroy()
        {
            tracing::warn!(%error, "the sign window could not be closed");
        }
        if let Some(main) = self.app.get_webview_window(MAIN)
            && let Err(error) = main.set_focus()
        {
            tracing::debug!(%error, "the window manager kept the focus");
        }
    }

    /// The folder into which files are saved.
    pub fn downloads(&self) -> Result<std::path::PathBuf, Failure> {
        let folder = self.app.path().download_dir().or_else(|_none| self.app.path().home_dir());
        folder.map_err(Failure::internal)
    }

    /// Tells what other consoles do: the register notifies of every entry.
    pub fn follow(&self, work: &Arc<AtWork>) {
        let (relay, work) = (self.clone(), Arc::downgrade(work));
        tauri::async_runtime::spawn(async move {
            while let Some(register) = work.upgrade().map(|work| work.desk.console.register.clone()) {
                if let Err(error) = relay.listen(&register, &work).await {
                    tracing::debug!(%error, "the register's notices stopped; listening again");
                }
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        });
    }

    async fn listen(&self, register: &register::Register, work: &Weak<AtWork>) -> Result<(), register::RegisterError> {
        let mut notices = std::pin::pin!(register.listen().await?);
        if let Some(work) = work.upgrade() {
            work.follow_ledger().await;
            work.hold_ledger().await;
            self.changed(&[CacheTag::Status, CacheTag::Requests]);
        }
        while let Some(notice) = notices.next().await {
            // A connection that was made again may have missed anything: all is stale.
            let subject_kind = match notice? {
                Notice::Appended { subject_kind, .. } => subject_kind,
                Notice::Missed => String::new(),
            };
            let Some(work) = work.upgrade() else { return Ok(()) };
            if matches!(subject_kind.as_str(), "" | "operator")
                && let Err(error) = work.read_operators().await
            {
                tracing::warn!(?error, "the operators could not be read again");
            }
            work.follow_ledger().await;
            if matches!(subject_kind.as_str(), "" | "checkpoint") {
                work.hold_ledger().await;
            }
            self.changed(tags_of(&subject_kind));
        }
        Ok(())
    }

    /// A meter for a task of this host: tells no more often than a person can see.
    pub fn meter(&self, task: Task, stage: Stage) -> impl Fn(usize, usize) + Send + Sync + use<> {
        let (relay, told) = (self.clone(), std::sync::Mutex::new(None::<Instant>));
        move |done, total| {
            let Ok(mut told) = told.lock() else { return };
            if done < total && told.is_some_and(|at| at.elapsed() < TELL_EVERY) {
                return;
            }
            *told = Some(Instant::now());
            relay.tell(&HostEvent::Progress(ProgressView {
                task,
                stage,
                done: count32(done),
                total: Some(count32(total)),
                rate_per_s: None,
                left_s: None,
                at: now_here(),
            }));
        }
    }

    /// How far a run of this console is.
    pub fn run_progress(&self, progress: &Progress) {
        self.tell(&HostEvent::Progress(ProgressView {
            task: Task::Run,
            stage: Stage::Steps,
            done: count32(progress.done),
            total: Some(count32(progress.total)),
            rate_per_s: Some(crate::views::moments::rate(progress.pace.rate)),
            left_s: progress.pace.left_s.map(count32),
            at: now_here(),
        }));
    }
}

fn now_here() -> ipc::Micros {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    micros(domain::Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
}

/// What an entry about this kind of subject makes stale.
fn tags_of(subject_kind: &str) -> &'static [CacheTag] {
    use CacheTag::{
        Certificates, Exceptions, Keys, Ledger, Operators, Overview, Requests, Reviews, Runs, Status, Tenants, Tokens,
    };
    match subject_kind {
        "request" => &[Requests, Exceptions, Overview, Ledger, Status],
        "run" => &[Runs, Requests, Exceptions, Tenants, Tokens, Certificates, Reviews, Overview, Ledger, Status],
        "key" | "batch" | "import" => &[Keys, Tenants, Tokens, Reviews, Overview, Ledger, Status],
        "tenant" | "integration" | "custody" => &[Exceptions, Keys, Tenants, Tokens, Reviews, Overview, Ledger, Status],
        "hold" => &[Keys, Tenants, Reviews, Requests, Overview, Ledger, Status],
        "review" => &[Reviews, Exceptions, Overview, Ledger, Status],
        "exception" | "shared_key" => &[Exceptions, Keys, Reviews, Overview, Ledger, Status],
        "operator" => &[Operators, Requests, Reviews, Overview, Ledger, Status],
        "" => CacheTag::ALL,
        _ => &[Overview, Ledger, Status],
    }
}
