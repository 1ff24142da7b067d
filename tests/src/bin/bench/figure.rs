//! One figure, as it is printed.

use std::io::Write as _;

use serde::Serialize;

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// No more.
    AtMost(f64),
    /// No less.
    AtLeast(f64),
    /// Nothing was promised: it explains another one.
    None,
}

/// A line on standard output.
#[derive(Debug, Serialize)]
pub struct Figure {
    figure: &'static str,
    value: Option<f64>,
    unit: &'static str,
    goal: Option<String>,
    holds: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl Figure {
    /// A figure that was measured.
    pub fn measured(figure: &'static str, value: f64, unit: &'static str, goal: Goal) -> Self {
        let holds = match goal {
            Goal::AtMost(most) => Some(value <= most),
            Goal::AtLeast(least) => Some(value >= least),
            Goal::None => None,
        };
        Self { figure, value: Some(shortened(value)), unit, goal: text(goal, unit), holds, note: None }
    }

    /// A figure that was not, and why.
    pub fn unmeasured(figure: &'static str, unit: &'static str, goal: Goal, why: &str) -> Self {
        Self {
            figure,
            value: None,
            unit,
            goal: text(goal, unit),
            holds: None,
            note: Some(format!("not measured: {why}")),
        }
    }

    /// Says under what conditions.
    pub fn with(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Prints it.
    #[expect(clippy::explicit_write, reason = "a figure that is lost must be noticed, and printing is not allowed")]
    pub fn print(self) {
        let line = serde_json::to_string(&self).unwrap();
        writeln!(std::io::stdout(), "{line}").unwrap();
    }
}

fn text(goal: Goal, unit: &str) -> Option<String> {
    match goal {
        Goal::AtMost(most) => Some(format!("at most {most} {unit}")),
        Goal::AtLeast(least) => Some(format!("at least {least} {unit}")),
        Goal::None => None,
    }
}

/// Four digits say all that a measurement knows.
fn shortened(value: f64) -> f64 {
    let digits: i32 = if value.abs() >= 1_000.0 { 0 } else { 3 };
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// A count as a number to divide by.
pub fn real(count: impl TryInto<u32>) -> f64 {
    count.try_into().map_or(f64::from(u32::MAX), f64::from)
}

/// The value below which `percent` of all lie.
pub fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(place).copied().unwrap_or(f64::NAN)
}
