//! `countersign vault serve`: the local vault alone.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use local_vault::{Settings, StartError, VaultRules, serve_forever};
use serde_json::Value;

use crate::answer::Answer;
use crate::failure::Failure;

/// The local vault.
#[derive(Debug, Subcommand)]
pub enum Vault {
    /// Serve it until interrupted; the first line printed is its URL
    Serve(Serve),
}

/// How it is served.
#[derive(Debug, Args)]
pub struct Serve {
    /// Loopback address and port; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    address: SocketAddr,
    /// Where it keeps everything, and writes ca.pem and token
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Without Azure's limits on requests
    #[arg(long)]
    unlimited: bool,
    /// Least time of each call, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Nobody may purge before the time for recovery is over
    #[arg(long)]
    purge_protection: bool,
    /// Days for which a deleted object can be recovered
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u8).range(7..=90))]
    recoverable_days: u8,
    /// Let administrators set faults over the wire, for tests
    #[arg(long)]
    fault_port: bool,
}

impl Vault {
    /// Serves.
    pub async fn run(self) -> Result<Answer, Failure> {
        let Self::Serve(serve) = self;
        if !serve.address.ip().is_loopback() {
            return Err(Failure::new("usage", format!("{} is no loopback address", serve.address))
                .could_not_tell()
                .hint("the local vault serves this computer alone: 127.0.0.1:PORT"));
        }
        serve_forever(serve.settings()?, std::io::stdout()).await?;
        Ok(Answer::new(Value::Null, ""))
    }
}

impl Serve {
    fn settings(self) -> Result<Settings, StartError> {
        let mut settings = Settings::alone(self.address, self.data)?;
        settings.latency = Duration::from_millis(self.latency);
        settings.rules =
            VaultRules { recoverable_days: self.recoverable_days, purge_protection: self.purge_protection };
        settings.fault_port = self.fault_port;
        if self.unlimited {
            settings.limits = None;
        }
        Ok(settings)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let failure = Self::of("vault_does_not_start", &error).could_not_tell();
        match error {
            StartError::Locked(_) => failure.hint("end the other process, or choose another directory with --data"),
            StartError::Io(_) => failure.hint("check the address and the directory"),
            _ => failure,
        }
    }
}
