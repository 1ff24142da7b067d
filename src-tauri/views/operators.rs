//! People as their screen shows them: who, how alive, with which devices, and what they could sign together.

use domain::{Operation, OperatorId, QuorumRule, Timestamp};
use ipc::{
    ActorKind, CardView, DeviceStatus, DeviceView, HeldRoleView, LostView, MayView, PersonEventView, PersonRowView,
    PersonStatus, ProofState, ProofView, QuorumHealthView, UnmetWhy, WipedView,
};
use ledger::EnrolmentCard;
use register::{
    DeviceRow, LostDeviceRow, OperatorEventRow, OperatorKind, OperatorRow, OperatorStatus, ProofOfLifeRow,
    UnmetQuorumRow,
};

use super::moments::{count32, digest, micros};
use super::people::{Directory, role, roles};
use super::plans::operation;

/// Days before its end from which on a proof is called due.
const DUE_DAYS: i64 = 14;
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// Everything the rows are made of, read at one go.
pub(crate) struct Roll<'a> {
    pub people: Directory<'a>,
    pub proofs: &'a [ProofOfLifeRow],
    pub lost: &'a [LostDeviceRow],
}

/// What an actor is.
pub(crate) fn kind(of: OperatorKind) -> ActorKind {
    match of {
        OperatorKind::Operator => ActorKind::Operator,
        OperatorKind::Agent => ActorKind::Agent,
        OperatorKind::Service => ActorKind::Service,
        OperatorKind::Ai => ActorKind::Ai,
    }
}

/// What the window calls an actor.
pub(crate) fn kind_of(named: ActorKind) -> OperatorKind {
    match named {
        ActorKind::Operator => OperatorKind::Operator,
        ActorKind::Agent => OperatorKind::Agent,
        ActorKind::Service => OperatorKind::Service,
        ActorKind::Ai => OperatorKind::Ai,
    }
}

impl Roll<'_> {
    /// Somebody in the list.
    pub fn row(&self, row: &OperatorRow) -> PersonRowView {
        let now = self.people.now;
        let proof = self.proofs.iter().find(|proof| proof.operator == row.id);
        let cooling: Vec<_> = row.roles.iter().filter(|held| held.effective_at > now).map(|held| held.role).collect();
        let open = self.lost.iter().find(|lost| lost.operator == row.id && lost.wiped_at.is_none());
        PersonRowView {
            person: self.people.person(row.id),
            kind: kind(row.kind),
            status: match row.status {
                OperatorStatus::Active => PersonStatus::Active,
                OperatorStatus::Suspended => PersonStatus::Suspended,
                OperatorStatus::Left => PersonStatus::Left,
            },
            identity: row.person.clone(),
            login: row.login.clone(),
            devices: count32(row.devices.iter().filter(|device| device.active).count()),
            cooling: roles(&cooling),
            rehearsal: proof.map_or_else(not_owed, |it| proven(it.proven_at, it.rehearse_by, now)),
            acknowledgement: proof.map_or_else(not_owed, |it| proven(it.acknowledged_at, it.acknowledge_by, now)),
            lost: open.map(|lost| self.lost(lost, &[])),
        }
    }

    /// A lost device, with the entries that say so where they are known.
    pub fn lost(&self, row: &LostDeviceRow, events: &[OperatorEventRow]) -> LostView {
        let act = |verb: &str, at: Option<Timestamp>| {
            events.iter().find(|event| event.verb == verb && at.is_none_or(|at| event.at == at))
        };
        let reported = act("device.reported_lost", Some(row.reported_at));
        let wiped = act("device.wiped", None).filter(|event| Some(&event.purpose) == row.evidence.as_ref());
        LostView {
            device: digest(&row.device),
            name: row.device_name.clone(),
            lost_at: micros(row.lost_at),
            reported_at: micros(row.reported_at),
            reported_by: self.people.person(reported.map_or(row.operator, |event| event.by)),
            due_at: micros(row.due_at),
            entry: reported.map_or(0, |event| count32(event.seq)),
            wiped: row.wiped_at.zip(row.evidence.as_ref()).map(|(at, evidence)| WipedView {
                at: micros(at),
                by: self.people.person(wiped.map_or(row.operator, |event| event.by)),
                evidence: evidence.clone(),
                entry: wiped.map_or(0, |event| count32(event.seq)),
            }),
        }
    }

    /// A device key as enrolled.
    pub fn device(
        &self,
        owner: &OperatorRow,
        row: &DeviceRow,
        events: &[OperatorEventRow],
        revoke: &MayView,
    ) -> DeviceView {
        let lost = self.lost.iter().find(|lost| lost.device == row.key_id);
        let enrolled = events.iter().find(|event| event.seq == row.enrolled_seq);
        DeviceView {
            device: digest(&row.key_id),
            name: row.name.clone(),
            status: match (lost, row.active) {
                (Some(_), _) => DeviceStatus::Lost,
                (None, true) => DeviceStatus::Trusted,
                (None, false) => DeviceStatus::Revoked,
            },
            enrolled_at: micros(enrolled.map_or(owner.enrolled_at, |event| event.at)),
            ended_at: row.revoked_at.map(micros),
            lost: lost.map(|lost| self.lost(lost, events)),
            revoke: revoke.clone(),
        }
    }

    /// Roles held, also those that do not count yet.
    pub fn held(&self, row: &OperatorRow, withdraw: &MayView) -> Vec<HeldRoleView> {
        let view = |held: &register::HeldRole| {
            Some(HeldRoleView {
                role: role(held.role)?,
                counts_from: micros(held.effective_at),
                counts: held.effective_at <= self.people.now,
                withdraw: withdraw.clone(),
            })
        };
        row.roles.iter().filter_map(view).collect()
    }

    /// An operation, and whether two people could sign it today.
    pub fn quorum(&self, of: Operation, rule: Option<&QuorumRule>, unmet: &[UnmetQuorumRow]) -> QuorumHealthView {
        let why = unmet.iter().find(|row| row.operation == of).map(|row| match row.why {
            register::UnmetWhy::TooFew => UnmetWhy::TooFew,
            register::UnmetWhy::NotProven => UnmetWhy::NotProven,
        });
        let asking = |wanted: domain::Role| rule.is_some_and(|rule| rule.countersigners_of(wanted).is_some());
        let countersigning = |wanted: domain::Role| {
            rule.is_some_and(|rule| rule.countersigners.iter().any(|pair| pair.roles.contains(&wanted)))
        };
        QuorumHealthView {
            operation: operation(of),
            met: why.is_none(),
            why,
            may_ask: self.able(asking),
            may_countersign: self.able(countersigning),
        }
    }

    /// Humans with a trusted device and such a role that counts.
    fn able(&self, entitled: impl Fn(domain::Role) -> bool) -> Vec<ipc::PersonView> {
        let human =
            |row: &&OperatorRow| row.kind == OperatorKind::Operator && row.devices.iter().any(|device| device.active);
        let able = self.people.active().filter(human);
        able.filter(|row| row.roles_at(self.people.now).into_iter().any(&entitled))
            .map(|row| self.people.person(row.id))
            .collect()
    }

    /// What happened to somebody.
    pub fn event(&self, row: &OperatorEventRow, subject: OperatorId) -> PersonEventView {
        PersonEventView {
            entry: count32(row.seq),
            verb: row.verb.clone(),
            at: micros(row.at),
            by: (row.by != subject).then(|| self.people.person(row.by)),
            about: row.operation.map(|of| of.word().to_owned()).unwrap_or_default(),
            reason: row.purpose.clone(),
            request: None,
        }
    }
}

