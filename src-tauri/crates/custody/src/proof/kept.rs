//! The register's checkpoints, held against the entries that brought them.
//!
//! A note that is put together from rewritten rows does not verify. This says so before anybody needs the note, and names the entry.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Entry, Fault, Record, SignatureBlock};
use register::{Register, RegisterError};
use uuid::Uuid;

/// What an entry brought, or the register keeps of it. When it was given is the register's own to say.
#[derive(Debug, PartialEq, Eq)]
struct Signed {
    size: u64,
    /// Of who made the checkpoint.
    root: Option<[u8; 32]>,
    operator: Uuid,
    device: [u8; 32],
    seconds: Option<u64>,
    signature: [u8; 64],
}

/// The signatures under checkpoints that a ledger's entries brought, by the entry's number.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints {
    brought: BTreeMap<u64, Signed>,
    /// Who has signed which checkpoint: their first signature stays.
    signers: BTreeSet<(u64, Uuid)>,
}

impl Checkpoints {
    /// Learns the signature that a verified entry brought, if it brought one.
    pub fn learn(&mut self, entry: &Entry, record: &Record) {
        if let Some(signed) = signed_in(entry, record)
            && self.signers.insert((signed.size, signed.operator))
        {
            self.brought.insert(record.number, signed);
        }
    }

    /// The first entry, of those up to number `read`, whose signature the register keeps otherwise or not at all, or under which it keeps one
    /// that the entry did not bring.
    pub async fn first_difference(&self, register: &Register, read: u64) -> Result<Option<Fault>, RegisterError> {
        let mut kept: BTreeMap<u64, Signed> = BTreeMap::new();
        for row in register.all_checkpoints().await? {
            for one in row.signatures.into_iter().filter(|one| one.seq <= read) {
                let signed = Signed {
                    size: row.size,
                    root: (row.signed_seq == one.seq).then_some(row.root),
                    operator: one.operator.0,
                    device: one.device,
                    seconds: one.seconds,
                    signature: one.signature,
                };
                kept.insert(one.seq, signed);
            }
        }
        let numbers = self.brought.keys().chain(kept.keys());
        let differing = numbers.filter(|number| self.brought.get(number) != kept.get(number)).min();
        Ok(differing.map(|number| Fault::Row { number: *number }))
    }
}

/// The row that the register makes of an entry that signs a checkpoint (`docs/formats/acts.md`).
fn signed_in(entry: &Entry, record: &Record) -> Option<Signed> {
    let is_maker = match entry.verb.as_str() {
        "checkpoint.signed" | "review.signed" => true,
        "checkpoint.cosigned" | "review.cosigned" => false,
        _ => return None,
    };
    let (mut root, mut signature) = ([0; 32], [0; 64]);
    hex::decode_to_slice(entry.attribute("root")?, &mut root).ok()?;
    hex::decode_to_slice(entry.attribute("signature")?, &mut signature).ok()?;
    let block = SignatureBlock::decode(&record.signatures).ok()?;
    let (device, _) = block.pairs().first()?;
    Some(Signed {
        size: entry.subject.name.parse().ok()?,
        root: is_maker.then_some(root),
        operator: entry.actor.id,
        device: *device,
        seconds: if is_maker { None } else { Some(u64::try_from(entry.time).ok()? / 1_000_000) },
        signature,
    })
}
