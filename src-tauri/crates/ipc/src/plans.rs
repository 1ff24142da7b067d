//! What is asked for, and the plan that comes of it.

use serde::Deserialize;
use ts_rs::TS;

use crate::{
    exceptions::ExceptionWish,
    keys::KeyRefView,
    offboarding::ErasureView,
    operators::ActorKind,
    protect::Scope,
    rules::{RuleSection, RuleWish},
    scalar::{
        Classification, Digest, ExceptionId, HoldId, KeyId, Micros, OperationKind, OperatorId, Role, RotationTrigger,
        TenantId,
    },
    shared_keys::SharedKeyWish,
};

/// What exactly is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "operation", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum OperationRequest {
    /// A new version of a KEK, every DEK re-wrapped, the old version disabled.
    RotateKek {
        /// Which.
        key: KeyId,
        /// How long the old version stays enabled afterwards.
        grace_seconds: u32,
    },
    /// A new KEK in the vault.
    CreateKek {
        /// Its name in the vault.
        name: String,
        /// RSA length.
        bits: u32,
        /// Owner.
        owner: String,
        /// Purpose.
        purpose: String,
        /// How sensitive what it protects will be.
        classification: Classification,
        /// The tenant whose own it is, by name; `None` where tenants share it.
        tenant: Option<String>,
    },
    /// New DEKs, every token under the old ones re-encrypted, the old wraps erased.
    RotateDek {
        /// Which.
        keys: Vec<KeyId>,
        /// Why.
        trigger: RotationTrigger,
    },
    /// A new value of a secret in the vault, generated there or by the console, the old one disabled after an overlap.
    RotateSecret {
        /// Which.
        key: KeyId,
        /// How long the old value stays enabled afterwards.
        overlap_seconds: u32,
    },
    /// The end of DEKs and of the tokens under them.
    DestroyDek {
        /// Which.
        keys: Vec<KeyId>,
        /// Hours of the day in UTC in which the tables may be rewritten, which locks them; `None` for any.
        reclaim: Option<HoursWish>,
    },
    /// The end of a KEK that nothing depends on.
    DestroyKek {
        /// Which.
        key: KeyId,
        /// When it is purged.
        purge: PurgeWish,
    },
    /// The end of a secret in the vault.
    DestroySecret {
        /// Which.
        key: KeyId,
        /// When it is purged.
        purge: PurgeWish,
    },
    /// The end of everything of a tenant.
    OffboardTenant {
        /// Whose.
        tenant: TenantId,
        /// When what lies in the vault is purged.
        purge: PurgeWish,
        /// Hours of the day in UTC in which the tables may be rewritten, which locks them; `None` for any.
        reclaim: Option<HoursWish>,
    },
    /// A deleted KEK comes back.
    RecoverKek {
        /// Which.
        key: KeyId,
    },
    /// Keys, or everything of a tenant, serve again.
    Reactivate {
        /// What was suspended.
        scope: Scope,
    },
    /// A hold ends.
    LiftHold {
        /// Which.
        hold: HoldId,
    },
    /// An exception to the policy, until its date and no longer.
    GrantException {
        /// What exactly.
        wish: ExceptionWish,
    },
    /// An exception ends because what it excepted is no more.
    CloseException {
        /// Which.
        exception: ExceptionId,
        /// What shows that.
        evidence: String,
    },
    /// A key may serve several tenants.
    ShareKey {
        /// What exactly.
        wish: SharedKeyWish,
    },
    /// A new version of a section of the rules.
    ChangeRules {
        /// Which section.
        section: RuleSection,
        /// Rules that change.
        rules: Vec<RuleWish>,
        /// The decision record, which a major change needs; empty otherwise.
        decision_record: String,
    },
    /// Somebody joins.
    EnrolOperator {
        /// Who.
        joiner: JoinerWish,
        /// With these roles.
        roles: Vec<Role>,
    },
    /// A further device of somebody who is enrolled.
    EnrolDevice {
        /// Whose.
        operator: OperatorId,
        /// The card's text.
        card: String,
    },
    /// Roles or an authority, which count after their cool-down.
    GrantRole {
        /// To whom.
        operator: OperatorId,
        /// Which.
        roles: Vec<Role>,
    },
    /// Somebody who was suspended may act again.
    ReinstateOperator {
        /// Who.
        operator: OperatorId,
        /// With these roles.
        roles: Vec<Role>,
        /// With the device of this card; none of theirs is trusted any more. `None` for what holds no key.
        card: Option<String>,
    },
}

