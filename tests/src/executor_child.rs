//! A console in a process of its own, which a test can kill at any side effect of a run.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;

use custody::run::Effect;
use domain::{KeyId, RequestId, RunId, TenantId};
use nix::sys::signal::Signal;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::TestCustody;

/// Under which name test custodies keep their items in the keychain: the console's own, so that the real window opens them too.
pub const KEYCHAIN: &str = "com.countersign.console";

/// On which side of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing of it has happened.
    Before,
    /// It has happened, and nobody knows yet.
    After,
}

/// Where a child dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashPoint {
    /// On which side.
    pub moment: Moment,
    /// Of which effect.
    pub effect: Effect,
    /// The how manieth of its kind, from 1.
    pub nth: usize,
}

impl std::fmt::Display for CrashPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let moment = match self.moment {
            Moment::Before => "before",
            Moment::After => "after",
        };
        write!(f, "{moment}:{}:{}", self.effect.name(), self.nth)
    }
}

/// What a child is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Start the run of a request and execute it.
    Start(RequestId),
    /// Start the run of a request and pause it at once.
    StartAndPause(RequestId),
    /// Take up a run and execute it.
    GoOn(RunId),
    /// Turn a run around and execute the way back.
    TurnBack(RunId),
    /// Suspend a key.
    Suspend(KeyId),
    /// End every token of a tenant.
    Invalidate(TenantId),
    /// End the tokens that have expired.
    Sweep,
    /// Issue the certificate of a run.
    Certify(RunId),
    /// Drill a restore without a KEK, with the copy behind the socket in this folder.
    Drill(KeyId, String),
}

impl Order {
    /// The line that says so.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Start(request) => format!("start {request}"),
            Self::StartAndPause(request) => format!("start-and-pause {request}"),
            Self::GoOn(run) => format!("go-on {run}"),
            Self::TurnBack(run) => format!("turn-back {run}"),
            Self::Suspend(key) => format!("suspend {key}"),
            Self::Invalidate(tenant) => format!("invalidate {tenant}"),
            Self::Sweep => "sweep all".to_owned(),
            Self::Certify(run) => format!("certify {run}"),
            Self::Drill(kek, socket) => format!("drill {kek} {socket}"),
        }
    }

    /// Reads such a line.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let (word, id) = line.split_once(' ')?;
        match word {
            "start" => id.parse().ok().map(Self::Start),
            "start-and-pause" => id.parse().ok().map(Self::StartAndPause),
            "go-on" => id.parse().ok().map(Self::GoOn),
            "turn-back" => id.parse().ok().map(Self::TurnBack),
            "suspend" => id.parse().ok().map(Self::Suspend),
            "invalidate" => id.parse().ok().map(Self::Invalidate),
            "sweep" => Some(Self::Sweep),
            "certify" => id.parse().ok().map(Self::Certify),
            "drill" => {
                let (kek, socket) = id.split_once(' ')?;
                Some(Self::Drill(kek.parse().ok()?, socket.to_owned()))
            }
            _ => None,
        }
    }
}

/// How a child left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// By SIGKILL.
    Killed,
    /// In good order, with what it said last.
    Said(String),
}

/// A child that has signed in and waits for its order.
pub struct ExecutorChild {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl ExecutorChild {
    /// Starts one that signs in as Ines and dies at `crash`; `effects` is where it notes what it did.
    pub fn spawn(program: &Path, custody: &TestCustody, crash: Option<CrashPoint>, effects: Option<&Path>) -> Self {
        Self::spawn_as(program, &[], custody, crash, effects)
    }

    /// The same, of a program that plays the console when it is given `arguments` first.
    pub fn spawn_as(
        program: &Path,
        arguments: &[&str],
        custody: &TestCustody,
        crash: Option<CrashPoint>,
        effects: Option<&Path>,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).arg(custody.premises.workplace().home()).arg(custody.ines.person.operator.to_string());
        command.envs(custody.keyring.environment());
        if let Some(crash) = crash {
            command.env("COUNTERSIGN_CRASH", crash.to_string());
        }
        if let Some(effects) = effects {
            command.env("COUNTERSIGN_EFFECTS", effects);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, stdin, lines: BufReader::new(stdout).lines() }
    }

    /// Waits until it has signed in.
    pub async fn ready(&mut self) {
        assert_eq!(self.lines.next_line().await.unwrap().as_deref(), Some("ready"));
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Tells it what to do. It may be dead before it has read all of it.
    pub async fn order(&mut self, order: &Order) {
        self.stdin.write_all(format!("{}\n", order.line()).as_bytes()).await.unwrap();
    }

    /// Waits until it has left.
    pub async fn left(mut self) -> Left {
        let said = self.lines.next_line().await.unwrap();
        let status = self.child.wait().await.unwrap();
        match status.signal() {
            Some(signal) if Signal::try_from(signal) == Ok(Signal::SIGKILL) => Left::Killed,
            _ => Left::Said(said.unwrap_or_default()),
        }
    }
}
