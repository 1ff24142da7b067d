//! What is ordered: for whom DEKs are to be made, checked before anything is.

use std::collections::HashSet;

use domain::{Classification, KeyId, Text, TextError};

use super::DekOrderError;

/// Most DEKs in one order.
pub const ORDER_MAX: usize = 100_000;

const NAME_CHARS_MAX: usize = 200;
const PARTY_CHARS_MAX: usize = 100;
const SECRET_NAME_CHARS_MAX: usize = 127;
const OWNER_CHARS_MAX: usize = 200;
const PURPOSE_CHARS_MAX: usize = 500;

/// What a DEK is for. One live DEK for each, for ever in this environment only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DekTarget {
    /// A tenant's data in one integration.
    Tenant {
        /// Tenant; made at first mention.
        tenant: String,
        /// Integration; made at first mention.
        integration: String,
    },
    /// An internal secret.
    Secret {
        /// Its name.
        name: String,
    },
}

/// DEKs to be made.
#[derive(Debug, Clone)]
pub struct DekOrder {
    /// The KEK that wraps them.
    pub kek: KeyId,
    /// What for.
    pub targets: Vec<DekTarget>,
    /// Who answers for them.
    pub owner: String,
    /// What they are for.
    pub purpose: String,
    /// How sensitive what they protect is.
    pub classification: Classification,
}

impl DekTarget {
    /// What its DEK is called: `dek/saltmarsh-shipping/sap`, `dek/smtp-password`.
    #[must_use]
    pub fn key_name(&self) -> String {
        let slug = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
        let name = match self {
            Self::Tenant { tenant, integration } => format!("dek/{}/{}", slug(tenant), slug(integration)),
            Self::Secret { name } => format!("dek/{}", slug(name)),
        };
        name.chars().take(NAME_CHARS_MAX).collect()
    }

    fn checked(&self) -> Result<Self, TextError> {
        Ok(match self {
            Self::Tenant { tenant, integration } => Self::Tenant {
                tenant: one_line("tenant", tenant, PARTY_CHARS_MAX)?,
                integration: one_line("integration", integration, PARTY_CHARS_MAX)?,
            },
            Self::Secret { name } => Self::Secret { name: one_line("secret name", name, SECRET_NAME_CHARS_MAX)? },
        })
    }
}

/// The order with its texts cleaned, as they will be bound into check values, and nothing in it twice.
pub(super) fn checked(order: &DekOrder) -> Result<DekOrder, DekOrderError> {
    match order.targets.len() {
        0 => return Err(DekOrderError::Empty),
        count if count > ORDER_MAX => return Err(DekOrderError::TooMany { count }),
        _ => {}
    }
    let mut seen = HashSet::with_capacity(order.targets.len());
    let mut targets = Vec::with_capacity(order.targets.len());
    for target in &order.targets {
        let target = target.checked()?;
        if !seen.insert(target.clone()) {
            return Err(DekOrderError::Twice { name: target.key_name() });
        }
        targets.push(target);
    }
    Ok(DekOrder {
        kek: order.kek,
        targets,
        owner: one_line("owner", &order.owner, OWNER_CHARS_MAX)?,
        purpose: one_line("purpose", &order.purpose, PURPOSE_CHARS_MAX)?,
        classification: order.classification,
    })
}

/// The register keeps these on one line; a line break is shown as what it is, not turned into something else.
pub(in crate::estate) fn one_line(field: &'static str, raw: &str, chars_max: usize) -> Result<String, TextError> {
    let text = Text::parse(field, raw, chars_max)?;
    match text.as_str().chars().enumerate().find(|(_, character)| matches!(character, '\n' | '\t')) {
        Some((index, character)) => Err(TextError::Deceptive { field, character, position: index + 1 }),
        None => Ok(text.as_str().to_owned()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn order(targets: Vec<DekTarget>) -> DekOrder {
        DekOrder {
            kek: KeyId(uuid::Uuid::from_u128(1)),
            targets,
            owner: "Platform Security".to_owned(),
            purpose: "Credentials of connectors".to_owned(),
            classification: Classification::Confidential,
        }
    }

    fn tenant(tenant: &str, integration: &str) -> DekTarget {
        DekTarget::Tenant { tenant: tenant.to_owned(), integration: integration.to_owned() }
    }

    /// one DEK for each (tenant, integration): an order that names one twice makes none.
    #[test]
    fn an_order_is_checked_before_anything_is_made() {
        assert!(matches!(checked(&order(Vec::new())), Err(DekOrderError::Empty)));
        let twice = order(vec![tenant("Calder Mining", "Jira"), tenant(" Calder Mining ", "Jira")]);
        assert!(matches!(checked(&twice), Err(DekOrderError::Twice { .. })));
        for bad in
            [tenant("", "Jira"), tenant("a\u{202e}b", "Jira"), tenant("a\nb", "Jira"), tenant("a", &"x".repeat(101))]
        {
            assert!(matches!(checked(&order(vec![bad.clone()])), Err(DekOrderError::Text(_))), "{bad:?}");
        }
        let nameless = DekOrder { owner: " ".to_owned(), ..order(vec![tenant("a", "b")]) };
        assert!(matches!(checked(&nameless), Err(DekOrderError::Text(TextError::Empty { field: "owner" }))));
        let many = order((0..=ORDER_MAX).map(|number| DekTarget::Secret { name: number.to_string() }).collect());
        assert!(matches!(checked(&many), Err(DekOrderError::TooMany { .. })));
    }

    #[test]
    fn texts_are_bound_as_they_are_shown() {
        let order = checked(&order(vec![tenant("Cafe\u{301} Nord", "Jira")])).unwrap();
        assert_eq!(order.targets, [tenant("Café Nord", "Jira")]);
        assert_eq!(order.targets.first().map(DekTarget::key_name).as_deref(), Some("dek/café-nord/jira"));
    }
}
