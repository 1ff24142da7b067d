//! `countersign found`: the ceremony, on the terminal or from a file.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::Role;
use keychain::Passphrase;
use serde::Deserialize;
use workplace::{Administrator, Ceremony, FounderCard, Premises, Seat};

use crate::answer::Answer;
use crate::at_work::premises;
use crate::commands::open::{head_document, head_text};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::tell;
use crate::secrets;
use crate::table::Table;

const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Two people found a custody.
#[derive(Debug, Args)]
pub struct Found {
    /// JSON file that names both founders and the files with their passphrases; otherwise they are asked
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Both founders, as a file names them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FoundersFile {
    founders: [FounderInFile; 2],
}

/// One founder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FounderInFile {
    name: String,
    person: String,
    roles: Vec<Role>,
    #[serde(default)]
    device_name: Option<String>,
    passphrase_file: PathBuf,
}

/// A founder and the passphrase of the device key to be made.
pub struct Founder {
    card: FounderCard,
    passphrase: Passphrase,
}

impl Found {
    /// Holds the ceremony.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let premises = premises(context).await?;
        if premises.is_founded().await? {
            return Err(Failure::new("already_founded", "this custody is founded already".to_owned())
                .hint("countersign status"));
        }
        hold(Ceremony::default(), &premises, founders(self.file.as_deref())?, None).await?;
        founded(&premises)
    }
}

/// What was founded, and by whom.
pub fn founded(premises: &Premises) -> Result<Answer, Failure> {
    let head = premises.head()?;
    let mut people = Table::new(&["founder", "login", "roles"]);
    for person in premises.people()? {
        people.row([person.name.as_str(), &person.login, &crate::people::words(&person.roles)]);
    }
    let text = format!("{}\n\n{}\n\nBoth signed entry 1 of the ledger.", head_text(&head), people.text());
    Ok(Answer::new(head_document(premises, &head, true)?, text))
}

/// Seats both founders and has them sign entry 1. An administrator founds what is not on this machine.
pub async fn hold(
    mut ceremony: Ceremony,
    premises: &Premises,
    founders: [ToBeAsked; 2],
    administrator: Option<&Administrator>,
) -> Result<(), Failure> {
    let outcome = seat_and_found(&mut ceremony, premises, founders, administrator).await;
    if outcome.is_err() {
        leave(&mut ceremony, premises).await;
    }
    outcome
}

async fn seat_and_found(
    ceremony: &mut Ceremony,
    premises: &Premises,
    founders: [ToBeAsked; 2],
    administrator: Option<&Administrator>,
) -> Result<(), Failure> {
    for (seat, founder) in [Seat::First, Seat::Second].into_iter().zip(founders) {
        let founder = founder()?;
        ceremony.take_seat(premises, seat, founder.card, founder.passphrase).await?;
    }
    match administrator {
        Some(administrator) => ceremony.found_with(premises, administrator).await?,
        None => ceremony.found(premises).await?,
    }
    Ok(())
}

/// An unfinished ceremony leaves no keys behind.
async fn leave(ceremony: &mut Ceremony, premises: &Premises) {
    for seat in [Seat::First, Seat::Second] {
        if let Err(error) = ceremony.leave_seat(premises, seat).await {
            tracing::warn!(%error, "a founder's device key could not be removed from the keychain");
        }
    }
}

/// A founder who is asked when it is their turn.
pub type ToBeAsked = Box<dyn FnOnce() -> Result<Founder, Failure>>;

/// Both founders, each asked when it is their turn.
pub fn founders(file: Option<&Path>) -> Result<[ToBeAsked; 2], Failure> {
    let Some(file) = file else {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::new("no_terminal", "there is no terminal to hold the ceremony on".to_owned())
                .could_not_tell()
                .hint("give --file FILE; docs/command-line.md describes it"));
        }
        return Ok([Box::new(|| ask("First founder")), Box::new(|| ask("Second founder"))]);
    };
    let FoundersFile { founders: [first, second] } = read(file)?;
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let beside = folder.clone();
    Ok([Box::new(move || from_file(first, &folder)), Box::new(move || from_file(second, &beside))])
}

fn read(file: &Path) -> Result<FoundersFile, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new("founders_file", format!("{} cannot be read: {error}", file.display()))
            .could_not_tell()
            .hint("docs/command-line.md describes it")
    };
    let found = std::fs::metadata(file).map_err(|error| failed(&error))?;
    if found.len() > FILE_BYTES_MAX {
        return Err(failed(&format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| failed(&error))
}

fn from_file(founder: FounderInFile, folder: &Path) -> Result<Founder, Failure> {
    let passphrase = secrets::from_file(&folder.join(&founder.passphrase_file))?;
    let card = FounderCard {
        name: founder.name,
        person: founder.person,
        roles: founder.roles,
        device_name: founder.device_name.unwrap_or_else(device_name),
    };
    // EXPOSE: taken over into the keychain's own wiping form.
    Ok(Founder { card, passphrase: Passphrase::new(passphrase.as_str().to_owned()) })
}

fn ask(who: &str) -> Result<Founder, Failure> {
    tell(&format!("{who}, take your seat. Nobody else should see what you type."));
    let card = FounderCard {
        name: line("Full name")?,
        person: line("Stable name outside of Countersign, such as an address")?,
        roles: roles(&line("Roles, separated by commas (security, devops, engineering)")?)?,
        device_name: Some(line("Name of this device (empty for this computer's)")?)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(device_name),
    };
    let (first, second) = (secrets::ask("Passphrase")?, secrets::ask("The same again")?);
    if *first != *second {
        return Err(Failure::new("passphrase_differs", "the two passphrases differ: nothing was made".to_owned()));
    }
    // EXPOSE: taken over into the keychain's own wiping form.
    Ok(Founder { card, passphrase: Passphrase::new(first.as_str().to_owned()) })
}

fn line(question: &str) -> Result<String, Failure> {
    tell(&format!("{question}:"));
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed).map_err(|error| Failure::of("terminal", &error))?;
    Ok(typed.trim().to_owned())
}

fn roles(list: &str) -> Result<Vec<Role>, Failure> {
    let words = list.split(',').map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty());
    words
        .map(|word| word.parse().map_err(|error: domain::UnknownWord| Failure::of("usage", &error).could_not_tell()))
        .collect()
}

/// What this computer calls itself.
pub fn device_name() -> String {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let named = named.trim();
    if named.is_empty() { "This computer".to_owned() } else { named.to_owned() }
}
