//! Operating systems whose keychain Countersign cannot use yet: opening says so, so nothing else is ever reached.

use std::convert::Infallible;

use crate::error::KeychainError;
use crate::item::Item;
use crate::keychain::KeychainStatus;

/// There is none.
pub(crate) struct Store(Infallible);

impl Store {
    pub(crate) fn connect(_service: &str, _bus_address: Option<&str>) -> Result<Self, KeychainError> {
        Err(KeychainError::Unsupported)
    }

    pub(crate) fn status(&self) -> Result<KeychainStatus, KeychainError> {
        match self.0 {}
    }

    pub(crate) fn ask_to_unlock(&self) -> Result<(), KeychainError> {
        match self.0 {}
    }

    pub(crate) fn put(&self, _item: &Item, _secret: &[u8]) -> Result<(), KeychainError> {
        match self.0 {}
    }

    pub(crate) fn get(&self, _item: &Item) -> Result<Option<Vec<u8>>, KeychainError> {
        match self.0 {}
    }

    pub(crate) fn remove(&self, _item: &Item) -> Result<bool, KeychainError> {
        match self.0 {}
    }
}
