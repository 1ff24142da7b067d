//! What a certificate proves, in words, and what it does not.

use domain::Plan;

use crate::document::Document;

/// A certificate that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it says.
    pub document: Document,
    /// The plan that was signed.
    pub plan: Plan,
    /// What was checked, one sentence each.
    pub checked: Vec<String>,
    /// What to compare with the people and the custody themselves.
    pub fingerprints: Vec<Fingerprint>,
    /// What no file can prove alone, one sentence each.
    pub unproven: Vec<String>,
}

/// Something to compare outside of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Of what.
    pub of: String,
    /// In groups of four.
    pub value: String,
}

impl Verdict {
    pub(crate) fn of(document: Document, plan: Plan) -> Self {
        let (entries, steps) = (document.entries.len(), plan.operation.steps().len());
        let (seals, keys) = (document.seals.len(), document.destroyed.len());
        let checked = vec![
            "The file is written in the one way a certificate of this content is written, and its issuer's signature covers all of it."
                .to_owned(),
            format!("The plan is the one that was sealed: SHA-256 {}.", hex::encode(plan.hash())),
            format!("{seals} seals by different people, in roles that may sign this together, all on this plan and in time."),
            format!("{entries} ledger entries of this custody, request and run, each signed by a key that the file certifies, numbers ascending; \
                     hashes follow wherever entries stand next to each other."),
            format!("All {steps} steps of the run were intended and done, in order, and nothing was destroyed outside of the step for it."),
            format!("The {keys} destroyed keys are those whose digest the entries name."),
            "Everything said in words, and every date, follows from plan, entries and keys.".to_owned(),
            "It was issued after the run was over, by an operator who was active, with a key that was valid.".to_owned(),
        ];
        let founding = document.entries.first().map(|line| Fingerprint {
            of: "custody: hash of its founding entry".to_owned(),
            value: grouped(&line.hash.to_string()),
        });
        let people = document.people.iter().map(|line| Fingerprint {
            of: format!("{} ({}): device key", line.name, line.person),
            value: grouped(&line.key.to_string()),
        });
        let fingerprints = founding.into_iter().chain(people).collect();
        let unproven = document.statement.unproven.clone();
        Self { document, plan, checked, fingerprints, unproven }
    }
}

/// Hex in groups of four.
pub(crate) fn grouped(hex: &str) -> String {
    let mut grouped = String::with_capacity(hex.len() + hex.len() / 4);
    for (place, character) in hex.chars().enumerate() {
        if place > 0 && place.is_multiple_of(4) {
            grouped.push(' ');
        }
        grouped.push(character);
    }
    grouped
}
