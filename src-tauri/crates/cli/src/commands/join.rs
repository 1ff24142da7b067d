//! `countersign join`: a new person's console makes their device key and the card of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use domain::OperatorId;
use keychain::Passphrase;
use register::OperatorKind;
use serde_json::Value;
use workplace::{Invitation, JoinOrder, write_card};

use crate::answer::Answer;
use crate::at_work::premises;
use crate::commands::found::device_name;
use crate::context::Context;
use crate::failure::Failure;
use crate::secrets;

/// Somebody joins, from this computer.
#[derive(Debug, Args)]
pub struct Join {
    /// Full name
    #[arg(long)]
    name: String,
    /// Stable name outside of Countersign, such as an address
    #[arg(long)]
    person: String,
    /// Name of this device; otherwise this computer's
    #[arg(long)]
    device_name: Option<String>,
    /// Who joins
    #[arg(long, value_enum, default_value_t = Kind::Operator)]
    kind: Kind,
    /// Login at the register; made here where the custody is on this machine
    #[arg(long)]
    login: Option<String>,
    /// File with the login's password, where an administrator made the login
    #[arg(long, value_name = "FILE")]
    login_password_file: Option<PathBuf>,
    /// Where this computer does not know the custody yet: the file that `countersign people invite` wrote
    #[arg(long, value_name = "FILE")]
    invitation: Option<PathBuf>,
    /// Id of an operator who is enrolled already: a further device, or coming back
    #[arg(long, value_name = "ID")]
    operator: Option<OperatorId>,
    /// Throw away the device key that this keychain holds for that operator
    #[arg(long, requires = "operator")]
    replace: bool,
    /// Where to write the card; otherwise to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Who joins.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A human
    Operator,
    /// The agent that executes unattended
    Agent,
}

impl Join {
    /// Makes key and card.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let premises = premises(context).await?;
        let passphrase = match &context.passphrase_file {
            Some(file) => secrets::from_file(file)?,
            None => {
                let (first, second) =
                    (secrets::ask("Passphrase of your new device key")?, secrets::ask("The same again")?);
                if *first != *second {
                    let message = "the two passphrases differ: nothing was made".to_owned();
                    return Err(Failure::new("passphrase_differs", message));
                }
                first
            }
        };
        let invitation = match &self.invitation {
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(|error| Failure::of("invitation", &error))?;
                Some(Invitation::read(&text).map_err(|error| Failure::of("invitation", &error))?)
            }
            None => None,
        };
        let order = JoinOrder {
            operator: self.operator,
            kind: match self.kind {
                Kind::Operator => OperatorKind::Operator,
                Kind::Agent => OperatorKind::Agent,
            },
            name: self.name,
            person: self.person,
            login: self.login,
            password: self.login_password_file.as_deref().map(secrets::from_file).transpose()?,
            device_name: self.device_name.unwrap_or_else(device_name),
            invitation,
            replace: self.replace,
        };
        // EXPOSE: taken over into the keychain's own wiping form.
        let card = premises.join(order, Passphrase::new(passphrase.as_str().to_owned())).await?;
        let text = write_card(&card);
        let document: Value = serde_json::from_str(&text).map_err(|error| Failure::of("card", &error))?;
        let Some(out) = self.out else { return Ok(Answer::new(document, text)) };
        std::fs::write(&out, format!("{text}\n")).map_err(|error| Failure::of("card", &error))?;
        let said = format!(
            "Your device key is made; its card is in {}.\nFingerprint, to be compared with whoever enrols you:\n{}",
            out.display(),
            in_fours(&hex::encode(card.key()))
        );
        Ok(Answer::new(document, said))
    }
}

fn in_fours(hex_text: &str) -> String {
    let letters: Vec<char> = hex_text.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
