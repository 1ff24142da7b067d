//! Passphrases and what is asked of a new one: length and not being one that everybody tries, nothing else (NIST SP
//! 800-63B section 5.1.1.2: no composition rules, no periodic change).

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Fewest characters of a new passphrase.
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// LIMIT: most characters; more is a way to keep the key derivation busy.
pub const PASSPHRASE_CHARS_MAX: usize = 256;

/// Fewest different characters.
const DISTINCT_CHARS_MIN: usize = 5;
/// Shorter runs do not make up a passphrase by themselves.
const RUN_LEN_MIN: usize = 8;

/// What a person typed. Wiped when dropped; no `Clone`, no `Debug`, no `PartialEq`.
pub struct Passphrase(Zeroizing<String>);

/// Why a new passphrase is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseFault {
    /// Too short.
    #[error("the passphrase has {actual} characters, at least {PASSPHRASE_CHARS_MIN} are needed")]
    TooShort {
        /// How many it has.
        actual: usize,
    },
    /// Too long.
    #[error("the passphrase has more than {PASSPHRASE_CHARS_MAX} characters")]
    TooLong,
    /// On every attacker's list, or made of a few repeated characters.
    #[error(
        "this passphrase is among the first that are tried: take several words that have nothing to do with each other"
    )]
    Common,
    /// Made of the operator's or the product's name.
    #[error("the passphrase is made of a name that is easy to guess")]
    Name,
}

impl Passphrase {
    /// Takes over what was typed; the caller keeps no copy.
    ///
    /// The same characters typed on another keyboard may be other code points: NFKC makes them the same bytes.
    #[must_use]
    pub fn new(typed: String) -> Self {
        let typed = Zeroizing::new(typed);
        let normal = collect(|| typed.nfkc());
        Self(normal)
    }

    /// Whether it may become the passphrase of a device key of the person called `names`.
    ///
    /// # Errors
    /// The first [`PassphraseFault`].
    pub fn check(&self, names: &[&str]) -> Result<(), PassphraseFault> {
        let actual = self.0.chars().count();
        if actual < PASSPHRASE_CHARS_MIN {
            return Err(PassphraseFault::TooShort { actual });
        }
        if actual > PASSPHRASE_CHARS_MAX {
            return Err(PassphraseFault::TooLong);
        }
        let letters = comparable(&self.0);
        if is_monotonous(&self.0) || is_common(&letters) {
            return Err(PassphraseFault::Common);
        }
        if names.iter().chain(&["countersign"]).any(|name| is_mostly(&letters, &comparable(name))) {
            return Err(PassphraseFault::Name);
        }
        Ok(())
    }

    /// The only door out.
    pub(crate) fn expose<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        f(self.0.as_bytes())
    }
}

/// Case, spaces and punctuation make a guessable passphrase no harder to guess.
fn comparable(text: &str) -> Zeroizing<String> {
    collect(|| text.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase))
}

/// Room for all of it at once: a string that grows leaves copies of itself behind.
fn collect<I: Iterator<Item = char>>(chars: impl Fn() -> I) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(chars().map(char::len_utf8).sum()));
    text.extend(chars());
    text
}

/// "aaaaaaaaaaaa" and "abababababab" are long and worth nothing.
fn is_monotonous(text: &str) -> bool {
    let mut distinct = Zeroizing::new(text.chars().collect::<Vec<_>>());
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < DISTINCT_CHARS_MIN
}

fn is_common(letters: &str) -> bool {
    let is_run = letters.len() >= RUN_LEN_MIN && RUNS.iter().any(|run| run.contains(letters));
    is_run || COMMON.contains(&letters) || is_repeated(letters)
}

/// "password1password1": one piece of at most half the length, over and over.
fn is_repeated(letters: &str) -> bool {
    let bytes = letters.as_bytes();
    (1..=bytes.len() / 2).any(|piece| {
        bytes.len().is_multiple_of(piece) && bytes.get(piece..) == bytes.get(..bytes.len().saturating_sub(piece))
    })
}

