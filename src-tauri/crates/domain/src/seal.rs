//! Seals: one operator's signature on one plan. Format: `docs/formats/plan.md`.

use canonical::Encoder;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::id::{CustodyId, OperatorId, RequestId};
use crate::people::{Environment, Role};
use crate::plan::{Plan, PlanHash};
use crate::time::Timestamp;
use crate::words::words;

words! {
    /// What a seal decides.
    Decision, "decision" {
        /// The plan may be executed.
        Approve = "approve",
        /// It may not.
        Reject = "reject",
    }
}

/// What exactly is signed: nothing in it can be moved to another custody, request, plan, person or moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealStatement {
    /// The custody.
    pub custody: CustodyId,
    /// Its environment.
    pub environment: Environment,
    /// The request.
    pub request: RequestId,
    /// Hash of its plan.
    pub plan: PlanHash,
    /// Approve or reject.
    pub decision: Decision,
    /// The role it is given in.
    pub role: Role,
    /// Who gives it.
    pub signer: OperatorId,
    /// When.
    pub time: Timestamp,
}

/// A statement with its signature, as the register keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// What was signed.
    pub statement: SealStatement,
    /// SHA-256 of the device key's public half.
    pub key: [u8; 32],
    /// Ed25519 over the statement's bytes.
    pub signature: [u8; 64],
}

/// Why a seal does not count for a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// It was given for something else.
    #[error("the seal was given for another {field}")]
    Foreign {
        /// What differs.
        field: &'static str,
    },
    /// The signature does not verify.
    #[error("the seal's signature does not verify")]
    Signature,
}

impl SealStatement {
    /// The bytes that are signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Encoder::message("countersign/seal/v1")
            .bytes(self.custody.0.as_bytes())
            .text(self.environment.word())
            .bytes(self.request.0.as_bytes())
            .bytes(&self.plan)
            .text(self.decision.word())
            .text(self.role.word())
            .bytes(self.signer.0.as_bytes())
            .time(self.time.micros())
            .finish()
    }
}

impl Seal {
    /// Whether it was given for exactly this plan, with this key.
    pub fn verify(&self, plan: &Plan, public_key: &[u8; 32]) -> Result<(), SealError> {
        let statement = &self.statement;
        let fields = [
            ("custody", statement.custody == plan.custody),
            ("environment", statement.environment == plan.environment),
            ("request", statement.request == plan.request),
            ("plan", statement.plan == plan.hash()),
        ];
        if let Some((field, _)) = fields.into_iter().find(|(_, same)| !same) {
            return Err(SealError::Foreign { field });
        }
        let key = VerifyingKey::from_bytes(public_key).map_err(|_not_a_point| SealError::Signature)?;
        key.verify_strict(&statement.encode(), &Signature::from_bytes(&self.signature))
            .map_err(|_mismatch| SealError::Signature)
    }
}
