//! `countersign ledger stream`: the ledger, entry by entry, to a file, to Elasticsearch or to Azure Monitor.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use custody::log_stream::{
    AzureMonitor, Elasticsearch, LedgerStream, LineFile, Lines, MonitorAccess, Patience, Place, Position, Sink,
    StreamError, Streamed, Target,
};
use logstack::Format;
use serde_json::{Value, json};
use vault::{Cloud, MonitorTokens, SignInWay};
use workplace::Desk;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::table::safe;
use crate::{output, secrets, steer};

/// Where the API key of Elasticsearch may stand.
const API_KEY: &str = "COUNTERSIGN_ELASTICSEARCH_API_KEY";
/// Where a bearer token for Azure Monitor may stand, for whoever gets it elsewhere.
const MONITOR_TOKEN: &str = "COUNTERSIGN_MONITOR_TOKEN";

/// LIMIT: no bundle of certificates is longer.
const CA_BYTES_MAX: u64 = 1_048_576;

/// What is sent where.
#[derive(Debug, Args)]
pub struct Stream {
    /// - (standard output), a file, elasticsearch:URL/INDEX or azure-monitor:URL/RULE/STREAM
    #[arg(long, value_name = "TARGET")]
    to: String,
    /// Schema of the events: ocsf or ecs
    #[arg(long, value_name = "SCHEMA", default_value = "ocsf", value_parser = schema)]
    format: Format,
    /// Go on with what is appended from now on, until interrupted
    #[arg(long)]
    follow: bool,
    /// Begin with this entry, whatever was sent before
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    from: Option<u64>,
    /// What the target is called in reports, and for its position; otherwise its address. Without it standard output has neither
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// File with the API key of Elasticsearch (/dev/stdin for standard input), instead of COUNTERSIGN_ELASTICSEARCH_API_KEY
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Certificates (PEM) that are trusted besides the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Who signs in to Azure Monitor, unless COUNTERSIGN_MONITOR_TOKEN holds a token
    #[arg(long, value_enum, default_value_t = Identity::Tools)]
    identity: Identity,
}

/// Ways to sign in.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Identity {
    /// Whoever is signed in with the Azure command-line tools
    Tools,
    /// The machine's managed identity
    Managed,
    /// The workload's federated identity
    Workload,
}

impl Stream {
    /// Sends, and follows if it shall.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let target: Target = self.to.parse()?;
        with_desk(context, async |desk| self.send(desk, &target).await).await
    }

    async fn send(&self, desk: &Desk, target: &Target) -> Result<Answer, Failure> {
        let register = &desk.console.register;
        let name = self.name.clone().or_else(|| target.name());
        let home = desk.premises.workplace().home();
        let custody = desk.console.custody.id;
        let place = name.as_deref().map(|name| Place::take(home, name, custody, self.format)).transpose()?;
        let position = self.position(desk, place.as_ref()).await?;
        let patience = if self.follow { Patience::FOLLOWING } else { Patience::ONCE };
        let mut stream = LedgerStream::new(register.clone(), self.sink(target)?, self.format, position, patience);
        (stream.name, stream.place) = (name.clone(), place);
        let outcome = if self.follow {
            tokio::select! {
                outcome = stream.follow() => outcome,
                _ = steer::interrupted() => Ok(stream.streamed()),
            }
        } else {
            stream.send_all().await
        };
        match outcome {
            Ok(streamed) => Ok(answer(target, name.as_deref(), streamed)),
            // Whoever read on the other side has seen enough.
            Err(StreamError::Closed) => Ok(Answer::new(Value::Null, "")),
            Err(error) => Err(error.into()),
        }
    }

    async fn position(&self, desk: &Desk, place: Option<&Place>) -> Result<Position, Failure> {
        let Some(from) = self.from else {
            return Ok(match place {
                Some(place) => place.read()?.unwrap_or(Position::START),
                None => Position::START,
            });
        };
        let unknown = || {
            Failure::new("entry_unknown", format!("there is no entry before {from}")).hint("countersign ledger list")
        };
        LedgerStream::before(&desk.console.register, from).await?.ok_or_else(unknown)
    }

    fn sink(&self, target: &Target) -> Result<Sink, Failure> {
        let ca = self.ca.as_deref().map(certificates).transpose()?;
        Ok(match target {
            Target::Output => Sink::Lines(Lines::new(output::lines())),
            Target::File(file) => Sink::File(LineFile::new(file.clone())),
            Target::Elasticsearch(url) => {
                let key = match &self.api_key_file {
                    Some(file) => Some(secrets::from_file(file)?),
                    None => secrets::from_environment(API_KEY),
                };
                if key.is_none() && url.scheme() == "https" {
                    return Err(Failure::new("credential", "there is no API key for Elasticsearch".to_owned())
                        .could_not_tell()
                        .hint(format!("set {API_KEY}, or give --api-key-file FILE")));
                }
                Sink::Elasticsearch(Elasticsearch::new(url, key.as_ref(), ca.as_deref())?)
            }
            Target::AzureMonitor { endpoint, rule, stream } => {
                let access = self.access(endpoint.host_str().unwrap_or_default())?;
                Sink::AzureMonitor(AzureMonitor::new((endpoint, rule, stream), self.format, access, ca.as_deref())?)
            }
        })
    }

    fn access(&self, host: &str) -> Result<MonitorAccess, Failure> {
        if let Some(token) = secrets::from_environment(MONITOR_TOKEN) {
            return Ok(MonitorAccess::Token(Zeroizing::new(token.trim().to_owned())));
        }
        let way = match self.identity {
            Identity::Tools => SignInWay::DeveloperTools,
            Identity::Managed => SignInWay::ManagedIdentity,
            Identity::Workload => SignInWay::WorkloadIdentity,
        };
        let cloud = match host.rsplit('.').next() {
            Some("us") => Cloud::UsGovernment,
            Some("cn") => Cloud::China,
            _ => Cloud::Public,
        };
        Ok(MonitorAccess::Identity(MonitorTokens::new(way, cloud)?))
    }
}

fn answer(target: &Target, name: Option<&str>, streamed: Streamed) -> Answer {
    if *target == Target::Output {
        return Answer::new(Value::Null, "");
    }
    let Streamed { sent, position } = streamed;
    let shown = safe(name.unwrap_or_default());
    let document = json!({
        "target": name, "sent": sent, "position": position.number, "hash": hex::encode(position.hash),
    });
    Answer::new(document, format!("{sent} entries were sent; {shown} is at entry {}", position.number))
}

fn certificates(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new("file", format!("{} cannot be read: {why}", file.display())).could_not_tell()
    };
    let length = std::fs::metadata(file).map_err(|error| failed(&error))?.len();
    if length > CA_BYTES_MAX {
        return Err(failed(&"it is too long"));
    }
    std::fs::read(file).map_err(|error| failed(&error))
}

fn schema(word: &str) -> Result<Format, String> {
    word.parse().map_err(|unknown: logstack::UnknownFormat| unknown.to_string())
}
