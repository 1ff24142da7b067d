use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use azure_security_keyvault_secrets::models;
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::address::VaultAddress;
use crate::key::{Recovery, Tags};
use crate::key_answers::{object_of, tags_of, timestamp};
use crate::name::{ObjectName, VersionId};

/// A secret or one of its versions, without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSummary {
    /// Its name.
    pub name: ObjectName,
    /// The version; lists of secrets name none.
    pub version: Option<VersionId>,
    /// Whether the vault gives its value out.
    pub enabled: bool,
    /// What kind of value it is, in its owner's words.
    pub content_type: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// Until when it is meant to be used.
    pub expires: Option<Timestamp>,
    /// Whether it belongs to a certificate.
    pub managed: bool,
    /// Labels.
    pub tags: Tags,
    /// What deletion would mean.
    pub recovery: Option<Recovery>,
}

/// A secret's value, wiped when dropped. It has no `Debug` that tells, no `Clone` and no wire type.
pub struct SecretValue {
    /// What is known besides the value.
    pub summary: SecretSummary,
    pub(crate) value: Zeroizing<String>,
}

impl SecretValue {
    /// The only door to the value.
    pub fn expose<R>(&self, see: impl FnOnce(&str) -> R) -> R {
        see(&self.value)
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretValue").field("summary", &self.summary).finish_non_exhaustive()
    }
}

/// A soft-deleted secret: its name stays blocked until it is purged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedSecret {
    /// Its name.
    pub name: ObjectName,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// When the vault itself will purge it.
    pub scheduled_purge: Option<Timestamp>,
    /// Labels.
    pub tags: Tags,
    /// What can still happen to it.
    pub recovery: Option<Recovery>,
}

/// The answer to reading or setting a secret, read from a body that the SDK never saw.
#[derive(Deserialize)]
struct SecretBundle<'a> {
    // LIMIT: a value with JSON escapes in it is unescaped in a buffer of serde_json's that is not wiped.
    #[serde(borrow)]
    value: Cow<'a, str>,
    id: String,
    attributes: models::SecretAttributes,
    #[serde(default)]
    tags: HashMap<String, String>,
    #[serde(rename = "contentType", default)]
    content_type: Option<String>,
    #[serde(default)]
    managed: bool,
}

impl SecretValue {
    pub(crate) fn read(body: &[u8], name: &ObjectName, address: &VaultAddress) -> Option<Self> {
        let bundle: SecretBundle<'_> = serde_json::from_slice(body).ok()?;
        let value = Zeroizing::new(bundle.value.into_owned());
        let properties = Parts {
            id: Some(bundle.id),
            attributes: Some(bundle.attributes),
            content_type: bundle.content_type,
            managed: Some(bundle.managed),
            tags: Some(bundle.tags),
        };
        let summary = properties.summary(address)?;
        (summary.name == *name && summary.version.is_some()).then_some(Self { summary, value })
    }
}

impl SecretSummary {
    pub(crate) fn read_listed(answer: models::SecretProperties, address: &VaultAddress) -> Option<Self> {
        Parts {
            id: answer.id,
            attributes: answer.attributes,
            content_type: answer.content_type,
            managed: answer.managed,
            tags: answer.tags,
        }
        .summary(address)
    }

    pub(crate) fn read(answer: models::Secret, name: &ObjectName, address: &VaultAddress) -> Option<Self> {
        Parts {
            id: answer.id,
            attributes: answer.attributes,
            content_type: answer.content_type,
            managed: answer.managed,
            tags: answer.tags,
        }
        .summary(address)
        .filter(|summary| summary.name == *name)
    }
}

impl DeletedSecret {
    pub(crate) fn read(answer: models::DeletedSecret, name: &ObjectName, address: &VaultAddress) -> Option<Self> {
        let (found, _) = object_of(answer.id.as_deref()?, "secrets", address)?;
        (found == *name).then(|| Self {
            name: found,
            deleted: answer.deleted_date.and_then(timestamp),
            scheduled_purge: answer.scheduled_purge_date.and_then(timestamp),
            recovery: answer.attributes.as_ref().and_then(recovery_of),
            tags: tags_of(answer.tags),
        })
    }

    pub(crate) fn read_listed(answer: models::DeletedSecretProperties, address: &VaultAddress) -> Option<Self> {
        let (name, _) = object_of(answer.id.as_deref()?, "secrets", address)?;
        Some(Self {
            name,
            deleted: answer.deleted_date.and_then(timestamp),
            scheduled_purge: answer.scheduled_purge_date.and_then(timestamp),
            recovery: answer.attributes.as_ref().and_then(recovery_of),
            tags: tags_of(answer.tags),
        })
    }
}

/// What the SDK's several models of a secret have in common.
struct Parts {
    id: Option<String>,
    attributes: Option<models::SecretAttributes>,
    content_type: Option<String>,
    managed: Option<bool>,
    tags: Option<HashMap<String, String>>,
}

impl Parts {
    fn summary(self, address: &VaultAddress) -> Option<SecretSummary> {
        let (name, version) = object_of(self.id.as_deref()?, "secrets", address)?;
        let attributes = self.attributes?;
        Some(SecretSummary {
            name,
            version,
            enabled: attributes.enabled?,
            content_type: self.content_type,
            created: attributes.created.and_then(timestamp),
            updated: attributes.updated.and_then(timestamp),
            expires: attributes.expires.and_then(timestamp),
            managed: self.managed.unwrap_or(false),
            recovery: recovery_of(&attributes),
            tags: tags_of(self.tags),
        })
    }
}

fn recovery_of(attributes: &models::SecretAttributes) -> Option<Recovery> {
    Some(Recovery {
        level: attributes.recovery_level.as_ref()?.to_string(),
        days: attributes.recoverable_days.and_then(|days| u32::try_from(days).ok()),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_unescaped_and_not_shown() {
        let body =
            br#"{"value":"a\"b","id":"https://payroll.vault.azure.net/secrets/api/0123456789abcdef0123456789abcdef",
            "attributes":{"enabled":true},"tags":{"run":"r1"}}"#;
        let address = VaultAddress::parse("payroll.vault.azure.net").unwrap();
        let name = ObjectName::parse("api").unwrap();
        let secret = SecretValue::read(body, &name, &address).unwrap();
        secret.expose(|value| assert_eq!(value, "a\"b"));
        assert!(!format!("{secret:?}").contains("a\\\"b"));
        assert!(SecretValue::read(body, &ObjectName::parse("other").unwrap(), &address).is_none());
    }
}