/// Who is to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "as", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum JoinerWish {
    /// Whoever made this card: an operator or an agent, with their device key.
    Card {
        /// Its text.
        card: String,
    },
    /// What holds no key and never signs.
    Keyless {
        /// A service or an AI actor.
        kind: ActorKind,
        /// Full name.
        name: String,
        /// Stable name outside Countersign.
        person: String,
        /// Login at the register.
        login: String,
    },
}

words! {
    /// When what was deleted in a vault is purged.
    pub enum PurgeWish { AtOnce, Scheduled }
}

/// Hours of the day, in UTC: from the beginning of the first to the beginning of the second, over midnight where that is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct HoursWish {
    /// The first.
    pub first: u32,
    /// The one that is no longer among them.
    pub last: u32,
}

view! {
    /// What exactly will be done.
    pub struct PlanView {
        /// Which operation.
        pub operation: OperationKind,
        /// The key it is about; `None` while it does not exist.
        pub key: Option<KeyRefView>,
        /// Name of the key it is about.
        pub subject: String,
        /// Everything it acts on, by name and version.
        pub targets: Vec<TargetView>,
        /// How it acts, by name: what is signed, whole.
        pub parameters: Vec<ParameterView>,
        /// Version before, where it makes a new one.
        pub version_before: Option<u32>,
        /// Version after, where it makes a new one.
        pub version_after: Option<u32>,
        /// Whether what it does cannot be undone.
        pub destroys: bool,
        /// Host of the vault.
        pub vault_host: String,
        /// Now and after, field by field, unchanged ones last.
        pub changes: Vec<ChangeView>,
        /// What it costs and touches.
        pub impact: ImpactView,
        /// How strong the erasure is, for an operation that erases: stated before anyone signs.
        pub erasure: Option<ErasureView>,
        /// Algorithm of the version that will be made.
        pub algorithm: String,
        /// How long the old version stays enabled.
        pub grace_seconds: u32,
        /// When it was computed.
        pub planned_at: Micros,
        /// SHA-256 of the plan: what is signed. `None` for a preview, which cannot be signed.
        pub plan_hash: Option<Digest>,
        /// SHA-256 of everything it depends on.
        pub state_digest: Digest,
    }
}

view! {
    /// Something a plan acts on.
    pub struct TargetView {
        /// Its record, where it has one.
        pub id: String,
        /// Its name, as it was signed.
        pub name: String,
        /// Version it acts on; empty where there is none.
        pub version: String,
    }
}

view! {
    /// One parameter of a plan, as it was signed.
    pub struct ParameterView {
        /// Its name.
        pub name: String,
        /// Its value.
        pub value: String,
    }
}

view! {
    /// One line of the difference, as it was signed.
    pub struct ChangeView {
        /// Of what.
        pub subject: String,
        /// Which property. The window has words for those it knows and shows the others as they are: nothing signed is hidden.
        pub field: String,
        /// Value now; empty where there is none.
        pub before: String,
        /// Value after; empty where there is none.
        pub after: String,
        /// Whether it changes.
        pub kind: ChangeKind,
    }
}

words! {
    /// What happens to a line's value.
    pub enum ChangeKind { Add, Change, Destroy, Same }
}

view! {
    /// Figures of a plan.
    pub struct ImpactView {
        /// What it touches, counted, by name.
        pub counts: Vec<CountView>,
        /// Operations in the vault.
        pub vault_operations: u32,
        /// Seconds it should take at the configured budget.
        pub estimated_seconds: u32,
        /// Share of the vault's limit that may be used; 0 where the plan names none.
        pub budget_percent: u32,
    }
}

view! {
    /// A figure, by name.
    pub struct CountView {
        /// Of what.
        pub name: String,
        /// How many.
        pub count: u32,
    }
}
