//! The deployment gate: what stands in the way of a deployment, said so that a pipeline stops and a person knows the next step.
//!
//! A reading comes from the register or from a signed file; the verdict on it is computed here, at a moment that the caller brings.
//! Whatever is not as it should be means that nothing could be told, and that blocks, too. Pure: no clock, no file, no database.
//! Format of the file: `docs/formats/gate.md`.

mod commit;
mod document;
mod fault;
mod finding;
mod forms;
mod judgement;
mod reading;
mod trust;
mod verify;

pub use commit::{BadCommit, Commit};
pub use document::{Certification, Document, KIND, Ledger, Signer, VALIDITY_MAX};
pub use fault::Fault;
pub use finding::{Finding, FindingError, Level};
pub use forms::{Form, give};
pub use judgement::{Judged, Judgement, Report, Source, Unknown, Verdict};
pub use reading::{Reading, ReadingError};
pub use trust::{TRUST_KIND, Trust, TrustError, TrustedSigner};
pub use verify::verify;

pub use signed_file::{FileFault, Hex, SignedFile};

/// How far two clocks may be apart before neither of them is believed.
pub const SKEW_MAX: std::time::Duration = std::time::Duration::from_secs(60);