/// Nothing but `name` and a few characters more.
fn is_mostly(letters: &str, name: &str) -> bool {
    const MORE_MAX: usize = 4;
    name.len() >= 3 && letters.contains(name) && letters.replace(name, "").len() <= MORE_MAX
}

/// Sequences of the keyboard and the alphabet; any part of them counts.
const RUNS: &[&str] = &[
    "01234567890123456789012345678901234567890",
    "98765432109876543210987654321098765432109",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "qwertyuiopasdfghjklzxcvbnm1234567890",
    "qwertzuiopasdfghjklyxcvbnm1234567890",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "1234567890qwertyuiop",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Long ones from published lists of leaked passwords, and examples that everybody has read.
const COMMON: &[&str] = &[
    "administrator",
    "administrator1",
    "basketball123",
    "changeme1234",
    "changemeplease",
    "correcthorsebatterystaple",
    "defaultpassword",
    "football12345",
    "helloworld123",
    "iloveyou1234",
    "iloveyou12345",
    "ilovemyfamily",
    "internet12345",
    "letmein12345",
    "letmeinplease",
    "liverpoolfootballclub",
    "manchesterunited",
    "masterpassword",
    "monkey123456",
    "mypassword123",
    "mypassword1234",
    "newpassword123",
    "opensesame123",
    "passphrase123",
    "password1234",
    "password12345",
    "password123456",
    "password1234567",
    "passwordpassword1",
    "princess12345",
    "qwerty123456",
    "qwerty1234567",
    "qwerty12345678",
    "qwertyqwerty1",
    "secretpassword",
    "starwars12345",
    "sunshine12345",
    "superman12345",
    "temporarypassword",
    "thisismypassword",
    "thequickbrownfox",
    "tobeornottobe",
    "trustno1trustno1",
    "unbelievable",
    "welcome12345",
    "welcome123456",
    "whateverwhatever",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), PassphraseFault> {
        Passphrase::new(text.to_owned()).check(&["Ada Lovelace", "ada"])
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(check("elf letters"), Err(PassphraseFault::TooShort { actual: 11 }));
        assert_eq!(check("twelve chars"), Ok(()));
        assert_eq!(check("zwölf äöü ßß"), Ok(()));
        assert_eq!(check(&"four words five ".repeat(17)), Err(PassphraseFault::TooLong));
    }

    /// NIST SP 800-63B: no composition rules, all characters, also spaces and other scripts.
    #[test]
    fn nothing_but_length_and_rarity_is_asked() {
        for good in [
            "tidy marble anchor",
            "ЙЦ мир лодка снег",
            "正確馬電池釘書釘一二三四",
            "🐎🔋📎✅🌧🏠🚲🧵🪐🧊🌵🎻",
            "!@#$%^&*()12",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn common_ones_are_refused_however_they_are_spelled() {
        for bad in [
            "Password12345",
            "pass-word 1234",
            "correct horse battery staple",
            "123456789012",
            "qwertyuiopas",
            "aaaaaaaaaaaaaaaa",
            "abababababab",
            "tulip9tulip9",
        ] {
            assert_eq!(check(bad), Err(PassphraseFault::Common), "{bad}");
        }
    }

    #[test]
    fn ones_own_name_is_refused() {
        for bad in ["Ada Lovelace!", "AdaLovelace2024", "countersign1", "Countersign 2026"] {
            assert_eq!(check(bad), Err(PassphraseFault::Name), "{bad}");
        }
        assert_eq!(check("ada rows a small boat"), Ok(()));
    }

    #[test]
    fn one_spelling_is_one_passphrase() {
        let bytes = |text: &str| Passphrase::new(text.to_owned()).expose(<[u8]>::to_vec);
        assert_eq!(bytes("caf\u{e9} ﬁne"), bytes("cafe\u{301} fine"));
    }
}
