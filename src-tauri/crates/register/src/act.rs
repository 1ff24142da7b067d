//! Handing a signed act to the register and reading what it answers.

use serde_json::Value;

use crate::connect::Register;
use crate::error::{Refusal, RegisterError};

/// A signed ledger entry, as bytes: what is to be done is in it and nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct SignedAct<'a> {
    /// The entry (`docs/formats/ledger-entry.md`).
    pub entry: &'a [u8],
    /// Its signature block.
    pub signatures: &'a [u8],
}

/// The register did it and wrote it down.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Number of the ledger entry.
    pub seq: u64,
    /// Its chain hash.
    pub hash: [u8; 32],
    /// What the act led to, where its verb says more.
    pub detail: Value,
}

impl Receipt {
    /// A number of the detail, such as a run's `fence`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.detail.get(name).and_then(Value::as_u64)
    }

    /// A word of the detail, such as a request's `state`.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<&str> {
        self.detail.get(name).and_then(Value::as_str)
    }
}

/// What every verb of the database answers (`custody.outcome`).
#[derive(sqlx::FromRow)]
pub(crate) struct OutcomeRow {
    ok: bool,
    seq: Option<i64>,
    hash: Option<Vec<u8>>,
    code: String,
    detail: Value,
}

impl OutcomeRow {
    pub(crate) fn into_result(self) -> Result<Option<Receipt>, RegisterError> {
        if !self.ok {
            return Err(Refusal::new(self.code, self.detail).into());
        }
        let (Some(seq), Some(hash)) = (self.seq, self.hash) else { return Ok(None) };
        let seq = u64::try_from(seq).map_err(decoding)?;
        let hash = <[u8; 32]>::try_from(hash).map_err(|_length| decoding(LENGTH))?;
        Ok(Some(Receipt { seq, hash, detail: self.detail }))
    }
}

const LENGTH: &str = "a chain hash has 32 bytes";

pub(crate) fn decoding(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> RegisterError {
    RegisterError::Other(sqlx::Error::Decode(why.into()))
}

impl Register {
    /// Calls a verb. One statement is one transaction: it is done as a whole, or refused and the refusal kept.
    pub(crate) async fn perform(
        &self,
        verb: &'static str,
        act: SignedAct<'_>,
        payload: Option<&[u8]>,
    ) -> Result<Receipt, RegisterError> {
        let query = sqlx::query_as::<_, OutcomeRow>(verb).bind(act.entry).bind(act.signatures);
        let query = if let Some(payload) = payload { query.bind(payload) } else { query };
        let outcome = query.fetch_one(self.pool()).await?;
        outcome.into_result()?.ok_or_else(|| decoding("an accepted act has a number"))
    }
}
