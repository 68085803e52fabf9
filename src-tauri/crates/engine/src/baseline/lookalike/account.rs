//! What an account looks like.

use super::distance::{Unit, parity, units, within_two};
use super::fingerprint;
use purser_domain::Account;

/// Lengths of the IBANs of each country, from the registry of ISO 13616.
const IBAN_LENGTHS: [(&str, usize); 88] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// An account, prepared for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccountLook {
    /// Accounts are compared within one scheme: `iban`, the namespace of a CAIP-10 reference,
    /// whatever stands before the first colon, or nothing.
    pub scheme: u64,
    /// The account within its scheme, in one spelling; without the chain it is on and without the
    /// check digits of an IBAN, which change by themselves with any edit.
    pub units: Vec<Unit>,
    /// Those check digits, if any.
    check: String,
    pub mask: u32,
    /// The first and the last four characters, of IBANs and EVM addresses: what people compare. 0
    /// for others.
    pub ends: u64,
    /// Whether it has the form of an IBAN and a wrong length or checksum.
    pub is_bad: bool,
}

impl AccountLook {
    pub(super) fn of(account: &Account) -> Self {
        let text = account.as_str();
        if let Some(length) = iban_length(text) {
            return Self::iban(&text.to_ascii_uppercase(), length);
        }
        let Some((scheme, rest)) = text.split_once(':') else {
            return Self::new("", text, 0);
        };
        let (scheme, body) = (scheme.to_ascii_lowercase(), rest.rsplit(':').next().unwrap_or(rest));
        if scheme != "eip155" {
            return Self::new(&scheme, body, 0);
        }
        let lower = body.to_ascii_lowercase();
        let address = lower.strip_prefix("0x").unwrap_or(&lower);
        Self::new(&scheme, address, if address.len() == 40 { ends(address) } else { 0 })
    }

    fn iban(text: &str, length: usize) -> Self {
        let country = text.chars().take(2);
        let rest: String = country.chain(text.chars().skip(4)).collect();
        Self {
            check: text.chars().skip(2).take(2).collect(),
            is_bad: text.len() != length || remainder_97(text) != 1,
            ..Self::new("iban", &rest, ends(text))
        }
    }

    fn new(scheme: &str, body: &str, ends: u64) -> Self {
        let units = units(body);
        Self {
            scheme: fingerprint(scheme.bytes().map(Unit::from)),
            mask: parity(&units),
            units,
            check: String::new(),
            ends,
            is_bad: false,
        }
    }

    /// Whether it is the same account, be it on another chain or in another spelling.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.units == other.units && self.check == other.check
    }

    /// How many edits lie between two accounts of one scheme, when that makes one look like the
    /// other; 2 when only their ends are the same.
    pub(super) fn near(&self, known: &Self) -> Option<u8> {
        if self.scheme != known.scheme || self.is(known) {
            return None;
        }
        let shortest = self.units.len().min(known.units.len());
        let edits = if shortest >= 8 { within_two(&self.units, &known.units) } else { None };
        let same_ends = self.ends != 0 && self.ends == known.ends;
        edits.or(same_ends.then_some(2))
    }
}

fn ends(text: &str) -> u64 {
    let (first, last) = (text.bytes().take(4), text.bytes().rev().take(4));
    fingerprint(first.chain(last).map(Unit::from))
}

/// The length an IBAN of its country has, when a text has the form of one: country, two digits and
/// letters or digits, at most two too many or too few, as after an edit.
fn iban_length(text: &str) -> Option<usize> {
    let (country, rest) = text.split_at_checked(2)?;
    let has_form = rest.bytes().take(2).all(|b| b.is_ascii_digit())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    if !has_form {
        return None;
    }
    let country = country.to_ascii_uppercase();
    let (_, length) = *IBAN_LENGTHS
        .get(IBAN_LENGTHS.binary_search_by(|(known, _)| (*known).cmp(country.as_str())).ok()?)?;
    (text.len().abs_diff(length) <= 2).then_some(length)
}

/// ISO 7064, MOD 97-10: the first four characters last, letters as 10 to 35. 1 is right.
fn remainder_97(iban: &str) -> u32 {
    let (head, tail) = iban.split_at_checked(4).unwrap_or(("", iban));
    tail.chars().chain(head.chars()).fold(0u32, |sum, c| {
        let digit = c.to_digit(36).unwrap_or(0);
        let shift = if digit < 10 { 10 } else { 100u32 };
        sum.saturating_mul(shift).saturating_add(digit).checked_rem(97).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_of_ibans_are_checked() {
        for good in [
            "DE89370400440532013000",
            "de89370400440532013000",
            "GB29NWBK60161331926819",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            assert!(!AccountLook::of(&Account::new(good).unwrap()).is_bad, "{good}");
            assert!(iban_length(good).is_some(), "{good}");
        }
        for bad in [
            "DE89370400440532013001",
            "DE8937040044053201300",
            "DE893704004405320130000",
            "GB29NWBK60161331926891",
        ] {
            assert!(AccountLook::of(&Account::new(bad).unwrap()).is_bad, "{bad}");
        }
        for other in [
            "acct_1",
            "DE",
            "DE8937040044",
            "XX89370400440532013000",
            "eip155:1:0xabc",
            "ATLANTICSHIPPING0042",
            "AT611904-3002345732",
        ] {
            assert_eq!(iban_length(other), None, "{other}");
        }
        assert!(IBAN_LENGTHS.is_sorted());
    }
}
