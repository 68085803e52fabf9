//! Identifiers drawn from the operating system's randomness.

/// The operating system gave no randomness, so nothing can be named or signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness; try again")]
pub struct NoRandomness;

/// 128 random bits for an identifier.
pub fn bits() -> Result<u128, NoRandomness> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(u128::from_be_bytes(bytes))
}
