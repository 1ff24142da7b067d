//! Certificates of destruction: made from what the ledger says, verified as a stranger would before they are kept.

use certificate::{Destroyed, Fault, Hex, Issued, KeyVersion, Material, Verdict};
use domain::{RunId, Timestamp};
use ledger::Record;
use register::{CertificateRow, DestroyedKeyRow, LedgerRecord, RegisterError};
use sha2::{Digest, Sha256};

use crate::author::{Act, Author};
use crate::console::Console;
use crate::request::RequestError;
use crate::run::{Effect, perform};
use crate::witness::WitnessError;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The ledger can't be relied on.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The request can't be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// There is no such run.
    #[error("there is no run {run}")]
    Unknown {
        /// Which.
        run: RunId,
    },
    /// The run has none yet.
    #[error("run {run} has no certificate: issue one when it is over")]
    NotIssued {
        /// Which.
        run: RunId,
    },
    /// It would not hold.
    #[error("no certificate can be issued: {0}")]
    NotProven(Fault),
    /// The register keeps one that does not hold.
    #[error("the certificate that the register keeps does not hold: {0}")]
    Broken(Fault),
    /// It was made on another ledger than this console knows.
    #[error("the certificate begins with another founding entry than this console knows")]
    Founding,
}

impl Console {
    /// Issues the certificate of a run that destroyed something, or gives the one that was issued. It is verified against itself
    /// before it is kept.
    ///
    /// # Errors
    /// [`CertificateError::NotProven`] names what is missing; otherwise what the register says.
    pub async fn issue_certificate(&self, author: &Author, run: RunId) -> Result<CertificateRow, CertificateError> {
        if let Some(issued) = self.register.certificate(run).await? {
            return Ok(issued);
        }
        let bytes = self.make_certificate(author, run).await?;
        let act = Act::new("certificate.issued", "run", run).with("digest", hex::encode(Sha256::digest(&bytes)));
        let entry = self.entry(author, act).await?;
        let kept = perform(Effect::IssueCertificate, self.register.issue_certificate(entry.as_act(), &bytes));
        match kept.await {
            // Another console was faster: its certificate is as good as ours.
            Err(RegisterError::Refused(refusal)) if refusal.code() == "certificate_known" => {}
            outcome => drop(outcome?),
        }
        self.register.certificate(run).await?.ok_or(CertificateError::NotIssued { run })
    }

    /// The certificate of a run as it was issued, and what it proves.
    ///
    /// # Errors
    /// [`CertificateError::Broken`] when what the register keeps does not hold.
    pub async fn certificate_of(&self, run: RunId) -> Result<(Vec<u8>, Verdict), CertificateError> {
        let bytes = self.register.certificate_file(run).await?.ok_or(CertificateError::NotIssued { run })?;
        let verdict = certificate::verify(&bytes).map_err(CertificateError::Broken)?;
        self.check_founding(&verdict)?;
        Ok((bytes, verdict))
    }

    async fn make_certificate(&self, author: &Author, run: RunId) -> Result<Vec<u8>, CertificateError> {
        // What is certified is what this console has verified itself.
        self.witness.catch_up(&self.register).await?;
        let row = self.register.run(run).await?.ok_or(CertificateError::Unknown { run })?;
        let (plan, _) = self.plan_on_record(row.request).await?;
        let key = author.key_id();
        let entries = self.register.certified_entries(run, &key).await?;
        let destroyed = self.register.destroyed_keys(run).await?;
        let material = Material {
            plan: plan.encode(),
            run,
            entries: entries.into_iter().map(record).collect(),
            destroyed: destroyed.into_iter().map(line).collect(),
        };
        let issued = self.issued(author, key).await?;
        let bytes = certificate::issue(material, issued, |message| author.sign(message));
        let bytes = bytes.map_err(CertificateError::NotProven)?;
        self.check_founding(&certificate::verify(&bytes).map_err(CertificateError::NotProven)?)?;
        Ok(bytes)
    }

    async fn issued(&self, author: &Author, key: [u8; 32]) -> Result<Issued, RegisterError> {
        let now: Timestamp = self.now().await?;
        Ok(Issued { operator: author.operator(), key: Hex(key.to_vec()), at: now.micros() })
    }

    fn check_founding(&self, verdict: &Verdict) -> Result<(), CertificateError> {
        let found = verdict.document.entries.first().and_then(|line| line.hash.array::<32>());
        if found == Some(self.witness.founding()) { Ok(()) } else { Err(CertificateError::Founding) }
    }
}

fn record(row: LedgerRecord) -> Record {
    Record { number: row.seq, entry: row.entry, signatures: row.signatures, hash: row.hash }
}

fn line(row: DestroyedKeyRow) -> Destroyed {
    let version =
        |(version, digest): (String, Option<Vec<u8>>)| KeyVersion { version, public_key_digest: digest.map(Hex) };
    Destroyed {
        key: row.key,
        kind: row.kind,
        name: row.name,
        tenant: row.tenant.unwrap_or_default(),
        scope: row.scope.unwrap_or_default(),
        vault_name: row.vault_name.unwrap_or_default(),
        versions: row.versions.into_iter().map(version).collect(),
        proof: row.proof,
        entry: row.seq,
    }
}
