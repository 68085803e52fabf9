//! What a name looks like.

use super::distance::{Unit, parity, unit, within_two};
use super::fingerprint;
use purser_domain::Claim;
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// Longest skeleton that is compared, in characters.
const MAX_SKELETON: usize = 64;

/// Words that say what kind of company it is. They make a name no longer: `Kuhn LLC` is as easily
/// mistaken as `Kuhn`.
const LEGAL_FORMS: [&str; 31] = [
    "ab", "ag", "and", "as", "bv", "co", "company", "corp", "gmbh", "group", "inc", "kg", "kk",
    "limited", "llc", "ltd", "mbh", "nv", "oy", "plc", "pte", "pty", "sa", "sarl", "sas", "se",
    "sl", "sons", "spa", "srl", "ug",
];

/// A name, prepared for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameLook {
    /// Case, spacing and composed letters folded: names with the same fold are the same name.
    pub fold: String,
    /// The fold without its numbers: branches of one chain have the same.
    pub series: String,
    pub units: Vec<Unit>,
    pub mask: u32,
    /// Letters and digits but for words of the legal form.
    core: usize,
}

impl NameLook {
    pub(super) fn of(name: &str) -> Self {
        let fold = fold(name);
        let units = skeleton_units(name);
        let core = words(&fold).filter(|word| !LEGAL_FORMS.contains(word));
        let core = core.map(|word| word.chars().count()).fold(0usize, usize::saturating_add);
        Self { series: series(&fold), mask: parity(&units), core, fold, units }
    }

    /// How many edits lie between two names that are not the same, when that makes one look like
    /// the other: none is the same skeleton. One edit needs four letters and two edits need
    /// eight, all without the legal form, or else most short words would look like each other.
    pub(super) fn near(&self, known: &Self) -> Option<u8> {
        if self.units.is_empty() || known.units.is_empty() {
            return None;
        }
        // First, since nearly all end here, and each other text has to come from memory.
        let edits = within_two(&self.units, &known.units)?;
        if self.is_branch_of(known) {
            return None;
        }
        let core = self.core.min(known.core);
        let core_min = match edits {
            0 => 0,
            1 => 4,
            _ => 8,
        };
        let near =
            core >= core_min && (edits == 0 || !replaces_a_word(&self.fold, &known.fold, edits));
        near.then_some(edits)
    }

    /// Whether the names differ in their numbers alone. Where those are the same too, what differs
    /// is punctuation or does not show.
    fn is_branch_of(&self, known: &Self) -> bool {
        self.series == known.series && digits(&self.fold).ne(digits(&known.fold))
    }

    /// Whether one is the other with an `s` at its end, as people write both of one shop.
    pub(super) fn is_plural_of(&self, known: &Self) -> bool {
        let (a, b) = (&self.fold, &known.fold);
        a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a)
    }

    /// Whether both are the same name. Nothing has none.
    pub(super) fn is(&self, other: &Self) -> bool {
        !self.fold.is_empty() && self.fold == other.fold
    }

    /// For finding the same name fast; 0 for an empty one.
    pub(super) fn fingerprint(&self) -> u64 {
        if self.fold.is_empty() { 0 } else { fingerprint(self.fold.bytes().map(Unit::from)) }
    }
}

/// A name with its case and spacing folded as in the key of a payee, and composed letters made one
/// spelling. Full-width letters and ligatures stay: no honest bill changes to them.
fn fold(name: &str) -> String {
    let lower =
        if name.is_ascii() { name.to_ascii_lowercase() } else { name.nfc().collect::<String>() };
    let lower = if lower.is_ascii() { lower } else { lower.to_lowercase() };
    let mut fold = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !fold.is_empty() {
            fold.push(' ');
        }
        fold.push_str(word);
    }
    fold
}

