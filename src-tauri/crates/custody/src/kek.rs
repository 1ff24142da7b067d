//! The public half of a key version in the vault: what wraps locally, and what its digest identifies.

use envelope::{KekError, KekPublic};
use vault::Key;

/// Why a key version is no KEK.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoKek {
    /// It is an EC or symmetric key, or the vault shows no public half.
    #[error("{name} is not an RSA key: it can't wrap")]
    NotRsa {
        /// Name in the vault.
        name: String,
    },
    /// Its public half is too weak or malformed.
    #[error(transparent)]
    Refused(#[from] KekError),
}

/// The public half of `key`.
///
/// # Errors
/// [`NoKek`] when it can't wrap.
pub fn public_half(key: &Key) -> Result<KekPublic, NoKek> {
    let components = key.public.as_ref().ok_or_else(|| NoKek::NotRsa { name: key.name.as_str().to_owned() })?;
    Ok(KekPublic::from_components(&components.n, &components.e)?)
}
