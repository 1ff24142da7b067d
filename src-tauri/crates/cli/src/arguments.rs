//! The command line's own language.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use workplace::Workplace;

use crate::answer::Exit;
use crate::commands::{
    certificate, connect, custody, deks, drill, estate, exception, found, gate, hold, join, keys, ledger, offboard,
    open, people, protect, request, review, rules, run, schedule, shared_key, sign, tenants, tokens, vault, violations,
};
use crate::context::Context;
use crate::failure::Failure;
use crate::output;

/// Key custody in which no key changes without a second signature.
#[derive(Debug, Parser)]
#[command(
    name = "countersign",
    version,
    after_help = "Exit codes: 0 done; 1 refused or failed; 2 wrong usage, or it could not be told."
)]
pub struct Arguments {
    /// Data folder; otherwise the one of the console
    #[arg(long, value_name = "DIR", global = true, env = "COUNTERSIGN_HOME")]
    home: Option<PathBuf>,
    /// The operator who acts, by name or login
    #[arg(long = "as", value_name = "NAME", global = true, env = "COUNTERSIGN_AS")]
    acting: Option<String>,
    /// File with the operator's passphrase, readable by its owner alone; otherwise it is asked for
    #[arg(long, value_name = "FILE", global = true, env = "COUNTERSIGN_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
    /// One JSON document on standard output; errors as JSON on standard error
    #[arg(long, global = true)]
    json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a custody on this machine, made now if there is none
    OpenLocal(open::OpenLocal),
    /// Connect to a custody in Azure Key Vault and PostgreSQL
    Connect(connect::Connect),
    /// Found the custody: two people make their device keys and sign entry 1
    Found(found::Found),
    /// What is here, and what needs somebody
    Status,
    /// Who is enrolled
    Operators,
    /// People: joining and roles by request, the end of access at once, how they stand
    #[command(subcommand)]
    People(people::People),
    /// Make a device key on this computer, and the card by which others enrol you
    Join(Box<join::Join>),
    /// The rules: who signs what, how long keys may serve, limits; their history, and the next version
    Rules(rules::Rules),
    /// What breaks a rule now, and what to do about it
    Violations(violations::Violations),
    /// The register of a database that is not embedded
    #[command(subcommand)]
    Custody(custody::Custody),
    /// The keys in the register
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Compare the vault with the register
    Discover,
    /// Take a key that was found in the vault into the register as a KEK
    Adopt(estate::Adopt),
    /// Import an inventory from a CSV file, all rows or none
    Import(estate::Import),
    /// Write the inventory as a CSV file
    Export(estate::Export),
    /// Data-encryption keys
    #[command(subcommand)]
    Deks(deks::Deks),
    /// Tenants: their keys, and how far they are separated
    #[command(subcommand)]
    Tenants(tenants::Tenants),
    /// What the end of a tenant would mean
    #[command(subcommand)]
    Offboard(offboard::Offboard),
    /// Tokens
    #[command(subcommand)]
    Tokens(tokens::Tokens),
    /// Overwrite and delete expired tokens now; for a scheduler, quiet with nothing to do
    Sweep,
    /// The labelled sample estate
    #[command(subcommand)]
    Sample(estate::Sample),
    /// Take keys out of use until more is known: at once, and confirmed by the vault
    Suspend(protect::Protect),
    /// Take keys out of use for ever: only destruction follows
    Revoke(protect::Protect),
    /// Take keys out of use in good order
    Disable(protect::Protect),
    /// Say that keys are, or may be, known to others
    Compromised(protect::Protect),
    /// Exceptions from the policy: each with a date, an accepted risk and what limits it
    #[command(subcommand)]
    Exception(exception::Exception),
    /// Keys that serve several tenants, by a decision on record
    #[command(subcommand)]
    SharedKey(shared_key::SharedKey),
    /// What must be kept: legal holds and open incidents
    #[command(subcommand)]
    Hold(hold::Hold),
    /// What one person did at once, for a second person to look at; what happened to keys, for two leads
    #[command(subcommand)]
    Review(review::Review),
    /// Reviews, audits and drills at regular times: what is due, what is late, and the evidence
    #[command(subcommand)]
    Schedule(schedule::Schedule),
    /// Requests: ask for what needs two people
    #[command(subcommand)]
    Request(request::Request),
    /// Countersign a request, or reject it
    Sign(sign::Sign),
    /// Runs: carry out what two people signed
    #[command(subcommand)]
    Run(run::Run),
    /// Restore drills: whether a backup opens without a KEK that shall go
    #[command(subcommand)]
    Drill(drill::Drill),
    /// Certificates of destruction
    #[command(subcommand)]
    Certificate(certificate::Certificate),
    /// Whether to deploy: what the register of exceptions and the rules say
    Gate(gate::Gate),
    /// The ledger
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// The local vault alone
    #[command(subcommand)]
    Vault(vault::Vault),
}

impl Arguments {
    /// The global options.
    pub fn context(&self) -> Context {
        Context {
            home: self.home.clone().unwrap_or_else(Workplace::usual_home),
            operator: self.acting.clone(),
            passphrase_file: self.passphrase_file.clone(),
            json: self.json,
        }
    }
}

/// Says what was wrong with the arguments, or gives the help that was asked for.
pub fn refuse(error: &clap::Error) -> ExitCode {
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let json = std::env::args_os().any(|argument| argument == OsStr::new("--json"));
    if is_help || !json {
        // Printing help fails only when nobody reads it.
        drop(error.print());
        return if is_help { Exit::Done.code() } else { Exit::CouldNotTell.code() };
    }
    let message = error.render().to_string();
    let message = message.trim_start_matches("error: ").trim_end().to_owned();
    output::fail(&Failure::new("usage", message).could_not_tell().hint("see countersign --help"), true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory as _};

    use super::Arguments;

    /// Arguments of the same id share their value, wherever they stand: `people suspend NAME` would act in that very name.
    #[test]
    fn no_command_has_an_argument_that_stands_for_all() {
        fn hold(command: &Command, global: &BTreeSet<String>) {
            for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
                assert!(
                    !global.contains(argument.get_id().as_str()),
                    "{} of {}",
                    argument.get_id(),
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(|below| hold(below, global));
        }
        let all = Arguments::command();
        let global: BTreeSet<String> = all
            .get_arguments()
            .filter(|argument| argument.is_global_set())
            .map(|argument| argument.get_id().to_string())
            .collect();
        assert!(global.contains("acting"), "{global:?}");
        hold(&all, &global);
    }
}
