//! What is typed once more before something that can't be undone: the name of what it is about.

use std::io::{BufRead as _, IsTerminal as _};

use crate::context::Context;
use crate::failure::Failure;
use crate::output::tell;

/// A name that must be typed, and where from.
pub struct Confirmation<'a> {
    /// What to write on the command line instead.
    pub instead: &'a str,
    /// What an option brought.
    pub given: Option<&'a str>,
    /// What a person on a terminal is asked.
    pub question: &'a str,
    /// The name, letter by letter.
    pub wanted: &'a str,
}

impl Confirmation<'_> {
    /// Holds only when the very name was typed: by option, or on the terminal.
    pub fn check(&self, context: &Context) -> Result<(), Failure> {
        let typed = match self.given {
            Some(given) => given.to_owned(),
            None if !context.json && std::io::stdin().is_terminal() => ask(self.question)?,
            None => {
                return Err(Failure::new("name_missing", "this is confirmed by typing its name once more".to_owned())
                    .could_not_tell()
                    .hint(self.instead));
            }
        };
        if typed == self.wanted {
            return Ok(());
        }
        let message = format!("{typed:?} is not the name: {:?} is", self.wanted);
        Err(Failure::new("name_differs", message).hint("nothing was done; make sure that it is the right one"))
    }
}

fn ask(question: &str) -> Result<String, Failure> {
    tell(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Failure::of("terminal", &error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// a name is confirmed letter by letter, and never by silence.
    #[test]
    fn only_the_very_name_confirms() {
        let context = Context { home: "/".into(), operator: None, passphrase_file: None, json: true };
        let check = |given: Option<&str>| {
            Confirmation { instead: "--confirm-name NAME", given, question: "?", wanted: "Acme Ltd" }.check(&context)
        };
        assert!(check(Some("Acme Ltd")).is_ok());
        for other in ["acme ltd", "Acme Ltd ", "Acme", ""] {
            assert_eq!(check(Some(other)).unwrap_err().code, "name_differs", "{other:?}");
        }
        assert_eq!(check(None).unwrap_err().code, "name_missing");
    }
}
