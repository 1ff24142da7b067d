//! The plan of a new KEK, generated in the vault and not exportable from it.

use std::collections::BTreeMap;

use domain::{
    Algorithm, AlgorithmError, Change, Classification, Facts, KeyId, KeyName, Operation, Plan, Target, Text, TextError,
};

use super::draft::{Draft, Setting, composed};

/// Vault operations: look, create, read back, wrap is local, one canary unwrap.
const VAULT_OPERATIONS: u64 = 4;

/// Lengths the vault generates.
const RSA_BITS: [u32; 3] = [2048, 3072, 4096];

const OWNER_CHARS_MAX: usize = 200;
const PURPOSE_CHARS_MAX: usize = 500;

/// The KEK that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKek {
    /// Record it will have in the register.
    pub key: KeyId,
    /// Name in the vault.
    pub name: KeyName,
    /// RSA length.
    pub bits: u32,
    /// Who answers for it.
    pub owner: String,
    /// What it is for.
    pub purpose: String,
    /// How sensitive what it protects will be.
    pub classification: Classification,
    /// The tenant whose own it is: what lies under it can be erased with it. `None` where tenants share it.
    pub tenant: Option<String>,
}

/// Checks what people wrote about a KEK that is to be made.
///
/// # Errors
/// [`TextError`] with the field.
pub(super) fn check_creation(plan: &Plan) -> Result<(), TextError> {
    let written = |name: &str| plan.parameter(name).unwrap_or_default();
    Text::parse_line("owner", written("owner"), OWNER_CHARS_MAX)?;
    Text::parse_line("purpose", written("purpose"), PURPOSE_CHARS_MAX)?;
    Ok(())
}

/// Computes the plan. Pure.
///
/// # Errors
/// [`AlgorithmError`] for a length the vault does not make.
pub fn plan_creation(draft: Draft, new: &NewKek, facts: Facts, setting: Setting) -> Result<Plan, AlgorithmError> {
    let algorithm = Algorithm::approved("RSA", new.bits)?;
    if !RSA_BITS.contains(&new.bits) {
        return Err(AlgorithmError { name: algorithm.name, bits: algorithm.bits });
    }
    let name = new.name.as_str().to_owned();
    let (owner, purpose) = (composed(new.owner.clone()), composed(new.purpose.clone()));
    let target = Target { key: new.key, name: name.clone(), version: String::new() };
    let mut parameters = BTreeMap::from([
        ("bits".to_owned(), new.bits.to_string()),
        ("classification".to_owned(), new.classification.word().to_owned()),
        ("owner".to_owned(), owner.clone()),
        ("purpose".to_owned(), purpose.clone()),
        ("vault".to_owned(), setting.vault_host.clone()),
        ("vault_name".to_owned(), name.clone()),
    ]);
    parameters.extend(new.tenant.iter().map(|tenant| ("tenant".to_owned(), tenant.clone())));
    let impact = BTreeMap::from([
        ("deks".to_owned(), 0),
        ("estimated_seconds".to_owned(), setting.estimate(VAULT_OPERATIONS).as_secs().max(1)),
        ("vault_operations".to_owned(), VAULT_OPERATIONS),
    ]);
    let line = |field: &str, after: String| Change {
        subject: name.clone(),
        field: field.to_owned(),
        before: String::new(),
        after,
    };
    let mut changes = vec![
        line("key_name", name.clone()),
        line("algorithm", format!("RSA {}", new.bits)),
        line("owner", owner),
        line("purpose", purpose),
        line("classification", new.classification.word().to_owned()),
        line("vault", setting.vault_host),
    ];
    changes.extend(new.tenant.iter().map(|tenant| line("tenant", tenant.clone())));
    Ok(draft.into_plan(Operation::CreateKek, vec![target], parameters, changes, impact, facts))
}
