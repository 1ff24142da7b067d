//! The signed files that others are given, the gate's and certificates, with anything done to them: their parsers answer, never panic, and
//! what they accept is the file that was signed.
//!
//! A bounded number of cases runs each time; `COUNTERSIGN_FUZZ_SECONDS=600` goes on for ten minutes. Entries, notes, proofs and bundles are
//! treated likewise in the crate `transparency`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::time::{Duration, Instant};

use countersign_tests::repository;
use domain::{Environment, Timestamp};
use gate::{SignedFile as _, Trust};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// One of the things that are done to a file.
#[derive(Debug, Clone)]
enum Damage {
    /// To its bytes: at a place, of a kind, with a byte.
    Bytes { at: usize, kind: u8, byte: u8 },
    /// To one of its values, by somebody who knows the format and writes it anew.
    Value { nth: usize, kind: u8, at: usize, byte: u8 },
}

fn damage() -> impl Strategy<Value = Damage> {
    let (at, byte) = (any::<prop::sample::Index>, any::<u8>);
    let place = |at: prop::sample::Index| at.index(1 << 20);
    prop_oneof![
        1 => (at(), 0..6_u8, byte()).prop_map(move |(at, kind, byte)| Damage::Bytes { at: place(at), kind, byte }),
        2 => (at(), 0..7_u8, at(), byte())
            .prop_map(move |(nth, kind, at, byte)| Damage::Value { nth: place(nth), kind, at: place(at), byte }),
    ]
}

impl Damage {
    /// The file after it; `write` writes a document in the one form of its format, where it still is one.
    fn done_to(&self, file: &[u8], write: &dyn Fn(&Value) -> Option<Vec<u8>>) -> Vec<u8> {
        match *self {
            Self::Bytes { at, kind, byte } => damaged_bytes(file.to_vec(), at, kind, byte),
            Self::Value { nth, kind, at, byte } => {
                let Ok(mut value) = serde_json::from_slice::<Value>(file) else { return file.to_vec() };
                let mut places = Vec::new();
                pointers(&value, String::new(), &mut places);
                let place = &places[nth % places.len()];
                damage_value(value.pointer_mut(place).unwrap(), kind, at, byte);
                write(&value).unwrap_or_else(|| serde_json::to_vec_pretty(&value).unwrap())
            }
        }
    }
}

fn damaged_bytes(mut bytes: Vec<u8>, at: usize, kind: u8, byte: u8) -> Vec<u8> {
    let at = at % bytes.len().max(1);
    match kind {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << (byte % 8),
        1 if !bytes.is_empty() => bytes[at] = byte,
        2 => bytes.truncate(at),
        3 => bytes.insert(at, byte),
        4 => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
        _ => {
            let copy = bytes[at..(at + usize::from(byte)).min(bytes.len())].to_vec();
            bytes.splice(at..at, copy);
        }
    }
    bytes
}

/// Where every value of a document is.
fn pointers(value: &Value, here: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields
                .iter()
                .for_each(|(name, value)| pointers(value, format!("{here}/{}", name.replace('/', "~1")), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| pointers(value, format!("{here}/{at}"), found));
        }
        _ => {}
    }
    found.push(here);
}

fn damage_value(value: &mut Value, kind: u8, at: usize, byte: u8) {
    match value {
        Value::String(text) if !text.is_empty() => {
            let mut letters: Vec<char> = text.chars().collect();
            let at = at % letters.len();
            match kind {
                0 => letters[at] = char::from(b"0123456789abcdef"[usize::from(byte % 16)]),
                1 => letters[at] = char::from(byte),
                2 => letters.truncate(at),
                3 => letters.insert(at, char::from(byte)),
                4 => letters.make_ascii_uppercase_all(),
                5 => letters.insert(at, '\u{202e}'),
                _ => letters.reverse(),
            }
            *text = letters.into_iter().collect();
        }
        Value::Number(number) => {
            let known = number.as_i64().unwrap_or_default();
            let others =
                [known.wrapping_add(1), known.wrapping_sub(1), known.wrapping_neg(), 0, i64::MAX, i64::MIN, 1 << 53];
            *value = json!(others[usize::from(kind % 7)]);
        }
        Value::Array(items) if !items.is_empty() => {
            let at = at % items.len();
            match kind % 3 {
                0 => drop(items.remove(at)),
                1 => items.insert(at, items[at].clone()),
                _ => items.reverse(),
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(at % fields.len()).unwrap().clone();
            match kind % 3 {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(format!("{name}s"), json!(byte))),
                _ => drop(fields.insert(name, Value::Null)),
            }
        }
        other => *other = json!([null, true, "", {}, [], -1, 1.5]).get(usize::from(kind % 7)).unwrap().clone(),
    }
}

