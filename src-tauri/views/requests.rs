//! Requests as they are shown: where each stands, whose seals it has, and what this operator may do with it.

use custody::Witness;
use domain::{Change, Decision, OperatorId, Plan, QuorumRule, Timestamp, quorum_rules};
use ipc::{
    DifferenceView, MayNotView, MayView, RefusalReason, RequestActionsView, RequestRowView, RequestState, SealSlotView,
};
use register::{MaySignRow, OperatorRow, RequestRow, SealRow};

use super::moments::{count32, digest, micros};
use super::people::{Directory, role, roles};
use super::plans::{counts, number, operation, subject};

/// Number by which people call a request.
pub(crate) fn label(number: u32) -> String {
    format!("R-{number}")
}

/// Differences as a plan names them.
pub(crate) fn differences(changes: &[Change]) -> Vec<DifferenceView> {
    let view = |change: &Change| {
        let fact = format!("{}.{}", change.subject, change.field);
        crate::failure::difference(&fact, &change.before, &change.after)
    };
    changes.iter().map(view).collect()
}

/// Where a request stands.
pub(crate) fn state(of: domain::RequestState, rolled_back: bool) -> RequestState {
    match of {
        domain::RequestState::Open => RequestState::Open,
        domain::RequestState::Approved => RequestState::Approved,
        domain::RequestState::Rejected => RequestState::Rejected,
        domain::RequestState::Withdrawn => RequestState::Withdrawn,
        domain::RequestState::Lapsed => RequestState::Lapsed,
        domain::RequestState::Expired => RequestState::Expired,
        domain::RequestState::Executing => RequestState::Executing,
        domain::RequestState::Executed => RequestState::Executed,
        domain::RequestState::Failed if rolled_back => RequestState::RolledBack,
        domain::RequestState::Failed => RequestState::Failed,
    }
}

/// What is known of one request when it is shown.
pub(crate) struct Shown<'a> {
    pub row: &'a RequestRow,
    pub plan: &'a Plan,
    pub seals: &'a [SealRow],
    /// Which of them this console has verified itself, by signer.
    pub verified: &'a [OperatorId],
    pub may: &'a MaySignRow,
    pub operators: &'a [OperatorRow],
    pub now: Timestamp,
    pub me: OperatorId,
    /// Why it was rejected, and by which entry.
    pub rejection: Option<(String, u64)>,
    pub rolled_back: bool,
}

impl Shown<'_> {
    fn people(&self) -> Directory<'_> {
        Directory { operators: self.operators, now: self.now }
    }

    /// The rule that counts its seals.
    fn rule(&self) -> Option<QuorumRule> {
        quorum_rules().into_iter().find(|rule| rule.operation == self.row.operation)
    }

    /// Seals needed, the requester's included.
    pub fn quorum(&self) -> u32 {
        self.rule().map_or(2, |rule| rule.people_min.max(2))
    }

    /// Roles of which the countersigner must hold one.
    pub fn countersign_roles(&self) -> Vec<ipc::Role> {
        let rule = self.rule();
        rule.and_then(|rule| rule.countersigners_of(self.row.requester_role).map(roles)).unwrap_or_default()
    }

    pub fn row_view(&self) -> RequestRowView {
        let lapsed = self.row.differences.first();
        RequestRowView {
            request: ipc::RequestId(self.row.id.to_string()),
            label: label(self.row.number),
            operation: operation(self.row.operation),
            subject: subject(self.plan),
            targets: count32(self.plan.targets.len()),
            version_before: number(self.plan, "version_before"),
            version_after: number(self.plan, "version_after"),
            counts: counts(self.plan),
            state: state(self.row.state, self.rolled_back),
            requester: self.people().person(self.row.requester),
            requested_at: micros(self.row.submitted_at),
            approve_by: micros(self.row.approve_by),
            execute_by: micros(self.row.execute_by),
            slots: self.slots(),
            waits_for_me: self.may.allowed() && self.row.state == domain::RequestState::Open,
            lapsed_because: lapsed.map(|it| crate::failure::difference(&it.fact, &it.planned, &it.found)),
        }
    }

    /// Seals in the order given, then the places that are empty.
    pub fn slots(&self) -> Vec<SealSlotView> {
        let mut seals: Vec<&SealRow> = self.seals.iter().collect();
        seals.sort_by_key(|seal| seal.seq);
        let mut slots: Vec<SealSlotView> = seals.into_iter().filter_map(|seal| self.slot(seal)).collect();
        let wanted = usize::try_from(self.quorum()).unwrap_or(2);
        let still_open = matches!(self.row.state, domain::RequestState::Open);
        while still_open && slots.len() < wanted {
            slots.push(match self.may.roles.first().copied().and_then(role).filter(|_| self.may.allowed()) {
                Some(role) => SealSlotView::Mine { role },
                None => SealSlotView::Empty { roles: self.countersign_roles() },
            });
        }
        slots
    }

    fn slot(&self, seal: &SealRow) -> Option<SealSlotView> {
        let (by, role, at) = (self.people().person(seal.operator), role(seal.role)?, micros(seal.sealed_at));
        let entry = count32(seal.seq);
        Some(match seal.decision {
            Decision::Reject => {
                let reason = self.rejection.as_ref().map(|(reason, _)| reason.clone()).unwrap_or_default();
                SealSlotView::Declined { by, role, at, reason, entry }
            }
            Decision::Approve => SealSlotView::Signed {
                by,
                role,
                at,
                device_key: digest(&seal.device),
                entry,
                requester: seal.is_requester,
                verified: self.verified.contains(&seal.operator),
                void: self.is_void(),
            },
        })
    }

    fn is_void(&self) -> bool {
        use domain::RequestState::{Expired, Lapsed, Rejected, Withdrawn};
        matches!(self.row.state, Rejected | Withdrawn | Lapsed | Expired)
    }

    /// What this operator may do with it. `others` may countersign as well or instead.
    pub fn actions(&self, others: &[ipc::PersonView]) -> RequestActionsView {
        let countersign = may(refusal(self.may, self.row, &self.people()), others);
        let mine = self.row.requester == self.me;
        let undecided = matches!(self.row.state, domain::RequestState::Open | domain::RequestState::Approved);
        let requester = [self.people().person(self.row.requester)];
        let withdraw = match (mine, undecided) {
            (true, true) => may(None, &[]),
            (false, _) => may(Some(RefusalReason::RoleMissing { needs: Vec::new() }), &requester),
            (true, false) => may(Some(RefusalReason::AlreadyDecided), &[]),
        };
        RequestActionsView { reject: countersign.clone(), countersign, withdraw, start: self.may_start() }
    }

    fn may_start(&self) -> MayView {
        let executors: Vec<ipc::PersonView> = self
            .people()
            .active()
            .filter(|row| executes(&row.roles_at(self.now)))
            .map(|row| self.people().person(row.id))
            .collect();
        let held = self.people().row(self.me).map(|row| row.roles_at(self.now)).unwrap_or_default();
        let reason = match self.row.state {
            domain::RequestState::Approved if executes(&held) => None,
            domain::RequestState::Approved => {
                Some(RefusalReason::RoleMissing { needs: vec![ipc::Role::Devops, ipc::Role::Security] })
            }
            domain::RequestState::Open => {
                let signed = self.seals.iter().filter(|seal| seal.decision == Decision::Approve).count();
                Some(RefusalReason::QuorumMissing { missing: self.quorum().saturating_sub(count32(signed)).max(1) })
            }
            domain::RequestState::Lapsed => Some(RefusalReason::RequestLapsed),
            domain::RequestState::Withdrawn => Some(RefusalReason::RequestWithdrawn),
            domain::RequestState::Expired => Some(RefusalReason::ExecuteByPassed { at: micros(self.row.execute_by) }),
            _ => Some(RefusalReason::AlreadyDecided),
        };
        may(reason, &executors)
    }
}

