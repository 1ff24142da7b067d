//! Issuing: the same derivations as verification, then the issuer's signature, then verification of what was made.

use canonical::Encoder;
use domain::{Plan, RunId};
use ledger::Record;
use sha2::{Digest, Sha256};
use signed_file::{Hex, SignedFile as _};

use crate::document::{Destroyed, Document, EntryLine, Issued, KIND};
use crate::entries::Proven;
use crate::fault::Fault;
use crate::statement;
use crate::verify::verify;

/// What a certificate is made from.
#[derive(Debug, Clone)]
pub struct Material {
    /// The plan's bytes.
    pub plan: Vec<u8>,
    /// The run that carried it out.
    pub run: RunId,
    /// The entries that matter, ascending.
    pub entries: Vec<Record>,
    /// What was destroyed, in the order of the entries' payloads.
    pub destroyed: Vec<Destroyed>,
}

/// Makes a certificate, issued as `issued` says, signed by `sign` with the session key it names. What does not verify is not given
/// out.
///
/// # Errors
/// The first [`Fault`].
pub fn issue(
    material: Material,
    issued: Issued,
    sign: impl FnOnce(&[u8]) -> ledger::Signature,
) -> Result<Vec<u8>, Fault> {
    let plan = Plan::decode(&material.plan).map_err(Fault::Plan)?;
    let entries: Vec<EntryLine> = material.entries.into_iter().map(line).collect();
    let proven = Proven::read(&entries, &plan, material.run)?;
    let mut document = Document {
        format: KIND.to_owned(),
        custody: plan.custody,
        environment: plan.environment,
        request: plan.request,
        run: material.run,
        operation: plan.operation,
        plan: Hex(material.plan),
        people: proven.device_keys()?,
        sessions: proven.session_keys()?,
        seals: proven.seals()?,
        statement: statement::derive(&plan, &proven, &material.destroyed)?,
        destroyed: material.destroyed,
        entries,
        issued,
        signature: Hex(Vec::new()),
    };
    document.signature = Hex(sign(&document.signed_bytes()).to_vec());
    let bytes = document.write();
    verify(&bytes)?;
    Ok(bytes)
}

fn line(record: Record) -> EntryLine {
    EntryLine {
        number: record.number,
        entry: Hex(record.entry),
        signatures: Hex(record.signatures),
        hash: Hex(record.hash.to_vec()),
    }
}

/// One row of the payload of `keys.destroyed`: the key's id, and how it was proven to be gone.
#[must_use]
pub fn destroyed_row(row: &Destroyed) -> Encoder {
    Encoder::new().bytes(row.key.0.as_bytes()).text(&row.proof)
}

/// SHA-256 of the payload that these rows make.
pub(crate) fn destroyed_digest(rows: &[&Destroyed]) -> [u8; 32] {
    let payload = rows.iter().fold(Encoder::new(), |payload, row| payload.sequence(destroyed_row(row)));
    Sha256::digest(payload.finish()).into()
}
