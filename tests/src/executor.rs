//! A console that executes what it is told on standard input, for tests and figures that kill it. It says `ready` when it has
//! signed in, takes one order, and says how that ended.

use std::io::Write as _;
use std::path::PathBuf;

use custody::estate::unwatched;
use custody::protect::Protection;
use custody::run::{Ended, RunError, Steering};
use domain::OperatorId;
use keychain::Keychain;
use register::Scope;
use tokio::sync::watch;
use workplace::{Desk, Workplace};

use crate::restored::restored_behind;
use crate::{KEYCHAIN, Order, passphrase};

/// Does so in the custody of `home`, as `operator`.
pub async fn execute_orders(home: PathBuf, operator: OperatorId) {
    let keychain = Keychain::open(KEYCHAIN).unwrap();
    let premises = Workplace::with_keychain(home, keychain).open().await.unwrap();
    let desk = premises.sign_in(operator, passphrase()).await.unwrap();
    say("ready");
    let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await.unwrap();
    // Nobody needs it any more: the test is over.
    let Some(line) = line else { return };
    match carry_out(&desk, Order::parse(&line.unwrap()).unwrap()).await {
        Ok(ended) => say(&ended),
        Err(error) => say(&format!("{error}")),
    }
}

/// What a child says at the end of an act that is no run.
pub const DONE: &str = "Done";

async fn carry_out(desk: &Desk, order: Order) -> Result<String, Box<dyn std::error::Error>> {
    let (console, author) = (&desk.console, desk.author());
    match order {
        Order::Suspend(key) => {
            console.protect(author, Protection::Suspend, &Scope::Key(key), "Lost laptop").await?;
        }
        Order::Invalidate(tenant) => {
            console.invalidate_tokens(author, &Scope::Tenant(tenant), "Leaked", &unwatched).await?;
        }
        Order::Sweep => drop(console.sweep(author, &unwatched).await?),
        Order::Certify(run) => {
            console.issue_certificate(author, run).await?;
        }
        Order::Drill(kek, socket) => {
            let restored = restored_behind(&desk.premises, &socket).await;
            console.drill(author, kek, &restored).await?;
        }
        Order::Start(_) | Order::StartAndPause(_) | Order::GoOn(_) | Order::TurnBack(_) => {
            return Ok(format!("{:?}", execute(desk, order).await?));
        }
    }
    Ok(DONE.to_owned())
}

async fn execute(desk: &Desk, order: Order) -> Result<Ended, RunError> {
    let (console, author, steering) = (&desk.console, desk.author(), Steering::new());
    let (progress, _) = watch::channel(None);
    let run = match order {
        Order::Start(request) => console.start(author, request).await?,
        Order::StartAndPause(request) => {
            steering.pause();
            console.start(author, request).await?
        }
        Order::GoOn(run) => run,
        Order::TurnBack(run) => {
            return console.roll_back(author, run, "the readers are not ready", &steering, &progress).await;
        }
        other => panic!("{other:?} is no run"),
    };
    console.execute(author, run, &steering, &progress).await
}

#[expect(clippy::explicit_write, reason = "a line lost is a lost order: this must fail, printing would not be allowed")]
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").unwrap();
}