trait Uppercase {
    fn make_ascii_uppercase_all(&mut self);
}

impl Uppercase for Vec<char> {
    fn make_ascii_uppercase_all(&mut self) {
        self.iter_mut().for_each(|letter| letter.make_ascii_uppercase());
    }
}

/// Files with up to three things done to them.
#[expect(clippy::disallowed_methods, reason = "whoever wants the long run says so by the environment")]
fn rounds<T: Serialize + DeserializeOwned>(
    file: &[u8],
    each_time: u32,
    write: impl Fn(&T) -> Vec<u8>,
    case: impl Fn(&[u8]) -> bool,
) {
    let seconds = std::env::var("COUNTERSIGN_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let long: Option<Duration> = seconds.map(Duration::from_secs);
    let mut runner = if long.is_some() { TestRunner::default() } else { TestRunner::deterministic() };
    let (begin, several) = (Instant::now(), prop::collection::vec(damage(), 1..4));
    let write = |value: &Value| Some(write(&serde_json::from_value(value.clone()).ok()?));
    let mut in_its_form = 0;
    for count in 0.. {
        if long.map_or(count >= each_time, |long| begin.elapsed() >= long) {
            break;
        }
        let damages = several.new_tree(&mut runner).unwrap().current();
        let bytes = damages.iter().fold(file.to_vec(), |bytes, damage| damage.done_to(&bytes, &write));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&bytes)));
        assert_eq!(outcome.ok(), Some(true), "{damages:?}");
        in_its_form += u32::from(bytes != file && serde_json::from_slice::<T>(&bytes).is_ok());
    }
    assert!(in_its_form > each_time / 20, "nearly everything is refused at the first look: {in_its_form}");
}

fn vector(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(repository().join("docs/formats/vectors").join(name)).unwrap()).unwrap()
}

/// a gate's file with anything done to it is not believed, and a list of trusted signers with nobody on it, or a key that is none, is not read.
#[test]
fn a_gates_file_with_anything_done_to_it_is_not_believed() {
    let vector = vector("gate.json");
    let (file, trusted) = (vector["file"].as_str().unwrap(), vector["trust"].as_str().unwrap());
    let trust = Trust::read(trusted.as_bytes()).unwrap();
    let now = Timestamp::from_micros(vector["verdicts"][0]["at"].as_i64().unwrap());
    let verify = |bytes: &[u8]| gate::verify(bytes, &trust, Environment::Production, now);
    verify(file.as_bytes()).unwrap();
    let refused = |bytes: &[u8]| verify(bytes).is_err() || bytes == file.as_bytes();
    rounds(file.as_bytes(), 3_000, gate::Document::write, refused);
    let in_one_form =
        |bytes: &[u8]| Trust::read(bytes).is_ok_and(|trust| !trust.signers.is_empty()) || Trust::read(bytes).is_err();
    let write = |trust: &Trust| serde_json::to_vec_pretty(trust).unwrap();
    rounds(trusted.as_bytes(), 3_000, write, in_one_form);
}

/// a certificate of destruction with anything done to it does not verify.
#[test]
fn a_certificate_with_anything_done_to_it_does_not_verify() {
    let file = std::fs::read(repository().join("docs/formats/vectors/certificate.json")).unwrap();
    certificate::verify(&file).unwrap();
    let refused = |bytes: &[u8]| certificate::verify(bytes).is_err() || bytes == file;
    rounds(&file, 500, certificate::Document::write, refused);
}
