//! `countersign ledger publish`: the newest checkpoint, to where nobody who owns the database can reach.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use custody::proof::{PublishError, Publisher};
use serde_json::json;
use transparency::SignedCheckpoint;
use workplace::Desk;
use zeroize::Zeroizing;

use super::bundle::read_checkpoint;
use super::checkpoint::none;
use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::files::replace;
use crate::secrets::from_environment;
use crate::table::safe;

/// The environment's place for a blob's address, which is a secret.
const BLOB_ADDRESS: &str = "COUNTERSIGN_BLOB_URL";
/// Longest address.
const ADDRESS_BYTES_MAX: u64 = 16 * 1024;
/// Largest file of certificates.
const ROOTS_BYTES_MAX: u64 = 1_048_576;

/// Where the newest checkpoint is published.
#[derive(Debug, Args)]
pub struct Publish {
    /// A file; an https address that takes a POST; or the word `blob` for a blob of Azure Storage, whose address with its shared access
    /// signature comes from the environment (`COUNTERSIGN_BLOB_URL`) or from standard input
    #[arg(long, value_name = "FILE|https://…|blob")]
    to: String,
    /// Sign it with this P-256 key of the vault as well
    #[arg(long, value_name = "NAME")]
    vault_key: Option<String>,
    /// Write the public half of the vault's key (PEM), for whoever verifies
    #[arg(long, value_name = "FILE", requires = "vault_key")]
    public_key: Option<PathBuf>,
    /// Trust these certificates (PEM), too: an address behind an authority of your own
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Where it goes, once its address is known.
enum Target {
    File(PathBuf),
    Address(Publisher),
}

impl Publish {
    /// Publishes it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let target = self.target()?;
        with_desk(context, async |desk| self.publish(desk, &target).await).await
    }

    fn target(&self) -> Result<Target, Failure> {
        let roots = self.ca.as_deref().map(|file| read_file(file, ROOTS_BYTES_MAX)).transpose()?;
        let roots = roots.as_deref();
        Ok(match self.to.as_str() {
            "blob" => Target::Address(Publisher::blob(&blob_address()?, roots)?),
            address if address.contains("://") => Target::Address(Publisher::webhook(address, roots)?),
            file => Target::File(PathBuf::from(file)),
        })
    }

    async fn publish(&self, desk: &Desk, target: &Target) -> Result<Answer, Failure> {
        let kept = desk.kept_tree().await?;
        let (mut note, seen) = desk.console.publishable(kept.as_ref()).await.map_err(|error| match error {
            custody::proof::ProofError::Unknown => none(),
            other => other.into(),
        })?;
        let mut public = None;
        if let Some(key) = &self.vault_key {
            let (signed, half) = desk.console.sign_in_vault(note, key).await?;
            (note, public) = (signed, Some(half));
        }
        match target {
            Target::File(file) => into_file(desk, file, &note).await?,
            Target::Address(publisher) => publisher.publish(&note).await?,
        }
        if let Some((file, public)) = self.public_key.as_deref().zip(public.as_ref()) {
            replace(file, public.pem().as_bytes())?;
        }
        desk.keep(&seen).await?;
        // A webhook's address may be a secret: only a file's name is shown.
        let shown = match target {
            Target::File(file) => safe(&file.display().to_string()).to_string(),
            Target::Address(_) if self.to == "blob" => "the blob".to_owned(),
            Target::Address(_) => "the webhook".to_owned(),
        };
        let signers = note.note().signatures().len();
        let text = format!(
            "The checkpoint of entry {} is published to {shown}, with {signers} signatures.\nHold the ledger against it at any time: countersign ledger verify --checkpoint FILE",
            seen.size
        );
        let document = json!({
            "to": shown,
            "size": seen.size,
            "root": hex::encode(seen.root),
            "signatures": signers,
            "vault_key": public.map(|public| public.pem()),
            "note": note.encode(),
        });
        Ok(Answer::new(document, text))
    }
}

/// A file is replaced as a whole, and only by a checkpoint of the same ledger, grown.
async fn into_file(desk: &Desk, file: &Path, note: &SignedCheckpoint) -> Result<(), Failure> {
    if file.exists() {
        let before = read_checkpoint(file)?;
        desk.console.hold_against_published(before.checkpoint()).await?;
    }
    replace(file, note.encode().as_bytes())
}

fn blob_address() -> Result<Zeroizing<String>, Failure> {
    if let Some(address) = from_environment(BLOB_ADDRESS) {
        return Ok(address);
    }
    let mut address = Zeroizing::new(String::new());
    let read = std::io::stdin().lock().take(ADDRESS_BYTES_MAX).read_to_string(&mut address);
    read.map_err(|error| Failure::of("blob_address", &error).could_not_tell())?;
    if address.trim().is_empty() {
        let message = "the address of the blob is not known".to_owned();
        let hint = format!("set {BLOB_ADDRESS}, or give it on standard input");
        return Err(Failure::new("blob_address", message).could_not_tell().hint(hint));
    }
    Ok(address)
}

fn read_file(file: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes));
    let failed = |error: std::io::Error| {
        Failure::new("file", format!("{} cannot be read: {error}", file.display())).could_not_tell()
    };
    read.map(|_length| bytes).map_err(failed)
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Address | PublishError::NoBlob | PublishError::Certificates => {
                Self::of("address", &error).could_not_tell()
            }
            other => Self::of("not_published", &other).hint("nothing else was done: publish it again"),
        }
    }
}
