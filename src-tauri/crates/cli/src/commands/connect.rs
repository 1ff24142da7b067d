//! `countersign connect`: a custody in Azure, tried before it is kept.

use std::path::PathBuf;

use clap::Args;
use domain::Environment;
use register::Password;
use serde_json::{Value, json};
use vault::Credential;
use workplace::{Check, Connection, Outcome, Side, Trial, TrialCheck};
use zeroize::Zeroizing;

use crate::answer::{Answer, Exit};
use crate::at_work::workplace;
use crate::context::Context;
use crate::failure::Failure;
use crate::secrets;
use crate::table::Table;

/// Where vault and register are.
#[derive(Debug, Args)]
pub struct Connect {
    /// What its people call it
    #[arg(long)]
    name: String,
    /// Its environment; the register must say the same
    #[arg(long)]
    environment: Environment,
    /// Address of the vault, such as https://NAME.vault.azure.net
    #[arg(long, value_name = "URL")]
    vault_url: String,
    /// Host of the PostgreSQL server
    #[arg(long, value_name = "HOST")]
    database_host: String,
    /// Its port
    #[arg(long, value_name = "PORT", default_value_t = 5432)]
    database_port: u16,
    /// The database
    #[arg(long, value_name = "NAME")]
    database_name: String,
    /// Your own login there
    #[arg(long, value_name = "LOGIN")]
    database_user: String,
    /// Certificate authority of the server, where the system does not trust it
    #[arg(long, value_name = "FILE")]
    database_ca: Option<PathBuf>,
    /// File with the login's password; otherwise PGPASSWORD, or it is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Only try the connection, keep nothing
    #[arg(long)]
    test_only: bool,
}

impl Connect {
    /// Tries it, and keeps it when it works.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let password = database_password(self.password_file.as_deref(), &self.database_user)?;
        let keep = !self.test_only;
        let connection = self.connection();
        let trial = connection.try_out(Credential::DeveloperTools, &Password::new(password)).await;
        let kept = keep && trial.passed();
        if kept {
            workplace(context).await?.keep(&connection)?;
        }
        let document = json!({
            "passed": trial.passed(),
            "founded": trial.founded,
            "kept": kept,
            "checks": trial.checks.iter().map(check_document).collect::<Vec<_>>(),
        });
        let exit = if trial.passed() { Exit::Done } else { Exit::CouldNotTell };
        Ok(Answer { document, text: text(&trial, kept), exit })
    }

    fn connection(self) -> Connection {
        Connection {
            name: self.name,
            environment: self.environment,
            vault_url: self.vault_url,
            database_host: self.database_host,
            database_port: self.database_port,
            database_name: self.database_name,
            database_user: self.database_user,
            database_ca: self.database_ca,
        }
    }
}

/// The password of a login at the register: from a file, from `PGPASSWORD`, or from the person.
pub fn database_password(file: Option<&std::path::Path>, login: &str) -> Result<Zeroizing<String>, Failure> {
    match (file, secrets::from_environment("PGPASSWORD")) {
        (Some(file), _) => secrets::from_file(file),
        (None, Some(password)) => Ok(password),
        (None, None) => secrets::ask(&format!("Password of the login {}", crate::table::safe(login))),
    }
}

fn check_word(check: Check) -> &'static str {
    match check {
        Check::Name => "name",
        Check::Tls => "tls",
        Check::SignIn => "sign_in",
        Check::Permission => "permission",
        Check::Schema => "schema",
        Check::Environment => "environment",
    }
}

fn side_word(side: Side) -> &'static str {
    match side {
        Side::Vault => "vault",
        Side::Register => "register",
    }
}

fn outcome(of: &Outcome) -> (&'static str, Option<&str>) {
    match of {
        Outcome::Passed => ("passed", None),
        Outcome::Failed(why) => ("failed", Some(why)),
        Outcome::Skipped => ("skipped", None),
    }
}

fn check_document(line: &TrialCheck) -> Value {
    let (word, why) = outcome(&line.outcome);
    json!({
        "side": side_word(line.side),
        "check": check_word(line.check),
        "address": line.address,
        "outcome": word,
        "why": why,
        "took_ms": line.took_ms,
    })
}

fn text(trial: &Trial, kept: bool) -> String {
    let mut table = Table::new(&["side", "check", "address", "outcome", "why"]);
    for line in &trial.checks {
        let (word, why) = outcome(&line.outcome);
        let check = check_word(line.check).replace('_', " ");
        table.row([side_word(line.side), &check, &line.address, word, why.unwrap_or_default()]);
    }
    let end = match (kept, trial.passed(), trial.founded) {
        (true, _, true) => "The connection is kept.",
        (true, _, false) => "The connection is kept. The register is not founded yet: countersign custody init",
        (false, true, _) => "It works; nothing was kept.",
        (false, false, _) => "It does not work; nothing was kept.",
    };
    format!("{}\n\n{end}", table.text())
}