fn words(fold: &str) -> impl Iterator<Item = &str> {
    fold.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn digits(fold: &str) -> impl Iterator<Item = u8> {
    fold.bytes().filter(u8::is_ascii_digit)
}

/// The words of a name without those that are numbers, and with `#` for a number within a word.
fn series(fold: &str) -> String {
    let mut series = String::with_capacity(fold.len());
    for word in words(fold).filter(|word| !word.bytes().all(|b| b.is_ascii_digit())) {
        if !series.is_empty() {
            series.push(' ');
        }
        for c in word.chars() {
            if !c.is_ascii_digit() {
                series.push(c);
            } else if !series.ends_with('#') {
                series.push('#');
            }
        }
    }
    series
}

/// Whether the names differ in one word of several, and by two fifths of it or more: `Bank of US`
/// and `Bank of UK`, `Barton LLC` and `Barton Ltd`, `Rowan Foods` and `Rowan Books` are read as
/// two.
fn replaces_a_word(a: &str, b: &str, edits: u8) -> bool {
    let longer = |(a, b): (&str, &str)| a.chars().count().max(b.chars().count());
    let edits = usize::from(edits).saturating_mul(5);
    other_word(a, b).is_some_and(|other| edits >= longer(other).saturating_mul(2))
}

/// The word in which two texts of several words differ, and the other's, if it is only one.
pub(super) fn other_word<'a>(a: &'a str, b: &'a str) -> Option<(&'a str, &'a str)> {
    let (mut a, mut b, mut same, mut other) = (words(a), words(b), 0u8, None);
    loop {
        match (a.next(), b.next()) {
            (Some(a), Some(b)) if a == b => same = same.saturating_add(1),
            (Some(a), Some(b)) if other.is_none() => other = Some((a, b)),
            (None, None) => break,
            _ => return None,
        }
    }
    other.filter(|_| same > 0)
}

/// Whether a text has a word.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.contains(word) && words(text).any(|other| other == word)
}

/// The skeleton of UTS 39, made blind for more: case, accents, spacing and punctuation, `i` beside
/// `l` (a capital I is an l, and names are written in either case), `vv` beside `w`.
pub(super) fn skeleton_units(text: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(MAX_SKELETON);
    if text.is_ascii() {
        for c in text.chars() {
            match c.to_ascii_lowercase() {
                'm' => {
                    push(&mut units, 'r');
                    push(&mut units, 'n');
                }
                c => push(&mut units, ascii_prototype(c)),
            }
        }
        return units;
    }
    let first: String = skeleton(&compatible(text))
        .filter(|c| !is_accent(*c))
        .take(MAX_SKELETON.saturating_mul(2))
        .flat_map(char::to_lowercase)
        .collect();
    for c in skeleton(&first) {
        c.to_lowercase().filter(|c| !is_accent(*c)).for_each(|c| push(&mut units, c));
        if units.len() >= MAX_SKELETON {
            break;
        }
    }
    units
}

/// Full-width, mathematical and circled letters as letters, which the table does not hold all of;
/// without the percent sign, whose skeleton has a digit.
fn compatible(text: &str) -> String {
    text.nfkc().filter(|c| *c != '%').take(Claim::MAX_NAME_BYTES).collect()
}

fn push(units: &mut Vec<Unit>, c: char) {
    if !c.is_alphanumeric() || units.len() >= MAX_SKELETON {
        return;
    }
    let (c, v) = (unit(if c == 'i' { 'l' } else { c }), unit('v'));
    match units.last_mut() {
        Some(last) if c == v && *last == v => *last = unit('w'),
        _ => units.push(c),
    }
}

/// What the table makes of one ASCII character in lower case, but for `m`, which becomes two. A
/// test holds it against the table.
const fn ascii_prototype(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        c => c,
    }
}

/// Marks that any letter can carry. Those of one script, as its vowels, tell words apart.
const fn is_accent(c: char) -> bool {
    matches!(c as u32, 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF
        | 0xFE20..=0xFE2F)
}
