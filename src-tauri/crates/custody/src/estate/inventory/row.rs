//! One record of the inventory, and the rules that span its cells.

use domain::{Classification, Environment, KeyKind, KeyName, StorageMedium, Timestamp};

use super::cell::Cells;
use super::column::{Column, normalise};
use super::problem::CellProblem;

/// A key in legacy storage younger than this is a new key, and new keys may not be put there.
pub const LEGACY_AGE_DAYS_MIN: i64 = 30;

const EPOCH: Timestamp = Timestamp::from_micros(0);

const NAME_CHARS_MAX: usize = 200;
const PARTY_CHARS_MAX: usize = 100;
const SECRET_NAME_CHARS_MAX: usize = 127;
const VERSION_CHARS_MAX: usize = 64;
const OWNER_CHARS_MAX: usize = 200;
const PURPOSE_CHARS_MAX: usize = 500;

/// Places where no key may lie. A find there is an incident, not a record.
const FORBIDDEN_PLACES: [&str; 18] = [
    "source_code",
    "code",
    "git",
    "github",
    "gitlab",
    "repository",
    "repo",
    "frontend",
    "front_end",
    "log",
    "logs",
    "env_file",
    "email",
    "chat",
    "wiki",
    "notion",
    "spreadsheet",
    "config_file",
];

/// Metadata of one key or secret. Never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryRow {
    /// What it is.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Tenant whose key it is.
    pub tenant: Option<String>,
    /// Integration of that tenant.
    pub integration: Option<String>,
    /// Secret it protects or is.
    pub secret_name: Option<String>,
    /// How sensitive what it protects is.
    pub classification: Classification,
    /// What it is for.
    pub purpose: String,
    /// Who answers for it.
    pub owner: String,
    /// Algorithm; empty for a secret that is a string.
    pub algorithm: String,
    /// Length in bits.
    pub bits: Option<u32>,
    /// Where it lies.
    pub storage: StorageMedium,
    /// Its name in the vault.
    pub vault_name: Option<String>,
    /// The version in use, by the name its store has for it.
    pub version: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last rotated.
    pub last_rotated: Option<Timestamp>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// When a legacy storage must have been left.
    pub phase_out: Option<Timestamp>,
}

/// What makes two records the same key: the register keeps one live record for each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// What it is.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Tenant.
    pub tenant: Option<String>,
    /// Integration.
    pub integration: Option<String>,
}

impl InventoryRow {
    /// Which key it is.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            kind: self.kind,
            name: self.name.clone(),
            tenant: self.tenant.clone(),
            integration: self.integration.clone(),
        }
    }
}

/// Where and when a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Environment of the custody.
    pub environment: Environment,
    /// The register's clock.
    pub now: Timestamp,
    /// Whether an exception in force lets new keys into legacy storage at all; whether it covers a row's, the register says.
    pub legacy_open: bool,
}

/// Reads a row; `None` when anything in it is wrong, which then stands among the problems.
pub(super) fn read_row(cells: &mut Cells<'_>, setting: Setting) -> Option<InventoryRow> {
    let before = cells.problems.total();
    check_environment(cells, setting.environment);
    let kind = read_kind(cells);
    let name = cells.text(Column::Name, NAME_CHARS_MAX);
    if cells.cell(Column::Name).is_none() {
        cells.missing(Column::Name, CellProblem::Missing);
    }
    let (tenant, integration) = read_scope(cells);
    let secret_name = cells.text(Column::SecretName, SECRET_NAME_CHARS_MAX);
    let classes: Vec<&str> = Classification::ALL.iter().map(|class| class.word()).collect();
    let classification = cells.word(Column::Classification, &classes, |_: &Classification| true);
    let purpose = needed(cells, Column::Purpose, PURPOSE_CHARS_MAX);
    let owner = needed(cells, Column::Owner, OWNER_CHARS_MAX);
    let algorithm = read_algorithm(cells, kind);
    let storage = read_storage(cells);
    let vault_name = read_vault_name(cells, storage);
    let version = cells.text(Column::Version, VERSION_CHARS_MAX);
    let life = read_life(cells, kind, setting.now);
    let phase_out = read_phase_out(cells, storage, life.created, setting);
    if cells.problems.total() > before {
        return None;
    }
    let (algorithm, bits) = algorithm.map_or((String::new(), None), |known| (known.name, Some(known.bits)));
    Some(InventoryRow {
        kind: kind?,
        name: name?,
        tenant,
        integration,
        secret_name,
        classification: classification?,
        purpose: purpose?,
        owner: owner?,
        algorithm,
        bits,
        storage: storage?,
        vault_name,
        version,
        created: life.created?,
        last_rotated: life.last_rotated,
        expires: life.expires,
        phase_out,
    })
}

/// A row without an environment belongs to the custody it is imported into.
fn check_environment(cells: &mut Cells<'_>, own: Environment) {
    if cells.cell(Column::Environment).is_none() {
        return;
    }
    let words: Vec<&str> = Environment::ALL.iter().map(|environment| environment.word()).collect();
    let named = cells.word(Column::Environment, &words, |_: &Environment| true);
    if named.is_some_and(|named| named != own) {
        cells.refuse(Column::Environment, CellProblem::OtherEnvironment, &[own.word()]);
    }
}

