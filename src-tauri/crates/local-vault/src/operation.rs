//! The operations of the vault, under the names that Azure's diagnostic log gives them.

use std::fmt;

macro_rules! operations {
    ($($name:ident => $action:literal),+ $(,)?) => {
        /// One operation of the vault's interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "the names are those of Azure's diagnostic log")]
        pub enum Operation { $($name),+ }

        impl Operation {
            /// Every operation there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The `operationName` of the diagnostic log.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }

            /// The data action that a role assignment must allow, without its provider prefix.
            #[must_use]
            pub const fn action(self) -> &'static str {
                match self { $(Self::$name => $action),+ }
            }
        }
    };
}

operations! {
    KeyCreate => "keys/create/action",
    KeyImport => "keys/import/action",
    KeyGet => "keys/read",
    KeyList => "keys/read",
    KeyListVersions => "keys/read",
    KeyUpdate => "keys/update/action",
    KeyWrap => "keys/wrap/action",
    KeyUnwrap => "keys/unwrap/action",
    KeyEncrypt => "keys/encrypt/action",
    KeyDecrypt => "keys/decrypt/action",
    KeySign => "keys/sign/action",
    KeyVerify => "keys/verify/action",
    KeyRotate => "keys/rotate/action",
    KeyRotationPolicyGet => "keyrotationpolicies/read",
    KeyRotationPolicySet => "keyrotationpolicies/write",
    KeyDelete => "keys/delete",
    KeyListDeleted => "keys/read",
    KeyGetDeleted => "keys/read",
    KeyRecover => "keys/recover/action",
    KeyPurge => "keys/purge/action",
    KeyBackup => "keys/backup/action",
    KeyRestore => "keys/restore/action",
    RandomBytesGet => "rng/action",
    SecretSet => "secrets/setSecret/action",
    SecretGet => "secrets/getSecret/action",
    SecretList => "secrets/readMetadata/action",
    SecretListVersions => "secrets/readMetadata/action",
    SecretUpdate => "secrets/update/action",
    SecretDelete => "secrets/delete",
    SecretListDeleted => "secrets/readMetadata/action",
    SecretGetDeleted => "secrets/readMetadata/action",
    SecretRecover => "secrets/recover/action",
    SecretPurge => "secrets/purge/action",
    SecretBackup => "secrets/backup/action",
    SecretRestore => "secrets/restore/action",
}

impl Operation {
    /// The operation of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.name() == name)
    }

    /// What the service calls a cryptographic operation in `key_ops` and in its error texts.
    pub(crate) const fn key_op(self) -> Option<&'static str> {
        match self {
            Self::KeyWrap => Some("wrapKey"),
            Self::KeyUnwrap => Some("unwrapKey"),
            Self::KeyEncrypt => Some("encrypt"),
            Self::KeyDecrypt => Some("decrypt"),
            Self::KeySign => Some("sign"),
            Self::KeyVerify => Some("verify"),
            _ => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
