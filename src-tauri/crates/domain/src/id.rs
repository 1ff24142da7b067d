//! Ids: newtypes, so that a run can never be passed where a request is meant.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; the caller says when it is made (version 7: sorted by time) and brings the randomness.
            #[must_use]
            pub fn make(now: crate::Timestamp, rng: &mut impl rand_core::CryptoRngCore) -> Self {
                let mut random = [0; 10];
                rng.fill_bytes(&mut random);
                let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// One environment's keys, people, register and ledger.
    CustodyId,
    /// An enrolled human, an agent or a service.
    OperatorId,
    /// A key's record in the register (not its name in the vault).
    KeyId,
    /// A tenant of the service whose keys these are.
    TenantId,
    /// A request for an act that needs two people.
    RequestId,
    /// The execution of a request.
    RunId,
    /// An exception from the policy.
    ExceptionId,
    /// An entry of the shared-service register.
    SharedKeyId,
}