/// KEKs are adopted from the vault or created by request, DEKs are made here: neither comes out of a file.
fn read_kind(cells: &mut Cells<'_>) -> Option<KeyKind> {
    let importable = |kind: &KeyKind| !matches!(kind, KeyKind::Kek | KeyKind::Dek);
    let words: Vec<&str> = KeyKind::ALL.iter().filter(|kind| importable(kind)).map(|kind| kind.word()).collect();
    cells.word(Column::Type, &words, importable)
}

fn read_scope(cells: &mut Cells<'_>) -> (Option<String>, Option<String>) {
    let tenant = cells.text(Column::Tenant, PARTY_CHARS_MAX);
    let integration = cells.text(Column::Integration, PARTY_CHARS_MAX);
    if integration.is_some() && cells.cell(Column::Tenant).is_none() {
        cells.refuse(Column::Tenant, CellProblem::TenantNeeded, &[]);
    }
    (tenant, integration)
}

fn needed(cells: &mut Cells<'_>, column: Column, chars_max: usize) -> Option<String> {
    if cells.cell(column).is_none() {
        cells.missing(column, CellProblem::OwnerAndPurposeNeeded);
        return None;
    }
    cells.text(column, chars_max)
}

/// Secrets that are strings have no algorithm; everything else names one.
fn read_algorithm(cells: &mut Cells<'_>, kind: Option<KeyKind>) -> Option<domain::Algorithm> {
    let is_string = matches!(kind, None | Some(KeyKind::ApiSecret | KeyKind::AiService | KeyKind::Secret));
    if cells.cell(Column::Algorithm).is_none() && !is_string {
        cells.refuse(Column::Algorithm, CellProblem::Missing, &[]);
    }
    cells.algorithm()
}

fn read_storage(cells: &mut Cells<'_>) -> Option<StorageMedium> {
    let words: Vec<&str> = StorageMedium::ALL.iter().map(|medium| medium.word()).collect();
    let place = cells.cell(Column::Storage).map(|cell| normalise(&cell));
    if place.is_some_and(|place| FORBIDDEN_PLACES.contains(&place.as_str())) {
        cells.refuse(Column::Storage, CellProblem::NotSelectable, &words);
        return None;
    }
    cells.word(Column::Storage, &words, |_: &StorageMedium| true)
}

fn read_vault_name(cells: &mut Cells<'_>, storage: Option<StorageMedium>) -> Option<String> {
    let cell = cells.cell(Column::VaultName)?;
    if storage.is_some_and(|medium| medium != StorageMedium::KeyVault) {
        cells.refuse(Column::VaultName, CellProblem::NotSelectable, &["empty unless storage is key_vault"]);
        return None;
    }
    match KeyName::parse(&cell) {
        Ok(name) => Some(name.as_str().to_owned()),
        Err(_not_a_name) => {
            cells.refuse(Column::VaultName, CellProblem::UnknownWord, &["1 to 127 letters, digits and hyphens"]);
            None
        }
    }
}

#[derive(Default)]
struct Life {
    created: Option<Timestamp>,
    last_rotated: Option<Timestamp>,
    expires: Option<Timestamp>,
}

/// Nothing is made or rotated in the future, and nothing ends before it began.
fn read_life(cells: &mut Cells<'_>, kind: Option<KeyKind>, now: Timestamp) -> Life {
    let created = cells.date(Column::Created);
    if cells.cell(Column::Created).is_none() {
        cells.missing(Column::Created, CellProblem::Missing);
    }
    if created.is_some_and(|created| created > now) {
        cells.refuse(Column::Created, CellProblem::NotADate, &["a day that is not in the future"]);
    }
    let last_rotated = cells.date(Column::LastRotated);
    if last_rotated.is_some_and(|rotated| rotated > now || created.is_some_and(|created| rotated < created)) {
        cells.refuse(Column::LastRotated, CellProblem::NotADate, &["a day from the creation until today"]);
    }
    let expires = cells.date(Column::Expires);
    if kind == Some(KeyKind::TlsCertificate) && cells.cell(Column::Expires).is_none() {
        cells.refuse(Column::Expires, CellProblem::Missing, &[]);
    }
    let begun = last_rotated.or(created);
    if expires.zip(begun).is_some_and(|(expires, begun)| expires <= begun) {
        cells.refuse(Column::Expires, CellProblem::NotADate, &["a day after the creation and the last rotation"]);
    }
    Life { created, last_rotated, expires }
}

/// Legacy storage carries the date by which it is left, and only what already lies there is recorded.
fn read_phase_out(
    cells: &mut Cells<'_>,
    storage: Option<StorageMedium>,
    created: Option<Timestamp>,
    setting: Setting,
) -> Option<Timestamp> {
    // The register keeps the day.
    let phase_out = cells.date(Column::PhaseOutDate).map(|time| EPOCH.plus_days(time.days_since(EPOCH)));
    let is_given = cells.cell(Column::PhaseOutDate).is_some();
    if storage == Some(StorageMedium::KubernetesSecretLegacy) {
        if !is_given {
            cells.refuse(Column::PhaseOutDate, CellProblem::LegacyStorage, &["YYYY-MM-DD"]);
        }
        let is_young = created.is_some_and(|created| setting.now.days_since(created) < LEGACY_AGE_DAYS_MIN);
        if is_young && !setting.legacy_open {
            cells.refuse(Column::Storage, CellProblem::LegacyStorage, &[StorageMedium::KeyVault.word()]);
        }
    } else if is_given && storage.is_some() {
        let only = "empty unless storage is kubernetes_secret_legacy";
        cells.refuse(Column::PhaseOutDate, CellProblem::LegacyStorage, &[only]);
    }
    phase_out
}
