//! What an operator may do with a key or a tenant. The database decides; this says beforehand what it would say.

use domain::{KeyKind, KeyState, Operation, Role};
use ipc::{KeyAct, KeyActView, MayView, PersonView, RefusalReason};

use super::people::{Directory, roles};
use super::requests::may;

/// Roles that may protect, set holds and end tokens, alone and at once.
const PROTECTS: [Role; 3] = [Role::Security, Role::DevOps, Role::Engineering];

/// Who is asking, among whom.
pub(crate) struct Asking<'a> {
    pub held: &'a [Role],
    pub people: &'a Directory<'a>,
}

impl Asking<'_> {
    fn others(&self, entitled: impl Fn(&Role) -> bool) -> Vec<PersonView> {
        let able = self.people.active().filter(|row| row.roles_at(self.people.now).iter().any(&entitled));
        able.map(|row| self.people.person(row.id)).collect()
    }

    /// Whether they may ask for an operation, if nothing else stands in the way.
    pub fn may_ask(&self, operation: Operation, obstacle: Option<RefusalReason>) -> MayView {
        let rule = domain::quorum_rules().into_iter().find(|rule| rule.operation == operation);
        let entitled = |role: &Role| rule.as_ref().is_some_and(|rule| rule.countersigners_of(*role).is_some());
        let wanted = || Role::ALL.iter().copied().filter(|role| entitled(role)).collect::<Vec<_>>();
        let missing = (!self.held.iter().any(entitled)).then(|| RefusalReason::RoleMissing { needs: roles(&wanted()) });
        may(missing.or(obstacle), &self.others(entitled))
    }

    /// Whether they may do what one person does at once.
    pub fn may_protect(&self, obstacle: Option<RefusalReason>) -> MayView {
        let entitled = |role: &Role| PROTECTS.contains(role);
        let missing = (!self.held.iter().any(entitled)).then(|| RefusalReason::RoleMissing { needs: roles(&PROTECTS) });
        may(missing.or(obstacle), &self.others(entitled))
    }
}

/// What is known of a key when it is asked what may be done with it.
pub(crate) struct Standing {
    pub kind: KeyKind,
    pub state: KeyState,
    pub in_vault: bool,
    pub is_deleted: bool,
    pub live_deks: u64,
    pub is_held: bool,
    pub is_requested: bool,
}

/// The request that rotates such a key, and the one that destroys it.
fn operations(kind: KeyKind, in_vault: bool) -> Option<(Operation, Operation)> {
    match kind {
        KeyKind::Kek => Some((Operation::RotateKek, Operation::DestroyKek)),
        KeyKind::Dek => Some((Operation::RotateDek, Operation::DestroyDek)),
        KeyKind::TlsCertificate => None,
        _ if in_vault => Some((Operation::RotateSecret, Operation::DestroySecret)),
        _ => None,
    }
}

