//! Checkpoints of the ledger: listed, made, cosigned; and the proof of one entry under them.

use std::sync::Arc;

use custody::proof::{Checkpointed, KnownCheckpoint};
use domain::Role;
use ipc::{
    CheckpointSignatureView, CheckpointView, CheckpointsView, IpcError, LedgerEntryRequest, LedgerProofView, MayView,
    Nothing, RefusalReason, SealedView, SignCheckpointView, SignContextView,
};
use keychain::Passphrase;
use sha2::{Digest as _, Sha256};
use tauri::State;
use transparency::Checkpoint;

use super::app::{head, me};
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest, micros};
use crate::views::people::{Directory, roles};
use crate::views::requests::may;

/// Checkpoints that are shown: a year of reviews.
const SHOWN: u32 = 32;
/// Who may make and cosign one.
const SIGNERS: [Role; 2] = [Role::Security, Role::DevOps];

#[tauri::command]
pub(crate) async fn ledger_checkpoints(host: State<'_, Host>, request: Nothing) -> Result<CheckpointsView, IpcError> {
    let _ = request;
    let work = host.at_work().await?;
    Ok(checkpoints(&work).await?)
}

#[tauri::command]
pub(crate) async fn ledger_proof(
    host: State<'_, Host>,
    request: LedgerEntryRequest,
) -> Result<LedgerProofView, IpcError> {
    let work = host.at_work().await?;
    Ok(proof(&work, u64::from(request.entry)).await?)
}

async fn checkpoints(work: &Arc<AtWork>) -> Result<CheckpointsView, Failure> {
    let console = &work.desk.console;
    let (known, (head, _), now) =
        (console.checkpoints(SHOWN).await?, console.register.head().await?, console.now().await?);
    let kept = work.desk.kept_tree().await?;
    let operators = work.operators().await?;
    let people = Directory { operators: &operators, now };
    let newest = known.first();
    let may_cosign = match newest {
        Some(newest) => {
            let code = console.register.may_cosign(newest.size(), work.desk.person.operator).await?;
            may_cosign(&code, newest, &people)
        }
        None => may(Some(refusal("checkpoint_unknown")), &[]),
    };
    Ok(CheckpointsView {
        checkpoints: known.iter().map(|known| view(known, &people)).collect(),
        head: count32(head),
        kept: kept.map(|tree| count32(tree.size)),
        may_make: may_make(work, &people),
        may_cosign,
    })
}

/// A checkpoint with its signers.
pub(super) fn view(known: &KnownCheckpoint, people: &Directory<'_>) -> CheckpointView {
    let signature = |it: &custody::proof::KnownSignature| CheckpointSignatureView {
        by: people.person(it.operator),
        cosigned: it.is_review,
        at: micros(it.at),
        key: digest(&it.device),
        holds: it.holds,
    };
    CheckpointView {
        size: count32(known.size()),
        root: digest(known.note.checkpoint().root()),
        entry: count32(known.signed_seq),
        signatures: known.signatures.iter().map(signature).collect(),
    }
}

fn may_make(work: &AtWork, people: &Directory<'_>) -> MayView {
    let able = people.active().filter(|row| SIGNERS.iter().any(|role| row.roles_at(people.now).contains(role)));
    let eligible: Vec<_> = able.map(|row| people.person(row.id)).collect();
    let mine = work.desk.person.roles.iter().any(|role| SIGNERS.contains(role));
    may((!mine).then(|| RefusalReason::RoleMissing { needs: roles(&SIGNERS) }), &eligible)
}

/// The register's answer, and who else could.
fn may_cosign(code: &str, newest: &KnownCheckpoint, people: &Directory<'_>) -> MayView {
    let person = |id| people.row(id).map(|row| row.person.to_lowercase());
    let signed: Vec<Option<String>> = newest.signatures.iter().map(|it| person(it.operator)).collect();
    let able = people.active().filter(|row| {
        SIGNERS.iter().any(|role| row.roles_at(people.now).contains(role))
            && !signed.contains(&Some(row.person.to_lowercase()))
    });
    let eligible: Vec<_> = able.map(|row| people.person(row.id)).collect();
    let reason = match code {
        "ok" => None,
        "same_person" => Some(refusal("checkpoint_own")),
        "already_signed" => Some(refusal("checkpoint_cosigned")),
        "role_missing" => Some(RefusalReason::RoleMissing { needs: roles(&SIGNERS) }),
        "operator_inactive" | "operator_unknown" => Some(RefusalReason::Suspended),
        other => Some(refusal(other)),
    };
    may(reason, &eligible)
}

