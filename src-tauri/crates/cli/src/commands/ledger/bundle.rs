//! `countersign ledger verify BUNDLE`: needs nothing but the file.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use transparency::bundle::{self, Expectations, Fault, Standing, Verified};
use transparency::{Checkpoint, SignedCheckpoint, VaultKey};

use crate::answer::{Answer, Exit};
use crate::failure::Failure;
use crate::table::safe;

/// Largest file of a checkpoint.
const NOTE_BYTES_MAX: u64 = 128 * 1024;

/// What is verified, and what whoever verifies brings along.
#[derive(Debug, Args)]
pub struct Verify {
    /// A bundle or an evidence pack: verified alone, with no custody and no network. Without it: the ledger of the custody here
    bundle: Option<PathBuf>,
    /// Chain hash of the founding entry, as the founders told you
    #[arg(long, value_name = "HEX", requires = "bundle", value_parser = hash)]
    founding: Option<[u8; 32]>,
    /// A checkpoint of this ledger that you kept, or that was published
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Public half (PEM) of the vault's key that must have signed that checkpoint
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    vault_key: Option<PathBuf>,
    /// How many people must have cosigned a checkpoint of it
    #[arg(long, value_name = "COUNT", requires = "bundle", default_value_t = 0)]
    reviewers: usize,
}

impl Verify {
    /// The bundle that was named.
    pub fn bundle(&self) -> Option<&Path> {
        self.bundle.as_deref()
    }

    /// The checkpoint that was brought, and the names under which the vault's key signed it where its public half was brought, too.
    pub fn brought(&self) -> Result<Option<(Checkpoint, Vec<String>)>, Failure> {
        let Some(file) = &self.checkpoint else { return Ok(None) };
        let note = read_checkpoint(file)?;
        let signed_as = match &self.vault_key {
            Some(key) => signed_by(&note, key)?,
            None => Vec::new(),
        };
        Ok(Some((note.checkpoint().clone(), signed_as)))
    }

    /// Verifies it.
    pub async fn run(&self, file: &Path) -> Result<Answer, Failure> {
        let remembered = self.brought()?.map(|(checkpoint, _)| checkpoint);
        let expectations = Expectations { founding: self.founding, remembered, reviewers: self.reviewers };
        Ok(match check(file, expectations).await? {
            Ok(verified) => Answer::new(document(&verified), text(&verified)),
            Err(fault) => does_not_hold(&fault),
        })
    }
}

/// Verifies a file as a stream.
pub async fn check(file: &Path, expectations: Expectations) -> Result<Result<Verified, Fault>, Failure> {
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    let verify = move || bundle::verify(BufReader::with_capacity(1 << 20, opened), &expectations, &mut |_| {});
    let outcome = tokio::task::spawn_blocking(verify).await.map_err(|stopped| Failure::of("interrupted", &stopped))?;
    match outcome {
        Err(Fault::Read { source, .. }) => Err(unreadable(file, &source)),
        outcome => Ok(outcome),
    }
}

/// A bundle that was just made, and does not hold: the register's ledger does not.
pub fn broken(fault: &Fault) -> Failure {
    Failure::of("ledger_broken", fault)
        .with("entry", fault.number())
        .hint("nothing was exported; keep everything as it is, and find out who changed the ledger")
}

fn does_not_hold(fault: &Fault) -> Answer {
    let (number, said) = (fault.number(), fault.to_string());
    let text = format!("The bundle does not hold: {}\n{}", safe(&said), fault.remedy());
    let document = json!({ "holds": false, "entry": number, "fault": said, "remedy": fault.remedy() });
    Answer { document, text, exit: Exit::Refused }
}

/// The names under which a vault's key signed a checkpoint: at least one.
fn signed_by(note: &SignedCheckpoint, file: &Path) -> Result<Vec<String>, Failure> {
    let pem = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
    let no_key = || {
        Failure::new("vault_key_file", format!("{} is no public key on P-256 in PEM", file.display())).could_not_tell()
    };
    let key = VaultKey::parse(&pem).ok_or_else(no_key)?;
    let names = key.lines(note.note()).filter(|names| !names.is_empty()).ok_or_else(|| {
        Failure::new(
            "vault_signature",
            "the checkpoint does not carry a signature of the vault's key that holds".to_owned(),
        )
        .hint("rely neither on the checkpoint nor on the key until it is known why")
    })?;
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// A checkpoint in a file.
pub fn read_checkpoint(file: &Path) -> Result<SignedCheckpoint, Failure> {
    let length = std::fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    let bytes = if length > NOTE_BYTES_MAX { Ok(Vec::new()) } else { std::fs::read(file) };
    SignedCheckpoint::parse(&bytes.map_err(|error| unreadable(file, &error))?).map_err(|error| {
        Failure::new("checkpoint_file", format!("{} is no checkpoint: {error}", file.display())).could_not_tell()
    })
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new("file", format!("{} cannot be read: {error}", file.display())).could_not_tell()
}

fn text(verified: &Verified) -> String {
    let listed = |title: &str, sentences: Vec<String>| {
        let lines: Vec<String> = sentences.iter().map(|line| format!("  - {}", safe(line))).collect();
        format!("{title}\n{}", lines.join("\n"))
    };
    format!(
        "The bundle holds: {} entries of the ledger of {} ({}), founding entry {}.\n\n{}\n\n{}",
        verified.entries,
        verified.header.custody,
        safe(&verified.header.environment),
        hex::encode(verified.founding),
        listed("This is proven:", verified.proves()),
        listed("This is not:", verified.leaves_open()),
    )
}

fn document(verified: &Verified) -> Value {
    let founders = verified
        .founders
        .iter()
        .map(|it| json!({ "name": it.person.name, "person": it.person.person, "key": hex::encode(it.key) }));
    json!({
        "holds": true,
        "custody": verified.header.custody.to_string(),
        "environment": verified.header.environment,
        "selection": verified.header.selection.word(),
        "value": verified.header.selection.value(),
        "entries": verified.entries,
        "plans": verified.plans,
        "size": verified.size(),
        "founding": hex::encode(verified.founding),
        "founders": founders.collect::<Vec<_>>(),
        "checkpoints": verified.standings.iter().map(standing).collect::<Vec<_>>(),
        "proves": verified.proves(),
        "leaves_open": verified.leaves_open(),
    })
}

fn standing(it: &Standing) -> Value {
    let reviewers: Vec<&str> = it.reviewers().into_iter().map(|voucher| voucher.person.name.as_str()).collect();
    json!({
        "size": it.checkpoint.size(),
        "root": hex::encode(it.checkpoint.root()),
        "signers": it.vouchers.iter().map(|voucher| voucher.person.name.as_str()).collect::<Vec<_>>(),
        "reviewers": reviewers,
    })
}

fn hash(text: &str) -> Result<[u8; 32], String> {
    let mut hash = [0; 32];
    let digits: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    hex::decode_to_slice(digits, &mut hash).map_err(|_not_hex| "write 64 hexadecimal digits".to_owned())?;
    Ok(hash)
}
