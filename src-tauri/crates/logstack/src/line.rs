//! A document as one line, whatever is in it.

use serde_json::Value;

/// The document without a line end. Whatever ends a line somewhere, or deceives whoever looks at it on a terminal, is written as an
/// escape, which means the same to every reader of JSON.
#[must_use]
pub fn line(document: &Value) -> String {
    let text = document.to_string();
    if !text.chars().any(is_escaped) {
        return text;
    }
    let mut safe = String::with_capacity(text.len());
    let mut units = [0; 2];
    for character in text.chars() {
        // Outside of strings JSON is ASCII, and inside of them its own writer has escaped what lies below U+0020.
        if is_escaped(character) {
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Control characters of C1 with U+0085, the separators of lines and paragraphs, and what turns the direction of writing or hides.
fn is_escaped(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
