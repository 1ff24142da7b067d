//! Random numbers from the operating system.

use zeroize::Zeroizing;

/// So many random bytes, wiped when dropped.
pub(crate) fn make<const N: usize>() -> std::io::Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(bytes)
}
