//! Policy reviews and audits: recorded by one person with the evidence, and looked at by another before they count.

use domain::Text;
use register::Receipt;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::ReviewError;
use crate::author::{Act, Author};
use crate::console::Console;
use crate::request::reason_of;

const EVIDENCE_NAME_CHARS_MAX: usize = 200;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// The policy was reviewed.
    PolicyReview,
    /// The encryption system was audited, as every year.
    SystemAudit,
    /// It was audited after this incident, which ended.
    IncidentAudit(Uuid),
}

/// The document that shows it: the ledger keeps its name and digest, the document stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    name: String,
    digest: [u8; 32],
}

impl Evidence {
    /// Of a document with this content.
    ///
    /// # Errors
    /// When the name is empty, too long, or holds characters that are not shown.
    pub fn of(name: &str, content: &[u8]) -> Result<Self, ReviewError> {
        Self::known(name, Sha256::digest(content).into())
    }

    /// Of a document whose SHA-256 was computed already.
    ///
    /// # Errors
    /// As [`Evidence::of`].
    pub fn known(name: &str, digest: [u8; 32]) -> Result<Self, ReviewError> {
        let name = Text::parse("evidence", name, EVIDENCE_NAME_CHARS_MAX)?;
        Ok(Self { name: name.as_str().to_owned(), digest })
    }

    /// Name of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its SHA-256.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

impl Console {
    /// Records a policy review or an audit under a device key of Security. It waits on the review list, and counts once another person
    /// signed it off there.
    ///
    /// # Errors
    /// [`ReviewError`]: refused as `incident_open` while the incident has not ended.
    pub async fn record_duty(
        &self,
        device: &Author,
        duty: Duty,
        evidence: &Evidence,
        note: &str,
    ) -> Result<Receipt, ReviewError> {
        let verb = match duty {
            Duty::PolicyReview => "policy.reviewed",
            Duty::SystemAudit | Duty::IncidentAudit(_) => "system.audited",
        };
        let mut act = Act::new(verb, "custody", self.custody.id)
            .purpose(&reason_of(note)?)
            .with("evidence_name", &evidence.name)
            .with("evidence_digest", hex::encode(evidence.digest));
        match duty {
            Duty::PolicyReview => {}
            Duty::SystemAudit => act = act.with("incident", ""),
            Duty::IncidentAudit(hold) => act = act.with("incident", hold),
        }
        let entry = self.entry(device, act).await?;
        Ok(self.register.record_duty(entry.as_act()).await?)
    }
}
