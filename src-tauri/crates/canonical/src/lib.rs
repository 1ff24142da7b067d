//! Length-prefixed, injective bytes: everything that is signed or hashed goes through here.
//!
//! A message is a sequence of fields, a field is a four-byte big-endian length and that many bytes. The format is
//! specified in `docs/formats/canonical.md`; the database parses the same bytes (`custody.fields`).

/// Longest single field, in bytes. A plan with ten thousand targets stays well below it.
pub const FIELD_LENGTH_MAX: usize = 16 * 1024 * 1024;

/// Why bytes are not a canonical message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end inside a field.
    #[error("the message ends inside field {field}")]
    Truncated {
        /// Number of the field, the first is 1.
        field: usize,
    },
    /// A field is longer than any writer makes it.
    #[error("field {field} is longer than {FIELD_LENGTH_MAX} bytes")]
    TooLong {
        /// Number of the field, the first is 1.
        field: usize,
    },
    /// Another number of fields was expected.
    #[error("the message has no field {field}")]
    Missing {
        /// Number of the field, the first is 1.
        field: usize,
    },
    /// Bytes follow the last expected field.
    #[error("bytes follow field {field}, the last one")]
    Trailing {
        /// Number of the last expected field.
        field: usize,
    },
    /// The field does not hold what its place says.
    #[error("field {field} is not {expected}")]
    Malformed {
        /// Number of the field, the first is 1.
        field: usize,
        /// What the format puts there.
        expected: &'static str,
    },
}

/// Writes a message field by field.
#[derive(Debug, Default, Clone)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// An empty sequence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A message of the named kind, for instance `countersign/plan/v1`.
    #[must_use]
    pub fn message(kind: &str) -> Self {
        Self::new().text(kind)
    }

    /// Appends a field.
    #[must_use]
    pub fn bytes(mut self, field: &[u8]) -> Self {
        debug_assert!(field.len() <= FIELD_LENGTH_MAX, "callers bound what they encode");
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(field);
        self
    }

    /// Appends a text field.
    #[must_use]
    pub fn text(self, field: &str) -> Self {
        self.bytes(field.as_bytes())
    }

    /// Appends a time: microseconds since 1970, UTC.
    #[must_use]
    pub fn time(self, micros: i64) -> Self {
        self.bytes(&micros.to_be_bytes())
    }

    /// Appends a count.
    #[must_use]
    pub fn count(self, count: u64) -> Self {
        self.bytes(&count.to_be_bytes())
    }

    /// Appends a nested sequence.
    #[must_use]
    pub fn sequence(self, inner: Self) -> Self {
        self.bytes(&inner.bytes)
    }

    /// Appends a map; a `BTreeMap` iterates in the ascending order that the format demands.
    #[must_use]
    pub fn map(self, map: &std::collections::BTreeMap<String, String>) -> Self {
        let inner = map.iter().fold(Self::new(), |inner, (name, value)| inner.text(name).text(value));
        self.sequence(inner)
    }

    /// The message.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads a message field by field; every reader ends with [`Decoder::finish`], so that nothing can hide behind it.
#[derive(Debug)]
pub struct Decoder<'a> {
    rest: &'a [u8],
    field: usize,
}

impl<'a> Decoder<'a> {
    /// Starts at the first field.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, field: 0 }
    }

    /// Whether all fields were read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next field.
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        self.field += 1;
        let field = self.field;
        if self.rest.is_empty() {
            return Err(DecodeError::Missing { field });
        }
        let (prefix, rest) = self.rest.split_first_chunk::<4>().ok_or(DecodeError::Truncated { field })?;
        let length = usize::try_from(u32::from_be_bytes(*prefix)).unwrap_or(usize::MAX);
        if length > FIELD_LENGTH_MAX {
            return Err(DecodeError::TooLong { field });
        }
        let (value, rest) = rest.split_at_checked(length).ok_or(DecodeError::Truncated { field })?;
        self.rest = rest;
        Ok(value)
    }

    /// The next field, which has exactly `N` bytes.
    pub fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], DecodeError> {
        let bytes = self.bytes()?;
        <[u8; N]>::try_from(bytes).map_err(|_wrong_length| self.malformed(expected))
    }

    /// The next field as text.
    pub fn text(&mut self) -> Result<&'a str, DecodeError> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_not_utf8| self.malformed("UTF-8 text"))
    }

    /// The next field as a time.
    pub fn time(&mut self) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.array("a time of 8 bytes")?))
    }

    /// The next field as a count.
    pub fn count(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_be_bytes(self.array("a count of 8 bytes")?))
    }

    /// Reads the kind of the message and compares it.
    pub fn expect_kind(&mut self, kind: &'static str) -> Result<(), DecodeError> {
        if self.bytes()? == kind.as_bytes() { Ok(()) } else { Err(self.malformed(kind)) }
    }

    /// The next field as a map with strictly ascending names.
    pub fn map(&mut self) -> Result<std::collections::BTreeMap<String, String>, DecodeError> {
        let bytes = self.bytes()?;
        let malformed = self.malformed("a map with strictly ascending names");
        let mut inner = Decoder::new(bytes);
        let mut map = std::collections::BTreeMap::new();
        while !inner.is_empty() {
            let name = inner.text()?.to_owned();
            let value = inner.text()?.to_owned();
            if map.last_key_value().is_some_and(|(last, _)| *last >= name) {
                return Err(malformed);
            }
            map.insert(name, value);
        }
        Ok(map)
    }

    /// A reader of the nested sequence in the next field.
    pub fn sequence(&mut self) -> Result<Decoder<'a>, DecodeError> {
        Ok(Decoder::new(self.bytes()?))
    }

    /// Refuses bytes after the last field.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing { field: self.field }) }
    }

    fn malformed(&self, expected: &'static str) -> DecodeError {
        DecodeError::Malformed { field: self.field, expected }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(fields: &[Vec<u8>]) -> Vec<u8> {
        fields.iter().fold(Encoder::new(), |encoder, field| encoder.bytes(field)).finish()
    }

    proptest! {
        /// two different messages never share bytes.
        #[test]
        fn different_messages_have_different_bytes(
            a in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..5),
            b in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..5),
        ) {
            prop_assert_eq!(a == b, encode(&a) == encode(&b));
        }

        #[test]
        fn what_was_written_is_read(fields in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let bytes = encode(&fields);
            let mut decoder = Decoder::new(&bytes);
            for field in &fields {
                prop_assert_eq!(decoder.bytes().unwrap(), field.as_slice());
            }
            prop_assert!(decoder.finish().is_ok());
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut decoder = Decoder::new(&bytes);
            let mut fields = Vec::new();
            while let Ok(field) = decoder.bytes() {
                fields.push(field.to_vec());
            }
            if decoder.finish().is_ok() {
                prop_assert_eq!(encode(&fields), bytes);
            }
        }
    }

    #[test]
    fn maps_out_of_order_are_refused() {
        let twice = Encoder::new().sequence(Encoder::new().text("a").text("1").text("a").text("2")).finish();
        assert!(matches!(Decoder::new(&twice).map(), Err(DecodeError::Malformed { field: 1, .. })));
    }

    #[test]
    fn trailing_bytes_are_refused() {
        let bytes = Encoder::message("countersign/x/v1").text("more").finish();
        let mut decoder = Decoder::new(&bytes);
        decoder.expect_kind("countersign/x/v1").unwrap();
        assert_eq!(decoder.finish(), Err(DecodeError::Trailing { field: 1 }));
    }
}
