//! Who calls: bearer tokens, the identities they stand for, and what each may do.

use crate::StartError;
use crate::operation::Operation;
use aws_lc_rs::{constant_time, digest, rand};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

const TOKEN_BYTES: usize = 32;

/// What an identity may do in every vault of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Administrator,
    /// Uses keys: reads their public half, lists, and every cryptographic operation.
    CryptoUser,
    /// Reads what is no secret: lists and public halves.
    Reader,
    /// Exactly these operations.
    Only(BTreeSet<Operation>),
}

impl Role {
    /// Whether the role allows the operation.
    #[must_use]
    pub fn allows(&self, operation: Operation) -> bool {
        match self {
            Self::Administrator => true,
            Self::CryptoUser => operation.key_op().is_some() || Self::Reader.allows(operation),
            Self::Reader => matches!(
                operation,
                Operation::KeyGet
                    | Operation::KeyList
                    | Operation::KeyListVersions
                    | Operation::KeyListDeleted
                    | Operation::KeyGetDeleted
                    | Operation::KeyRotationPolicyGet
                    | Operation::SecretList
                    | Operation::SecretListVersions
                    | Operation::SecretListDeleted
                    | Operation::SecretGetDeleted
            ),
            Self::Only(operations) => operations.contains(&operation),
        }
    }
}

/// Someone who has shown a token.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub name: String,
    pub role: Role,
}

struct Grant {
    digest: digest::Digest,
    identity: Arc<Identity>,
}

/// The tokens in force. Only their digests are kept.
#[derive(Default)]
pub(crate) struct Identities(RwLock<Vec<Grant>>);

impl Identities {
    /// Makes a token for an identity; tokens made before stay in force.
    pub fn issue(&self, name: &str, role: Role) -> Result<Zeroizing<String>, StartError> {
        let token = make_token()?;
        self.accept(&token, name, role);
        Ok(token)
    }

    /// Accepts a token that is kept elsewhere.
    pub fn accept(&self, token: &str, name: &str, role: Role) {
        let grant = Grant {
            digest: digest::digest(&digest::SHA256, token.as_bytes()),
            identity: Arc::new(Identity { name: name.to_owned(), role }),
        };
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(grant);
    }

    /// Withdraws every token of an identity; answers how many there were.
    pub fn revoke(&self, name: &str) -> usize {
        let mut grants = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = grants.len();
        grants.retain(|grant| grant.identity.name != name);
        before - grants.len()
    }

    /// Whose token this is. Takes the same time whichever byte differs.
    pub fn find(&self, token: &str) -> Option<Arc<Identity>> {
        let shown = digest::digest(&digest::SHA256, token.as_bytes());
        let grants = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        for grant in grants.iter() {
            let same = constant_time::verify_slices_are_equal(grant.digest.as_ref(), shown.as_ref());
            if same.is_ok() {
                found = Some(Arc::clone(&grant.identity));
            }
        }
        found
    }
}

/// A random bearer token.
pub(crate) fn make_token() -> Result<Zeroizing<String>, StartError> {
    let mut bytes = Zeroizing::new([0_u8; TOKEN_BYTES]);
    rand::fill(bytes.as_mut()).map_err(|_unspecified| StartError::Randomness)?;
    Ok(Zeroizing::new(hex::encode(bytes.as_ref())))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_revoked_identity_is_unknown_and_others_stay() {
        let identities = Identities::default();
        let alice = identities.issue("alice", Role::Administrator).unwrap();
        let bob = identities.issue("bob", Role::Reader).unwrap();
        assert_eq!(identities.find(&alice).unwrap().name, "alice");
        assert_eq!(identities.revoke("alice"), 1);
        assert!(identities.find(&alice).is_none());
        assert_eq!(identities.find(&bob).unwrap().role, Role::Reader);
        assert!(identities.find("").is_none());
    }

    #[test]
    fn a_reader_changes_nothing_and_sees_no_secret() {
        let allowed: Vec<_> =
            Operation::ALL.iter().filter(|it| Role::Reader.allows(**it)).map(|it| it.action()).collect();
        assert!(allowed.iter().all(|it| it.ends_with("/read") || it.contains("readMetadata")));
    }
}
