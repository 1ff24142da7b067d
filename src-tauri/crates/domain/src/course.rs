//! Courses: the steps of each operation, on its way forward and back. The database holds the same table; a test compares the two.

use crate::operation::{Operation, StepKind};

impl Operation {
    /// The steps of its run, in order.
    #[must_use]
    pub const fn steps(self) -> &'static [StepKind] {
        use StepKind as S;
        match self {
            Self::CreateKek => &[S::Compare, S::CreateVersion, S::Close],
            Self::RotateKek => &[S::Compare, S::CreateVersion, S::Rewrap, S::Prove, S::Grace, S::DisableOld, S::Close],
            Self::RotateDek => &[S::Compare, S::ReplaceDek, S::Reencrypt, S::Prove, S::EraseOld, S::Close],
            Self::RotateSecret => &[S::Compare, S::CreateVersion, S::Grace, S::DisableOld, S::Close],
            Self::DestroyDek => {
                &[S::Compare, S::Deactivate, S::DeleteTokens, S::EraseWraps, S::Reclaim, S::ProveAbsent, S::Close]
            }
            Self::DestroyKek | Self::DestroySecret => {
                &[S::Compare, S::Deactivate, S::DeleteFromVault, S::AwaitPurge, S::ProveAbsent, S::Close]
            }
            Self::OffboardTenant => &[
                S::Compare,
                S::Deactivate,
                S::DeleteTokens,
                S::EraseWraps,
                S::Reclaim,
                S::DeleteFromVault,
                S::AwaitPurge,
                S::ProveAbsent,
                S::Close,
            ],
            Self::RecoverKek => &[S::Compare, S::Recover, S::Prove, S::Close],
            Self::Reactivate => &[S::Compare, S::EnableVersions, S::Activate, S::Close],
            Self::LiftHold => &[S::Compare, S::Lift, S::Close],
            Self::GrantException
            | Self::CloseException
            | Self::ShareKey
            | Self::ChangeRules
            | Self::EnrolOperator
            | Self::EnrolDevice
            | Self::GrantRole
            | Self::ReinstateOperator => &[S::Compare, S::Apply, S::Close],
        }
    }

    /// The steps of its run once it was turned back. What destroys can be turned back only before it destroyed anything: then
    /// nothing is to be undone, and that is written down.
    #[must_use]
    pub const fn steps_back(self) -> &'static [StepKind] {
        use StepKind as S;
        match self {
            Self::RotateKek => &[S::EnableOld, S::RewrapBack, S::Prove, S::DisableNew, S::Close],
            Self::RotateDek => &[S::ReencryptBack, S::Prove, S::EraseNew, S::Close],
            Self::RotateSecret => &[S::EnableOld, S::DisableNew, S::Close],
            Self::CreateKek
            | Self::DestroyDek
            | Self::DestroyKek
            | Self::DestroySecret
            | Self::OffboardTenant
            | Self::RecoverKek
            | Self::Reactivate
            | Self::LiftHold
            | Self::GrantException
            | Self::CloseException
            | Self::ShareKey
            | Self::ChangeRules
            | Self::EnrolOperator
            | Self::EnrolDevice
            | Self::GrantRole
            | Self::ReinstateOperator => &[S::Compare, S::Close],
        }
    }

    /// Whether it changes the register and nothing else, in one act. Then it takes effect as soon as the last signature is there.
    #[must_use]
    pub const fn applies(self) -> bool {
        matches!(self.steps(), [_, StepKind::Apply, ..])
    }

    /// Whether what it does can't be undone.
    #[must_use]
    pub const fn destroys(self) -> bool {
        matches!(self, Self::DestroyDek | Self::DestroyKek | Self::DestroySecret | Self::OffboardTenant)
    }

    /// What its targets are in the vault, as far as its plan depends on that.
    #[must_use]
    pub const fn vault_target(self) -> Option<VaultTarget> {
        match self {
            Self::CreateKek | Self::RotateKek | Self::DestroyKek | Self::RecoverKek => Some(VaultTarget::Key),
            Self::RotateSecret | Self::DestroySecret => Some(VaultTarget::Secret),
            Self::RotateDek
            | Self::DestroyDek
            | Self::OffboardTenant
            | Self::Reactivate
            | Self::LiftHold
            | Self::GrantException
            | Self::CloseException
            | Self::ShareKey
            | Self::ChangeRules
            | Self::EnrolOperator
            | Self::EnrolDevice
            | Self::GrantRole
            | Self::ReinstateOperator => None,
        }
    }
}

/// What lies in the vault under a target's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultTarget {
    /// A key.
    Key,
    /// A secret.
    Secret,
}