/// What may be done with a key. What makes no sense for it is not there.
pub(crate) fn of_key(asking: &Asking<'_>, key: &Standing) -> Vec<KeyActView> {
    use KeyState::{Active, Archived, Compromised, Deactivated, Destroyed, PreActive, Revoked, Suspended};
    if matches!(key.state, Destroyed | Archived) {
        return Vec::new();
    }
    let mut acts = Vec::new();
    let mut add = |act, may| acts.push(KeyActView { act, may });
    let state = |allowed: &[KeyState]| (!allowed.contains(&key.state)).then(|| register("illegal_state"));
    let busy = || key.is_requested.then_some(RefusalReason::RequestOpen);
    if let Some((rotate, destroy)) = operations(key.kind, key.in_vault) {
        let rotatable: &[KeyState] = match key.kind {
            KeyKind::Dek => &[Active, Suspended, Deactivated, Compromised],
            _ => &[Active],
        };
        add(KeyAct::Rotate, asking.may_ask(rotate, busy().or(state(rotatable))));
        let hung = (key.kind == KeyKind::Kek && key.live_deks > 0).then(|| register("live_deks"));
        let held = key.is_held.then_some(RefusalReason::Held);
        let deleted = key.is_deleted.then(|| register("already_deleted"));
        add(KeyAct::Destroy, asking.may_ask(destroy, busy().or(held).or(hung).or(deleted)));
    }
    if key.is_deleted && key.kind == KeyKind::Kek {
        add(KeyAct::Recover, asking.may_ask(Operation::RecoverKek, None));
    }
    if matches!(key.state, Suspended | Deactivated | Compromised) && !key.is_deleted {
        add(KeyAct::Reactivate, asking.may_ask(Operation::Reactivate, busy()));
    }
    let protections: [(KeyAct, &[KeyState]); 4] = [
        (KeyAct::Suspend, &[PreActive, Active]),
        (KeyAct::Disable, &[Active, Suspended]),
        (KeyAct::Revoke, &[PreActive, Active, Suspended, Deactivated, Compromised]),
        (KeyAct::ReportCompromise, &[PreActive, Active, Suspended, Deactivated]),
    ];
    for (act, from) in protections.into_iter().filter(|(_, from)| from.contains(&key.state)) {
        add(act, asking.may_protect(state(from)));
    }
    if key.state != Revoked || key.kind == KeyKind::Dek {
        add(KeyAct::SetHold, asking.may_protect(None));
    }
    if matches!(key.kind, KeyKind::Dek | KeyKind::Kek) {
        add(KeyAct::InvalidateTokens, asking.may_protect(None));
    }
    acts
}

fn register(refusal: &str) -> RefusalReason {
    RefusalReason::Register { refusal: refusal.to_owned() }
}

#[cfg(test)]
mod tests {
    use domain::{KeyKind, KeyState, Role, Timestamp};
    use ipc::{KeyAct, RefusalReason};

    use super::{Asking, Standing, of_key};
    use crate::views::people::Directory;

    fn acts(held: &[Role], key: &Standing) -> Vec<(KeyAct, Option<RefusalReason>)> {
        let people = Directory { operators: &[], now: Timestamp::from_micros(0) };
        of_key(&Asking { held, people: &people }, key).into_iter().map(|it| (it.act, it.may.reason)).collect()
    }

    fn kek(state: KeyState) -> Standing {
        Standing {
            kind: KeyKind::Kek,
            state,
            in_vault: true,
            is_deleted: false,
            live_deks: 0,
            is_held: false,
            is_requested: false,
        }
    }

    /// whoever may protect may do it at once; an auditor reads why not.
    #[test]
    fn an_auditor_may_nothing() {
        assert!(acts(&[Role::Auditor], &kek(KeyState::Active)).iter().all(|(_, reason)| reason.is_some()));
        let engineer = acts(&[Role::Engineering], &kek(KeyState::Active));
        assert!(engineer.contains(&(KeyAct::Suspend, None)));
        assert!(engineer.iter().any(|(act, reason)| *act == KeyAct::Destroy && reason.is_some()));
    }

    /// a KEK on which live DEKs hang is not offered for destruction, and neither is what is held.
    #[test]
    fn what_hangs_on_it_or_holds_it_is_said() {
        let destroy = |key: &Standing| {
            let found = acts(&[Role::DevOps], key);
            found.into_iter().find(|(act, _)| *act == KeyAct::Destroy).and_then(|(_, reason)| reason)
        };
        assert_eq!(destroy(&kek(KeyState::Active)), None);
        let hung = Standing { live_deks: 1, ..kek(KeyState::Active) };
        assert_eq!(destroy(&hung), Some(RefusalReason::Register { refusal: "live_deks".to_owned() }));
        assert_eq!(destroy(&Standing { is_held: true, ..kek(KeyState::Active) }), Some(RefusalReason::Held));
    }

    /// what was revoked is not offered to come back, and nothing is done with what is destroyed.
    #[test]
    fn the_revoked_do_not_come_back() {
        let revoked = acts(&[Role::Security, Role::DevOps], &kek(KeyState::Revoked));
        assert!(revoked.iter().all(|(act, _)| !matches!(act, KeyAct::Reactivate | KeyAct::Suspend)));
        assert_eq!(acts(&[Role::Security], &kek(KeyState::Destroyed)), Vec::new());
    }
}
