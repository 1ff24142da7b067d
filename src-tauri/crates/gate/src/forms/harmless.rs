//! Text from elsewhere, made harmless.
//!
//! A build agent reads the log of its steps for commands: GitHub's lines that begin with `::` or hold `##[`, Azure's that hold
//! `##vso[` anywhere. A title in the register must not set a variable of the pipeline that is about to deploy.

use domain::escape_visibly;
use serde_json::Value;

/// Text on one line: every deceptive character as its code point, line breaks visible, no agent's command in it.
pub fn line(text: &str) -> String {
    let shown = escape_visibly(text).replace('\n', " ⏎ ").replace('\t', " ");
    shown.replace("##", "#\u{27E8}U+0023\u{27E9}")
}

/// One JSON document. What would deceive or command is written as escapes, which mean the same to a program.
pub fn document(value: &Value) -> String {
    let text = format!("{value:#}\n");
    let mut safe = String::with_capacity(text.len());
    let (mut buffer, mut units) = ([0; 4], [0; 2]);
    let mut last = ' ';
    for character in text.chars() {
        let is_plain = matches!(character, ' '..='~' | '\n') || {
            let alone: &str = character.encode_utf8(&mut buffer);
            escape_visibly(alone) == alone
        };
        if is_plain && !(character == '#' && last == '#') {
            safe.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
        last = character;
    }
    safe
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn no_text_commands_an_agent(text in "[#\\[a-z:\\]vso\n\r\u{202e}\u{1b}]{0,40}") {
            for shown in [line(&text), document(&json!({ "it": text }))] {
                prop_assert!(!shown.contains("##"), "{}", shown);
                prop_assert!(!shown.contains(['\u{202e}', '\u{1b}', '\r']), "{}", shown);
            }
            prop_assert!(!line(&text).contains('\n'));
            let read: Value = serde_json::from_str(&document(&json!({ "it": text }))).unwrap();
            prop_assert_eq!(read, json!({ "it": text }));
        }
    }
}
