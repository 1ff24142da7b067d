//! What is wrong with a ledger as a whole, and with proofs of it.

use custody::proof::ProofError;

use super::Failure;

impl From<ProofError> for Failure {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Witness(error) => error.into(),
            ProofError::Register(error) => error.into(),
            ProofError::Alarm(ref alarm) => Self::of("ledger_replaced", &error).with("entry", alarm.entry()).hint(
                "nothing is signed or executed on this ledger; keep everything as it is, compare it with the checkpoints that others keep (countersign ledger verify --checkpoint FILE), and bring the register's newer copy back if it was restored from an older one",
            ),
            ProofError::Nodes | ProofError::NotThisLedger { .. } => {
                Self::of("ledger_broken", &error).hint("keep everything as it is, and find out who changed the register's tables")
            }
            ProofError::Unknown => Self::of("checkpoint_unknown", &error).hint("countersign ledger checkpoint --sign"),
            ProofError::Older { .. } => Self::of("checkpoint_older", &error)
                .hint("keep everything as it is, and find out where the newer checkpoint went"),
            ProofError::Elsewhere { .. } => Self::of("checkpoint_elsewhere", &error).could_not_tell(),
            ProofError::Vault(error) => error.into(),
            ProofError::VaultSignature { .. } => {
                Self::of("vault_signature", &error).hint("name a key of type EC on the curve P-256 that may sign")
            }
            ProofError::NoEntry { .. } => Self::of("entry_unknown", &error).hint("countersign ledger list"),
            other => Self::of("proof", &other),
        }
    }
}
