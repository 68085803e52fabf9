//! Numbers that people write as words: `a hundred dollars`, `vingt-cinq euros`, `dreißig Euro`.

use super::lists::{NUMBER, WORDS};
use super::words::{Text, Word, key_of};

/// Words of each number, without accents, in English, German, French, Spanish, Italian and Dutch.
pub(super) const NUMBERS: [(u32, &str); 32] = [
    (1, "one ein eine einen un une uno una een a an"),
    (2, "two zwei deux dos due twee"),
    (3, "three drei trois tres tre drie"),
    (4, "four vier quatre cuatro quattro"),
    (5, "five funf cinq cinco cinque vijf"),
    (6, "six sechs seis sei zes"),
    (7, "seven sieben sept siete sette zeven"),
    (8, "eight acht huit ocho otto"),
    (9, "nine neun neuf nueve nove negen"),
    (10, "ten zehn dix diez dieci tien"),
    (11, "eleven elf onze once undici"),
    (12, "twelve zwolf douze doce dodici twaalf"),
    (13, "thirteen dreizehn treize trece tredici dertien"),
    (14, "fourteen vierzehn quatorze catorce quattordici veertien"),
    (15, "fifteen funfzehn quinze quince quindici vijftien"),
    (16, "sixteen sechzehn seize sedici zestien"),
    (17, "seventeen siebzehn zeventien"),
    (18, "eighteen achtzehn achttien"),
    (19, "nineteen neunzehn negentien"),
    (20, "twenty zwanzig vingt vingts veinte venti twintig"),
    (30, "thirty dreissig dreisig trente treinta trenta dertig"),
    (40, "forty fourty vierzig quarante cuarenta quaranta veertig"),
    (50, "fifty funfzig cinquante cincuenta cinquanta vijftig"),
    (60, "sixty sechzig soixante sesenta sessanta zestig"),
    (70, "seventy siebzig septante setenta settanta zeventig"),
    (80, "eighty achtzig octante ochenta ottanta tachtig"),
    (90, "ninety neunzig nonante noventa novanta negentig"),
    (100, "hundred hundert cent cien ciento cento honderd"),
    (200, "zweihundert doscientos doscientas duecento tweehonderd"),
    (300, "dreihundert trescientos trescientas trecento driehonderd"),
    (500, "funfhundert quinientos quinientas cinquecento vijfhonderd"),
    (1000, "thousand tausend mille mil duizend"),
];

/// Most words of one number.
const LONGEST: usize = 8;

/// The number that begins with a word, and how many words it has. An article alone is none.
pub(super) fn read(text: &Text, at: usize) -> Option<(u64, usize)> {
    let words = text.words.get(at..)?.iter().copied().take(LONGEST);
    let (mut whole, mut part, mut taken, mut and) = (0_u64, 0_u64, 0_usize, 0_usize);
    for word in words {
        let Some(value) = value(word).map(u64::from) else {
            // `two hundred and fifty`; only between two numbers.
            let links: [&[u8]; 6] = [b"and", b"und", b"et", b"y", b"e", b"en"];
            if part == 0 || and > 0 || !links.contains(&text.letters_of(word)) {
                break;
            }
            and = 1;
            continue;
        };
        (part, whole) = match value {
            1000 => (0, whole.saturating_add(part.max(1).saturating_mul(1000))),
            100 if part < 100 => (part.max(1).saturating_mul(100), whole),
            // `quatre-vingts`
            20 if part == 4 => (80, whole),
            _ if part == 0 || smaller_follows(part, value) => (part.saturating_add(value), whole),
            _ => break,
        };
        (taken, and) = (taken.saturating_add(1).saturating_add(and), 0);
    }
    let number = whole.saturating_add(part);
    (number > 1).then_some((number, taken))
}

/// Whether `fifty` may follow `hundred`, and `five` `twenty`.
const fn smaller_follows(part: u64, value: u64) -> bool {
    (part.is_multiple_of(100) && value < 100)
        || (part.is_multiple_of(10) && part % 100 >= 20 && value < 20)
}

fn value(word: Word) -> Option<u32> {
    if WORDS.of(word) & NUMBER == 0 {
        return None;
    }
    let has = |words: &str| words.split(' ').any(|number| key_of(number) == word.key);
    NUMBERS.iter().find(|(_, words)| has(words)).map(|(value, _)| *value)
}
