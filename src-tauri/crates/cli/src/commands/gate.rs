//! `countersign gate`: whether to deploy. 0 yes, 1 no, 2 it could not be told, which is a no as well.
//!
//! Whatever fails on the way to a verdict ends with 2 and its reason, in the form that was asked for: never with 1, and never with 0.

mod login;
mod publish;

use std::path::{Path, PathBuf};

use ::gate::{Commit, Form, Judgement, Reading, Report, Source, Trust, Unknown, Verdict};
use clap::{Args, Subcommand, ValueEnum};
use domain::{Environment, Timestamp};
use register::{GateReadError, Password};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::commands::custody::parse;
use crate::context::Context;
use crate::failure::Failure;
use crate::secrets;

/// Environment variable with the password of the pipeline's login. Nowhere else does the environment bring a password of the register.
const PASSWORD: &str = "COUNTERSIGN_GATE_PASSWORD";

/// Whether to deploy.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Exit codes: 0 go ahead; 1 blocked; 2 it could not be told, which blocks, too."
)]
pub struct Gate {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    ask: Ask,
}

/// What makes gates work.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Write the signed file for pipelines that reach no database
    Publish(publish::Publish),
    /// Write the list of those whose files a pipeline believes, for its repository
    Trust(publish::MakeTrust),
    /// Make a database login for pipelines, which can read nothing but the gate
    Login(login::Login),
}

/// What is asked, and of whom.
#[derive(Debug, Args)]
pub struct Ask {
    /// Where is deployed to; the source must be of the same environment
    #[arg(long, required = true)]
    environment: Option<Environment>,
    /// In which form it is said
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Signed file to judge, instead of the register
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// List of those whose files are believed; needed with --file
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_GATE_TRUST")]
    trust: Option<PathBuf>,
    /// Register: postgresql://LOGIN@HOST:PORT/DATABASE, with ?sslrootcert=FILE for an authority of your own. Its password comes from
    /// COUNTERSIGN_GATE_PASSWORD or a file. Without it, the custody of the data folder is asked, by an operator
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_GATE_DATABASE_URL")]
    database: Option<String>,
    /// File with that login's password, readable by its owner alone
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Commit that is deployed: the result names it
    #[arg(long, value_name = "SHA")]
    commit: Option<Commit>,
    /// Address of the repository of that commit, for SARIF
    #[arg(long, value_name = "URL", requires = "commit", value_parser = address)]
    repository: Option<String>,
}

/// In which form it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for a person
    Text,
    /// One document for a program
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl Gate {
    /// Asks, or does what makes gates work.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        match self.task {
            None => self.ask.run(context).await,
            Some(Task::Publish(it)) => it.run(context).await,
            Some(Task::Trust(it)) => it.run(context).await,
            Some(Task::Login(it)) => it.run().await,
        }
    }
}

impl Ask {
    async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let environment = self
            .environment
            .ok_or_else(|| Failure::new("usage", "--environment is missing".to_owned()).could_not_tell())?;
        let asked_at = now();
        let (source, outcome) = match &self.file {
            Some(file) => self.judge_file(file, environment, asked_at),
            None => (Source::Register, self.judge_register(environment, context).await),
        };
        let Self { format, commit, repository, .. } = self;
        let report = Report { environment, commit, repository, source, asked_at, outcome };
        Ok(answer(&report, format, context.json))
    }

    fn judge_file(
        &self,
        file: &Path,
        environment: Environment,
        now: Timestamp,
    ) -> (Source, Result<Judgement, Unknown>) {
        let name = file.display().to_string();
        let bytes = read_file(file);
        let digest = bytes.as_ref().ok().map(|bytes| Sha256::digest(bytes).into());
        let outcome = bytes.and_then(|bytes| {
            let reading = ::gate::verify(&bytes, &self.trusted()?, environment, now)?;
            // A file made a moment ahead of this clock is judged at the moment it was made.
            let at = now.max(Timestamp::from_micros(reading.read_at));
            Judgement::of(reading, at)
        });
        (Source::File { name, digest }, outcome)
    }

    fn trusted(&self) -> Result<Trust, Unknown> {
        let hint = "countersign gate trust FILE writes it; keep it in the repository";
        let file = self.trust.as_deref().ok_or_else(|| {
            Unknown::new("trust_missing", "a file proves nothing without a list of trusted signers (--trust)", hint)
        })?;
        let trust = Trust::read(&read_file(file)?);
        trust.map_err(|error| Unknown::new("trust_unreadable", format!("{}: {error}", file.display()), hint))
    }

    async fn judge_register(&self, environment: Environment, context: &Context) -> Result<Judgement, Unknown> {
        let document = match &self.database {
            Some(url) => self.read_database(url, environment).await,
            None => read_as_operator(environment, context).await,
        };
        let reading = Reading::parse(&document.map_err(unknown)?)?;
        reading.check_live(environment, now())?;
        let at = Timestamp::from_micros(reading.read_at);
        Judgement::of(reading, at)
    }

    async fn read_database(&self, url: &str, environment: Environment) -> Result<String, Failure> {
        let (address, login) = parse("--database", url)?;
        let password = match (&self.password_file, secrets::from_environment(PASSWORD)) {
            (Some(file), _) => secrets::from_file(file)?,
            (None, Some(password)) => password,
            (None, None) => {
                return Err(Failure::new("password_missing", format!("there is no password for the login {login}"))
                    .hint(format!("give it in {PASSWORD} or with --password-file FILE")));
            }
        };
        let read = register::read_gate(&address, &login, &Password::new(password), environment).await;
        read.map_err(|error| match error {
            GateReadError::Connect(error) => error.into(),
            GateReadError::Register(error) => error.into(),
            other => Failure::of("register", &other),
        })
    }
}

/// What an operator's own console would be told.
async fn read_as_operator(environment: Environment, context: &Context) -> Result<String, Failure> {
    let mut document = String::new();
    with_desk(context, async |desk| {
        document = desk.console.register.gate(environment, None).await?;
        Ok(Answer::new(Value::Null, ""))
    })
    .await?;
    Ok(document)
}

fn read_file(file: &Path) -> Result<Vec<u8>, Unknown> {
    std::fs::read(file).map_err(|error| {
        let message = format!("{} cannot be read: {error}", file.display());
        Unknown::new("file", message, "check that an earlier step fetched it")
    })
}

fn unknown(failure: Failure) -> Unknown {
    let hint = failure.hint.unwrap_or_else(|| "see countersign gate --help".to_owned());
    Unknown::new(failure.code, failure.message, hint)
}

fn answer(report: &Report, format: Format, json: bool) -> Answer {
    let form = match format {
        Format::Text => Form::Text,
        Format::Json => Form::Json,
        Format::Github => Form::Github,
        Format::Sarif => Form::Sarif,
    };
    let exit = match report.verdict() {
        Verdict::Pass => Exit::Done,
        Verdict::Blocked => Exit::Refused,
        Verdict::Unknown => Exit::CouldNotTell,
    };
    if json {
        let document = serde_json::from_str(&::gate::give(report, Form::Json)).unwrap_or_default();
        return Answer { document, text: String::new(), exit };
    }
    Answer { document: Value::Null, text: ::gate::give(report, form), exit }
}

/// This computer's clock.
fn now() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

fn address(text: &str) -> Result<String, String> {
    url::Url::parse(text).map(|_url| text.to_owned()).map_err(|error| error.to_string())
}
