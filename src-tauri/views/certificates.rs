//! Certificates of destruction in their wire form. What they say is what their file says.

use certificate::Verdict;
use domain::{OperatorId, Timestamp};
use ipc::{
    CertificateLinkView, CertificateSealView, CertifiedEvidenceView, CertifiedStrength, DestroyedView, EntryRangeView,
    RemainsView,
};
use register::CertificateRow;

use super::keys::key_type;
use super::moments::{count32, digest, micros};
use super::people::{Directory, role};

/// Most lines of one kind that are shown; the file has all.
pub(crate) const LINES_SHOWN: usize = 200;

/// Number by which people call a certificate.
pub(crate) fn label(number: u32) -> String {
    format!("C-{number}")
}

/// A certificate, by number. It is found by its run.
pub(crate) fn link(row: &CertificateRow) -> CertificateLinkView {
    CertificateLinkView { certificate: ipc::CertificateId(row.run.to_string()), label: label(row.number) }
}

/// The first of what was destroyed.
pub(crate) fn destroyed(verdict: &Verdict) -> Vec<DestroyedView> {
    let view = |row: &certificate::Destroyed| DestroyedView {
        key_type: key_type(row.kind),
        name: if row.vault_name.is_empty() { row.name.clone() } else { row.vault_name.clone() },
        scope: [&row.tenant, &row.scope]
            .into_iter()
            .filter(|it| !it.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
        proof: row.proof.clone(),
        entry: count32(row.entry),
    };
    verdict.document.destroyed.iter().take(LINES_SHOWN).map(view).collect()
}

/// The first of the evidence.
pub(crate) fn evidence(verdict: &Verdict) -> Vec<CertifiedEvidenceView> {
    let view = |row: &certificate::Evidence| CertifiedEvidenceView {
        entry: count32(row.entry),
        at: micros(Timestamp::from_micros(row.at)),
        words: row.words.clone(),
    };
    verdict.document.statement.evidence.iter().take(LINES_SHOWN).map(view).collect()
}

/// How strong the erasure is. A word that this console does not know is never shown as stronger than it may be.
pub(crate) fn strength(verdict: &Verdict) -> CertifiedStrength {
    match verdict.document.statement.strength.word.as_str() {
        "cryptographic" => CertifiedStrength::Cryptographic,
        "deleted" => CertifiedStrength::Deleted,
        _ => CertifiedStrength::Limited,
    }
}

/// What remained.
pub(crate) fn remains(verdict: &Verdict) -> Vec<RemainsView> {
    let view = |row: &certificate::Residue| RemainsView {
        copy: row.copy.clone(),
        until: row.until.map(|at| micros(Timestamp::from_micros(at))),
        words: row.words.clone(),
    };
    verdict.document.statement.remains.iter().map(view).collect()
}

/// Who sealed it.
pub(crate) fn seals(verdict: &Verdict, requester: OperatorId, people: &Directory<'_>) -> Vec<CertificateSealView> {
    let view = |seal: &certificate::SealLine| CertificateSealView {
        by: people.person(seal.operator),
        role: role(seal.role),
        at: micros(Timestamp::from_micros(seal.at)),
        device_key: digest(&seal.key.0),
        requester: seal.operator == requester,
    };
    verdict.document.seals.iter().map(view).collect()
}

/// Entries it carries, as unbroken ranges.
pub(crate) fn ranges(numbers: impl Iterator<Item = u64>) -> Vec<EntryRangeView> {
    let mut ranges: Vec<EntryRangeView> = Vec::new();
    for number in numbers.map(count32) {
        match ranges.last_mut() {
            Some(range) if range.last.saturating_add(1) == number => range.last = number,
            _ => ranges.push(EntryRangeView { first: number, last: number }),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_that_follow_each_other_are_one_range() {
        let found: Vec<(u32, u32)> =
            super::ranges([1, 4, 5, 6, 9].into_iter()).iter().map(|range| (range.first, range.last)).collect();
        assert_eq!(found, [(1, 1), (4, 6), (9, 9)]);
    }
}
