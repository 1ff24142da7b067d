//! What a bundle's entries say, kept as far as a print shows it.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::Plan;
use ledger::Entry;
use transparency::bundle::Item;
use uuid::Uuid;

use super::words::{Part, part_of};

/// LIMIT: rows of one part of the print; the bundle has all of them.
pub(super) const ROWS_MAX: usize = 5_000;

/// One entry of the period.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub number: u64,
    pub entry: Entry,
}

/// What became of a request in the period.
#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    pub plan: Option<Plan>,
    /// Number and entry of its submission, its decisions and what ended it, in order.
    pub acts: Vec<Line>,
    /// Its runs' beginnings and ends.
    pub runs: Vec<Line>,
}

/// Sorted into the parts of the print.
#[derive(Debug)]
pub(super) struct Gathered {
    period: Range<i64>,
    count: u64,
    first_and_last: Option<(u64, u64)>,
    verbs: BTreeMap<String, u64>,
    lines: BTreeMap<Part, Vec<Line>>,
    left_out: BTreeMap<Part, u64>,
    courses: BTreeMap<Uuid, Course>,
    /// Which request a run carries out.
    runs: BTreeMap<String, Uuid>,
    /// Entries that put a request into force, until its plan is known.
    is_plan_of: Option<Uuid>,
}

impl Gathered {
    pub fn new(period: Range<i64>) -> Self {
        Self {
            period,
            count: 0,
            first_and_last: None,
            verbs: BTreeMap::new(),
            lines: BTreeMap::new(),
            left_out: BTreeMap::new(),
            courses: BTreeMap::new(),
            runs: BTreeMap::new(),
            is_plan_of: None,
        }
    }

    /// Takes the next record of a bundle.
    pub fn take(&mut self, item: &Item<'_>) {
        match item {
            Item::Entry { number, entry } => self.take_entry(*number, entry),
            Item::Plan { bytes, .. } => {
                // Verified: the plan follows the submission whose plan hash is its own.
                if let Some((request, plan)) = self.is_plan_of.zip(Plan::decode(bytes).ok()) {
                    self.courses.entry(request).or_default().plan = Some(plan);
                }
            }
        }
    }

    fn take_entry(&mut self, number: u64, entry: &Entry) {
        self.is_plan_of = None;
        let line = || Line { number, entry: entry.clone() };
        // Also of entries before the period, which a bundle brings along to say whose keys signed.
        if entry.verb == "request.submitted" {
            self.is_plan_of = Uuid::parse_str(&entry.subject.name).ok();
        }
        if !self.period.contains(&entry.time) {
            return;
        }
        self.count += 1;
        self.first_and_last = Some((self.first_and_last.map_or(number, |(first, _)| first), number));
        *self.verbs.entry(entry.verb.clone()).or_default() += 1;
        if entry.verb.starts_with("request.")
            && let Ok(request) = Uuid::parse_str(&entry.subject.name)
        {
            self.courses.entry(request).or_default().acts.push(line());
        }
        self.take_run(number, entry);
        let Some(part) = part_of(entry) else { return };
        let lines = self.lines.entry(part).or_default();
        if lines.len() < ROWS_MAX {
            lines.push(line());
        } else {
            *self.left_out.entry(part).or_default() += 1;
        }
    }

    fn take_run(&mut self, number: u64, entry: &Entry) {
        let run = entry.subject.name.clone();
        if entry.verb == "run.started"
            && let Some(request) = entry.attribute("request").and_then(|id| Uuid::parse_str(id).ok())
        {
            self.runs.insert(run.clone(), request);
        }
        if entry.verb.starts_with("run.")
            && let Some(request) = self.runs.get(&run)
        {
            self.courses.entry(*request).or_default().runs.push(Line { number, entry: entry.clone() });
        }
    }

    /// How many entries the period has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Numbers of the first and of the last one.
    pub fn range(&self) -> Option<(u64, u64)> {
        self.first_and_last
    }

    /// How often each verb occurs.
    pub fn verbs(&self) -> &BTreeMap<String, u64> {
        &self.verbs
    }

    /// Lines of a part, and how many more there are.
    pub fn part(&self, part: Part) -> (&[Line], u64) {
        (self.lines.get(&part).map_or(&[], Vec::as_slice), self.left_out.get(&part).copied().unwrap_or(0))
    }

    /// Requests about which something happened.
    pub fn courses(&self) -> &BTreeMap<Uuid, Course> {
        &self.courses
    }
}
