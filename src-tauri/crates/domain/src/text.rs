//! Text that people read before they sign: what is shown must be what is signed.

use unicode_normalization::UnicodeNormalization;
use unicode_security::MixedScript;

/// Text in NFC without control, bidirectional or invisible characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(String);

/// Why text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing in it.
    #[error("{field} is empty")]
    Empty {
        /// Which field.
        field: &'static str,
    },
    /// Too much in it.
    #[error("{field} has {length} characters, at most {max} are accepted")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        max: usize,
    },
    /// A character that hides or reorders others (CVE-2021-42574).
    #[error("{field} holds the character U+{:04X} at position {position}, which is not shown or changes how the text reads", u32::from(*.character))]
    Deceptive {
        /// Which field.
        field: &'static str,
        /// The character.
        character: char,
        /// Its place, the first is 1.
        position: usize,
    },
}

impl Text {
    /// Cleans and checks `raw`; line breaks are allowed, other control characters are not.
    pub fn parse(field: &'static str, raw: &str, max: usize) -> Result<Self, TextError> {
        // Bounded before it is normalised: a megabyte of combining marks should cost nothing.
        let length = raw.chars().take(max.saturating_mul(4).saturating_add(1)).count();
        if length > max.saturating_mul(4) {
            return Err(TextError::TooLong { field, length: raw.chars().count(), max });
        }
        let text: String = raw.replace("\r\n", "\n").trim().nfc().collect();
        if text.is_empty() {
            return Err(TextError::Empty { field });
        }
        let length = text.chars().count();
        if length > max {
            return Err(TextError::TooLong { field, length, max });
        }
        match text.chars().enumerate().find(|(_, character)| is_deceptive(*character)) {
            Some((index, character)) => Err(TextError::Deceptive { field, character, position: index + 1 }),
            None => Ok(Self(text)),
        }
    }

    /// Like [`Text::parse`], for what stands on one line: a line break is refused for what it is, not turned into a blank.
    pub fn parse_line(field: &'static str, raw: &str, max: usize) -> Result<Self, TextError> {
        let text = Self::parse(field, raw, max)?;
        match text.0.chars().enumerate().find(|(_, character)| matches!(character, '\n' | '\t')) {
            Some((index, character)) => Err(TextError::Deceptive { field, character, position: index + 1 }),
            None => Ok(text),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it mixes scripts, as a forged name would (UTS 39). Shown as a warning, not refused.
    #[must_use]
    pub fn mixes_scripts(&self) -> bool {
        !self.0.as_str().is_single_script()
    }
}

/// Shows what [`Text`] would refuse: every deceptive character as its code point.
#[must_use]
pub fn escape_visibly(raw: &str) -> String {
    let mut shown = String::with_capacity(raw.len());
    for character in raw.chars() {
        if is_deceptive(character) {
            shown.push_str(&format!("\u{27E8}U+{:04X}\u{27E9}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn deceptive_characters_are_refused_and_named() {
        for hostile in ["pay\u{202e}lla", "a\u{200b}b", "a\u{0}b", "\u{feff}a\u{feff}b", "a\u{2066}b", "a\u{1b}[31m"] {
            assert!(matches!(Text::parse("reason", hostile, 100), Err(TextError::Deceptive { .. })), "{hostile:?}");
        }
        assert_eq!(escape_visibly("a\u{202e}b"), "a\u{27E8}U+202E\u{27E9}b");
    }

    #[test]
    fn a_megabyte_is_refused() {
        let error = Text::parse("reason", &"x".repeat(1_000_000), 2_000);
        assert_eq!(error, Err(TextError::TooLong { field: "reason", length: 1_000_000, max: 2_000 }));
    }

    #[test]
    fn text_is_composed_and_trimmed() {
        assert_eq!(Text::parse("name", "  Cafe\u{301}\r\nbar ", 100).map(|text| text.0), Ok("Café\nbar".to_owned()));
    }

    #[test]
    fn a_line_holds_no_line_break() {
        let broken = TextError::Deceptive { field: "name", character: '\n', position: 2 };
        assert_eq!(Text::parse_line("name", "a\r\nb", 100), Err(broken));
        assert_eq!(Text::parse_line("name", " a b\n", 100).map(|text| text.0), Ok("a b".to_owned()));
    }

    #[test]
    fn a_name_in_two_scripts_is_marked() {
        let forged = Text::parse("name", "M\u{430}ren", 20);
        assert!(forged.is_ok_and(|text| text.mixes_scripts()));
    }

    proptest! {
        #[test]
        fn accepted_text_is_stable(raw in any::<String>()) {
            if let Ok(text) = Text::parse("x", &raw, 500) {
                prop_assert_eq!(Text::parse("x", text.as_str(), 500), Ok(text.clone()));
                prop_assert_eq!(escape_visibly(text.as_str()), text.as_str());
            }
        }
    }
}
