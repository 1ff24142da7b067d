//! Exceptions, shared keys and the gate in their wire forms.

use domain::{ExceptionId, OperatorId, Timestamp};
use gate::{Judged, Judgement, Level, Verdict};
use ipc::{
    AnswerView, ChainLinkView, ClauseView, CoveredKeyView, EndedView, ExceptionRowView, ExceptionState,
    GateFindingView, GateLevel, GateView, KeyRefView, PersonView, RequestLinkView, ScopeTermView, SealSlotView, Thing,
};
use register::{
    ClauseTerm, Cover, ExceptionAnswer, ExceptionDetail, ExceptionLink, ExceptionRow, KeyAtDecision, OperatorRow,
    SealRow,
};

use super::keys::{key_state, key_type};
use super::moments::{count32, digest, micros};
use super::people::{Directory, environment, role};
use super::requests::label;
use crate::failure::Failure;

const DAY_MICROS: i64 = 86_400_000_000;

/// An exception the window named.
pub(crate) fn exception_of(id: &ipc::ExceptionId) -> Result<ExceptionId, Failure> {
    id.0.parse().map_err(|_not_an_id| Failure::not_found(Thing::Exception))
}

pub(crate) fn exception_id(id: ExceptionId) -> ipc::ExceptionId {
    ipc::ExceptionId(id.to_string())
}

/// Where an exception stands. One that another renewed is told apart from one that was closed with evidence.
fn state(of: domain::ExceptionState, is_renewed: bool) -> ExceptionState {
    match of {
        domain::ExceptionState::Requested => ExceptionState::Requested,
        domain::ExceptionState::Active => ExceptionState::Active,
        domain::ExceptionState::Expiring => ExceptionState::Expiring,
        domain::ExceptionState::Expired => ExceptionState::Expired,
        domain::ExceptionState::Closed if is_renewed => ExceptionState::Renewed,
        domain::ExceptionState::Closed => ExceptionState::Closed,
        domain::ExceptionState::Revoked => ExceptionState::Revoked,
    }
}

/// A state the window filters by. The register keeps renewed ones among the closed.
pub(crate) fn state_of(named: ExceptionState) -> domain::ExceptionState {
    match named {
        ExceptionState::Requested => domain::ExceptionState::Requested,
        ExceptionState::Active => domain::ExceptionState::Active,
        ExceptionState::Expiring => domain::ExceptionState::Expiring,
        ExceptionState::Expired => domain::ExceptionState::Expired,
        ExceptionState::Renewed | ExceptionState::Closed => domain::ExceptionState::Closed,
        ExceptionState::Revoked => domain::ExceptionState::Revoked,
    }
}

/// `B-9-api-secrets` is B §9.
fn cited(clause: &str) -> String {
    let mut parts = clause.split('-');
    match (parts.next(), parts.next()) {
        (Some(policy), Some(section)) => format!("{policy} §{section}"),
        _ => clause.to_owned(),
    }
}

/// A clause that exceptions can be asked from.
pub(crate) fn clause_view(clause: &ClauseTerm) -> ClauseView {
    ClauseView {
        clause: clause.clause.clone(),
        cited: cited(&clause.clause),
        title: clause.title.clone(),
        term_days_max: clause.days_max,
    }
}

fn term_view(cover: &Cover) -> ScopeTermView {
    match cover {
        Cover::Key { key, name } => {
            ScopeTermView::Key { key: KeyRefView { key: ipc::KeyId(key.to_string()), name: name.clone() } }
        }
        Cover::Kind(kind) => ScopeTermView::Type { key_type: key_type(*kind) },
        Cover::Tenant { tenant, name } => {
            ScopeTermView::Tenant { tenant: super::protect::tenant_id(*tenant), name: name.clone() }
        }
    }
}

fn answer_view(answer: &ExceptionAnswer) -> AnswerView {
    let request = RequestLinkView { request: ipc::RequestId(answer.request.to_string()), label: label(answer.number) };
    AnswerView { request, renews: answer.renews }
}

/// Whole days until a date, or since it as a negative number: of both, what has passed in full.
pub(crate) fn days_left(until: Timestamp, now: Timestamp) -> i32 {
    let left = until.micros().saturating_sub(now.micros()) / DAY_MICROS;
    i32::try_from(left).unwrap_or(if left < 0 { i32::MIN } else { i32::MAX })
}

/// What a row shows besides its own facts.
pub(crate) struct Around<'a> {
    pub clauses: &'a [ClauseTerm],
    pub now: Timestamp,
}

/// An exception in the table, with its seals.
pub(crate) fn row_view(
    row: &ExceptionRow,
    around: &Around<'_>,
    slots: Vec<SealSlotView>,
    waits_for_me: bool,
) -> ExceptionRowView {
    let in_force = around.clauses.iter().find(|known| known.clause == row.clause);
    let clause = ClauseTerm {
        clause: row.clause.clone(),
        title: row.clause_title.clone(),
        days_max: in_force.map_or(0, |known| known.days_max),
    };
    ExceptionRowView {
        exception: exception_id(row.id),
        label: row.number.to_string(),
        title: row.title.clone(),
        clause: clause_view(&clause),
        terms: row.covers.iter().map(term_view).collect(),
        owner: row.owner.clone(),
        state: state(row.state, row.renewed_by.is_some()),
        slots,
        since: micros(row.granted_at.unwrap_or(row.requested_at)),
        until: micros(row.expires_at),
        days_left: days_left(row.expires_at, around.now),
        request: RequestLinkView { request: ipc::RequestId(row.request.to_string()), label: label(row.request_number) },
        answer: row.answer.as_ref().map(answer_view),
        waits_for_me,
    }
}

