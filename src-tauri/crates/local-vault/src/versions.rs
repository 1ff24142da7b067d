//! A version of a key, and a version of a secret.

use crate::encoding::{b64, unb64};
use crate::material::{KeyType, Material};
use crate::object::{Kind, Properties, Version};
use crate::sealed::SealError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::{Zeroize, Zeroizing};

#[derive(Clone)]
pub(crate) struct KeyVersion {
    pub properties: Properties,
    pub key_ops: Vec<String>,
    pub material: Arc<Material>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct KeyRow {
    properties: Properties,
    key_ops: Vec<String>,
    key_type: KeyType,
    pkcs8: String,
}

impl Drop for KeyRow {
    fn drop(&mut self) {
        self.pkcs8.zeroize();
    }
}

impl Version for KeyVersion {
    const KIND: Kind = Kind::Key;
    type Row = KeyRow;

    fn properties(&self) -> &Properties {
        &self.properties
    }

    fn to_row(&self) -> KeyRow {
        KeyRow {
            properties: self.properties.clone(),
            key_ops: self.key_ops.clone(),
            key_type: self.material.key_type,
            // EXPOSE: the row lives until it is sealed, and wipes itself.
            pkcs8: self.material.expose_pkcs8(b64),
        }
    }

    fn from_row(row: KeyRow) -> Result<Self, SealError> {
        let pkcs8 = unb64("pkcs8", &row.pkcs8).map_err(|_malformed| SealError::DoesNotOpen)?;
        Ok(Self {
            properties: row.properties.clone(),
            key_ops: row.key_ops.clone(),
            material: Arc::new(Material::from_pkcs8(row.key_type, pkcs8)),
        })
    }
}

#[derive(Clone)]
pub(crate) struct SecretVersion {
    pub properties: Properties,
    pub content_type: Option<String>,
    value: Arc<Zeroizing<String>>,
}

impl SecretVersion {
    pub fn new(properties: Properties, content_type: Option<String>, value: String) -> Self {
        Self { properties, content_type, value: Arc::new(Zeroizing::new(value)) }
    }

    /// The secret itself, to be stored or answered to a caller who may read it.
    pub fn expose<R>(&self, f: impl FnOnce(&str) -> R) -> R {
        f(&self.value)
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SecretRow {
    properties: Properties,
    content_type: Option<String>,
    value: String,
}

impl Drop for SecretRow {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl Version for SecretVersion {
    const KIND: Kind = Kind::Secret;
    type Row = SecretRow;

    fn properties(&self) -> &Properties {
        &self.properties
    }

    fn to_row(&self) -> SecretRow {
        SecretRow {
            properties: self.properties.clone(),
            content_type: self.content_type.clone(),
            // EXPOSE: the row lives until it is sealed, and wipes itself.
            value: self.expose(str::to_owned),
        }
    }

    fn from_row(mut row: SecretRow) -> Result<Self, SealError> {
        Ok(Self::new(row.properties.clone(), row.content_type.take(), std::mem::take(&mut row.value)))
    }
}
