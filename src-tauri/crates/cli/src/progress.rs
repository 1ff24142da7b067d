//! How far something is: a bar on a terminal, plain lines in a log, nothing for a program.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use custody::run::{Pace, Progress, Steering};
use domain::{StepKind, Timestamp};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use tokio::sync::watch;

use crate::context::Context;
use crate::durations::said;
use crate::output::{is_watched, tell};

const BAR: &str = "{msg:<23} {bar:20} {human_pos}/{human_len}  {rate}  ETA {eta}";
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Where progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Bar,
    Lines,
    Nothing,
}

fn show(context: &Context) -> Show {
    match (context.json, is_watched()) {
        (true, _) => Show::Nothing,
        (false, true) => Show::Bar,
        (false, false) => Show::Lines,
    }
}

/// One thing that is counted.
pub struct Meter {
    show: Show,
    label: Mutex<String>,
    bar: ProgressBar,
    said_at: Mutex<Option<Instant>>,
}

impl Meter {
    /// Counts what `label` says.
    pub fn new(context: &Context, label: &str) -> Self {
        let show = show(context);
        let bar = if show == Show::Bar { ProgressBar::new(1) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template(BAR) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar.set_message(label.to_owned());
        Self { show, label: Mutex::new(label.to_owned()), bar, said_at: Mutex::new(None) }
    }

    /// Counts something else from here on; what was counted stays on the screen.
    pub fn turn_to(&self, label: &str) {
        if let Ok(mut known) = self.label.lock()
            && *known != label
        {
            label.clone_into(&mut known);
            if self.show == Show::Bar && self.bar.position() > 0 {
                self.bar.println(format!("{} {}/{}", self.bar.message(), self.bar.position(), self.length()));
            }
            self.bar.reset();
            self.bar.set_length(1);
            self.bar.set_message(label.to_owned());
            if let Ok(mut said_at) = self.said_at.lock() {
                *said_at = None;
            }
        }
    }

    /// So many of so many.
    pub fn at(&self, done: u64, total: u64) {
        self.at_pace(done, total, None);
    }

    /// So many of so many, at a rate that is known better elsewhere. A bar measures its own.
    fn at_pace(&self, done: u64, total: u64, pace: Option<Pace>) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        if self.show == Show::Lines && self.is_worth_a_line(done == total) {
            let ahead = pace.and_then(|pace| Some((pace.rate, pace.left_s.filter(|left| *left > 0)?)));
            let ahead = ahead.map(|(rate, left)| format!(", {rate:.0} a second, {} left", said(left)));
            tell(&format!("{}: {done}/{total}{}", self.label(), ahead.unwrap_or_default()));
        }
    }

    /// As custody counts.
    pub fn count(&self, done: usize, total: usize) {
        self.at(u64::try_from(done).unwrap_or(u64::MAX), u64::try_from(total).unwrap_or(u64::MAX));
    }

    /// Says a line without disturbing the bar.
    pub fn line(&self, text: &str) {
        match self.show {
            Show::Bar => self.bar.println(text),
            Show::Lines => tell(text),
            Show::Nothing => {}
        }
    }

    /// Nothing more to count.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn label(&self) -> String {
        self.label.lock().map(|label| label.clone()).unwrap_or_default()
    }

    fn length(&self) -> u64 {
        self.bar.length().unwrap_or(0)
    }

    fn is_worth_a_line(&self, is_last: bool) -> bool {
        let Ok(mut said_at) = self.said_at.lock() else { return false };
        let is_due = said_at.is_none_or(|at| at.elapsed() >= LINE_EVERY);
        if is_due || is_last {
            *said_at = Some(Instant::now());
        }
        is_due || is_last
    }
}

/// Whole units a second: nobody reads decimals that move.
fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    // A bar that can't be drawn is no failure of what it shows.
    let _drawn = write!(out, "{:.0}/s", state.per_sec());
}

/// A wait that is longer than this is worth a pause, where nobody wants to wait.
const SHORT_WAIT: Duration = Duration::from_secs(60);

/// So long a wait must have lasted: what was asked of the vault a moment ago may be done long before its date.
const SETTLED: Duration = Duration::from_secs(8);

/// Shows a run until its progress ends. Where nobody wants to wait, it is asked to pause when it begins a long wait: `patience` has
/// the register's clock as it was when this began.
pub async fn follow(
    meter: &Meter,
    mut progress: watch::Receiver<Option<Progress>>,
    patience: Option<(Timestamp, &Steering)>,
) {
    let (mut waits, began): (Option<(StepKind, Instant)>, _) = (None, Instant::now());
    while progress.changed().await.is_ok() {
        let Some(now) = progress.borrow_and_update().clone() else { continue };
        meter.turn_to(step(now.step));
        let Some(until) = now.until else {
            waits = None;
            meter.at_pace(now.done, now.total, Some(now.pace));
            continue;
        };
        let since = match waits {
            Some((step, since)) if step == now.step => since,
            _ => {
                meter.line(&waiting(now.step, until));
                Instant::now()
            }
        };
        waits = Some((now.step, since));
        match patience {
            Some((clock, steering))
                if since.elapsed() >= SETTLED && until > clock.plus(began.elapsed()).plus(SHORT_WAIT) =>
            {
                steering.pause();
            }
            _ => {}
        }
    }
}

/// What a run waits for, and until when.
fn waiting(at: StepKind, until: Timestamp) -> String {
    match at {
        StepKind::Reclaim => {
            format!("zeroed, reclaim pending: tried again at {until}; countersign run show RUN says what is in the way")
        }
        StepKind::AwaitPurge => format!("waiting for purge until {until}"),
        at => format!("{}: waiting until {until}", step(at)),
    }
}

/// What a step does.
pub fn step(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Compare => "compare with live state",
        StepKind::CreateVersion => "create the version",
        StepKind::Rewrap => "re-wrap DEKs",
        StepKind::Prove => "prove the new wraps",
        StepKind::Grace => "grace period",
        StepKind::DisableOld => "disable the old version",
        StepKind::EnableOld => "enable the old version",
        StepKind::RewrapBack => "move DEKs back",
        StepKind::DisableNew => "disable the new version",
        StepKind::ReplaceDek => "replace DEKs",
        StepKind::Reencrypt => "re-encrypt tokens",
        StepKind::ReencryptBack => "re-encrypt tokens back",
        StepKind::EraseOld => "erase the old wraps",
        StepKind::EraseNew => "erase the wraps given up",
        StepKind::Deactivate => "take keys out of use",
        StepKind::DeleteTokens => "delete tokens",
        StepKind::EraseWraps => "erase wraps",
        StepKind::Reclaim => "reclaim the tables' space",
        StepKind::DeleteFromVault => "delete in the vault",
        StepKind::AwaitPurge => "purge or wait for it",
        StepKind::ProveAbsent => "prove that nothing is left",
        StepKind::Recover => "recover from soft-delete",
        StepKind::EnableVersions => "enable versions again",
        StepKind::Activate => "put keys into use again",
        StepKind::Lift => "lift the hold",
        StepKind::Apply => "put it into force",
        StepKind::Close => "close",
    }
}
