//! What the audit pack shows, in order; how it looks is the print's business. Every text of people is made visible first.

use domain::{Plan, Timestamp, escape_visibly};
use ledger::Entry;
use print::Block;
use register::RefusalRow;
use transparency::Statement;
use transparency::bundle::{Standing, Verified};
use uuid::Uuid;

use super::Period;
use super::gather::{Course, Gathered, Line};
use super::names::Names;
use super::words::{Part, operation_in_words, particulars, plan_applied, verb_in_words};

pub(super) const TITLE: &str = "Audit pack of a key custody";

/// What is laid out.
pub(super) struct Facts<'a> {
    pub period: &'a Period,
    pub verified: &'a Verified,
    pub gathered: &'a Gathered,
    pub names: &'a Names,
    pub refusals: &'a [RefusalRow],
    pub bundle: [u8; 32],
    pub made_at: Timestamp,
}

/// A part, its heading, and what to say where nothing happened.
const PARTS: [(Part, &str, &str); 7] = [
    (Part::Rotation, "Rotation evidence", "No key was made, rotated or restored in this period."),
    (Part::Protection, "Protective acts and holds", "Nobody stopped a key, a tenant or a token at once."),
    (Part::Destruction, "Destruction and certificates", "Nothing was destroyed."),
    (Part::Exceptions, "Exceptions and shared keys", "No exception was granted, closed, revoked or reviewed."),
    (Part::People, "People, roles and devices", "Nobody joined, left, or changed roles or devices."),
    (Part::Rules, "Rules and other decisions", "No rule was changed."),
    (
        Part::Reviews,
        "Reviews, checkpoints and attested refusals",
        "Nothing was reviewed, and no checkpoint was signed.",
    ),
];

/// Lays it out.
pub(super) fn blocks(facts: &Facts<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Title(TITLE.to_owned())];
    opening(facts, &mut blocks);
    checkpoints(facts, &mut blocks);
    requests(facts, &mut blocks);
    for (part, heading, nothing) in PARTS {
        section(facts, part, heading, nothing, &mut blocks);
    }
    refusals(facts, &mut blocks);
    figures(facts, &mut blocks);
    closing(facts, &mut blocks);
    blocks
}

fn opening(facts: &Facts<'_>, blocks: &mut Vec<Block>) {
    let Verified { header, founding, founders, .. } = facts.verified;
    let mut field = |name: &str, value: &str| blocks.push(Block::Field(name.to_owned(), escape_visibly(value)));
    field("Custody", &facts.period.custody);
    field("Id, environment", &format!("{}, {}", header.custody, header.environment));
    field("Period", &format!("{} to {}, the end not included", said(facts.period.from), said(facts.period.until)));
    let range = facts.gathered.range().map(|(first, last)| format!(", entries {first} to {last}")).unwrap_or_default();
    field("Entries in it", &format!("{}{range}", facts.gathered.count()));
    field("Made", &format!("{}, of a ledger of {} entries", said(facts.made_at), facts.verified.size()));
    field("Founding entry", &hex::encode(founding));
    for founder in founders {
        field(
            "Founder",
            &format!("{} ({}), device key {}", founder.person.name, founder.person.person, hex::encode(founder.key)),
        );
    }
    field("Bundle (SHA-256)", &hex::encode(facts.bundle));
}

fn checkpoints(facts: &Facts<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("Checkpoints and who vouches for them".to_owned()));
    let signed: Vec<&Standing> = facts.verified.standings.iter().filter(|it| !it.vouchers.is_empty()).collect();
    let covered = signed.iter().filter(|it| !it.reviewers().is_empty()).map(|it| it.checkpoint.size()).max();
    blocks.push(Block::Paragraph(match (covered, facts.gathered.range()) {
        (Some(size), Some((_, last))) if size >= last => {
            format!("All entries of the period lie under a checkpoint that was cosigned, the one of entry {size}.")
        }
        (Some(size), _) => {
            format!("Entries up to {size} lie under a cosigned checkpoint; those after it under the signatures of who made them alone.")
        }
        (None, _) => "No checkpoint was cosigned: the entries rest on the signatures of who made them alone.".to_owned(),
    }));
    if signed.is_empty() {
        return;
    }
    let rows = signed.iter().flat_map(|standing| {
        standing.vouchers.iter().map(|voucher| {
            let what = match voucher.statement {
                Statement::Made => "made".to_owned(),
                Statement::Reviewed { seconds } => {
                    format!("cosigned {}", moment(i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000)))
                }
                _ => "signed".to_owned(),
            };
            row([
                standing.checkpoint.size().to_string(),
                hex::encode(standing.checkpoint.root()),
                flat(&voucher.person.name),
                what,
                hex::encode(voucher.key),
            ])
        })
    });
    blocks.push(Block::Table(vec!["Up to entry", "Root", "Who", "What", "Device key"], rows.collect()));
}

