//! Reads single cells: words, dates, numbers, algorithms and text. Every refusal names the cell.

use std::str::FromStr;

use domain::{Algorithm, AlgorithmError, Text, TextError, Timestamp};

use super::column::{Column, Header, normalise};
use super::problem::{CellProblem, Problems};

/// Cells that begin with one of these are formulas to a spreadsheet (the full-width forms too, in some locales).
pub(super) const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\'', '＝', '＋', '－', '＠'];

/// RSA lengths that the register's rule names.
const RSA_BITS: [u32; 5] = [2048, 3072, 4096, 8192, 16_384];

/// What is accepted as an algorithm.
const ALGORITHMS: [&str; 8] =
    ["AES-256-GCM", "RSA 2048", "RSA 3072", "RSA 4096", "ECDSA P-256", "ECDSA P-384", "Ed25519", "TLS 1.2"];

/// Times the register keeps: 2000 to 2199.
const YEARS: std::ops::Range<i16> = 2000..2200;

/// One row of the file under the header's names, and where its problems go.
pub(super) struct Cells<'a> {
    pub row: u32,
    pub header: &'a Header,
    pub cells: &'a [String],
    pub problems: &'a mut Problems,
}

impl Cells<'_> {
    /// The cell of a column without the guard that exports put before formulas; `None` where nothing stands.
    pub fn cell(&self, column: Column) -> Option<String> {
        let raw = self.cells.get(self.header.place(column)?)?;
        let cell = without_guard(raw.trim());
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    pub fn refuse(&mut self, column: Column, problem: CellProblem, accepted: &[&str]) {
        let value = self.cell(column).unwrap_or_default();
        self.problems.add(self.row, column.name(), &value, problem, accepted);
    }

    /// Says that a cell is empty; once in the header is enough when the whole column is missing.
    pub fn missing(&mut self, column: Column, problem: CellProblem) {
        if self.header.place(column).is_some() || !column.is_required() {
            self.refuse(column, problem, &[]);
        }
    }

    /// Text on one line.
    pub fn text(&mut self, column: Column, chars_max: usize) -> Option<String> {
        let cell = self.cell(column)?;
        match Text::parse(column.name(), &cell, chars_max) {
            Ok(text) if is_one_line(text.as_str()) => Some(text.as_str().to_owned()),
            Ok(_) | Err(TextError::Deceptive { .. }) => {
                self.refuse(column, CellProblem::HiddenCharacters, &[]);
                None
            }
            Err(TextError::TooLong { .. }) => {
                self.refuse(column, CellProblem::TooLong, &[&format!("at most {chars_max} characters")]);
                None
            }
            Err(_) => None,
        }
    }

    /// A word of a closed set, of which `accepted` may stand in a file.
    pub fn word<W: FromStr + PartialEq>(
        &mut self,
        column: Column,
        accepted: &[&str],
        known: impl Fn(&W) -> bool,
    ) -> Option<W> {
        let Some(cell) = self.cell(column) else {
            self.missing(column, CellProblem::Missing);
            return None;
        };
        match W::from_str(&normalise(&cell)) {
            Ok(word) if known(&word) => Some(word),
            Ok(_) => {
                self.refuse(column, CellProblem::NotSelectable, accepted);
                None
            }
            Err(_) => {
                self.refuse(column, CellProblem::UnknownWord, accepted);
                None
            }
        }
    }

    /// A day or a moment.
    pub fn date(&mut self, column: Column) -> Option<Timestamp> {
        let cell = self.cell(column)?;
        let read = read_date(&cell);
        if read.is_none() {
            self.refuse(column, CellProblem::NotADate, &["YYYY-MM-DD"]);
        }
        read
    }

    /// Bits.
    pub fn bits(&mut self) -> Option<u32> {
        let cell = self.cell(Column::Bits)?;
        let digits = cell.bytes().all(|byte| byte.is_ascii_digit()) && cell.len() <= 5;
        let bits = digits.then(|| cell.parse().ok()).flatten().filter(|bits| *bits <= 65_536);
        if bits.is_none() {
            self.refuse(Column::Bits, CellProblem::NotANumber, &["a whole number of bits"]);
        }
        bits
    }

    /// The algorithm with its length; `None` and no problem where both cells are empty.
    pub fn algorithm(&mut self) -> Option<Algorithm> {
        let bits = self.bits();
        let algorithm = self.cell(Column::Algorithm)?;
        let read = read_algorithm(&algorithm, bits);
        match read {
            Ok(approved) => Some(approved),
            Err(_not_approved) => {
                self.refuse(Column::Algorithm, CellProblem::WeakAlgorithm, &ALGORITHMS);
                None
            }
        }
    }
}

/// Exports put an apostrophe before what a spreadsheet would take for a formula; it is not part of the text.
fn without_guard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_STARTS) => rest,
        _ => cell,
    }
}

/// The register keeps names and purposes on one line, and no code point that is not a character.
fn is_one_line(text: &str) -> bool {
    !text.chars().any(|character| matches!(character, '\n' | '\t' | '\u{fff0}'..='\u{fff8}'))
}

fn read_date(cell: &str) -> Option<Timestamp> {
    let time = match jiff::civil::Date::strptime("%Y-%m-%d", cell) {
        Ok(date) => date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp(),
        Err(_) => cell.parse::<jiff::Timestamp>().ok()?,
    };
    let year = time.to_zoned(jiff::tz::TimeZone::UTC).year();
    YEARS.contains(&year).then(|| Timestamp::from_micros(time.as_microsecond()))
}

/// Reads what people write: `RSA-3072`, `RSA` with 3072 in the next cell, `ECDSA P-256`, `TLS 1.3`.
pub(super) fn read_algorithm(cell: &str, bits: Option<u32>) -> Result<Algorithm, AlgorithmError> {
    let word = normalise(cell);
    let refused = || AlgorithmError { name: cell.to_owned(), bits: bits.unwrap_or(0) };
    let (name, implied) = match word.as_str() {
        "aes_256_gcm" | "aes256_gcm" => ("AES-256-GCM", Some(256)),
        "ed25519" => ("Ed25519", Some(256)),
        "tls" | "tls_1.2" | "tls_1.3" | "tls1.2" | "tls1.3" => ("TLS", Some(0)),
        "rsa" => ("RSA", None),
        "ecdsa" => ("ECDSA", None),
        "ecdsa_p_256" | "ecdsa_p256" => ("ECDSA", Some(256)),
        "ecdsa_p_384" | "ecdsa_p384" => ("ECDSA", Some(384)),
        "ecdsa_p_521" | "ecdsa_p521" => ("ECDSA", Some(521)),
        other => {
            let length = other.strip_prefix("rsa_").and_then(|digits| digits.parse().ok()).ok_or_else(refused)?;
            ("RSA", Some(length))
        }
    };
    let length = match (implied, bits) {
        (Some(implied), Some(given)) if implied != given && (name, given) != ("TLS", 0) => return Err(refused()),
        (Some(length), _) | (None, Some(length)) => length,
        (None, None) => return Err(refused()),
    };
    let approved = Algorithm::approved(name, length)?;
    if name == "RSA" && !RSA_BITS.contains(&length) { Err(refused()) } else { Ok(approved) }
}
