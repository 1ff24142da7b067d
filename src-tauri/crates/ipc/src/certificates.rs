//! Certificates of destruction.

use crate::{
    keys::{RequestLinkView, RunLinkView},
    people::PersonView,
    scalar::{CertificateId, Cursor, Digest, KeyType, Micros, OperationKind, Role, RunId},
};

request! {
    /// One page of certificates, newest first.
    pub struct CertificatesPageRequest {
        /// Where to start.
        pub after: Option<Cursor>,
        /// At most this many.
        pub limit: u32,
    }
}

view! {
    /// One page of certificates.
    pub struct CertificatesPageView {
        /// The rows.
        pub rows: Vec<CertificateRowView>,
        /// Where the next page starts.
        pub next: Option<Cursor>,
    }
}

view! {
    /// A certificate in a list.
    pub struct CertificateRowView {
        /// Which.
        pub certificate: CertificateId,
        /// Its number.
        pub label: String,
        /// What was done.
        pub operation: OperationKind,
        /// To what, by name.
        pub subject: String,
        /// When it was issued.
        pub issued_at: Micros,
    }
}

request! {
    /// One certificate.
    pub struct CertificateRequest {
        /// Which.
        pub certificate: CertificateId,
    }
}

request! {
    /// Issues the certificate of a run that has ended. Refused while any proof is missing.
    pub struct CertificateIssueRequest {
        /// Which run.
        pub run: RunId,
    }
}

view! {
    /// A certificate of destruction: what, when, by whom, under which seals, proven how, and what honestly remains.
    pub struct CertificateView {
        /// The row.
        pub row: CertificateRowView,
        /// Name of the custody.
        pub custody: String,
        /// Its environment.
        pub environment: crate::scalar::Environment,
        /// Its request.
        pub request: RequestLinkView,
        /// Its run.
        pub run: RunLinkView,
        /// Why it was asked for.
        pub reason: String,
        /// Change record.
        pub change_record: String,
        /// When the run began.
        pub began_at: Micros,
        /// When it was called over.
        pub ended_at: Micros,
        /// Who carried it out.
        pub executed_by: Vec<PersonView>,
        /// What was verified at its end.
        pub verification: String,
        /// The evidence, entry by entry, the first of it.
        pub evidence: Vec<CertifiedEvidenceView>,
        /// How many pieces of evidence there are in all.
        pub evidence_total: u32,
        /// The first of what was destroyed.
        pub destroyed: Vec<DestroyedView>,
        /// How many keys were destroyed in all.
        pub destroyed_total: u32,
        /// How strong the erasure is, in one word.
        pub strength: CertifiedStrength,
        /// What that means here.
        pub strength_words: String,
        /// What honestly remained when it was issued.
        pub remains: Vec<RemainsView>,
        /// Who sealed it.
        pub seals: Vec<CertificateSealView>,
        /// Who issued it.
        pub issued_by: PersonView,
        /// Ledger entries it carries, first and last of each unbroken range.
        pub entries: Vec<EntryRangeView>,
        /// SHA-256 of the machine-readable file.
        pub digest: Digest,
        /// What was checked when it was opened just now, sentence by sentence.
        pub checked: Vec<String>,
        /// What it does not prove, sentence by sentence, as the file says it.
        pub not_proven: Vec<String>,
    }
}

words! {
    /// How strong a certified erasure is. `Deleted`: what it was cannot be erased by erasing a key, as with a secret's value.
    pub enum CertifiedStrength { Cryptographic, Limited, Deleted }
}

view! {
    /// What an entry proves.
    pub struct CertifiedEvidenceView {
        /// The entry.
        pub entry: u32,
        /// When.
        pub at: Micros,
        /// What the act was, in words.
        pub words: String,
    }
}

view! {
    /// A key that was destroyed.
    pub struct DestroyedView {
        /// What it was.
        pub key_type: KeyType,
        /// Its name.
        pub name: String,
        /// Whose it was and what it served, in one line; empty where nobody's.
        pub scope: String,
        /// How that was proven, in words.
        pub proof: String,
        /// Ledger entry of the proof.
        pub entry: u32,
    }
}

view! {
    /// A copy that remained.
    pub struct RemainsView {
        /// Which copies.
        pub copy: String,
        /// Until when; `None` where nothing says so.
        pub until: Option<Micros>,
        /// What that means.
        pub words: String,
    }
}

view! {
    /// A seal on what was destroyed.
    pub struct CertificateSealView {
        /// By whom.
        pub by: PersonView,
        /// In which role.
        pub role: Option<Role>,
        /// When.
        pub at: Micros,
        /// With which device key.
        pub device_key: Digest,
        /// Whether it is the requester's.
        pub requester: bool,
    }
}

view! {
    /// Ledger entries, first to last.
    pub struct EntryRangeView {
        /// The first.
        pub first: u32,
        /// The last.
        pub last: u32,
    }
}

words! {
    /// How a certificate is written to a file. `Json` is the signed one that `countersign certificate verify` reads.
    pub enum CertificateFormat { Json, Html, Pdf }
}

request! {
    /// Writes a certificate to the downloads folder.
    pub struct CertificateSaveRequest {
        /// Which.
        pub certificate: CertificateId,
        /// How.
        pub format: CertificateFormat,
    }
}

view! {
    /// Where a file was written.
    pub struct SavedFileView {
        /// Its path.
        pub path: String,
        /// Its size.
        pub bytes: u32,
        /// SHA-256 of it.
        pub digest: Digest,
    }
}
