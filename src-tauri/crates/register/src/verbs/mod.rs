//! The verbs: one method for each function of `docs/formats/acts.md`.
//!
//! Every one of them answers a [`Receipt`](crate::Receipt), or a [`Refusal`](crate::Refusal) that the register keeps a
//! record of. A method whose connection breaks may have been done: send the same entry again and see.

mod batch;
mod certificates;
mod checkpoints;
mod destruction;
mod exceptions;
mod keys;
mod log_stack;
mod people;
mod protection;
mod requests;
mod reviews;
mod runs;
mod secrets;

pub use batch::BATCH_ACTS_MAX;
pub use runs::ReencryptedTokens;

/// Defines methods that hand an act, and a payload where there is one, to the function of the same name.
macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident ($($payload:ident)?);)+) => {
        impl crate::Register {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`RegisterError`](crate::RegisterError): refused, busy or out of reach.
            pub async fn $name(
                &self,
                act: crate::SignedAct<'_>
                $(, $payload: &[u8])?
            ) -> Result<crate::Receipt, crate::RegisterError> {
                verbs!(@call self, $name, act $(, $payload)?)
            }
        )+}
    };
    (@call $self:ident, $name:ident, $act:ident) => {
        $self.perform(concat!("SELECT * FROM custody.", stringify!($name), "($1, $2)"), $act, None).await
    };
    (@call $self:ident, $name:ident, $act:ident, $payload:ident) => {
        $self.perform(concat!("SELECT * FROM custody.", stringify!($name), "($1, $2, $3)"), $act, Some($payload)).await
    };
}
use verbs;
