//! Files that are signed (certificates of destruction, the gate's): JSON that people can read, of which one content has one form, and the
//! canonical bytes that a signature is put under (`docs/formats/certificate.md`, `gate.md`).

mod hex_bytes;

use std::collections::BTreeMap;

use canonical::Encoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use hex_bytes::Hex;

/// A record that is written as a file with its own signature in the field `signature`.
pub trait SignedFile: Serialize + DeserializeOwned {
    /// What the field `format` says; also the first field of what is signed.
    const KIND: &'static str;
    /// What it is, for whoever reads an error: "a certificate".
    const WHAT: &'static str;
    /// LIMIT: no file is longer.
    const BYTES_MAX: usize;

    /// What its field `format` says.
    fn format(&self) -> &str;

    /// Reads a file. It must be written exactly as [`SignedFile::write`] writes it.
    ///
    /// # Errors
    /// [`FileFault`].
    fn read(bytes: &[u8]) -> Result<Self, FileFault> {
        let what = Self::WHAT;
        if bytes.len() > Self::BYTES_MAX {
            return Err(FileFault::TooLong { what, bytes: bytes.len(), max: Self::BYTES_MAX });
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|error| FileFault::Unreadable {
            what,
            line: error.line(),
            column: error.column(),
            why: error.to_string(),
        })?;
        if file.format() != Self::KIND {
            return Err(FileFault::Format { what, found: file.format().to_owned() });
        }
        let written = file.write();
        match written.iter().zip(bytes).position(|(one, other)| one != other) {
            None if written.len() == bytes.len() => Ok(file),
            place => Err(FileFault::Form { what, byte: place.unwrap_or_else(|| written.len().min(bytes.len())) }),
        }
    }

    /// The file's bytes: JSON, indented by two spaces, its fields in the order of the format, a line break at the end.
    fn write(&self) -> Vec<u8> {
        // Text, numbers, lists and records with names of their own: nothing in it that JSON could not hold.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// What is signed: the kind, then all of the record but the signature.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.remove("signature");
        }
        put(Encoder::message(Self::KIND), &value).finish()
    }
}

/// What keeps bytes from being a file of their kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    /// Larger than any such file.
    #[error("the file has {bytes} bytes, {what} has at most {max}")]
    TooLong {
        /// What it should be.
        what: &'static str,
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        max: usize,
    },
    /// It is another file, or one with other fields.
    #[error("the file cannot be read as {what} at line {line}, column {column}: {why}")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// Why.
        why: String,
    },
    /// Another kind of file, or another version.
    #[error("the file says that it is {found:?}, not {what} of version 1")]
    Format {
        /// What it should be.
        what: &'static str,
        /// What it says.
        found: String,
    },
    /// The content reads, but it is not written in the one way it is written.
    #[error("the file was changed at byte {byte}: it is not written as {what} of this content is")]
    Form {
        /// What it should be.
        what: &'static str,
        /// The first byte that differs, from 0.
        byte: usize,
    },
}

/// A value as one field. What type it has is a matter of its place in the format, so no tags are needed.
fn put(encoder: Encoder, value: &Value) -> Encoder {
    match value {
        Value::Null => encoder.bytes(&[]),
        Value::Bool(is) => encoder.text(if *is { "true" } else { "false" }),
        Value::Number(number) => encoder.text(&number.to_string()),
        Value::String(text) => encoder.text(text),
        Value::Array(items) => encoder.sequence(items.iter().fold(Encoder::new(), put)),
        Value::Object(fields) => {
            // Sorted here: how a map is kept in memory must not decide what is signed.
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let write = |inner: Encoder, (name, value): (&String, &Value)| put(inner.text(name), value);
            encoder.sequence(sorted.into_iter().fold(Encoder::new(), write))
        }
    }
}