fn not_owed() -> ProofView {
    ProofView { state: ProofState::None, at: None, due_at: None, entry: None }
}

fn proven(at: Option<Timestamp>, by: Timestamp, now: Timestamp) -> ProofView {
    let left = by.micros().saturating_sub(now.micros());
    let state = match at {
        _ if left <= 0 => ProofState::Overdue,
        None => ProofState::Never,
        Some(_) if left < DUE_DAYS * DAY_MICROS => ProofState::Due,
        Some(_) => ProofState::InTime,
    };
    ProofView { state, at: at.map(micros), due_at: Some(micros(by)), entry: None }
}

/// What a card says, held against who is enrolled.
pub(crate) fn card(card: &EnrolmentCard, people: &Directory<'_>, custody: uuid::Uuid, founding: &[u8; 32]) -> CardView {
    let same = |row: &&OperatorRow| row.person.eq_ignore_ascii_case(&card.person) || row.id.0 == card.operator;
    let known = people.operators.iter().find(same);
    let key = card.key();
    CardView {
        kind: match card.kind.as_str() {
            "operator" => ActorKind::Operator,
            "agent" => ActorKind::Agent,
            _ => ActorKind::Service,
        },
        name: card.name.clone(),
        identity: card.person.clone(),
        login: card.login.clone(),
        device_name: card.device_name.clone(),
        device_key: digest(&key),
        proven: card.verify(card.custody, &card.founding).is_ok(),
        this_custody: card.custody == custody && card.founding == *founding,
        known: known.map(|row| people.person(row.id)),
        device_known: people.operators.iter().any(|row| row.devices.iter().any(|device| device.key_id == key)),
    }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;
    use ipc::ProofState;

    use super::{DAY_MICROS, proven};

    /// overdue from the moment itself on, due two weeks before, and never signed is said as such.
    #[test]
    fn a_proof_of_life_is_due_before_it_is_overdue() {
        let at = |days: i64| Timestamp::from_micros(days * DAY_MICROS);
        let state = |given: Option<i64>, by: i64, now: i64| proven(given.map(at), at(by), at(now)).state;
        assert_eq!(state(Some(0), 90, 10), ProofState::InTime);
        assert_eq!(state(Some(0), 90, 80), ProofState::Due);
        assert_eq!(state(Some(0), 90, 90), ProofState::Overdue);
        assert_eq!(state(None, 14, 3), ProofState::Never);
        assert_eq!(state(None, 14, 14), ProofState::Overdue);
    }
}
