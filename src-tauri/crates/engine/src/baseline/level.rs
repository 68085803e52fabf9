//! Amounts on a scale of logarithms, in integers, so that every machine decides the same.

use rust_decimal::Decimal;

/// One octave (a factor of 2) is this many steps: a step is 0.27 %.
pub(crate) const OCTAVE: i16 = 256;

/// The level of an amount: the logarithm to base 2, in steps. Zero and below are the lowest.
pub(crate) fn of(amount: Decimal) -> i16 {
    let Ok(mantissa) = u128::try_from(amount.mantissa()) else { return i16::MIN };
    if mantissa == 0 {
        return i16::MIN;
    }
    // log2(10), in 2^-16.
    let scale = i64::from(amount.scale()).saturating_mul(217_706);
    let steps = log2(mantissa).saturating_sub(scale) >> 8u32;
    // No decimal is beyond 2^96 or below 10^-28.
    i16::try_from(steps).unwrap_or(i16::MAX)
}

/// The logarithm to base 2, in 2^-16, rounded down; 0 for 0. By squaring, a bit at a time.
pub(crate) fn log2(value: u128) -> i64 {
    let Some(whole) = value.checked_ilog2() else { return 0 };
    // The mantissa as 1.63 bits.
    let shifted = if whole <= 63 {
        value.checked_shl(63_u32.saturating_sub(whole)).unwrap_or_default()
    } else {
        value.checked_shr(whole.saturating_sub(63)).unwrap_or_default()
    };
    let mut x = u64::try_from(shifted).unwrap_or(u64::MAX);
    let mut result = i64::from(whole);
    for _ in 0..16 {
        // Below 4, so that it has at most two bits before the point.
        let square = u128::from(x).saturating_mul(u128::from(x)) >> 63u32;
        let carry = square >> 64u32;
        x = u64::try_from(square >> carry).unwrap_or(u64::MAX);
        result = (result << 1u32) | i64::from(carry != 0);
    }
    result
}

/// 2 to the minus `x / 16`, for `x` of 0 to 16, in 2^-16.
const HALVES: [u32; 17] = [
    65_536, 62_757, 60_097, 57_549, 55_109, 52_773, 50_535, 48_393, 46_341, 44_376, 42_495, 40_693,
    38_968, 37_316, 35_734, 34_219, 32_768,
];

/// What is left of a value after a time: half of it after each half-life.
pub(crate) fn faded(value: u64, elapsed_ms: i64, half_life_ms: i64) -> u64 {
    let elapsed = elapsed_ms.max(0).unsigned_abs();
    let half_life = half_life_ms.max(1).unsigned_abs();
    let halvings = elapsed.checked_div(half_life).unwrap_or(u64::MAX);
    let Some(value) = u32::try_from(halvings).ok().and_then(|by| value.checked_shr(by)) else {
        return 0;
    };
    // The rest in sixteenths of a halving, and in 65536ths of one of those.
    let rest = elapsed.checked_rem(half_life).unwrap_or_default();
    // Half-lives are shorter than the 278 years from which on this would not fit.
    let fine = rest.saturating_mul(1 << 20).checked_div(half_life).unwrap_or_default();
    let place = usize::try_from(fine >> 16u32).unwrap_or_default();
    let (from, to) = match HALVES.get(place..place.saturating_add(2)) {
        Some([from, to]) => (u128::from(*from), u128::from(*to)),
        _ => (32_768, 32_768),
    };
    let part = from.saturating_sub(to).saturating_mul((fine & 0xFFFF).into()) >> 16u32;
    let kept = u128::from(value).saturating_mul(from.saturating_sub(part)) >> 16u32;
    u64::try_from(kept).unwrap_or(u64::MAX)
}

/// The amount of a level, rounded to two digits, for people.
pub(crate) fn amount(level: i16) -> Decimal {
    let level = i64::from(level);
    let octaves = level.div_euclid(OCTAVE.into());
    let rest = level.rem_euclid(OCTAVE.into());
    // 2^rest is 2 * 2^-(1 - rest), in 2^-16.
    let back = i64::from(OCTAVE).saturating_sub(rest);
    let mantissa = faded(2 << 16, back, OCTAVE.into());
    let power = |by: i64| Decimal::from(2_u64.checked_pow(u32::try_from(by).ok()?)?).into();
    let scaled = |by: Option<Decimal>| {
        let mantissa = Decimal::from(mantissa).checked_div(Decimal::from(1_u64 << 16))?;
        if octaves < 0 { mantissa.checked_div(by?) } else { mantissa.checked_mul(by?) }
    };
    let exact = scaled(power(octaves.abs())).unwrap_or_default();
    exact.round_sf(2).unwrap_or(exact).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_logarithms() {
        for text in ["0.000000000001", "0.01", "0.99", "1", "2", "3.5", "1000000000000"] {
            let decimal: Decimal = text.parse().unwrap();
            let exact = text.parse::<f64>().unwrap().log2() * 256.0;
            assert!((f64::from(of(decimal)) - exact).abs() <= 1.01, "{text}");
            let back: f64 = amount(of(decimal)).to_string().parse().unwrap();
            assert!((back / text.parse::<f64>().unwrap() - 1.0).abs() < 0.06, "{text} {back}");
        }
        assert_eq!(of(Decimal::ZERO), i16::MIN);
        assert_eq!(of("-1".parse().unwrap()), i16::MIN);
        assert_eq!(of(Decimal::MAX), 24_576 - 1);
        assert_eq!((log2(0), log2(1), log2(2), log2(u128::MAX)), (0, 0, 65_536, 128 * 65_536 - 1));
    }

    #[test]
    fn what_fades_halves() {
        assert_eq!(faded(1000, 0, 100), 1000);
        assert_eq!(faded(1000, 100, 100), 500);
        assert_eq!(faded(1000, 50, 100), 707);
        assert_eq!(faded(1000, 1_000_000, 100), 0);
        assert_eq!(faded(u64::MAX, i64::MAX, 1), 0);
        assert_eq!(faded(1000, -5, 100), 1000);
        for ms in 0..300 {
            let exact = 1e6 * 0.5_f64.powf(f64::from(ms) / 100.0);
            #[expect(clippy::cast_precision_loss, reason = "a test")]
            let got = faded(1_000_000, ms.into(), 100) as f64;
            assert!((got / exact - 1.0).abs() < 0.001, "{ms}: {got} {exact}");
        }
    }
}
