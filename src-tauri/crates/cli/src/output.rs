//! The only module that writes to the terminal: results to standard output, anything else to standard error.

use std::io::{ErrorKind, IsTerminal as _, Write};
use std::process::ExitCode;

use domain::escape_visibly;
use serde_json::{Map, Value, json};
use tracing_subscriber::EnvFilter;

use crate::answer::Answer;
use crate::failure::Failure;

/// Environment variable that says what is logged, in the words of `tracing`.
const LOG: &str = "COUNTERSIGN_LOG";

/// Prints a result.
pub fn give(answer: &Answer, json: bool) -> Result<(), Failure> {
    let text = match (json, &answer.document) {
        (false, _) => answer.text.clone(),
        (true, Value::Null) => String::new(),
        (true, found) => document(found),
    };
    match write_line(&mut std::io::stdout().lock(), &text) {
        // Whoever read on the other side has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.map_err(|error| Failure::of("output", &error)),
    }
}

/// Standard output for a stream of documents, one a line, whose hostile characters were escaped where they were written.
pub fn lines() -> impl Write + Send + Sync + 'static {
    std::io::stdout()
}

/// Says why a command failed.
pub fn fail(failure: &Failure, json: bool) -> ExitCode {
    let text = if json { document(&error_document(failure)) } else { sentence(failure) };
    tell(&text);
    failure.exit.code()
}

/// Says something that is no result: what is about to be signed, how far it is. There is nobody to tell when even that fails.
pub fn tell(text: &str) {
    drop(write_line(&mut std::io::stderr().lock(), text));
}

/// Whether a person watches standard error.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// The program's own log: warnings for a person, nothing for a program, unless the environment says otherwise.
pub fn log_to_stderr(json: bool) {
    let usual = if json { "off" } else { "warn" };
    let filter = EnvFilter::try_from_env(LOG).unwrap_or_else(|_unset| EnvFilter::new(usual));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}

fn error_document(failure: &Failure) -> Value {
    let mut error = Map::new();
    error.insert("code".to_owned(), json!(failure.code));
    error.insert("message".to_owned(), json!(failure.message));
    error.insert("hint".to_owned(), json!(failure.hint));
    error.extend(failure.more.clone());
    json!({ "error": error })
}

fn sentence(failure: &Failure) -> String {
    let message = escape_visibly(&failure.message);
    match &failure.hint {
        Some(hint) => format!("countersign: {message}\n  {}", escape_visibly(hint)),
        None => format!("countersign: {message}"),
    }
}

/// One JSON document. Characters that would deceive a person who looks at it on a terminal are written as escapes, which mean
/// the same to a program.
fn document(value: &Value) -> String {
    let text = format!("{value:#}");
    if escape_visibly(&text) == text {
        return text;
    }
    let mut safe = String::with_capacity(text.len());
    let mut buffer = [0; 2];
    for character in text.chars() {
        let mut alone = [0; 4];
        let alone: &str = character.encode_utf8(&mut alone);
        if character == '\n' || escape_visibly(alone) == alone {
            safe.push(character);
        } else {
            for unit in character.encode_utf16(&mut buffer) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe
}

fn write_line(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    out.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// what a hostile text would do to a terminal it does not do in a document either, and the document says the same.
    #[test]
    fn a_document_shows_no_deceptive_character_and_means_the_same() {
        let hostile = json!({ "name": "pay\u{202e}roll\u{1b}[2J\u{e0041}", "lines": "a\nb" });
        let shown = document(&hostile);
        assert!(!shown.contains('\u{202e}') && !shown.contains('\u{1b}') && !shown.contains('\u{e0041}'), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), hostile);
    }
}
