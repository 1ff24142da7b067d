//! The file as text: its marks, its separator, its lines and its cells.

use csv::ByteRecord;

use super::column::Header;
use super::problem::{CellProblem, Problems};
use super::{FILE_BYTES_MAX, FileError};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Counts lines as an editor does. The CSV reader's own count is of the line before blank ones and before half a CRLF.
pub(super) struct Lines<'t> {
    pub text: &'t [u8],
    pub at: usize,
    pub line: u32,
}

impl Lines<'_> {
    /// The line on which the record begins that the reader took up at byte `begin`.
    pub fn line_of_record(&mut self, begin: usize) -> u32 {
        while let Some(byte) = self.text.get(self.at) {
            if self.at >= begin && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.at += 1;
            let half_of_crlf = *byte == b'\r' && self.text.get(self.at) == Some(&b'\n');
            if matches!(byte, b'\n' | b'\r') && !half_of_crlf {
                self.line = self.line.saturating_add(1);
            }
        }
        self.line
    }
}

/// The file without its byte order mark.
pub(super) fn checked(file: &[u8]) -> Result<&[u8], FileError> {
    if file.len() > FILE_BYTES_MAX {
        return Err(FileError::TooLong { bytes: file.len() });
    }
    if file.starts_with(b"\xff\xfe") || file.starts_with(b"\xfe\xff") {
        return Err(FileError::Utf16);
    }
    Ok(file.strip_prefix(BOM).unwrap_or(file))
}

/// Spreadsheets separate by what their locale says: the header tells which it was.
pub(super) fn delimiter(text: &[u8]) -> u8 {
    let header = text.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |wanted: u8| header.iter().filter(|byte| **byte == wanted).count();
    let most = |best: u8, next: u8| if count(next) > count(best) { next } else { best };
    most(most(b',', b';'), b'\t')
}

/// The cells as text. Each that is not UTF-8 is a problem of its own.
pub(super) fn decode(record: &ByteRecord, line: u32, header: Option<&Header>, problems: &mut Problems) -> Vec<String> {
    let read = |(index, bytes): (usize, &[u8])| match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_not_utf8) => {
            let column = header.and_then(|header| header.column(index)).map_or("", |column| column.name());
            let value = String::from_utf8_lossy(bytes).into_owned();
            problems.add(line, column, &value, CellProblem::NotUtf8, &["UTF-8"]);
            value
        }
    };
    record.iter().enumerate().map(read).collect()
}
