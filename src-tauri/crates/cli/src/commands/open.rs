//! `countersign open-local`.

use clap::Args;
use domain::Environment;
use serde_json::{Value, json};
use workplace::{Head, Premises};

use crate::answer::Answer;
use crate::at_work::workplace;
use crate::context::Context;
use crate::failure::Failure;
use crate::table::{Table, safe};

/// A custody on this machine.
#[derive(Debug, Args)]
pub struct OpenLocal {
    /// What its people call it
    #[arg(long, default_value = "Local custody")]
    name: String,
    /// development, staging or backup; a production custody can't lie on one machine
    #[arg(long, default_value = "development")]
    environment: Environment,
}

impl OpenLocal {
    /// Opens it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let premises = workplace(context).await?.open_local(&self.name, self.environment).await?;
        let (head, founded) = (premises.head()?, premises.is_founded().await?);
        let next = if founded { "It is founded." } else { "Next: countersign found" };
        let text = format!(
            "{}\n\nBoth operators of this custody sit at one computer: it is for evaluation, drills and tests.\n{next}",
            head_text(&head)
        );
        Ok(Answer::new(head_document(&premises, &head, founded)?, text))
    }
}

/// What identifies a custody.
pub fn head_document(premises: &Premises, head: &Head, founded: bool) -> Result<Value, Failure> {
    let people = premises.people()?;
    let person = |person: &workplace::Person| json!({ "id": person.operator, "name": person.name, "login": person.login, "roles": person.roles });
    Ok(json!({
        "custody": head.id,
        "name": head.name,
        "environment": head.environment,
        "local": head.local,
        "vault_host": head.vault_host,
        "database": head.database,
        "home": premises.workplace().home(),
        "founded": founded,
        "people_here": people.iter().map(person).collect::<Vec<_>>(),
    }))
}

/// What identifies a custody, to read.
pub fn head_text(head: &Head) -> String {
    let mut facts = Table::pairs();
    facts.pair("custody", &head.name);
    facts.pair("environment", head.environment.word());
    facts.pair("vault", &head.vault_host);
    facts.pair("register", &head.database);
    if let Some(id) = head.id {
        facts.pair("id", safe(&id.to_string()));
    }
    if head.local {
        facts.pair("place", "this computer");
    }
    facts.text()
}