/// Roles that carry out what was signed.
pub(crate) fn executes(held: &[domain::Role]) -> bool {
    held.iter().any(|role| matches!(role, domain::Role::DevOps | domain::Role::Security))
}

/// Allowed without a reason, otherwise why not and who could.
pub(crate) fn may(reason: Option<RefusalReason>, eligible: &[ipc::PersonView]) -> MayView {
    MayView { allowed: reason.is_none(), reason, eligible: eligible.to_vec() }
}

/// Why an operator may not sign; `None` when they may.
pub(crate) fn refusal(answer: &MaySignRow, row: &RequestRow, people: &Directory<'_>) -> Option<RefusalReason> {
    Some(match answer.code.as_str() {
        "ok" => return None,
        "own_request" | "same_person" => RefusalReason::OwnRequest,
        "already_signed" => RefusalReason::AlreadySigned,
        "operator_inactive" | "operator_unknown" | "no_device" => RefusalReason::Suspended,
        "request_expired" if people.now >= row.execute_by => {
            RefusalReason::ExecuteByPassed { at: micros(row.execute_by) }
        }
        "request_expired" => RefusalReason::ApproveByPassed { at: micros(row.approve_by) },
        "request_not_open" => match row.state {
            domain::RequestState::Lapsed => RefusalReason::RequestLapsed,
            domain::RequestState::Withdrawn => RefusalReason::RequestWithdrawn,
            _ => RefusalReason::AlreadyDecided,
        },
        "role_missing" => RefusalReason::RoleMissing { needs: roles(&answer.wanted) },
        other => RefusalReason::Register { refusal: other.to_owned() },
    })
}

/// Everyone who may not sign, with the reason.
pub(crate) fn may_not(
    answers: &[(OperatorId, MaySignRow)],
    row: &RequestRow,
    people: &Directory<'_>,
) -> Vec<MayNotView> {
    let view = |(operator, answer): &(OperatorId, MaySignRow)| {
        Some(MayNotView { person: people.person(*operator), reason: refusal(answer, row, people)? })
    };
    answers.iter().filter_map(view).collect()
}

/// Signers whose seals on `plan` this console has verified with keys that the ledger certifies.
pub(crate) async fn verified_signers(witness: &Witness, plan: &Plan, seals: &[SealRow]) -> Vec<OperatorId> {
    let keys: Vec<_> = seals.iter().map(|seal| (seal.operator, seal.device)).collect();
    // Whoever gave a seal may be gone by now: it is theirs all the same.
    let known = witness.signers_then(&keys, domain::Timestamp::from_micros(i64::MIN)).await;
    let holds = |seal: &&SealRow| {
        let facts = known.get(&(seal.operator, seal.device));
        facts.is_some_and(|facts| custody::run::seal_of(plan, seal).verify(plan, &facts.public_key).is_ok())
    };
    seals.iter().filter(holds).map(|seal| seal.operator).collect()
}
