//! What people wrote can't break a stream of lines, and what is for verification alone stays in the ledger.

use ledger::{Entry, Subject};
use logstack::{Format, line};
use proptest::prelude::*;
use serde_json::Value;

use crate::entries::{entry, event};

const FORMATS: [Format; 2] = [Format::Ocsf, Format::Ecs];

/// Everything that some reader of lines takes for a line's end.
fn ends_a_line(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

proptest! {
    /// R-74, R-33: whatever an entry says, its event is one line without control characters, and the line says the same.
    #[test]
    fn an_event_is_one_line(purpose in "\\PC*|(?s:.*)", name in "(?s:.){0,20}", subject in "(?s:.){1,20}") {
        let said = Entry {
            purpose: format!("{purpose}\u{1b}[2J\u{2028}\u{85}\r\n\u{202e}\u{e0041}"),
            attributes: [(format!("note{name}"), purpose.clone())].into(),
            ..entry("hold.set", Subject::new("hold", &subject))
        };
        for format in FORMATS {
            let document = format.document(&event(&said));
            let written = line(&document);
            let breaks = written.chars().any(|it| ends_a_line(it) || it.is_control() || it == '\u{202e}' || it == '\u{e0041}');
            prop_assert!(!breaks);
            prop_assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), document);
        }
    }
}

/// R-74: plans in pieces and signatures stay where they are verified; everything else of the attributes is told.
#[test]
fn bytes_for_verification_are_left_out() {
    let attributes = ["seal", "signature", "plan.00", "plan.01", "a.seal", "a.operator", "plan_hash", "row.rotate"];
    let said = Entry {
        attributes: attributes.iter().map(|name| ((*name).to_owned(), format!("<{name}>"))).collect(),
        ..entry("request.applied", Subject::new("request", "r"))
    };
    for format in FORMATS {
        let written = line(&format.document(&event(&said)));
        for left_out in ["<seal>", "<signature>", "<plan.00>", "<plan.01>", "<a.seal>"] {
            assert!(!written.contains(left_out), "{format}: {left_out}");
        }
        for told in [r#""a_operator":"<a.operator>""#, r#""plan_hash":"<plan_hash>""#, r#""row_rotate":"<row.rotate>""#]
        {
            assert!(written.contains(told), "{format}: {told}");
        }
    }
}

/// R-74: the same entry is the same event, byte for byte, whenever it is sent.
#[test]
fn an_event_is_the_same_whenever_it_is_sent() {
    let said = entry("key.revoked", Subject::new("key", "k"));
    for format in FORMATS {
        assert_eq!(line(&format.document(&event(&said))), line(&format.document(&event(&said))));
    }
    assert_eq!(event(&said).stable_id(), event(&said).stable_id());
    let other = Entry { time: said.time + 1, ..said.clone() };
    assert_ne!(event(&said).stable_id(), event(&other).stable_id());
}
