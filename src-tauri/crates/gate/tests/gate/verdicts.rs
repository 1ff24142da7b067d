//! When a finding blocks, to the microsecond, and when a reading says nothing at all.

use crate::common::{DAY, MADE, SECOND, at, exception, motley, reading, report};
use domain::{Environment, Timestamp};
use gate::{Form, Judgement, Level, Reading, Unknown, Verdict, give};
use proptest::prelude::*;

fn judged(due_at: i64, now: i64) -> Judgement {
    Judgement::of(reading(vec![exception(57, "Legacy TLS", due_at)]), at(now)).unwrap()
}

/// an exception blocks from its very moment on: one microsecond before it does not, one second after it does.
#[test]
fn an_exception_blocks_from_its_microsecond_on() {
    for (late, verdict, level) in [
        (-1, Verdict::Pass, Level::Warn),
        (0, Verdict::Blocked, Level::Block),
        (1, Verdict::Blocked, Level::Block),
        (SECOND, Verdict::Blocked, Level::Block),
    ] {
        let found = judged(MADE - late, MADE);
        assert_eq!((found.verdict(), found.findings.first().unwrap().level), (verdict, level), "{late}");
    }
}

/// warned ahead: nothing before thirty days, a notice from then on, a warning in the last seven days, with the days that are left.
#[test]
fn warnings_come_thirty_seven_and_one_day_ahead() {
    assert!(judged(MADE + 30 * DAY + 1, MADE).findings.is_empty());
    for (left, level, days) in [
        (30 * DAY, Level::Notice, 30),
        (7 * DAY + 1, Level::Notice, 8),
        (7 * DAY, Level::Warn, 7),
        (DAY, Level::Warn, 1),
        (1, Level::Warn, 1),
    ] {
        let found = judged(MADE + left, MADE);
        let first = found.findings.first().unwrap();
        assert_eq!((first.level, first.days, first.is_due), (level, days, false), "{left}");
        assert_eq!(found.verdict(), Verdict::Pass);
    }
    assert_eq!(judged(MADE - 7 * DAY, MADE).findings.first().unwrap().days, 7);
}

proptest! {
    /// the verdict is that of the dates alone, in whatever order they come.
    #[test]
    fn one_date_that_passed_is_enough(dues in prop::collection::vec(-3_i64..=3, 0..12)) {
        let findings = (0_u32..).zip(&dues).map(|(number, due)| exception(number, "x", MADE + due)).collect();
        let found = Judgement::of(reading(findings), at(MADE)).unwrap();
        let blocked = dues.iter().any(|due| *due <= 0);
        prop_assert_eq!(found.verdict(), if blocked { Verdict::Blocked } else { Verdict::Pass });
        prop_assert!(found.findings.is_sorted_by_key(|it| (it.level, it.finding.due_at)));
    }
}

/// a register of another environment, clocks that contradict each other, and a clock that was set back behind its own ledger tell
/// nothing.
#[test]
fn a_register_that_cannot_be_believed_tells_nothing() {
    let code = |reading: &Reading, environment, clock: Timestamp| {
        reading.check_live(environment, clock).err().map(|unknown| unknown.code)
    };
    let good = reading(Vec::new());
    let minute = 60 * SECOND;
    for clock in [MADE - minute, MADE, MADE + minute] {
        assert_eq!(code(&good, Environment::Production, at(clock)), None);
    }
    for clock in [MADE - minute - 1, MADE + minute + 1, MADE - DAY, MADE + DAY] {
        assert_eq!(code(&good, Environment::Production, at(clock)).as_deref(), Some("clock_skew"));
    }
    assert_eq!(code(&good, Environment::Staging, at(MADE)).as_deref(), Some("wrong_environment"));
    let mut set_back = reading(Vec::new());
    set_back.ledger.at = MADE + minute + 1;
    assert_eq!(code(&set_back, Environment::Production, at(MADE)).as_deref(), Some("clock_skew"));
    let late = Judgement::of(reading(Vec::new()), at(MADE + DAY + 1));
    assert_eq!(late.map_err(|unknown| unknown.code).err().as_deref(), Some("stale"));
}

/// an answer that is not understood is no pass: fields that are missing or new, findings that cannot be any.
#[test]
fn an_answer_that_is_not_understood_is_no_pass() {
    let good = serde_json::to_value(reading(motley())).unwrap();
    assert!(Reading::parse(&good.to_string()).is_ok());
    let broken = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut answer = good.clone();
        change(&mut answer);
        Reading::parse(&answer.to_string()).is_err()
    };
    assert!(Reading::parse("").is_err() && Reading::parse("null").is_err() && Reading::parse("{}").is_err());
    assert!(broken(&|it| drop(it.as_object_mut().unwrap().remove("findings"))));
    assert!(broken(&|it| drop(it.as_object_mut().unwrap().insert("waived".to_owned(), true.into()))));
    for (field, value) in [("level", "ignore"), ("kind", ""), ("id", ""), ("title", ""), ("due_at", "soon")] {
        assert!(broken(&|it| *it.pointer_mut(&format!("/findings/0/{field}")).unwrap() = value.into()), "{field}");
    }
    assert!(broken(&|it| *it.pointer_mut("/findings/0/warns_at").unwrap() = (MADE + DAY).into()));
}

/// in text, each exception is named with its owner, its days and the one step that clears it, in columns that are aligned.
#[test]
fn text_names_owner_days_and_the_step_that_clears_it() {
    let text = give(&report(Judgement::of(reading(motley()), at(MADE))), Form::Text);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines.first().copied(),
        Some("Production deployment blocked by 2 blocking findings, 2 warnings, 2 notices")
    );
    let place = |word: &str| lines.iter().find(|line| line.contains(word)).and_then(|line| line.find("Ines Duarte"));
    assert!(place("EX-0057").is_some() && place("EX-0057") == place("EX-0061"), "{text}");
    let row = lines.iter().position(|line| line.starts_with("BLOCKS") && line.contains("EX-0057")).unwrap();
    assert!(lines.get(row).unwrap().contains("expired 7 days ago"), "{text}");
    assert!(lines.get(row + 1).unwrap().ends_with("clear it: countersign exception renew EX-0057"), "{text}");
    assert!(text.contains("ledger  entry 412") && text.contains("commit  4b825dc642cb6eb9a060e54bf8d69288fbee4904"));
    assert!(lines.iter().all(|line| !line.trim_start().starts_with("::")), "no command of an agent: {text}");
    assert!(!text.contains("##") && !text.contains(['\u{1b}', '\u{202e}', '\r']), "{text}");
    let unknown = give(&report(Err(Unknown::new("stale", "the file is old", "publish a new one"))), Form::Text);
    assert!(unknown.starts_with("Production deployment blocked: the gate could not tell (stale)"), "{unknown}");
    let pass = give(&report(Judgement::of(reading(Vec::new()), at(MADE))), Form::Text);
    assert!(pass.starts_with("Production deployment may go ahead: nothing is in the way\n"), "{pass}");
}
