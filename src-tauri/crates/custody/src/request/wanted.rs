//! What can be asked for.

use domain::{DekTrigger, ExceptionId, KeyId};

use super::creation::NewKek;
use super::destruction::{Purge, ReclaimHours};
use super::exception::NewException;
use super::offboarding::OffboardingOrder;
use super::people::PeopleOrder;
use super::reactivation::Reactivation;
use super::rotation::RotationOptions;
use super::rules::RulesOrder;
use super::secrets::SecretRotationOptions;
use super::shared_key::NewSharedKey;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A new version of a KEK.
    RotateKek {
        /// Which.
        key: KeyId,
        /// How.
        options: RotationOptions,
    },
    /// A new KEK.
    CreateKek(NewKek),
    /// The end of DEKs and of the tokens under them.
    DestroyDeks {
        /// Which.
        keys: Vec<KeyId>,
        /// When tables may be rewritten.
        reclaim_hours: ReclaimHours,
    },
    /// The end of a KEK that nothing hangs on.
    DestroyKek {
        /// Which.
        key: KeyId,
        /// When the vault purges it.
        purge: Purge,
    },
    /// A deleted KEK comes back.
    RecoverKek {
        /// Which.
        key: KeyId,
    },
    /// Keys that were protected serve again.
    Reactivate(Reactivation),
    /// A hold keeps nothing any more.
    LiftHold {
        /// Which.
        hold: uuid::Uuid,
    },
    /// The end of everything of a tenant.
    OffboardTenant(OffboardingOrder),
    /// A new value of a secret in the vault.
    RotateSecret {
        /// Which.
        key: KeyId,
        /// How.
        options: SecretRotationOptions,
    },
    /// The end of a secret in the vault.
    DestroySecret {
        /// Which.
        key: KeyId,
        /// When the vault purges it.
        purge: Purge,
    },
    /// The next version of rules.
    ChangeRules(RulesOrder),
    /// Somebody joins, gets a device or a role, or comes back.
    People(PeopleOrder),
    /// A departure from the policy until a date.
    GrantException(NewException),
    /// The end of one, with evidence.
    CloseException {
        /// Which.
        exception: ExceptionId,
        /// What shows that it is no longer needed.
        evidence: String,
    },
    /// A key that serves several tenants.
    ShareKey(NewSharedKey),
    /// New DEKs, with every token under the old ones sealed anew.
    RotateDeks {
        /// Which.
        keys: Vec<KeyId>,
        /// Why.
        trigger: DekTrigger,
    },
}
