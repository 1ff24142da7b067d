//! `cargo xtask tidy`: what the repository promises about itself, checked.

mod arrows;
mod functions;
mod graph;
mod markers;
mod sizes;
mod sources;
mod supply;
mod threats;
mod traces;

use crate::failure::{Failure, Outcome};
use sources::Sources;

/// Checks everything, and says all that is wrong at once.
pub fn check() -> Outcome {
    let sources = Sources::read()?;
    let graph = graph::Graph::read()?;
    let mut findings = Findings::default();
    arrows::check(&graph, &sources, &mut findings)?;
    supply::check(&graph, &mut findings);
    sizes::check(&sources, &mut findings);
    functions::check(&sources, &mut findings);
    markers::check(&sources, &mut findings);
    traces::check(&sources, &mut findings)?;
    threats::check(&sources, &mut findings);
    findings.conclude()
}

/// Renews what is generated from the sources.
pub fn write() -> Outcome {
    traces::write(&Sources::read()?)
}

/// What was found: faults fail the check, remarks do not.
#[derive(Default)]
pub struct Findings {
    faults: Vec<String>,
    remarks: Vec<String>,
}

impl Findings {
    fn fault(&mut self, sentence: impl Into<String>) {
        self.faults.push(sentence.into());
    }

    fn remark(&mut self, sentence: impl Into<String>) {
        self.remarks.push(sentence.into());
    }

    fn conclude(self) -> Outcome {
        for remark in &self.remarks {
            println!("remark: {remark}");
        }
        if self.faults.is_empty() {
            println!("tidy: nothing wrong, {} remarks", self.remarks.len());
            return Ok(());
        }
        Err(Failure::new(self.faults.iter().map(|fault| format!("tidy: {fault}")).collect::<Vec<_>>().join("\n")))
    }
}
