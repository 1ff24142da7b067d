//! `countersign run …`: what two people signed is carried out, watched, paused, resumed, turned back.

use clap::{Args, Subcommand};
use custody::run::{Ended, RunError, Steering};
use domain::RunId;
use register::{RUNS_PAGE_MAX, RunFolder};
use tokio::sync::watch;
use workplace::Desk;

use serde_json::json;

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::find;
use crate::people::Directory;
use crate::progress::{Meter, follow};
use crate::steer::insisted;
use crate::views::runs;

/// Runs.
#[derive(Debug, Subcommand)]
pub enum Run {
    /// Start the run of an approved request and execute it; Ctrl-C pauses it in good order
    Start {
        /// Its request's number, such as R-7, or id
        request: String,
        #[command(flatten)]
        patience: Patience,
    },
    /// Go on with a run that was paused, or whose console is gone
    Resume {
        /// Its number or id
        run: String,
        #[command(flatten)]
        patience: Patience,
    },
    /// Pause a run that another console executes: it stops there at its next act
    Pause {
        /// Its number or id
        run: String,
    },
    /// Turn a run back while the old version lives
    Rollback {
        /// Its number or id
        run: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Runs, newest first
    List(List),
    /// One run with its steps and their evidence
    Show {
        /// Its number or id
        run: String,
    },
}

/// What is done while a run can do nothing but wait.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Patience {
    /// Pause it where it would wait for more than a minute, such as for a purge that is days away; resume it then
    #[arg(long)]
    no_wait: bool,
}

/// Which runs.
#[derive(Debug, Args)]
pub struct List {
    /// Those that ended, instead of those under way
    #[arg(long)]
    finished: bool,
    /// Most rows
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(RUNS_PAGE_MAX)))]
    limit: u32,
    /// Only runs with a smaller number
    #[arg(long, value_name = "NUMBER")]
    before: Option<u32>,
}

impl Run {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match self {
            Self::Start { request, patience } => {
                let request = find::request(desk, &request).await?;
                let run = desk.console.start(desk.author(), request.id).await?;
                execute(desk, context, run, None, patience).await
            }
            Self::Resume { run, patience } => {
                let run = find::run(&desk.console.register, &run).await?;
                execute(desk, context, run.id, None, patience).await
            }
            Self::Rollback { run, reason } => {
                let run = find::run(&desk.console.register, &run).await?;
                execute(desk, context, run.id, Some(&reason), Patience::default()).await
            }
            Self::Pause { run } => {
                let run = find::run(&desk.console.register, &run).await?;
                desk.console.pause_elsewhere(desk.author(), run.id).await?;
                show(desk, run.id, Exit::Done).await
            }
            Self::List(list) => list.page(desk).await,
            Self::Show { run } => {
                let run = find::run(&desk.console.register, &run).await?;
                show(desk, run.id, Exit::Done).await
            }
        })
        .await
    }
}

/// Executes a run here to its end or next pause; a reason turns it back first.
async fn execute(
    desk: &Desk,
    context: &Context,
    run: RunId,
    turn_back: Option<&str>,
    patience: Patience,
) -> Result<Answer, Failure> {
    let (sender, progress) = watch::channel(None);
    let (meter, steering) = (Meter::new(context, "begin"), Steering::new());
    let work = async {
        let ended = carry_out(desk, run, turn_back, &steering, &sender).await;
        drop(sender);
        ended
    };
    let waited = if patience.no_wait { Some((desk.console.now().await?, &steering)) } else { None };
    let watched = async { tokio::join!(work, follow(&meter, progress, waited)).0 };
    let outcome = tokio::select! {
        ended = watched => ended.map_err(Failure::from),
        insisted = insisted(&steering, &meter) => Err(insisted),
    };
    meter.end();
    match outcome {
        Ok(Ended::Completed | Ended::RolledBack) => show(desk, run, Exit::Done).await,
        Ok(Ended::Paused) => show(desk, run, Exit::Refused).await,
        Err(failure) => Err(failure.with("run", run.to_string())),
    }
}

async fn carry_out(
    desk: &Desk,
    run: RunId,
    turn_back: Option<&str>,
    steering: &Steering,
    progress: &watch::Sender<Option<custody::run::Progress>>,
) -> Result<Ended, RunError> {
    let (console, author) = (&desk.console, desk.author());
    match turn_back {
        Some(reason) => console.roll_back(author, run, reason, steering, progress).await,
        None => console.execute(author, run, steering, progress).await,
    }
}

async fn show(desk: &Desk, run: RunId, exit: Exit) -> Result<Answer, Failure> {
    let found = runs::Detail::read(desk, run).await?;
    Ok(Answer { document: found.document(), text: found.text(), exit })
}

impl List {
    async fn page(self, desk: &Desk) -> Result<Answer, Failure> {
        let folder = if self.finished { RunFolder::Finished } else { RunFolder::Active };
        let page = desk.console.register.runs_page(folder, self.before, self.limit).await?;
        let people = Directory::read(desk).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for run in page.rows {
            rows.push(runs::Row::read(desk, run).await?);
        }
        let document = json!({
            "runs": rows.iter().map(|row| row.document(&people)).collect::<Vec<_>>(),
            "next_before": page.next_below,
        });
        let more = page.next_below.map(|below| format!("\nnext page: --before {below}")).unwrap_or_default();
        let text = match rows.is_empty() {
            true => "No runs.".to_owned(),
            false => format!("{}{more}", runs::table(&rows, &people)),
        };
        Ok(Answer::new(document, text))
    }
}
