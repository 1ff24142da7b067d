//! The audit pack: what happened in a period, to print and to sign off, derived from a bundle that was verified.
//!
//! Nothing in it is read from tables that nobody signed, but the names of things, and the refusals: both are said to be the register's
//! word. The bundle goes with it and proves it; its digest stands in the print.

mod gather;
mod layout;
mod names;
mod words;

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use domain::Timestamp;
use keychain::LedgerTree;
use print::Block;
use sha2::{Digest as _, Sha256};
use transparency::bundle::{self, Expectations, Fault, Selection};

use crate::console::Console;
use crate::proof::ProofError;
use gather::Gathered;
use names::Names;

/// What is reported.
#[derive(Debug, Clone)]
pub struct Period {
    /// From this moment on.
    pub from: Timestamp,
    /// Up to this one, which no longer belongs to it.
    pub until: Timestamp,
    /// What its people call the custody.
    pub custody: String,
}

/// An audit pack, ready to be printed.
#[derive(Debug, Clone)]
pub struct Report {
    /// How many entries the period has.
    pub entries: u64,
    /// Number of the newest entry that the bundle's checkpoints cover.
    pub size: u64,
    /// SHA-256 of the bundle that goes with it.
    pub bundle: [u8; 32],
    blocks: Vec<Block>,
}

/// Why there is no audit pack.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The period ends before it begins.
    #[error("the period ends before it begins")]
    Period,
    /// The bundle can't be made, or the ledger is not the one that is known here.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The bundle that was made does not hold: the register's ledger does not.
    #[error("the ledger does not hold, so nothing is reported: {0}")]
    Broken(Box<Fault>),
    /// The bundle's file.
    #[error("the bundle cannot be written or read")]
    File(#[from] std::io::Error),
    /// The task that verifies was stopped.
    #[error("verification was interrupted")]
    Interrupted,
}

impl Report {
    /// As a page that needs nothing else.
    #[must_use]
    pub fn page(&self) -> String {
        print::page(layout::TITLE, &self.blocks)
    }

    /// As a PDF.
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        print::pdf(layout::TITLE, &self.blocks)
    }
}

impl Console {
    /// Writes the bundle of a period to `file`, which must not exist yet, verifies it as whoever gets it would, and derives the audit pack
    /// from what it says.
    ///
    /// # Errors
    /// [`ReportError::Broken`] with the first entry that does not hold; the file is removed then.
    pub async fn report(
        &self,
        period: &Period,
        kept: Option<&LedgerTree>,
        file: &Path,
        watch: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Report, ReportError> {
        if period.from >= period.until {
            return Err(ReportError::Period);
        }
        let out = File::create_new(file)?;
        let made = self.report_into(period, kept, out, file, watch).await;
        if made.is_err() {
            // Half a bundle, or one that does not hold, is nothing to give away.
            drop(std::fs::remove_file(file));
        }
        made
    }

    async fn report_into(
        &self,
        period: &Period,
        kept: Option<&LedgerTree>,
        out: File,
        file: &Path,
        watch: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Report, ReportError> {
        let selection = Selection::Period { from: period.from.micros(), until: period.until.micros() };
        let mut out = Hashed { out: BufWriter::new(out), hash: Sha256::new() };
        let exported = self.export(selection, kept, &mut out, watch).await?;
        out.flush()?;
        let digest: [u8; 32] = out.hash.finalize().into();
        let expectations =
            Expectations { founding: Some(self.witness.founding()), remembered: exported.remembered, reviewers: 0 };
        let range = period.from.micros()..period.until.micros();
        let written = File::open(file)?;
        let verify = move || {
            let mut gathered = Gathered::new(range);
            let verified = bundle::verify(BufReader::new(written), &expectations, &mut |item| gathered.take(&item))
                .map_err(Box::new);
            verified.map(|verified| (verified, gathered))
        };
        let (verified, gathered) = tokio::task::spawn_blocking(verify)
            .await
            .map_err(|_stopped| ReportError::Interrupted)?
            .map_err(ReportError::Broken)?;
        let names = Names::read(self, period, &gathered).await?;
        let refusals = self.refusals_of(period).await?;
        let facts = layout::Facts {
            period,
            verified: &verified,
            gathered: &gathered,
            names: &names,
            refusals: &refusals,
            bundle: digest,
            made_at: Timestamp::from_micros(verified.header.made_at),
        };
        Ok(Report { entries: gathered.count(), size: verified.size(), bundle: digest, blocks: layout::blocks(&facts) })
    }
}

/// Writes and hashes.
struct Hashed<W> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
