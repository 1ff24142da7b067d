//! What an operator signs about themselves: that they know their duties, that they can still sign.

use std::sync::Arc;

use ipc::{DutyKind, IpcError, SealedView, SignContextView, SignDutyView};
use keychain::Passphrase;
use register::DutiesRow;
use sha2::{Digest as _, Sha256};

use super::app::{head, me};
use crate::at_work::AtWork;
use crate::failure::Failure;
use crate::views::moments::{count32, digest, micros};

/// What a rehearsal says.
const REHEARSAL: &str =
    "I can sign today, with this device key. This rehearses a signature: it approves nothing and changes nothing.";

/// What the sign window shows: the words, and the hash of what is shown.
pub(super) async fn sign_context(work: &Arc<AtWork>, duty: DutyKind) -> Result<SignContextView, Failure> {
    let register = &work.desk.console.register;
    let (duties, proofs) = tokio::try_join!(register.duties(), register.proofs_of_life())?;
    let own = proofs.iter().find(|proof| proof.operator == work.desk.person.operator);
    let role = work.desk.person.roles.iter().copied().find(|role| *role != domain::Role::Auditor);
    let role = role.and_then(crate::views::people::role);
    let (words, version, last) = match duty {
        DutyKind::Acknowledge => {
            let words = duties.words.lines().map(str::to_owned).collect();
            (words, duties.version.to_string(), own.and_then(|proof| proof.acknowledged_at))
        }
        DutyKind::Rehearse => (vec![REHEARSAL.to_owned()], String::new(), own.and_then(|proof| proof.proven_at)),
    };
    let statement = SignDutyView {
        custody: head(&work.desk.premises)?,
        duty,
        words,
        version,
        signer: me(work),
        role: role.ok_or_else(|| Failure::refused(ipc::RefusalReason::AuditorNeverSigns))?,
        device_key: digest(&work.desk.session.device),
        statement_hash: digest(&statement(duty, &duties)),
        last: last.map(micros),
    };
    Ok(SignContextView::Duty { statement })
}

/// Signs it under the device key. `shown` is the hash of what the reader saw.
pub(super) async fn sign(
    work: &Arc<AtWork>,
    duty: DutyKind,
    shown: [u8; 32],
    passphrase: Passphrase,
) -> Result<SealedView, Failure> {
    let console = &work.desk.console;
    let duties = console.register.duties().await?;
    if statement(duty, &duties) != shown {
        return Err(IpcError::Moved.into());
    }
    let device = work.desk.unlock_for_seal(passphrase).await?;
    let (label, receipt) = match duty {
        DutyKind::Acknowledge => ("duties.acknowledged", console.acknowledge_duties(&device, &duties).await?),
        DutyKind::Rehearse => ("rehearsal.signed", console.rehearse(&device).await?),
    };
    Ok(SealedView { request: None, label: label.to_owned(), decision: None, entry: count32(receipt.seq), missing: 0 })
}

/// A hash of what is shown: the words in their version, or the rehearsal.
fn statement(duty: DutyKind, duties: &DutiesRow) -> [u8; 32] {
    match duty {
        DutyKind::Acknowledge => Sha256::digest(format!("duties/{}/{}", duties.version, duties.words)).into(),
        DutyKind::Rehearse => Sha256::digest(format!("rehearsal/{REHEARSAL}")).into(),
    }
}

#[cfg(test)]
mod tests {
    use ipc::DutyKind;
    use register::DutiesRow;

    /// other words, or another version of them, are another statement: nobody signs what they did not read.
    #[test]
    fn other_words_are_another_statement() {
        let hash = |version, words: &str| {
            super::statement(DutyKind::Acknowledge, &DutiesRow { version, words: words.to_owned() })
        };
        assert_eq!(hash(1, "I sign what I read."), hash(1, "I sign what I read."));
        assert_ne!(hash(1, "I sign what I read."), hash(2, "I sign what I read."));
        assert_ne!(hash(1, "I sign what I read."), hash(1, "I sign."));
    }
}