fn requests(facts: &Facts<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("Requested, decided, executed".to_owned()));
    let courses = facts.gathered.courses();
    if courses.is_empty() {
        blocks.push(Block::Paragraph("Nothing was requested, decided or executed.".to_owned()));
        return;
    }
    let mut sorted: Vec<(&Uuid, &Course)> = courses.iter().collect();
    sorted.sort_by_key(|(_, course)| course.acts.iter().chain(&course.runs).map(|line| line.number).min());
    let rows = sorted.into_iter().map(|(id, course)| request(facts, id, course)).collect();
    blocks.push(Block::Table(vec!["Request", "What", "Asked", "Decided", "Executed"], rows));
}

fn request(facts: &Facts<'_>, id: &Uuid, course: &Course) -> Vec<String> {
    let said = |line: &Line, what: &str| {
        let why =
            if line.entry.purpose.is_empty() { String::new() } else { format!(": {}", flat(&line.entry.purpose)) };
        format!("{what}{} ({}, entry {}){why}", facts.names.actor(&line.entry), moment(line.entry.time), line.number)
    };
    let acts = |verbs: &[&str], prefix: bool| {
        let of = course.acts.iter().filter(|line| verbs.contains(&line.entry.verb.as_str()));
        let one = |line: &Line| {
            let what = match line.entry.verb.as_str() {
                _ if !prefix => "",
                "request.sealed" => "Countersigned by ",
                "request.rejected" => "Rejected by ",
                "request.withdrawn" => "Withdrawn by ",
                _ => "Lapsed, noted by ",
            };
            said(line, what)
        };
        of.map(one).collect::<Vec<_>>().join("\n")
    };
    let hash_named = course.runs.iter().chain(&course.acts).find_map(|line| facts.names.plan_of(id, &line.entry));
    let applied = course.acts.iter().find_map(|line| plan_applied(&line.entry));
    let plan = course.plan.as_ref().or(hash_named).or(applied.as_ref());
    let executed = course.runs.iter().map(|line| {
        let what = match line.entry.verb.as_str() {
            "run.started" => "Begun by ".to_owned(),
            "run.finished" => format!("Over, {}, by ", line.entry.attribute("outcome").unwrap_or("finished")),
            verb => format!("{} by ", verb_in_words(verb)),
        };
        said(line, &what)
    });
    let applied = course.acts.iter().filter(|line| line.entry.verb == "request.applied");
    let executed: Vec<String> = executed.chain(applied.map(|line| said(line, "Put into force by "))).collect();
    row([
        facts.names.request(id),
        plan.map_or_else(|| "plan not in this period".to_owned(), what_it_is),
        acts(&["request.submitted"], false),
        acts(&["request.sealed", "request.rejected", "request.withdrawn", "request.lapsed"], true),
        executed.join("\n"),
    ])
}

fn what_it_is(plan: &Plan) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = plan.targets.iter().take(SHOWN).map(|target| target.name.as_str()).collect();
    let more = plan.targets.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let change = if plan.change_record.is_empty() { String::new() } else { format!(" [{}]", plan.change_record) };
    flat(&format!("{}: {}{more}. {}{change}", operation_in_words(plan.operation), names.join(", "), plan.reason))
}

fn section(facts: &Facts<'_>, part: Part, heading: &str, nothing: &str, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(heading.to_owned()));
    let (lines, more) = facts.gathered.part(part);
    if lines.is_empty() {
        blocks.push(Block::Paragraph(nothing.to_owned()));
        return;
    }
    let line = |line: &Line| {
        let entry = &line.entry;
        let (what, detail) = match plan_applied(entry) {
            Some(plan) => (format!("Put into force: {}", operation_in_words(plan.operation)), of_plan(&plan)),
            None => (verb_in_words(&entry.verb), particulars(entry)),
        };
        let about = about(facts.names, entry);
        row([line.number.to_string(), moment(entry.time), facts.names.actor(entry), what, about, detail])
    };
    let heads = vec!["Entry", "When", "Who", "What", "About", "Why, particulars"];
    blocks.push(Block::Table(heads, lines.iter().map(line).collect()));
    if more > 0 {
        blocks.push(Block::Paragraph(format!("{more} further entries of this kind are in the bundle.")));
    }
}

