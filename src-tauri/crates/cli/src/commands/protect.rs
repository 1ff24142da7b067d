//! `countersign suspend|revoke|disable|compromised`: one person, at once. A second one signs it off: `countersign review`.

use clap::Args;
use custody::protect::{Protection, Unconfirmed};
use serde_json::{Value, json};
use workplace::Desk;

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::{Reach, unnamed};
use crate::table::{Table, safe};

/// What is protected, or which act is completed.
#[derive(Debug, Args)]
pub struct Protect {
    #[command(flatten)]
    reach: Reach,
    /// Why
    #[arg(long, required_unless_present = "confirm")]
    reason: Option<String>,
    /// Complete the act of this entry, which the vault has not confirmed yet
    #[arg(long, value_name = "ENTRY", conflicts_with_all = ["key", "integration", "tenant", "reason"])]
    confirm: Option<u64>,
}

/// An act as it stands after this command.
struct Standing {
    entry: u64,
    keys: u64,
    in_vault: u64,
    unconfirmed: Vec<Unconfirmed>,
}

impl Protect {
    /// Does it.
    pub async fn run(self, protection: Protection, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match self.confirm {
            Some(entry) => complete(desk, protection, entry).await,
            None => self.begin(desk, protection).await,
        })
        .await
    }

    async fn begin(self, desk: &Desk, protection: Protection) -> Result<Answer, Failure> {
        let console = &desk.console;
        let scope = self.reach.find(&console.register).await?.ok_or_else(|| unnamed(", or --confirm ENTRY"))?;
        let reason = self.reason.unwrap_or_default();
        let done = console.protect(desk.author(), protection, &scope, &reason).await?;
        let row = console.register.protective_act(done.entry).await?;
        let in_vault = row.map_or(0, |row| row.in_vault);
        let standing = Standing { entry: done.entry, keys: done.keys, in_vault, unconfirmed: done.unconfirmed };
        Ok(standing.answer(protection, &self.reach.said()))
    }
}

async fn complete(desk: &Desk, protection: Protection, entry: u64) -> Result<Answer, Failure> {
    let console = &desk.console;
    let unknown = || {
        Failure::new("protection_unknown", format!("entry {entry} is no protective act"))
            .hint("countersign review list")
    };
    let row = console.register.protective_act(entry).await?.ok_or_else(unknown)?;
    if row.verb != protection.verb() {
        let other = ALL.iter().find(|(_, its)| its.verb() == row.verb).map_or("", |(name, _)| name);
        return Err(Failure::new("usage", format!("entry {entry} is another act: {}", row.verb))
            .could_not_tell()
            .hint(format!("countersign {other} --confirm {entry}")));
    }
    let unconfirmed = console.confirm_protection(desk.author(), entry).await?;
    let standing = Standing { entry, keys: row.keys, in_vault: row.in_vault, unconfirmed };
    Ok(standing.answer(protection, &row.name))
}

/// Commands and what they do.
const ALL: [(&str, Protection); 4] = [
    ("suspend", Protection::Suspend),
    ("revoke", Protection::Revoke),
    ("disable", Protection::Disable),
    ("compromised", Protection::Compromised),
];

fn command(of: Protection) -> &'static str {
    ALL.iter().find(|(_, its)| *its == of).map_or("", |(name, _)| name)
}

fn done(of: Protection) -> &'static str {
    match of {
        Protection::Suspend => "suspended",
        Protection::Revoke => "revoked",
        Protection::Disable => "disabled",
        Protection::Compromised => "declared compromised",
    }
}

impl Standing {
    fn answer(self, protection: Protection, what: &str) -> Answer {
        let left = u64::try_from(self.unconfirmed.len()).unwrap_or(u64::MAX);
        let confirmed = self.in_vault.saturating_sub(left);
        let row = |it: &Unconfirmed| json!({ "key": it.key.key, "name": it.key.name, "why": it.why.to_string() });
        let document = json!({
            "act": protection.verb(),
            "of": what,
            "entry": self.entry,
            "keys": self.keys,
            "in_vault": self.in_vault,
            "confirmed": confirmed,
            "unconfirmed": self.unconfirmed.iter().map(row).collect::<Vec<Value>>(),
        });
        let entry = self.entry;
        let mut lines = vec![format!("{} is {}; entry {entry}. {}", safe(what), done(protection), stopped(self.keys))];
        if self.in_vault > 0 {
            lines.push(format!("The vault confirmed {confirmed} of {}.", self.in_vault));
        }
        if !self.unconfirmed.is_empty() {
            let mut table = Table::new(&["not confirmed by the vault", "why"]);
            for it in &self.unconfirmed {
                table.row([it.key.name.as_str(), &it.why.to_string()]);
            }
            lines.push(format!(
                "\n{}\n\nComplete it: countersign {} --confirm {entry}",
                table.text(),
                command(protection)
            ));
        }
        lines.push(format!("A second person signs it off: countersign --as NAME review sign-off {entry} --note TEXT"));
        let exit = if self.unconfirmed.is_empty() { Exit::Done } else { Exit::Refused };
        Answer { document, text: lines.join("\n"), exit }
    }
}

fn stopped(count: u64) -> String {
    match count {
        1 => "1 key is stopped: nothing is wrapped, sealed or opened under it.".to_owned(),
        count => format!("{count} keys are stopped: nothing is wrapped, sealed or opened under them."),
    }
}
