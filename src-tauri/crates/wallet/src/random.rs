//! Identifiers: UUID version 7 (RFC 9562), as TypeID prescribes. The time in front keeps the log's
//! indexes together on disk, which about doubles how many entries a second it takes; the 74 random
//! bits behind come from the operating system.

use purser_domain::Timestamp;

/// The operating system gave no randomness, so nothing can be named or signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness; try again")]
pub struct NoRandomness;

/// The 128 bits of a fresh identifier.
pub fn bits(now: Timestamp) -> Result<u128, NoRandomness> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(version_7(now, u128::from_be_bytes(bytes)))
}

const fn version_7(now: Timestamp, random: u128) -> u128 {
    const TIME: u128 = 0xffff_ffff_ffff << 80;
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    let time = (now.as_millis().unsigned_abs() as u128) << 80;
    (random & !(TIME | VERSION | VARIANT)) | (time & TIME) | (7 << 76) | (0b10 << 62)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rfc_example_comes_out() {
        // RFC 9562, appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F.
        let random = 0xffff_ffff_ffff_fcc3_18c4_dc0c_0c07_398f;
        let id = version_7(Timestamp::from_millis(0x017f_22e2_79b0), random);
        assert_eq!(id, 0x017f_22e2_79b0_7cc3_98c4_dc0c_0c07_398f);
    }

    #[test]
    fn two_ids_of_one_moment_differ() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        assert_ne!(bits(now), bits(now));
    }
}