fn about(names: &Names, entry: &Entry) -> String {
    let subject = names.subject(entry);
    match entry.attribute("run").filter(|_| entry.subject.kind != "run") {
        Some(run) => format!("{subject}, in run {run}"),
        None => subject,
    }
}

fn of_plan(plan: &Plan) -> String {
    let targets = plan.targets.iter().map(|target| target.name.clone());
    let parameters = plan.parameters.iter().filter(|(_, value)| !value.is_empty());
    let parameters = parameters.map(|(name, value)| format!("{name}: {value}"));
    let changes = plan.changes.iter().map(|it| format!("{} {}: {} -> {}", it.subject, it.field, it.before, it.after));
    let mut all: Vec<String> = targets.chain([plan.reason.clone()]).chain(parameters).chain(changes).collect();
    all.retain(|text| !text.is_empty());
    flat(&all.join("; "))
}

fn refusals(facts: &Facts<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("Refusals and failed access".to_owned()));
    let sentence = "What the register refused, by its own record. Ranges that an entry attests can be compared with it; the others are the register's word alone.";
    blocks.push(Block::Paragraph(if facts.refusals.is_empty() {
        "The register has no record of a refusal in this period.".to_owned()
    } else {
        sentence.to_owned()
    }));
    if facts.refusals.is_empty() {
        return;
    }
    let rows = facts.refusals.iter().map(|it| {
        let about = flat(it.subject.as_deref().unwrap_or_default());
        let tried = flat(&it.verb.as_deref().map_or_else(|| it.function.clone(), verb_in_words));
        row([it.id.to_string(), moment(it.at.micros()), flat(&it.login), tried, about, it.code.replace('_', " ")])
    });
    let heads = vec!["No.", "When", "Login", "Tried", "About", "Refused because"];
    blocks.push(Block::Table(heads, rows.collect()));
}

fn figures(facts: &Facts<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("All entries of the period, by what they say".to_owned()));
    let rows = facts.gathered.verbs().iter().map(|(verb, count)| row([verb_in_words(verb), count.to_string()]));
    blocks.push(Block::Table(vec!["What", "Entries"], rows.collect()));
}

fn closing(facts: &Facts<'_>, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("What the bundle proves".to_owned()));
    blocks.extend(facts.verified.proves().iter().map(|sentence| Block::Item(escape_visibly(sentence))));
    blocks.push(Block::Heading("What it does not prove".to_owned()));
    blocks.extend(facts.verified.leaves_open().iter().map(|sentence| Block::Item(escape_visibly(sentence))));
    for sentence in [
        "Names of people, keys, requests and runs are the register's, as it gave them when this was made; the entries carry ids.",
        "Refusals are kept beside the ledger; only the ranges that an entry attests are under its signatures.",
    ] {
        blocks.push(Block::Item(sentence.to_owned()));
    }
    blocks.push(Block::Heading("How to verify".to_owned()));
    let founding = hex::encode(facts.verified.founding);
    for sentence in [
        format!("The SHA-256 of the bundle that came with this print is {}: compare it (sha256sum FILE).", hex::encode(facts.bundle)),
        format!("Verify the bundle with nothing else at hand: countersign ledger verify FILE --founding {founding}, or node verify.mjs FILE from the project's docs/verifier, which shares no code with it."),
        "Hold it against a checkpoint that was published or that you kept: --checkpoint FILE; demand cosignatures: --reviewers 2.".to_owned(),
        "This print proves nothing by itself: the bundle does.".to_owned(),
    ] {
        blocks.push(Block::Item(sentence));
    }
}

/// A moment of an entry.
pub(super) fn moment(micros: i64) -> String {
    said(Timestamp::from_micros(micros))
}

fn said(at: Timestamp) -> String {
    let text = at.to_string();
    // Seconds are enough for a reader; the bundle has the rest.
    match text.split_once('.') {
        Some((seconds, _)) => format!("{} UTC", seconds.replace('T', " ")),
        None => text,
    }
}

/// What people wrote, on one line: line breaks between acts are the print's own, so that nobody writes an act that was not.
pub(super) fn flat(text: &str) -> String {
    escape_visibly(&text.replace(['\n', '\r', '\t'], " "))
}

fn row<const N: usize>(cells: [String; N]) -> Vec<String> {
    let visible = |cell: &String| cell.split('\n').map(escape_visibly).collect::<Vec<_>>().join("\n");
    cells.iter().map(visible).collect()
}
