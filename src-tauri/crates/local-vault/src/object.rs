//! What keys and secrets have in common: a name, versions with attributes, and soft deletion.

use crate::sealed::SealError;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Which shelf an object is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Key,
    Secret,
}

impl Kind {
    /// As in file labels and rows.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Secret => "secret",
        }
    }

    /// As in paths.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Key => "keys",
            Self::Secret => "secrets",
        }
    }

    /// As at the start of a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Key => "Key",
            Self::Secret => "Secret",
        }
    }

    pub const fn not_found(self) -> &'static str {
        match self {
            Self::Key => "KeyNotFound",
            Self::Secret => "SecretNotFound",
        }
    }
}

/// Where an object is: names are the same whatever their case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId {
    pub vault: String,
    pub name: String,
}

impl ObjectId {
    pub fn new(vault: &str, name: &str) -> Self {
        Self { vault: vault.to_owned(), name: name.to_ascii_lowercase() }
    }
}

/// What a version was until a change becomes visible. Kept in memory only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lag {
    pub until: Timestamp,
    pub enabled: bool,
}

/// The attributes of one version. Times are seconds since 1970.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Properties {
    pub version: String,
    pub enabled: bool,
    pub created: i64,
    pub updated: i64,
    pub nbf: Option<i64>,
    pub exp: Option<i64>,
    pub tags: Option<BTreeMap<String, String>>,
    #[serde(skip)]
    pub lag: Option<Lag>,
}

/// What a request says about attributes. What is absent stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct AttributesIn {
    pub enabled: Option<bool>,
    pub nbf: Option<i64>,
    pub exp: Option<i64>,
}

impl Properties {
    pub fn new(attributes: &AttributesIn, tags: Option<BTreeMap<String, String>>, now: i64) -> Self {
        Self {
            version: uuid::Uuid::new_v4().simple().to_string(),
            enabled: attributes.enabled.unwrap_or(true),
            created: now,
            updated: now,
            nbf: attributes.nbf,
            exp: attributes.exp,
            tags,
            lag: None,
        }
    }

    /// Whether the version may be used, as callers see it at `now`.
    pub fn enabled_at(&self, now: Timestamp) -> bool {
        match self.lag {
            Some(lag) if now < lag.until => lag.enabled,
            _ => self.enabled,
        }
    }
}

/// When an object was deleted and when it goes for good. Seconds since 1970.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Deletion {
    pub deleted: i64,
    pub purge: i64,
}

/// A version of a key or of a secret.
pub(crate) trait Version: Clone + Send + Sync + 'static {
    const KIND: Kind;
    /// What is sealed and stored of a version. It wipes what is secret when dropped.
    type Row: Serialize + DeserializeOwned;

    fn properties(&self) -> &Properties;
    fn to_row(&self) -> Self::Row;
    fn from_row(row: Self::Row) -> Result<Self, SealError>;
}

/// A key or a secret with all its versions, oldest first. It always has one.
#[derive(Clone)]
pub(crate) struct Object<V> {
    pub vault: String,
    pub name: String,
    pub versions: Vec<V>,
    pub deletion: Option<Deletion>,
    pub rotation_policy: Option<Value>,
}

impl<V: Version> Object<V> {
    pub fn id(&self) -> ObjectId {
        ObjectId::new(&self.vault, &self.name)
    }

    pub fn latest(&self) -> Option<&V> {
        self.versions.last()
    }

    /// The version of that id, or the latest.
    pub fn version(&self, id: Option<&str>) -> Option<&V> {
        match id {
            None => self.latest(),
            Some(id) => self.versions.iter().find(|it| it.properties().version.eq_ignore_ascii_case(id)),
        }
    }
}
