//! PostgreSQL's binary `COPY` format, read.

/// What every binary copy starts with.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// Why a copy can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the copy from the register is malformed: {0}")]
struct Malformed(&'static str);

/// The bytes of a copy, gathered until they are all there.
#[derive(Default)]
pub(super) struct CopyRows {
    bytes: Vec<u8>,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl CopyRows {
    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    /// Gives every row's fields, none of which may be null, to `row`.
    pub(super) fn read<const N: usize>(
        &self,
        mut row: impl FnMut([&[u8]; N]) -> Result<(), BoxError>,
    ) -> Result<(), sqlx::Error> {
        self.rows(&mut row).map_err(sqlx::Error::Decode)
    }

    fn rows<const N: usize>(&self, row: &mut impl FnMut([&[u8]; N]) -> Result<(), BoxError>) -> Result<(), BoxError> {
        let mut rest = self.bytes.strip_prefix(SIGNATURE).ok_or(Malformed("no signature"))?;
        let _flags: [u8; 4] = take(&mut rest)?;
        let extension = u32::from_be_bytes(take(&mut rest)?);
        bytes(&mut rest, extension)?;
        loop {
            let fields = i16::from_be_bytes(take(&mut rest)?);
            if fields == -1 {
                return if rest.is_empty() { Ok(()) } else { Err(Malformed("bytes after the end").into()) };
            }
            if usize::try_from(fields) != Ok(N) {
                return Err(Malformed("another number of fields").into());
            }
            let mut found = [[].as_slice(); N];
            for field in &mut found {
                let length = i32::from_be_bytes(take(&mut rest)?);
                *field = bytes(&mut rest, u32::try_from(length)?)?;
            }
            row(found)?;
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Malformed> {
    let (found, after) = rest.split_first_chunk().ok_or(Malformed("cut short"))?;
    *rest = after;
    Ok(*found)
}

fn bytes<'a>(rest: &mut &'a [u8], length: u32) -> Result<&'a [u8], BoxError> {
    let (found, after) = rest.split_at_checked(usize::try_from(length)?).ok_or(Malformed("cut short"))?;
    *rest = after;
    Ok(found)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn copy(rows: &[[&[u8]; 2]]) -> CopyRows {
        let mut copy = CopyRows::default();
        copy.push(SIGNATURE);
        copy.push(&[0; 8]);
        for row in rows {
            copy.push(&2_i16.to_be_bytes());
            for field in row {
                copy.push(&i32::try_from(field.len()).unwrap().to_be_bytes());
                copy.push(field);
            }
        }
        copy.push(&(-1_i16).to_be_bytes());
        copy
    }

    fn read(copy: &CopyRows) -> Result<Vec<[Vec<u8>; 2]>, sqlx::Error> {
        let mut found = Vec::new();
        copy.read(|fields: [&[u8]; 2]| {
            found.push(fields.map(<[u8]>::to_vec));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let rows: &[[&[u8]; 2]] = &[[b"a", b""], [b"", b"bcd"]];
        assert_eq!(read(&copy(rows)).unwrap(), rows.iter().map(|row| row.map(<[u8]>::to_vec)).collect::<Vec<_>>());
        assert_eq!(read(&copy(&[])).unwrap(), Vec::<[Vec<u8>; 2]>::new());
    }

    #[test]
    fn a_copy_that_is_cut_anywhere_is_an_error() {
        let whole = copy(&[[b"a", b"bc"]]).bytes;
        for length in 0..whole.len() {
            let mut cut = CopyRows::default();
            cut.push(whole.get(..length).unwrap());
            assert!(read(&cut).is_err(), "{length} bytes");
        }
    }
}