fn refusal(code: &str) -> RefusalReason {
    RefusalReason::Register { refusal: code.to_owned() }
}

async fn proof(work: &Arc<AtWork>, number: u64) -> Result<LedgerProofView, Failure> {
    let proven = work.desk.console.prove_entry(number).await?;
    let (operators, now) = (work.operators().await?, work.desk.console.now().await?);
    let people = Directory { operators: &operators, now };
    let checkpoint = proven.proof.checkpoint.checkpoint();
    Ok(LedgerProofView {
        entry: count32(proven.number),
        leaf: count32(proven.proof.index),
        size: count32(checkpoint.size()),
        root: digest(checkpoint.root()),
        path: proven.proof.path.iter().map(|hash| digest(hash)).collect(),
        under: proven.under.as_ref().map(|known| view(known, &people)),
        holds: proven.holds,
        text: proven.proof.encode(),
    })
}

/// What the sign window shows: the checkpoint that is about to be made, or the newest one that another person made.
pub(super) async fn sign_context(work: &Arc<AtWork>, cosign: bool) -> Result<SignContextView, Failure> {
    let listed = checkpoints(work).await?;
    let may = if cosign { listed.may_cosign } else { listed.may_make };
    if let Some(reason) = may.reason {
        return Err(Failure::refused(reason));
    }
    let seen = look(work, cosign).await?;
    let newest = listed.checkpoints.first();
    let made = newest.and_then(|it| it.signatures.iter().find(|signature| !signature.cosigned));
    let before = listed.checkpoints.iter().find(|it| u64::from(it.size) < seen.size);
    let origin = work.desk.console.origin();
    let text = Checkpoint::new(&origin, seen.size, seen.root).map_err(custody::proof::ProofError::from)?.encode();
    let role = work.desk.person.roles.iter().copied().find(|role| SIGNERS.contains(role));
    let statement = SignCheckpointView {
        custody: head(&work.desk.premises)?,
        cosigns: cosign,
        made_by: made.filter(|_| cosign).map(|made| made.by.clone()),
        origin,
        size: count32(seen.size),
        root: digest(&seen.root),
        since: before.map_or(0, |before| before.size),
        kept: listed.kept.unwrap_or(0),
        signer: me(work),
        role: role.and_then(crate::views::people::role).unwrap_or(ipc::Role::Security),
        device_key: digest(&work.desk.session.device),
        statement_hash: digest(&Sha256::digest(text)),
    };
    *work.checkpoint.lock().await = Some((seen.size, seen.root));
    Ok(SignContextView::Checkpoint { statement })
}

async fn look(work: &AtWork, cosign: bool) -> Result<Checkpointed, Failure> {
    let (console, kept) = (&work.desk.console, work.desk.kept_tree().await?);
    if cosign {
        let seen = console.see_checkpoint(kept.as_ref()).await?;
        return seen.ok_or_else(|| Failure::refused(refusal("checkpoint_unknown")));
    }
    Ok(console.look(kept.as_ref()).await?)
}

/// Signs the checkpoint that was shown under the device key, and keeps it on this computer.
pub(super) async fn sign(
    work: &Arc<AtWork>,
    cosign: bool,
    shown: [u8; 32],
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let console = &work.desk.console;
    let (size, root) = work.checkpoint.lock().await.take().ok_or(IpcError::Moved)?;
    let checkpoint = Checkpoint::new(&console.origin(), size, root).map_err(custody::proof::ProofError::from)?;
    let is_as_shown = <[u8; 32]>::from(Sha256::digest(checkpoint.encode())) == shown;
    // Another one may have been made meanwhile: what is cosigned is the newest.
    if !is_as_shown || (cosign && look(work, true).await?.size != size) {
        return Err(IpcError::Moved.into());
    }
    *work.checkpoint.lock().await = Some((size, root));
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let kept = work.desk.kept_tree().await?;
    let done = if cosign {
        console.cosign_checkpoint(&device, kept.as_ref()).await?
    } else {
        console.sign_checkpoint_of(&device, kept.as_ref(), (size, root)).await?
    };
    work.desk.keep(&done).await?;
    *work.checkpoint.lock().await = None;
    let entry = done.receipt.as_ref().map_or(0, |receipt| receipt.seq);
    Ok(SealedView {
        request: None,
        label: format!("the checkpoint of entry {size}"),
        decision: None,
        entry: count32(entry),
        missing: 0,
    })
}
