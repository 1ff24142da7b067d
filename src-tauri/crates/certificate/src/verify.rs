//! Verification, offline: everything is derived again from the plan, the entries and the keys that the file carries.

use domain::{Plan, Quorum, QuorumRule, Seal, SealStatement, Timestamp, quorum_rules};
use ledger::verify_signature;
use signed_file::SignedFile as _;

use crate::course;
use crate::document::{Destroyed, Document};
use crate::entries::{Proven, signer_facts};
use crate::fault::Fault;
use crate::issue::destroyed_digest;
use crate::statement;
use crate::verdict::Verdict;

/// Verifies a certificate against nothing but itself and the public keys it names.
///
/// # Errors
/// The first [`Fault`].
pub fn verify(bytes: &[u8]) -> Result<Verdict, Fault> {
    let document = Document::read(bytes)?;
    let plan = Plan::decode(&document.plan.0).map_err(Fault::Plan)?;
    check_head(&document, &plan)?;
    let proven = Proven::read(&document.entries, &plan, document.run)?;
    course::check(&proven, &plan)?;
    check_derived(&document, &proven)?;
    check_quorum(&document, &plan, &proven)?;
    check_destroyed(&document.destroyed, &proven)?;
    if document.statement != statement::derive(&plan, &proven, &document.destroyed)? {
        return Err(Fault::Differs { section: "statement" });
    }
    check_issue(&document, &proven)?;
    Ok(Verdict::of(document, plan))
}

/// What the file says at its head is what the plan says.
fn check_head(document: &Document, plan: &Plan) -> Result<(), Fault> {
    let same = [
        ("plan", plan.encode() == document.plan.0),
        ("custody", plan.custody == document.custody),
        ("environment", plan.environment == document.environment),
        ("request", plan.request == document.request),
        ("operation", plan.operation == document.operation),
    ];
    if let Some((section, _)) = same.into_iter().find(|(_, same)| !same) {
        return Err(Fault::Differs { section });
    }
    if plan.operation.destroys() { Ok(()) } else { Err(Fault::NotDestroying { operation: plan.operation }) }
}

fn check_derived(document: &Document, proven: &Proven) -> Result<(), Fault> {
    let same = [
        ("people", document.people == proven.device_keys()?),
        ("sessions", document.sessions == proven.session_keys()?),
        ("seals", document.seals == proven.seals()?),
    ];
    match same.into_iter().find(|(_, same)| !same) {
        Some((section, _)) => Err(Fault::Differs { section }),
        None => Ok(()),
    }
}

/// Two people, in roles that may sign this together, both still entitled when the run began and when the first thing was destroyed.
fn check_quorum(document: &Document, plan: &Plan, proven: &Proven) -> Result<(), Fault> {
    let rules = quorum_rules();
    let rule = rules.iter().find(|rule| rule.operation == plan.operation);
    let rule: &QuorumRule = rule.ok_or(Fault::NotDestroying { operation: plan.operation })?;
    let seals = document.seals.iter().map(|line| {
        let statement = SealStatement {
            custody: document.custody,
            environment: document.environment,
            request: document.request,
            plan: plan.hash(),
            decision: line.decision,
            role: line.role,
            signer: line.operator,
            time: Timestamp::from_micros(line.at),
        };
        let key = line.key.array().ok_or(Fault::Differs { section: "seals" })?;
        let signature = line.signature.array().ok_or(Fault::Attribute { number: line.entry, name: "seal" })?;
        Ok(Seal { statement, key, signature })
    });
    let seals: Vec<Seal> = seals.collect::<Result<_, Fault>>()?;
    let began = Timestamp::from_micros(proven.only("run.started")?.entry.time);
    let known = |operator, key: &[u8; 32]| signer_facts(&proven.people_at_start, operator, key, began.micros());
    Quorum::prove(plan, rule, &seals, known, began).map_err(Fault::Quorum)?;
    for seal in &seals {
        let operator = seal.statement.signer;
        let then = signer_facts(&proven.people_at_destruction, operator, &seal.key, began.micros());
        if !then.is_some_and(|facts| facts.active) {
            return Err(Fault::Lapsed { operator });
        }
    }
    Ok(())
}

/// The listed keys are, entry by entry, those whose digest the signed entries carry.
fn check_destroyed(destroyed: &[Destroyed], proven: &Proven) -> Result<(), Fault> {
    let mut listed = 0;
    for act in proven.with_verb("keys.destroyed") {
        let number = act.number;
        let rows: Vec<&Destroyed> = destroyed.iter().filter(|row| row.entry == number).collect();
        listed += rows.len();
        if act.count("count")? != u64::try_from(rows.len()).unwrap_or(u64::MAX) {
            return Err(Fault::Destroyed { number, why: "the entry counts others" });
        }
        if act.digest("payload_digest")? != destroyed_digest(&rows) {
            return Err(Fault::Destroyed { number, why: "the entry's digest is of others" });
        }
    }
    match destroyed.iter().find(|row| proven.with_verb("keys.destroyed").all(|act| act.number != row.entry)) {
        Some(row) => Err(Fault::Destroyed { number: row.entry, why: "it is no entry that destroys keys" }),
        None if listed == 0 => Err(Fault::Missing { what: "every destroyed key".to_owned() }),
        None => Ok(()),
    }
}

/// Issued after the end, with a session key that the file certifies, by an operator who was active; signed over everything else.
fn check_issue(document: &Document, proven: &Proven) -> Result<(), Fault> {
    let issuer = |why| Err(Fault::Issuer { why });
    let issued = &document.issued;
    let ended = proven.only("run.finished")?;
    if issued.at < ended.entry.time {
        let [issued, ended] = [issued.at, ended.entry.time].map(Timestamp::from_micros);
        return Err(Fault::Early { issued, ended });
    }
    let Some(session) = document.sessions.iter().find(|line| line.key == issued.key) else {
        return issuer("was not certified by any entry of the file");
    };
    let closed = proven.with_verb("session.closed").any(|act| act.entry.subject.name == session.key.to_string());
    if session.operator != issued.operator {
        return issuer("is somebody else's");
    }
    if closed || issued.at >= session.expires_at {
        return issuer("was no longer valid when it signed");
    }
    if !proven.people.person(issued.operator.0).is_some_and(|person| person.active) {
        return issuer("belongs to an operator who was suspended");
    }
    let key = session.public_key.array().ok_or(Fault::Signature)?;
    let signature = document.signature.array().ok_or(Fault::Signature)?;
    verify_signature(&key, &document.signed_bytes(), &signature).map_err(|_invalid| Fault::Signature)
}
