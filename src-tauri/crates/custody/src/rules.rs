//! Quorum rules as the ledger has them: changed by requests whose signatures this console has verified itself, and never below those it
//! was built with. The register's tables are not asked: whoever owns them could take a raised quorum back.

use std::collections::{HashMap, HashSet};
use std::mem;

use domain::{Operation, OperatorId, Plan, Quorum, QuorumRule, SignerFacts, Timestamp, quorum_rules};
use ledger::{Entry, People, Record};
use register::SealRow;
use uuid::Uuid;

use crate::applied::plan_in;
use crate::approvals::seal_in;
use crate::run::seal_of;

/// What an entry said that bears on the rules, in the order of entries.
#[derive(Debug)]
enum Said {
    Begun { run: Uuid },
    Applied { plan: Box<Plan>, seals: Vec<SealRow>, begun: Timestamp },
}

/// The quorum rules of a ledger, version by version.
#[derive(Debug)]
pub(crate) struct QuorumHistory {
    versions: Vec<Vec<QuorumRule>>,
    /// The version under which each open run began: it is carried out under that one.
    runs: HashMap<Uuid, usize>,
    /// Seals of requests that are still open, and when the run of each began.
    seals: HashMap<Uuid, Vec<SealRow>>,
    begun: HashMap<Uuid, (Uuid, Timestamp)>,
    /// Requests that changed them.
    changed: HashSet<Uuid>,
    said: Vec<Said>,
}

impl Default for QuorumHistory {
    fn default() -> Self {
        Self {
            versions: vec![quorum_rules()],
            runs: HashMap::new(),
            seals: HashMap::new(),
            begun: HashMap::new(),
            changed: HashSet::new(),
            said: Vec::new(),
        }
    }
}

impl QuorumHistory {
    /// Takes note of a verified entry.
    pub fn learn(&mut self, entry: &Entry, record: &Record) {
        let Ok(subject) = Uuid::parse_str(&entry.subject.name) else { return };
        match entry.verb.as_str() {
            "request.submitted" | "request.sealed" => {
                if let Some(seal) = seal_in(entry, record) {
                    self.seals.entry(subject).or_default().push(seal);
                }
            }
            "request.rejected" | "request.withdrawn" | "request.lapsed" => drop(self.seals.remove(&subject)),
            "run.started" => {
                let request = entry.attribute("request").and_then(|id| Uuid::parse_str(id).ok());
                if let Some(request) = request {
                    self.begun.entry(subject).or_insert((request, Timestamp::from_micros(entry.time)));
                    self.said.push(Said::Begun { run: subject });
                }
            }
            "run.finished" => {
                if let Some((request, _)) = self.begun.remove(&subject) {
                    self.seals.remove(&request);
                    self.runs.remove(&subject);
                }
            }
            "request.applied" => {
                let said = self.applied(subject, entry);
                self.said.extend(said);
            }
            _ => {}
        }
    }

    fn applied(&mut self, request: Uuid, entry: &Entry) -> Option<Said> {
        let seals = self.seals.remove(&request)?;
        let run = entry.attribute("run").and_then(|id| Uuid::parse_str(id).ok())?;
        let (of, begun) = *self.begun.get(&run)?;
        let plan = plan_in(entry).filter(|plan| plan.request.0 == request && of == request)?;
        let is_quorum = plan.operation == Operation::ChangeRules && plan.parameter("section") == Some("quorum");
        let here = plan.custody.0 == entry.custody && plan.environment.word() == entry.environment;
        // Once: the same entries put behind the ledger again bring no older rules back.
        (is_quorum && here && self.changed.insert(request)).then(|| Said::Applied {
            plan: Box::new(plan),
            seals,
            begun,
        })
    }

    /// Judges what was learned since the last time. `people` are those of the same entries.
    pub fn settle(&mut self, people: &People) {
        for said in mem::take(&mut self.said) {
            match said {
                Said::Begun { run } if self.begun.contains_key(&run) => {
                    self.runs.insert(run, self.versions.len().saturating_sub(1));
                }
                Said::Begun { .. } => {}
                Said::Applied { plan, seals, begun } => {
                    let next = self.next(&plan, &seals, begun, people);
                    if next.is_none() {
                        tracing::warn!(request = %plan.request, "a change of quorum rules without a quorum is not followed");
                    }
                    self.versions.extend(next);
                }
            }
        }
    }

    /// The rules after `plan`, if the people in force when its run began could sign it together, and did.
    fn next(&self, plan: &Plan, seals: &[SealRow], begun: Timestamp, people: &People) -> Option<Vec<QuorumRule>> {
        let rule = self.rule(Operation::ChangeRules, None)?;
        let seals: Vec<_> = seals.iter().map(|row| seal_of(plan, row)).collect();
        let known = |who, key: &[u8; 32]| signer(people, who, key, begun);
        Quorum::prove(plan, rule, &seals, known, begun).ok()?;
        let mut rules = self.versions.last()?.clone();
        for rule in &mut rules {
            let row = plan.parameter(&format!("row.{}", rule.operation));
            if let Some(read) = row.and_then(|value| QuorumRule::read(rule.operation.word(), value)) {
                *rule = read.at_least_built_in()?;
            }
        }
        Some(rules)
    }

    /// The rule of an operation: the one its run began under, or the newest.
    pub fn rule(&self, operation: Operation, run: Option<Uuid>) -> Option<&QuorumRule> {
        let began = run.and_then(|run| self.runs.get(&run)).and_then(|version| self.versions.get(*version));
        began.or(self.versions.last())?.iter().find(|rule| rule.operation == operation)
    }
}

/// Whoever held a device key at a moment, as they were then.
fn signer(people: &People, who: OperatorId, key: &[u8; 32], then: Timestamp) -> Option<SignerFacts> {
    let known = people.standing_then(key, then.micros())?;
    (known.person.id == who.0 && known.person.kind == "operator").then(|| SignerFacts {
        person: known.person.person.to_lowercase(),
        roles: known.roles.iter().filter_map(|role| role.parse().ok()).collect(),
        active: known.active,
        public_key: known.public_key,
    })
}
