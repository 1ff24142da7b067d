//! `countersign gate publish|trust`: the signed file, and the list of those whose files are believed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use custody::gate::GateError;
use domain::Timestamp;
use gate::SignedFile as _;
use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::durations::duration;
use crate::failure::Failure;
use crate::files::replace;
use crate::people::Directory;
use crate::table::{Table, safe};

/// The signed file.
#[derive(Debug, Args)]
pub struct Publish {
    /// File to write; one that is there is replaced as a whole
    file: PathBuf,
    /// How long it says anything, at most 7d
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration)]
    valid_for: Duration,
}

/// The list of those whose files are believed.
#[derive(Debug, Args)]
pub struct MakeTrust {
    /// File to write; one that is there is replaced as a whole
    file: PathBuf,
    /// Who is believed; several times for several people. Without it, everybody active in the role Security
    #[arg(long = "signer", value_name = "NAME")]
    signers: Vec<String>,
}

impl Publish {
    /// Writes it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| self.publish(desk).await).await
    }

    async fn publish(&self, desk: &Desk) -> Result<Answer, Failure> {
        let file = desk.console.gate_file(desk.author(), self.valid_for).await?;
        let bytes = file.write();
        replace(&self.file, &bytes)?;
        let until = Timestamp::from_micros(file.valid_until);
        let document = json!({
            "file": self.file,
            "bytes": bytes.len(),
            "custody": file.custody,
            "environment": file.environment,
            "made_at": Timestamp::from_micros(file.made_at).to_string(),
            "valid_until": until.to_string(),
            "findings": file.findings.len(),
            "ledger": file.ledger.number,
        });
        let text = format!(
            "{} written: {} findings of the {} custody {}, ledger entry {}, valid until {until}",
            safe(&self.file.display().to_string()),
            file.findings.len(),
            file.environment,
            safe(&file.name),
            file.ledger.number,
        );
        Ok(Answer::new(document, text))
    }
}

impl MakeTrust {
    /// Writes it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| self.write(desk).await).await
    }

    async fn write(&self, desk: &Desk) -> Result<Answer, Failure> {
        let people = Directory::read(desk).await?;
        let unknown = |name: &String| {
            Failure::new("who", format!("nobody called {name} was ever enrolled")).hint("countersign operators")
        };
        let wanted = self.signers.iter().map(|name| people.find(name).ok_or_else(|| unknown(name)));
        let wanted: Vec<_> = wanted.collect::<Result<_, _>>()?;
        let name = desk.premises.head()?.name;
        let trust = desk.console.gate_trust(&name, &wanted).await?;
        replace(&self.file, &trust.write())?;
        let mut table = Table::new(&["signer", "device key"]);
        for signer in &trust.signers {
            table.row([signer.name.as_str(), &signer.public_key.to_string()]);
        }
        let text = format!(
            "{}\n\n{} written. Compare the keys with their people, then keep it in the repository of what is deployed: it changes by review.",
            table.text(),
            safe(&self.file.display().to_string())
        );
        let document = json!({ "file": self.file, "custody": trust.custody, "environment": trust.environment, "signers": trust.signers });
        Ok(Answer::new(document, text))
    }
}

impl From<GateError> for Failure {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Register(error) => error.into(),
            GateError::Witness(error) => error.into(),
            GateError::Unknown(unknown) => Self::new(unknown.code, unknown.message).could_not_tell().hint(unknown.hint),
            GateError::NotOfTheLedger { number } => Self::of("ledger_broken", &error)
                .with("entry", number)
                .hint("keep everything as it is and find out who changed it: countersign ledger verify"),
            GateError::Validity => Self::of("usage", &error).could_not_tell().hint("--valid-for 24h"),
            GateError::Busy => Self::of("register_busy", &error).hint("nothing was written: try again"),
            GateError::Signer { .. } | GateError::Nobody => {
                Self::of("no_device_key", &error).hint("countersign operators shows who has which role and device")
            }
            other => Self::of("gate", &other),
        }
    }
}
