//! How keys come into the register: import, discovery, new DEKs, the labelled sample.

use serde::Deserialize;
use ts_rs::TS;

use crate::{
    keys::KeyRefView,
    scalar::{Classification, ImportId, KeyId, Micros},
};

/// Largest inventory file, in bytes.
pub const IMPORT_BYTES_MAX: u32 = 10 * 1024 * 1024;

/// Most rows and problems shown in a preview.
pub const IMPORT_PREVIEW_ROWS_MAX: u32 = 200;

/// Most DEKs made by one command.
pub const CREATE_DEKS_MAX: u32 = 500;

request! {
    /// Reads an inventory without writing anything.
    pub struct ImportPreviewRequest {
        /// Name of the file, for the ledger.
        pub file_name: String,
        /// Its text.
        pub text: String,
    }
}

view! {
    /// What an import would do.
    pub struct ImportPreviewView {
        /// Names this preview when importing it.
        pub import: ImportId,
        /// Name of the file.
        pub file_name: String,
        /// The header's columns, in order.
        pub columns: Vec<String>,
        /// Data rows in the file.
        pub rows_total: u32,
        /// Rows without a problem.
        pub rows_good: u32,
        /// Of those, rows already in the register as they are.
        pub rows_unchanged: u32,
        /// The first rows.
        pub rows: Vec<ImportRowView>,
        /// The first problems.
        pub problems: Vec<CellProblemView>,
        /// How many problems there are.
        pub problems_total: u32,
    }
}

view! {
    /// One row of an inventory file.
    pub struct ImportRowView {
        /// Line number in the file; the header is line 1.
        pub row: u32,
        /// Cells, in the order of the columns.
        pub cells: Vec<String>,
        /// Whether it may be imported.
        pub good: bool,
    }
}

view! {
    /// A bad cell.
    pub struct CellProblemView {
        /// Line number in the file.
        pub row: u32,
        /// Column, by its header; empty when the whole row is meant.
        pub column: String,
        /// What stands there, shortened.
        pub value: String,
        /// What is wrong.
        pub problem: CellProblem,
        /// What would be accepted, where that is a short list.
        pub accepted: Vec<String>,
    }
}

words! {
    /// What is wrong with a cell or row.
    pub enum CellProblem {
        Missing, UnknownColumn, ColumnMissing, ColumnTwice, WrongCellCount, UnknownWord, NotADate, NotANumber, TooLong,
        HiddenCharacters, DuplicateInFile, AlreadyInRegister, OtherEnvironment, WeakAlgorithm, LegacyStorage, NotSelectable,
        OwnerAndPurposeNeeded, TenantNeeded, NotUtf8,
    }
}

request! {
    /// Imports what was previewed, all of it or nothing.
    pub struct ImportCommitRequest {
        /// Which preview.
        pub import: ImportId,
    }
}

view! {
    /// What was imported.
    pub struct ImportedView {
        /// Rows written.
        pub count: u32,
        /// Ledger entry.
        pub entry: u32,
    }
}

view! {
    /// What the vault holds against what the register says.
    pub struct DiscoveryView {
        /// When both were read.
        pub at: Micros,
        /// Objects read in the vault.
        pub vault_objects: u32,
        /// Records of the register that should be there.
        pub register_records: u32,
        /// Those that agree.
        pub agreeing: u32,
        /// Every difference.
        pub drift: Vec<DriftView>,
        /// Ledger entry of the observation.
        pub entry: u32,
    }
}

view! {
    /// One difference between vault and register.
    pub struct DriftView {
        /// What differs.
        pub kind: DriftKind,
        /// Kind of vault object.
        pub object: VaultObject,
        /// Name in the vault.
        pub name: String,
        /// The record, where there is one.
        pub key: Option<KeyRefView>,
        /// What the register says.
        pub register: String,
        /// What the vault says.
        pub vault: String,
        /// Whether it may be taken into the register as it is.
        pub adoptable: bool,
        /// Whether it breaks a rule on algorithms.
        pub weak: bool,
    }
}

words! {
    /// How vault and register can differ.
    pub enum DriftKind {
        OnlyInVault, OnlyInRegister, Deleted, VersionUnknown, VersionGone, Disabled, Enabled, PublicKeyDiffers, AttributesDiffer,
    }
}

words! {
    /// Kinds of object in a vault.
    pub enum VaultObject { Key, Secret, Certificate }
}

request! {
    /// Takes keys found in the vault into the register.
    pub struct DiscoveryAdoptRequest {
        /// Which, with what discovery cannot know.
        pub items: Vec<AdoptItem>,
    }
}

/// A key to be taken into the register.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub struct AdoptItem {
    /// Name in the vault.
    pub name: String,
    /// Owner.
    pub owner: String,
    /// Purpose.
    pub purpose: String,
    /// How sensitive what it protects is.
    pub classification: Classification,
}

/// What a new DEK is for. One per (tenant, integration) and one per secret name.
#[derive(Deserialize, TS)]
#[serde(tag = "for", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
#[ts(export_to = "ipc.ts")]
pub enum DekTarget {
    /// A tenant's data in one integration.
    Tenant {
        /// Tenant.
        tenant: String,
        /// Integration.
        integration: String,
    },
    /// An internal secret.
    Secret {
        /// Its name.
        name: String,
    },
}

request! {
    /// Makes DEKs and wraps them with a KEK.
    pub struct CreateDeksRequest {
        /// The KEK.
        pub kek: KeyId,
        /// What for.
        pub targets: Vec<DekTarget>,
        /// Owner of all of them.
        pub owner: String,
        /// Purpose of all of them.
        pub purpose: String,
        /// How sensitive what they protect is.
        pub classification: Classification,
    }
}

view! {
    /// The DEKs that were made.
    pub struct CreatedDeksView {
        /// How many.
        pub count: u32,
        /// The first of them.
        pub keys: Vec<KeyRefView>,
        /// Ledger entry.
        pub entry: u32,
    }
}

view! {
    /// What the labelled sample estate brought in.
    pub struct SampleLoadedView {
        /// Tenants.
        pub tenants: u32,
        /// KEKs.
        pub keks: u32,
        /// DEKs.
        pub deks: u32,
        /// Tokens.
        pub tokens: u32,
    }
}
