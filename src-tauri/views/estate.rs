//! Words of imports and discovery in their wire forms.

use custody::estate::discovery;
use custody::estate::inventory::CellProblem;

/// What is wrong with a cell.
pub(crate) fn cell_problem(of: CellProblem) -> ipc::CellProblem {
    match of {
        CellProblem::Missing => ipc::CellProblem::Missing,
        CellProblem::UnknownColumn => ipc::CellProblem::UnknownColumn,
        CellProblem::ColumnMissing => ipc::CellProblem::ColumnMissing,
        CellProblem::ColumnTwice => ipc::CellProblem::ColumnTwice,
        CellProblem::WrongCellCount => ipc::CellProblem::WrongCellCount,
        CellProblem::UnknownWord => ipc::CellProblem::UnknownWord,
        CellProblem::NotADate => ipc::CellProblem::NotADate,
        CellProblem::NotANumber => ipc::CellProblem::NotANumber,
        CellProblem::TooLong => ipc::CellProblem::TooLong,
        CellProblem::HiddenCharacters => ipc::CellProblem::HiddenCharacters,
        CellProblem::DuplicateInFile => ipc::CellProblem::DuplicateInFile,
        CellProblem::AlreadyInRegister => ipc::CellProblem::AlreadyInRegister,
        CellProblem::OtherEnvironment => ipc::CellProblem::OtherEnvironment,
        CellProblem::WeakAlgorithm => ipc::CellProblem::WeakAlgorithm,
        CellProblem::LegacyStorage => ipc::CellProblem::LegacyStorage,
        CellProblem::NotSelectable => ipc::CellProblem::NotSelectable,
        CellProblem::OwnerAndPurposeNeeded => ipc::CellProblem::OwnerAndPurposeNeeded,
        CellProblem::TenantNeeded => ipc::CellProblem::TenantNeeded,
        CellProblem::NotUtf8 => ipc::CellProblem::NotUtf8,
    }
}

/// How vault and register differ.
pub(crate) fn drift_kind(of: discovery::DriftKind) -> ipc::DriftKind {
    match of {
        discovery::DriftKind::OnlyInVault => ipc::DriftKind::OnlyInVault,
        discovery::DriftKind::OnlyInRegister => ipc::DriftKind::OnlyInRegister,
        discovery::DriftKind::Deleted => ipc::DriftKind::Deleted,
        discovery::DriftKind::VersionUnknown => ipc::DriftKind::VersionUnknown,
        discovery::DriftKind::VersionGone => ipc::DriftKind::VersionGone,
        discovery::DriftKind::Disabled => ipc::DriftKind::Disabled,
        discovery::DriftKind::Enabled => ipc::DriftKind::Enabled,
        discovery::DriftKind::PublicKeyDiffers => ipc::DriftKind::PublicKeyDiffers,
        discovery::DriftKind::AttributesDiffer => ipc::DriftKind::AttributesDiffer,
    }
}

/// Kind of vault object.
pub(crate) fn vault_object(of: discovery::VaultObject) -> ipc::VaultObject {
    match of {
        discovery::VaultObject::Key => ipc::VaultObject::Key,
        discovery::VaultObject::Secret => ipc::VaultObject::Secret,
        discovery::VaultObject::Certificate => ipc::VaultObject::Certificate,
    }
}
