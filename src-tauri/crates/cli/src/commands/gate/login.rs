//! `countersign gate login`: a database login for pipelines. Whoever administers the database makes it.

use std::path::PathBuf;

use clap::Args;
use register::Password;
use serde_json::json;

use crate::answer::Answer;
use crate::commands::custody::Admin;
use crate::failure::Failure;
use crate::secrets;
use crate::table::safe;

/// A login for pipelines.
#[derive(Debug, Args)]
pub struct Login {
    /// Its name
    name: String,
    #[command(flatten)]
    admin: Admin,
    /// File with the password it shall have, readable by its owner alone; otherwise it is asked for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Login {
    /// Makes it.
    pub async fn run(self) -> Result<Answer, Failure> {
        let (address, admin, admin_password) = self.admin.connection()?;
        let password = match &self.password_file {
            Some(file) => secrets::from_file(file)?,
            None => secrets::ask(&format!("Password that {} shall have", safe(&self.name)))?,
        };
        register::create_gate_login(&address, &admin, &admin_password, &self.name, &Password::new(password)).await?;
        let text = format!(
            "The login {} is made: it asks the gate, and can read nothing else.\nGive a pipeline COUNTERSIGN_GATE_DATABASE_URL and, as a secret, COUNTERSIGN_GATE_PASSWORD.",
            safe(&self.name)
        );
        Ok(Answer::new(json!({ "login": self.name }), text))
    }
}
