//! One event a line: to a file, or to whatever reads standard output.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write};
use std::path::PathBuf;

use super::delivery::{Parcel, Trouble};

/// How far back the end of the last whole line is looked for: more than any line is long.
const LINE_BYTES_MAX: u64 = 1_048_576;

/// A writer of lines.
pub struct Lines(Box<dyn Write + Send + Sync>);

impl Lines {
    /// Writes to `out`.
    pub fn new(out: impl Write + Send + Sync + 'static) -> Self {
        Self(Box::new(out))
    }

    pub(super) fn deliver(&mut self, parcels: &mut Vec<Parcel>) -> Result<(), Trouble> {
        let text = joined(parcels);
        match self.0.write_all(text.as_bytes()).and_then(|()| self.0.flush()) {
            Ok(()) => {
                parcels.clear();
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Trouble::Closed),
            Err(error) => Err(Trouble::Later { why: error.to_string(), after: None }),
        }
    }
}

/// A file that lines are added to. It is opened for each delivery: whoever rotates it renames it, and a new one is begun.
#[derive(Debug)]
pub struct LineFile {
    file: PathBuf,
}

impl LineFile {
    /// The file at this path.
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    pub(super) fn deliver(&mut self, parcels: &mut Vec<Parcel>) -> Result<(), Trouble> {
        self.append(&joined(parcels))
            .map_err(|error| Trouble::Later { why: format!("{}: {error}", self.file.display()), after: None })?;
        parcels.clear();
        Ok(())
    }

    fn append(&self, text: &str) -> std::io::Result<()> {
        let mut file = File::options().read(true).append(true).create(true).open(&self.file)?;
        cut_torn_line(&mut file)?;
        file.write_all(text.as_bytes())?;
        // Acknowledged is what survives a power cut.
        file.sync_all()
    }
}

/// A line that was being written when the power went is taken away: its event is sent again, whole.
fn cut_torn_line(file: &mut File) -> std::io::Result<()> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(());
    }
    let from = length.saturating_sub(LINE_BYTES_MAX);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    (&mut *file).take(LINE_BYTES_MAX).read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end.saturating_add(1));
    match tail.get(whole) {
        None => Ok(()),
        Some(b'{') if whole > 0 || from == 0 => {
            file.set_len(from.saturating_add(u64::try_from(whole).unwrap_or(u64::MAX)))
        }
        // Somebody else's file is left as it is.
        Some(_) => Err(std::io::Error::new(ErrorKind::InvalidData, "it holds something else than lines of events")),
    }
}

fn joined(parcels: &[Parcel]) -> String {
    let mut text = String::new();
    for parcel in parcels {
        text.push_str(&parcel.line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    fn parcel(number: u64) -> Parcel {
        let time = domain::Timestamp::from_micros(0);
        Parcel { number, id: String::new(), entry: String::new(), time, line: format!("{{\"n\":{number}}}") }
    }

    /// after a power cut in the middle of a line there are whole lines only; a file of somebody else's is not touched.
    #[test]
    fn a_torn_line_is_taken_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        let mut file = LineFile::new(path.clone());
        file.deliver(&mut vec![parcel(1), parcel(2)]).unwrap();
        for torn in ["{\"n\":3", "{"] {
            let whole = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, format!("{whole}{torn}")).unwrap();
            file.deliver(&mut vec![parcel(3)]).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{whole}{{\"n\":3}}\n"));
        }
        std::fs::write(&path, "{\"n\"").unwrap();
        file.deliver(&mut vec![parcel(4)]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"n\":4}\n");
        std::fs::write(&path, "root:x:0:0").unwrap();
        assert!(matches!(file.deliver(&mut vec![parcel(5)]), Err(Trouble::Later { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "root:x:0:0");
    }
}
