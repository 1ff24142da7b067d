//! Requests: what is asked for, who agrees, and whether it is still true.

mod creation;
mod dek_rotation;
mod desk;
mod destruction;
mod draft;
mod error;
mod exception;
mod lifting;
mod live;
mod offboarding;
mod people;
mod reactivation;
mod recovery;
mod rotation;
mod rules;
mod secrets;
mod shared_key;
mod wanted;

pub use creation::NewKek;
pub use dek_rotation::DEKS_MAX;
pub use desk::Verdict;
pub(crate) use desk::reason_of;
pub use destruction::{
    Blocker, DESTROY_DEKS_MAX, DoomedDek, DoomedKek, ErasureStrength, NoHours, Purge, ReclaimHours, Residue,
};
pub use draft::{Grounds, Setting, Windows};
pub use error::RequestError;
pub use exception::{EXCEPTION_KEYS_MAX, EXCEPTION_SCOPE_MAX, Excepted, NewException};
pub use offboarding::{Offboarding, OffboardingOrder};
pub use people::{Joiner, PeopleOrder};
pub use reactivation::Reactivation;
pub use recovery::DeletedKek;
pub use rotation::{BATCH_SIZE, GRACE_SECONDS_MAX, KekNow, RotationOptions, vault_operations};
pub use rules::RulesOrder;
pub use secrets::{SecretEncoding, SecretNow, SecretRotationOptions, VALUE_BYTES};
pub use shared_key::NewSharedKey;
pub use wanted::Wanted;
