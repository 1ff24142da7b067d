//! The look at the whole register of exceptions, signed under the device key by one person, and never by the same twice in a row.

use std::sync::Arc;

use domain::Role;
use ipc::{
    IpcError, MayView, Nothing, RefusalReason, RegisterReviewView, RegisterReviewedView, RegisterStandingView,
    SealedView, SignContextView, SignRegisterView,
};
use keychain::Passphrase;
use register::{ExceptionReviewStanding, ExceptionsSeen, OperatorRow};
use tauri::State;

use super::app::{head, me};
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest, micros};
use crate::views::people::{Directory, roles};
use crate::views::requests::may;

/// What the window says was signed off.
const LABEL: &str = "the register of exceptions";

#[tauri::command]
pub(crate) async fn exceptions_review(host: State<'_, Host>, request: Nothing) -> Result<RegisterReviewView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(review(&work).await?.0)
}

/// What the sign window shows: what is signed is the digest over every open record.
pub(super) async fn sign_context(work: &Arc<AtWork>, shown: &ipc::Digest) -> Result<SignContextView, Failure> {
    let (review, seen) = review(work).await?;
    if digest(&seen.digest) != *shown {
        return Err(IpcError::Moved.into());
    }
    if let Some(reason) = review.sign_off.reason {
        return Err(Failure::refused(reason));
    }
    let statement = SignRegisterView {
        custody: head(&work.desk.premises)?,
        review,
        signer: me(work),
        role: ipc::Role::Security,
        device_key: digest(&work.desk.session.device),
        statement_hash: digest(&seen.digest),
    };
    Ok(SignContextView::Register { statement })
}

/// Signs the register off as it was shown.
pub(super) async fn sign_off(
    work: &Arc<AtWork>,
    note: &str,
    shown: [u8; 32],
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let seen = work.desk.console.register.exceptions_seen().await?;
    if seen.digest != shown {
        return Err(IpcError::Moved.into());
    }
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let receipt = work.desk.console.review_exceptions(&device, &seen, note, "").await?;
    Ok(SealedView { request: None, label: LABEL.to_owned(), decision: None, entry: count32(receipt.seq), missing: 0 })
}

async fn review(work: &Arc<AtWork>) -> Result<(RegisterReviewView, ExceptionsSeen), Failure> {
    let register = &work.desk.console.register;
    let (seen, counts, standing, now) = tokio::try_join!(
        register.exceptions_seen(),
        register.exception_counts(),
        register.exception_review_standing(),
        register.clock(),
    )?;
    let operators = work.operators().await?;
    let people = Directory { operators: &operators, now };
    let near = counts.requested.saturating_add(counts.expiring).saturating_add(counts.expired);
    let last = standing.last.as_ref().map(|last| RegisterReviewedView {
        by: people.person(last.by),
        at: micros(last.at),
        open: last.open,
        note: last.note.clone(),
        entry: count32(last.seq),
    });
    let view = RegisterReviewView {
        at: micros(now),
        last,
        every_days: standing.every_days,
        due_at: standing.due_at.map(micros),
        standing: RegisterStandingView {
            open: count32(counts.open),
            active: count32(counts.open.saturating_sub(near)),
            expiring: count32(counts.expiring),
            expired: count32(counts.expired),
            requested: count32(counts.requested),
        },
        digest: digest(&seen.digest),
        sign_off: may_sign(work, &standing, &people),
    };
    Ok((view, seen))
}

/// Security looks, and another person than the last time.
fn may_sign(work: &AtWork, standing: &ExceptionReviewStanding, people: &Directory<'_>) -> MayView {
    let person = |id| people.row(id).map(|row| row.person.to_lowercase());
    let last = standing.last.as_ref().and_then(|last| person(last.by));
    let mine = person(work.desk.person.operator);
    let able = |row: &&OperatorRow| {
        Some(row.person.to_lowercase()) != last && row.roles_at(people.now).contains(&Role::Security)
    };
    let eligible: Vec<_> = people.active().filter(able).map(|row| people.person(row.id)).collect();
    let reason = if !work.desk.person.roles.contains(&Role::Security) {
        Some(RefusalReason::RoleMissing { needs: roles(&[Role::Security]) })
    } else if last.is_some() && last == mine {
        Some(RefusalReason::Register { refusal: "looked_last".to_owned() })
    } else {
        None
    };
    may(reason, &eligible)
}
