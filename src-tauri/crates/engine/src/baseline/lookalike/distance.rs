//! How far apart two short texts are, when they are at most two edits apart.

/// A character of a prepared text. What is beyond the basic plane shares 2,048 units, so that two
/// rare characters may count as one: that can only make texts more alike.
pub(super) type Unit = u16;

pub(super) fn unit(c: char) -> Unit {
    let code = u32::from(c);
    Unit::try_from(code).unwrap_or_else(|_| 0xD800 | Unit::try_from(code & 0x7FF).unwrap_or(0))
}

pub(super) fn units(text: &str) -> Vec<Unit> {
    text.chars().map(unit).collect()
}

/// One bit for each kind of character that occurs an odd number of times, and six for how many
/// there are: a ring of twelve, of which neighbours differ in one bit (Johnson's counter). An edit
/// changes at most two bits, of two kinds of characters or of one and of the ring, so that texts
/// whose masks differ in more than four are more than two edits apart.
pub(super) fn parity(units: &[Unit]) -> u32 {
    let kinds = units.iter().fold(0, |mask, unit| {
        let bit = match unit {
            0x61..=0x7A => unit.saturating_sub(0x61),
            // Not `a` to `f`, which stand beside digits in addresses.
            0x30..=0x39 => unit.saturating_sub(0x30).saturating_add(6),
            other => other.checked_rem(26).unwrap_or(0),
        };
        mask ^ 1u32.rotate_left(bit.into())
    });
    let round = u32::try_from(units.len().checked_rem(12).unwrap_or(0)).unwrap_or(0);
    let full = 63u32;
    let ring = if round <= 6 {
        full >> 6u32.saturating_sub(round)
    } else {
        full << round.saturating_sub(6) & full
    };
    kinds | ring << 26u32
}

/// One of 64 bits for each pair of neighbours that occurs an odd number of times. An edit changes
/// at most six: two neighbours that are swapped end three pairs and begin three.
pub(super) fn pair_parity(units: &[Unit]) -> u64 {
    units.array_windows().fold(0, |mask, [first, second]| {
        let pair = (u64::from(*first) << 16u32) | u64::from(*second);
        let bit = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58u32;
        mask ^ 1u64.rotate_left(u32::try_from(bit).unwrap_or_default())
    })
}

/// The edits between two texts when they are at most two: characters put in, left out or replaced,
/// and neighbours swapped (optimal string alignment). Stops as soon as there must be more.
pub(super) fn within_two(a: &[Unit], b: &[Unit]) -> Option<u8> {
    let (a, b) = without_common_ends(a, b);
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if b.len().saturating_sub(a.len()) > 2 {
        return None;
    }
    match (a, b) {
        ([], []) => return Some(0),
        ([], [_]) | ([_], [_]) => return Some(1),
        ([], [_, _]) => return Some(2),
        ([x, y], [v, w]) if x == w && y == v => return Some(1),
        _ => {}
    }
    // The texts differ at their first character, so that one of the two edits is made there.
    let (a_1, b_1) = (a.get(1..)?, b.get(1..)?);
    let swapped = match (a, b) {
        ([x, y, a_2 @ ..], [v, w, b_2 @ ..]) if x == w && y == v => within_one(a_2, b_2),
        _ => false,
    };
    let near = swapped || within_one(a_1, b_1) || within_one(a, b_1) || within_one(a_1, b);
    near.then_some(2)
}

fn within_one(a: &[Unit], b: &[Unit]) -> bool {
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if b.len().saturating_sub(a.len()) > 1 {
        return false;
    }
    // The same last character or none at all: the texts came here without their common end.
    let same = common(a, b);
    match (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default()) {
        ([], [] | [_]) => true,
        ([x, y, a_2 @ ..], [v, w, b_2 @ ..]) if a.len() == b.len() => {
            (y == w && a_2 == b_2) || (x == w && y == v && a_2 == b_2)
        }
        ([_], [_]) => true,
        (a, [_, b_1 @ ..]) => a == b_1,
        _ => false,
    }
}

/// How many characters both begin with.
fn common(a: &[Unit], b: &[Unit]) -> usize {
    let (a_words, _) = a.as_chunks::<4>();
    let (b_words, _) = b.as_chunks::<4>();
    let words = a_words.iter().zip(b_words).take_while(|(a, b)| a == b).count();
    let begin = words.saturating_mul(4);
    let (a, b) = (a.get(begin..).unwrap_or_default(), b.get(begin..).unwrap_or_default());
    begin.saturating_add(a.iter().zip(b).take_while(|(a, b)| a == b).count())
}

fn without_common_ends<'a>(a: &'a [Unit], b: &'a [Unit]) -> (&'a [Unit], &'a [Unit]) {
    let begin = common(a, b);
    let (a, b) = (a.get(begin..).unwrap_or_default(), b.get(begin..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let until = |text: &[Unit]| text.len().saturating_sub(end);
    (a.get(..until(a)).unwrap_or_default(), b.get(..until(b)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

    use super::*;
    use proptest::prelude::*;

    /// The table of the textbook.
    fn reference(a: &[Unit], b: &[Unit]) -> usize {
        let mut table = vec![vec![0usize; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let best = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    let swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swap { best.min(table[i - 2][j - 2] + 1) } else { best }
                };
            }
        }
        table[a.len()][b.len()]
    }

    fn check(a: &str, b: &str) -> Result<(), TestCaseError> {
        let (a, b) = (units(a), units(b));
        let edits = reference(&a, &b);
        let expected = u8::try_from(edits).ok().filter(|edits| *edits <= 2);
        prop_assert_eq!(within_two(&a, &b), expected);
        prop_assert_eq!(within_two(&b, &a), expected);
        let bits = (parity(&a) ^ parity(&b)).count_ones();
        prop_assert!(edits > 2 || bits <= 4, "{bits} bits");
        let bits = (pair_parity(&a) ^ pair_parity(&b)).count_ones();
        prop_assert!(edits > 2 || bits <= 12, "{bits} bits of pairs");
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn edits_are_those_of_the_table(a in "[abc]{0,9}", b in "[abc]{0,9}") {
            check(&a, &b)?;
        }

        #[test]
        fn edits_of_texts_that_are_near_are_those_of_the_table(
            a in "[a-d]{0,30}", places in proptest::collection::vec((0usize..31, 0u8..4), 0..4),
        ) {
            let mut b: Vec<char> = a.chars().collect();
            for (at, edit) in places {
                let at = at.min(b.len());
                match edit {
                    0 => b.insert(at, 'e'),
                    1 if at < b.len() => b[at] = 'd',
                    2 if at < b.len() => drop(b.remove(at)),
                    3 if at + 1 < b.len() => b.swap(at, at + 1),
                    _ => {}
                }
            }
            check(&a, &b.into_iter().collect::<String>())?;
        }
    }

    #[test]
    fn every_character_has_a_unit() {
        assert_eq!(unit('a'), 0x61);
        assert_eq!(unit('\u{FFFD}'), 0xFFFD);
        assert_eq!(unit('\u{10FFFF}'), 0xDFFF);
    }
}
