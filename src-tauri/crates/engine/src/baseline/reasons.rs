//! Which words an agent gives its reasons in. Weak evidence, and easily imitated: it only informs.

use purser_domain::Claim;
use serde::{Deserialize, Serialize};

/// Words are told apart by this many places.
const PLACES: usize = 512;
/// Words of one reason that are looked at.
const WORDS: usize = 48;
/// Reasons before a word can be unusual.
const KNOWN: u32 = 20;

/// A set of the words seen, by a hash of each: one bit a place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Reasons {
    seen: Vec<u64>,
    known: u32,
}

impl Reasons {
    /// The share of words that are new, in hundredths, when nearly all of them are.
    pub fn unusual(&self, reason: Option<&Claim>) -> Option<usize> {
        if self.known < KNOWN {
            return None;
        }
        let (mut all, mut new) = (0_usize, 0_usize);
        for place in places(reason) {
            all = all.saturating_add(1);
            new = new.saturating_add(usize::from(!self.holds(place)));
        }
        let share = new.saturating_mul(100).checked_div(all)?;
        (all >= 4 && share >= 80).then_some(share)
    }

    /// Learns the words of a reason. When half of the places are taken, all are forgotten.
    pub fn learn(&mut self, reason: Option<&Claim>) {
        if reason.is_none() {
            return;
        }
        let taken: u32 = self.seen.iter().map(|bits| bits.count_ones()).sum();
        if usize::try_from(taken).is_ok_and(|taken| taken >= PLACES / 2) {
            *self = Self::default();
        }
        self.seen.resize(PLACES / 64, 0);
        for place in places(reason) {
            if let Some(bits) = self.seen.get_mut(place / 64) {
                *bits |= bit(place);
            }
        }
        self.known = self.known.saturating_add(1);
    }

    fn holds(&self, place: usize) -> bool {
        self.seen.get(place / 64).is_some_and(|bits| bits & bit(place) != 0)
    }
}

const fn bit(place: usize) -> u64 {
    1 << (place % 64)
}

/// The places of the words of a text: FNV-1a over their letters in lower case.
fn places(reason: Option<&Claim>) -> impl Iterator<Item = usize> {
    let text = reason.map_or("", Claim::raw);
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() >= 3);
    words.take(WORDS).map(|word| {
        let bytes = word.bytes().map(|byte| byte.to_ascii_lowercase());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        usize::try_from(hash >> 40).unwrap_or_default() % PLACES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(text: &str) -> Claim {
        Claim::new(text, Claim::MAX_BYTES).unwrap()
    }

    #[test]
    fn other_words_are_told_after_some_reasons() {
        let mut reasons = Reasons::default();
        let usual = claim("Renew the staging database for the billing team");
        let other = claim("Urgent wire requested by your director, keep confidential");
        for _ in 0..KNOWN {
            assert_eq!(reasons.unusual(Some(&other)), None);
            reasons.learn(Some(&usual));
        }
        assert_eq!(reasons.unusual(Some(&usual)), None);
        assert!(reasons.unusual(Some(&other)).is_some_and(|share| share >= 80));
        assert_eq!((reasons.unusual(None), reasons.unusual(Some(&claim("new")))), (None, None));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut reasons = Reasons::default();
        for n in 0..2000_u32 {
            let word: String = (0..8).map(|by| char::from(b'a' + (n >> by) as u8 % 26)).collect();
            reasons.learn(Some(&claim(&format!("{word}{n} and so on"))));
            assert!(reasons.seen.len() <= PLACES / 64);
        }
        assert!(reasons.known < 2000);
    }
}