/// Seals of something that is in force: as the register has them, not verified here one by one.
pub(crate) fn seal_slots(seals: &[SealRow], people: &Directory<'_>) -> Vec<SealSlotView> {
    let slot = |seal: &SealRow| {
        Some(SealSlotView::Signed {
            by: people.person(seal.operator),
            role: role(seal.role)?,
            at: micros(seal.sealed_at),
            device_key: digest(&seal.device),
            entry: count32(seal.seq),
            requester: seal.is_requester,
            verified: false,
            void: false,
        })
    };
    seals.iter().filter(|seal| seal.decision == domain::Decision::Approve).filter_map(slot).collect()
}

/// A key as it stood when two people decided.
pub(crate) fn covered_view(key: &KeyAtDecision) -> CoveredKeyView {
    CoveredKeyView {
        key: KeyRefView { key: ipc::KeyId(key.key.to_string()), name: key.name.clone() },
        key_type: key_type(key.kind),
        state_then: Some(key_state(key.state)),
        state_now: key.state_now.map(key_state),
        version_then: (key.version_number > 0).then_some(key.version_number),
        rotate_by_then: key.rotate_by.map(micros),
    }
}

/// The chain, the first one first. One that the next one renewed is told apart from one that was closed.
pub(crate) fn chain_view(links: &[ExceptionLink], people: &Directory<'_>) -> Vec<ChainLinkView> {
    let next_in_force = |at: usize| links.get(at.saturating_add(1)).is_some_and(|next| next.granted_at.is_some());
    let view = |(at, link): (usize, &ExceptionLink)| {
        let mut who = vec![people.person(link.requested_by)];
        who.extend(link.accepted_by.map(|operator| people.person(operator)));
        Some(ChainLinkView {
            exception: exception_id(link.id),
            label: link.number.to_string(),
            state: state(link.state?, next_in_force(at)),
            since: micros(link.granted_at.unwrap_or(link.requested_at)),
            until: micros(link.expires_at),
            people: who,
        })
    };
    links.iter().enumerate().filter_map(view).collect()
}

/// How it ended, if it did.
pub(crate) fn ended_view(
    detail: &ExceptionDetail,
    chain: &[ChainLinkView],
    people: &Directory<'_>,
) -> Option<EndedView> {
    let ended = detail.ended.as_ref()?;
    let successor = detail.row.renewed_by.map(|number| number.to_string());
    let renewed_by = successor.and_then(|label| chain.iter().find(|link| link.label == label).cloned());
    Some(EndedView {
        how: state(detail.row.state, detail.row.renewed_by.is_some()),
        by: vec![people.person(ended.by)],
        at: micros(ended.at),
        words: ended.words.clone(),
        entry: count32(ended.seq),
        renewed_by,
    })
}

/// Everyone but the asker who may accept a risk today.
pub(crate) fn acceptors(people: &Directory<'_>, me: OperatorId) -> Vec<PersonView> {
    let mine = people.row(me).map(|row| row.person.to_lowercase());
    let other = |row: &&OperatorRow| Some(row.person.to_lowercase()) != mine;
    let able = |row: &&OperatorRow| row.roles_at(people.now).contains(&domain::Role::RiskAcceptance);
    people.active().filter(other).filter(able).map(|row| people.person(row.id)).collect()
}

/// The gate's answer, judged by the register's clock.
pub(crate) fn gate_view(judged: &Judgement) -> GateView {
    GateView {
        environment: environment(judged.reading.environment),
        blocked: judged.verdict() != Verdict::Pass,
        at: micros(judged.at),
        findings: judged.findings.iter().map(|finding| finding_view(finding, judged.at)).collect(),
        blocks: count32(judged.count(Level::Block)),
        warnings: count32(judged.count(Level::Warn)),
        more: count32(judged.reading.more),
    }
}

fn finding_view(judged: &Judged, now: Timestamp) -> GateFindingView {
    let found = &judged.finding;
    let due = Timestamp::from_micros(found.due_at);
    GateFindingView {
        level: match judged.level {
            Level::Block => GateLevel::Block,
            Level::Warn => GateLevel::Warn,
            Level::Notice => GateLevel::Notice,
        },
        kind: found.kind.clone(),
        id: found.id.clone(),
        title: found.title.clone(),
        owner: found.owner.clone(),
        about: found.about.clone(),
        is_due: judged.is_due,
        due: micros(due),
        days: days_left(due, now).unsigned_abs(),
        clears: found.clears.clone(),
        exception: (found.kind == "exception").then(|| ipc::ExceptionId(found.subject.clone())),
    }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::{DAY_MICROS, cited, days_left};

    /// a day counts when it has passed in full, before the date and after it.
    #[test]
    fn days_are_counted_whole() {
        let at = |micros: i64| Timestamp::from_micros(micros);
        let date = at(100 * DAY_MICROS);
        for (now, left) in [
            (99 * DAY_MICROS, 1),
            (99 * DAY_MICROS + 1, 0),
            (100 * DAY_MICROS, 0),
            (102 * DAY_MICROS - 1, -1),
            (102 * DAY_MICROS, -2),
        ] {
            assert_eq!(days_left(date, at(now)), left, "{now}");
        }
    }

    #[test]
    fn clauses_are_cited_as_the_policy_numbers_them() {
        assert_eq!(["B-9-api-secrets", "A-6.3-kek-rotation", "A-A-algorithms"].map(cited), ["B §9", "A §6.3", "A §A"]);
    }
}
