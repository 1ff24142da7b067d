//! Reviews of key state transitions in their wire form.

use custody::proof::KnownCheckpoint;
use custody::review::{Becomes, Group, Listed};
use ipc::{
    FindingBecomes, FindingView, GroupCountView, PastReviewView, RefusalTallyView, ReviewFinding, ReviewSignatureView,
    TransitionGroup, TransitionItemView,
};
use register::{EntryRow, FindingRow, RefusalTally, ReviewSignatureRow, SubjectMeaning, TransitionReviewRow};

use super::moments::{count32, digest, micros, micros_of};
use super::people::{Directory, role};

/// A group of the list.
pub(crate) const fn group(of: Group) -> TransitionGroup {
    match of {
        Group::Requests => TransitionGroup::Requests,
        Group::Runs => TransitionGroup::Runs,
        Group::Keys => TransitionGroup::Keys,
        Group::Protection => TransitionGroup::Protection,
        Group::Destruction => TransitionGroup::Destruction,
        Group::Exceptions => TransitionGroup::Exceptions,
        Group::People => TransitionGroup::People,
        Group::Refusals => TransitionGroup::Refusals,
        Group::Rules => TransitionGroup::Rules,
        Group::Reviews => TransitionGroup::Reviews,
        Group::Other => TransitionGroup::Other,
    }
}

/// Groups with their counts.
pub(crate) fn counts(of: Vec<(Group, usize)>) -> Vec<GroupCountView> {
    of.into_iter().map(|(it, items)| GroupCountView { group: group(it), items: count32(items) }).collect()
}

/// An entry on the list. What is said of it comes from verified bytes; only names come from the register's tables.
pub(crate) fn item(listed: &Listed, row: Option<&EntryRow>, people: &Directory<'_>) -> TransitionItemView {
    let meaning = row.and_then(|row| row.meaning.as_ref());
    let (entry, id) = (&listed.entry, listed.entry.subject.name.clone());
    let subject = match meaning {
        Some(SubjectMeaning::Key(_, name) | SubjectMeaning::Operator(_, name)) => name.clone(),
        Some(SubjectMeaning::Request(_, number)) => super::requests::label(*number),
        Some(SubjectMeaning::Run(_, number)) => super::runs::label(*number),
        // An id says nothing to a person; what it is about is in the verb.
        None if uuid::Uuid::parse_str(&id).is_ok() => String::new(),
        None => id.clone(),
    };
    let is = |wanted: &str| (meaning.is_some() && entry.subject.kind == wanted).then(|| id.clone());
    TransitionItemView {
        entry: count32(listed.number),
        group: group(listed.group),
        verb: entry.verb.clone(),
        subject,
        by: people.person(domain::OperatorId(entry.actor.id)),
        at: micros_of(entry.time),
        reason: entry.purpose.clone(),
        count: entry.attribute("count").and_then(|count| count.parse().ok()),
        key: is("key").map(ipc::KeyId),
        request: is("request").map(ipc::RequestId),
        run: is("run").map(ipc::RunId),
    }
}

/// Refusals of one kind.
pub(crate) fn tally(row: &RefusalTally) -> RefusalTallyView {
    RefusalTallyView {
        login: row.login.clone(),
        function: row.function.clone(),
        code: row.code.clone(),
        count: count32(row.count),
    }
}

/// A lead's signature.
pub(crate) fn signature(row: &ReviewSignatureRow, people: &Directory<'_>) -> ReviewSignatureView {
    ReviewSignatureView {
        by: people.person(row.by),
        role: role(row.role).unwrap_or(ipc::Role::Security),
        at: micros(row.at),
        note: row.note.clone(),
        entry: count32(row.seq),
    }
}

/// A finding on record.
pub(crate) fn finding(row: &FindingRow) -> FindingView {
    let (becomes, reference) = match &row.becomes {
        register::FindingBecomes::Note => (FindingBecomes::Note, String::new()),
        register::FindingBecomes::Incident { hold, reference } => {
            (FindingBecomes::Incident { hold: ipc::HoldId(hold.to_string()) }, reference.clone())
        }
        register::FindingBecomes::Exception { request, number } => (
            FindingBecomes::Exception { request: ipc::RequestId(request.to_string()) },
            super::requests::label(*number),
        ),
    };
    FindingView {
        about: row.about.map(count32),
        becomes,
        reference,
        words: row.words.clone(),
        entry: Some(count32(row.seq)),
    }
}

/// A finding as the window hands it in; `None` where it names what is no id.
pub(crate) fn finding_of(asked: &ReviewFinding) -> Option<custody::review::Finding> {
    let becomes = match &asked.becomes {
        FindingBecomes::Note => Becomes::Note,
        FindingBecomes::Incident { hold } => Becomes::Incident(hold.0.parse().ok()?),
        FindingBecomes::Exception { request } => Becomes::Exception(request.0.parse().ok()?),
    };
    Some(custody::review::Finding { about: asked.about.map(u64::from), becomes, words: asked.words.clone() })
}

/// A review of the past with what is known of its checkpoint.
pub(crate) fn past(
    row: &TransitionReviewRow,
    checkpoint: Option<&KnownCheckpoint>,
    people: &Directory<'_>,
) -> PastReviewView {
    let signed_by = |entry: u64| {
        checkpoint.is_some_and(|known| known.signatures.iter().any(|line| line.seq == entry && line.holds))
    };
    let closed = row.closed.as_ref();
    PastReviewView {
        after: count32(row.after),
        until: count32(row.size),
        items: count32(row.items),
        digest: digest(&row.digest),
        root: digest(checkpoint.map_or(&[][..], |known| known.note.checkpoint().root())),
        signed: signature(&row.signed, people),
        closed: closed.map(|closed| signature(closed, people)),
        holds: signed_by(row.signed.seq) && closed.is_none_or(|closed| signed_by(closed.seq)),
        findings: row.findings.iter().map(finding).collect(),
    }
}
