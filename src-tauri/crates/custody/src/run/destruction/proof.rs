//! The last look: nothing of any key may be found, in the register or in the vault. Only then is it called destroyed.

use canonical::Encoder;
use domain::{KeyId, KeyKind};
use register::{CoveredKey, DeletionRow};

use super::super::error::RunError;
use super::super::hands::{Evidence, Step};
use super::super::progress::Meter;
use super::Destruction;
use super::acts::Rows;
use super::object::{Found, Object};

/// Keys in one act.
const KEYS_MAX: u32 = 1_000;

impl Destruction<'_> {
    pub(super) async fn prove_absent(&self, step: Step, meter: &mut Meter) -> Result<Evidence, RunError> {
        let (register, run) = (&self.hands.console.register, self.hands.run);
        let left = register.remains(run).await?;
        if left.tokens + left.wraps + left.former_wraps > 0 {
            let what = format!("{} tokens, {} wraps and {} former wraps", left.tokens, left.wraps, left.former_wraps);
            return Err(RunError::NotGone { what });
        }
        let deletions = register.deletions(run).await?;
        let in_register = self.proof_of_deks().await?;
        meter.begin(step.kind, 0, 1);
        let (mut after, mut destroyed) = (None, 0);
        loop {
            let keys = register.covered_keys(run, after, KEYS_MAX).await?;
            let Some(last) = keys.last() else { break };
            after = Some(last.id);
            let mut rows = Vec::new();
            for key in keys.iter().filter(|key| key.in_vault || key.kind == KeyKind::Dek) {
                let proof = if key.in_vault { self.prove_gone(key, &deletions).await? } else { in_register.clone() };
                rows.push(Encoder::new().bytes(key.id.0.as_bytes()).text(&proof));
            }
            destroyed += rows.len();
            if !rows.is_empty() {
                self.write_destroyed(Rows::of(rows)).await?;
            }
        }
        Ok(Evidence::from([("destroyed", destroyed.to_string()), ("in_vault", deletions.len().to_string())]))
    }

    async fn proof_of_deks(&self) -> Result<String, RunError> {
        let none = "no token, no wrap and no former wrap of it is found in the register";
        Ok(match self.hands.console.register.erasure(self.hands.run).await? {
            Some(erased) if erased.is_reclaimed => {
                format!("{none}; the tables were written anew in entry {}", erased.reclaimed_seq.unwrap_or_default())
            }
            Some(_) => return Err(RunError::NotGone { what: "what was erased, in the tables' files".to_owned() }),
            None => format!("{none}; there was none"),
        })
    }

    /// The vault is asked once more: neither the object nor its remains.
    async fn prove_gone(&self, key: &CoveredKey, deletions: &[DeletionRow]) -> Result<String, RunError> {
        let vault = &self.hands.console.vault;
        let object = Object::of(vault, key).await?;
        let purged = deletions.iter().find(|one| one.key == key.id).and_then(|one| one.purged_seq);
        match (object.find(vault).await?, purged) {
            (Found::Absent, Some(entry)) => {
                Ok(format!("{}: not found, its deleted remains not found; first so in entry {entry}", object.said()))
            }
            _ => Err(RunError::NotGone { what: object.said() }),
        }
    }

    pub(super) async fn close(&self) -> Result<Evidence, RunError> {
        let register = &self.hands.console.register;
        let erased = register.erasure(self.hands.run).await?;
        let deletions = register.deletions(self.hands.run).await?;
        let in_register = erased.map_or_else(
            || "nothing was to be erased in the register".to_owned(),
            |erased| {
                format!(
                    "{} tokens and {} wraps overwritten, deleted and reclaimed in entry {}",
                    erased.tokens,
                    erased.wraps + erased.former_wraps,
                    erased.reclaimed_seq.unwrap_or_default()
                )
            },
        );
        let purged: Vec<KeyId> = deletions.iter().filter(|one| one.purged_at.is_some()).map(|one| one.key).collect();
        let verification =
            format!("{in_register}; {} objects in the vault deleted, purged and found gone", purged.len());
        self.hands.close("completed", &verification).await?;
        Ok(Evidence::new())
    }
}
