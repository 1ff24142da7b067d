//! Identifiers, moments and words that every other wire type uses.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

ids! {
    /// One environment's keys, people, register and ledger.
    CustodyId => "string & { readonly __brand: 'CustodyId' }";
    /// An operator.
    OperatorId => "string & { readonly __brand: 'OperatorId' }";
    /// A key record of the register.
    KeyId => "string & { readonly __brand: 'KeyId' }";
    /// A request.
    RequestId => "string & { readonly __brand: 'RequestId' }";
    /// A request that is written but not yet signed; lives in the host's memory only.
    DraftId => "string & { readonly __brand: 'DraftId' }";
    /// A tenant.
    TenantId => "string & { readonly __brand: 'TenantId' }";
    /// A hold.
    HoldId => "string & { readonly __brand: 'HoldId' }";
    /// An item of the review list.
    ReviewId => "string & { readonly __brand: 'ReviewId' }";
    /// An exception to the policy.
    ExceptionId => "string & { readonly __brand: 'ExceptionId' }";
    /// An entry in the register of shared keys.
    SharedKeyId => "string & { readonly __brand: 'SharedKeyId' }";
    /// A certificate of destruction.
    CertificateId => "string & { readonly __brand: 'CertificateId' }";
    /// A run.
    RunId => "string & { readonly __brand: 'RunId' }";
    /// An inventory file that was previewed and may be imported.
    ImportId => "string & { readonly __brand: 'ImportId' }";
    /// A saved view of the keys screen.
    SavedViewId => "string & { readonly __brand: 'SavedViewId' }";
    /// Where the next page starts. Opaque to the window.
    Cursor => "string & { readonly __brand: 'Cursor' }";
    /// A SHA-256 or a key id, 64 hexadecimal digits.
    Digest => "string & { readonly __brand: 'Digest' }";
    /// The number under which the host's log keeps the detail of a failure.
    IncidentId => "string & { readonly __brand: 'IncidentId' }";
}

/// A moment: microseconds since 1970-01-01T00:00:00Z as decimal digits, because a JSON number cannot carry it safely.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export_to = "ipc.ts", type = "string & { readonly __brand: 'Micros' }")]
pub struct Micros(String);

impl From<i64> for Micros {
    fn from(value: i64) -> Self {
        Self(value.to_string())
    }
}

impl Micros {
    /// The moment as a number, or `None` where the text is not one.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }
}

/// The passphrase of a device key, on its way in.
///
/// The one secret with a wire form. It can only be read from a request, is wiped when dropped, and has neither `Serialize`,
/// `Clone` nor `Debug`, so that it cannot travel back or into a log line.
#[derive(Deserialize, TS)]
#[serde(from = "String")]
#[ts(export_to = "ipc.ts", type = "string")]
pub struct Passphrase(Zeroizing<String>);

impl From<String> for Passphrase {
    fn from(value: String) -> Self {
        Self(Zeroizing::new(value))
    }
}

impl Passphrase {
    /// The only door out.
    pub fn expose<R>(&self, f: impl FnOnce(&str) -> R) -> R {
        f(&self.0)
    }
}

words! {
    /// What a custody is for. One environment per custody.
    pub enum Environment { Development, Staging, Production, Backup }
}

words! {
    /// What an operator may do.
    pub enum Role { Security, Devops, Engineering, Auditor, RiskAcceptance }
}

words! {
    /// What a key is.
    pub enum KeyType {
        Kek, Dek, DatabaseKey, CloudKey, TlsCertificate, ApiSecret, ApiSigningKey, TokenSigningKey, BackupKey, AiServiceKey,
        GenericSecret,
    }
}

words! {
    /// Where a key stands in its life, after NIST SP 800-57 Part 1.
    pub enum KeyState { PreActive, Active, Suspended, Deactivated, Compromised, Revoked, Destroyed, Archived }
}

words! {
    /// Where a key is kept.
    pub enum StorageMedium { KeyVault, Postgresql, KubernetesSecret }
}

words! {
    /// How sensitive the data under a key is.
    pub enum Classification { Public, Internal, Confidential, Restricted }
}

words! {
    /// What a request asks for.
    pub enum OperationKind {
        RotateKek, CreateKek, RotateDek, RotateSecret, DestroyDek, DestroyKek, DestroySecret, OffboardTenant, RecoverKek,
        Reactivate, LiftHold, GrantException, CloseException, ShareKey, ChangeRules, EnrolOperator, EnrolDevice, GrantRole,
        ReinstateOperator,
    }
}

words! {
    /// Why a DEK is rotated: what the policy names as a trigger.
    pub enum RotationTrigger { TokenRegeneration, SuspectedCompromise, OwnershipChange, Schedule }
}

words! {
    /// What a signer says about a request.
    pub enum Decision { Approve, Reject }
}

request! {
    /// A command that needs nothing.
    pub struct Nothing {}
}

view! {
    /// A command that answers nothing but that it was done.
    pub struct Done {}
}
