//! The review list in its wire form.

use ipc::{PersonView, RefusalReason, ReviewId, ReviewKind, ReviewRowView, SignedOffView};
use register::ReviewItemRow;

use super::moments::{count32, micros};
use super::people::Directory;

/// What was done, by the verb of its entry.
fn kind(verb: &str) -> ReviewKind {
    match verb {
        "key.suspended" => ReviewKind::Suspended,
        "key.revoked" => ReviewKind::Revoked,
        "key.deactivated" => ReviewKind::Disabled,
        "key.compromised" => ReviewKind::CompromiseReported,
        "tokens.invalidated" => ReviewKind::TokensInvalidated,
        "hold.set" => ReviewKind::HoldSet,
        "operator.suspended" => ReviewKind::OperatorSuspended,
        "certificate.issued" => ReviewKind::Certificate,
        "exception.revoked" => ReviewKind::ExceptionRevoked,
        "shared_key.withdrawn" => ReviewKind::SharedKeyWithdrawn,
        "exceptions.reviewed" => ReviewKind::RegisterReviewed,
        "policy.reviewed" => ReviewKind::PolicyReviewed,
        "system.audited" => ReviewKind::SystemAudited,
        "run.finished" | "keys.destroyed" | "key.purged" => ReviewKind::Destroyed,
        _ => ReviewKind::Other,
    }
}

/// An item, upon what is called `subject`.
pub(crate) fn row_view(row: &ReviewItemRow, subject: String, people: &Directory<'_>) -> ReviewRowView {
    ReviewRowView {
        review: ReviewId(row.seq.to_string()),
        kind: kind(&row.verb),
        verb: row.verb.clone(),
        subject,
        by: people.person(row.by),
        at: micros(row.at),
        waits_for_me: row.signed_off.is_none() && row.may_sign_off == "ok",
        signed_off: row.signed_off.as_ref().map(|done| SignedOffView {
            by: people.person(done.by),
            at: micros(done.at),
            note: done.note.clone(),
            entry: count32(done.seq),
        }),
    }
}

/// Why this operator may not sign it off, in the register's own answer; `None` when they may.
pub(crate) fn refusal(answer: &str) -> Option<RefusalReason> {
    use ipc::Role::{Devops, Engineering, Security};
    Some(match answer {
        "ok" => return None,
        "same_person" => RefusalReason::OwnAct,
        "already_signed_off" => RefusalReason::AlreadyDecided,
        "operator_inactive" | "operator_unknown" => RefusalReason::Suspended,
        "role_missing" => RefusalReason::RoleMissing { needs: vec![Security, Devops, Engineering] },
        other => RefusalReason::Register { refusal: other.to_owned() },
    })
}

/// Who could sign it off: anyone who may act, but whoever did it.
pub(crate) fn eligible(row: &ReviewItemRow, people: &Directory<'_>) -> Vec<PersonView> {
    let person = |id| people.row(id).map(|row| row.person.to_lowercase());
    let theirs = person(row.by);
    let able = people.active().filter(|one| Some(one.person.to_lowercase()) != theirs);
    let able = able.filter(|one| one.roles_at(people.now).iter().any(|role| !matches!(role, domain::Role::Auditor)));
    able.map(|one| people.person(one.id)).collect()
}
