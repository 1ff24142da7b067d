//! The deployment gate, from a console: what it would say, the signed file for pipelines that reach no database, and the list of those
//! whose files a pipeline believes.

mod evidence;

use std::time::Duration;

use ::gate::{Certification, Document, Hex, Reading, ReadingError, Signer, TRUST_KIND, Trust, TrustedSigner, Unknown};
use domain::{Environment, OperatorId, Role, Timestamp};
use ledger::key_id;
use register::{OperatorStatus, RegisterError};

use crate::{Author, Console, WitnessError};

/// A register that others write to is read again so often until ledger and findings are of one moment.
const ATTEMPTS_MAX: usize = 5;

/// Why a gate's file or list can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// The register refuses or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The ledger does not hold.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The register's answer is not understood.
    #[error(transparent)]
    Reading(#[from] ReadingError),
    /// What the register says can't be believed.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// Exceptions are not what the ledger says they are: somebody changed the register's tables.
    #[error("the register's exceptions are not those of its ledger: entry {number} says otherwise")]
    NotOfTheLedger {
        /// Number of the entry.
        number: u64,
    },
    /// A file is valid for some time, and not for long.
    #[error("a file is valid for between a minute and seven days")]
    Validity,
    /// The ledger does not know the key that would sign.
    #[error("the session that would sign is not on the ledger")]
    Session,
    /// The ledger moved on whenever it was looked at.
    #[error("the ledger is written to faster than it is read")]
    Busy,
    /// Somebody who is to be trusted has no device key that is.
    #[error("{name} is not active, or has no device key that the ledger certifies")]
    Signer {
        /// Who.
        name: String,
    },
    /// Nobody is left to trust.
    #[error("nobody in the role Security has a device key that the ledger certifies")]
    Nobody,
}

impl Console {
    /// What the gate of this custody says now.
    ///
    /// # Errors
    /// [`GateError`].
    pub async fn gate_reading(&self, environment: Environment) -> Result<Reading, GateError> {
        Ok(Reading::parse(&self.register.gate(environment, None).await?)?)
    }

    /// The signed file: what is in the way at some moment within `valid_for`. Its findings are those of a ledger that was verified here,
    /// and its exceptions those that this ledger granted and did not end.
    ///
    /// # Errors
    /// [`GateError`]; [`GateError::NotOfTheLedger`] when somebody changed an exception in the tables.
    pub async fn gate_file(&self, author: &Author, valid_for: Duration) -> Result<Document, GateError> {
        if valid_for < Duration::from_secs(60) || valid_for > ::gate::VALIDITY_MAX {
            return Err(GateError::Validity);
        }
        let reading = self.verified_reading(valid_for).await?;
        let certificate = self.register.session_certificate(&author.key_id()).await?.ok_or(GateError::Session)?;
        let session = Certification { entry: Hex(certificate.entry), signatures: Hex(certificate.signatures) };
        let signer = Signer { operator: author.operator(), session };
        Ok(Document::sign(reading, signer, |bytes| author.sign(bytes)))
    }

    /// A reading whose ledger head is one that was verified here.
    async fn verified_reading(&self, valid_for: Duration) -> Result<Reading, GateError> {
        for _attempt in 0..ATTEMPTS_MAX {
            // A little less: the register's clock goes on before it looks how far ahead it was asked.
            let until = self.now().await?.plus(valid_for.saturating_sub(Duration::from_millis(1)));
            let reading = Reading::parse(&self.register.gate(self.custody.environment, Some(until)).await?)?;
            reading.check_live(self.custody.environment, Timestamp::from_micros(reading.read_at))?;
            let seen = self.witness.catch_up(&self.register).await?;
            if seen.entries == reading.ledger.number && reading.ledger.hash == Hex(seen.head.to_vec()) {
                evidence::check(&self.register, &reading).await?;
                return Ok(reading);
            }
        }
        Err(GateError::Busy)
    }

    /// Whose files a pipeline may believe: these operators, or without any named everybody active in the role Security. Their device keys
    /// are those that the ledger certifies, not those of a table.
    ///
    /// # Errors
    /// [`GateError::Signer`] for somebody without one.
    pub async fn gate_trust(&self, name: &str, wanted: &[OperatorId]) -> Result<Trust, GateError> {
        self.witness.catch_up(&self.register).await?;
        let now = self.now().await?;
        let mut signers = Vec::new();
        for operator in self.register.operators().await? {
            let is_security = operator.roles_at(now).contains(&Role::Security);
            let is_wanted = if wanted.is_empty() { is_security } else { wanted.contains(&operator.id) };
            if !is_wanted || (wanted.is_empty() && operator.status != OperatorStatus::Active) {
                continue;
            }
            let devices: Vec<_> = operator
                .devices
                .iter()
                .filter(|device| device.active)
                .map(|device| (operator.id, device.key_id))
                .collect();
            let certified = self.witness.signers(&devices, now).await;
            let mut keys: Vec<[u8; 32]> =
                certified.values().filter(|facts| facts.active).map(|facts| facts.public_key).collect();
            keys.sort_unstable_by_key(key_id);
            if keys.is_empty() && !wanted.is_empty() {
                return Err(GateError::Signer { name: operator.name });
            }
            let signer = |key: [u8; 32]| TrustedSigner {
                operator: operator.id,
                name: operator.name.clone(),
                public_key: Hex(key.to_vec()),
            };
            signers.extend(keys.into_iter().map(signer));
        }
        if signers.is_empty() {
            return Err(GateError::Nobody);
        }
        Ok(Trust {
            format: TRUST_KIND.to_owned(),
            custody: self.custody.id,
            name: name.to_owned(),
            environment: self.custody.environment,
            signers,
        })
    }
}
