//! Text cut into words, folded so that equal words have equal bytes, in one pass and with two
//! allocations. Two foldings: [`Fold::Exact`] keeps look-alike letters apart, for comparing names;
//! [`Fold::Plain`] brings them together and reads what hides, for finding what somebody disguised.

/// How letters are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    /// Case, width and composed accents. A Cyrillic `а` stays another letter than a Latin `a`.
    Exact,
    /// Also accents, look-alike letters, and digits that stand for letters.
    Plain,
}

/// Longest text that is read, in bytes; the rest is left out. Claims are shorter, so that this
/// only keeps positions inside 16 bits.
const MAX_BYTES: usize = 16_384;

/// One word of a [`Text`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// The word for a [`Lexicon`]: its letters, five bits each; 0 when no list could hold it.
    pub(super) key: u64,
    start: u16,
    len: u16,
    raw: u16,
    /// It has a digit.
    pub(super) digit: bool,
    /// It has nothing but digits.
    pub(super) number: bool,
    /// It is one sign of a script that is written without spaces.
    pub(super) glyph: bool,
    /// It begins with a capital, or with a letter that has no case.
    pub(super) capital: bool,
    /// It stood before `'s`.
    pub(super) possessive: bool,
}

impl Word {
    /// Where it begins in the text as given, in bytes.
    pub(super) fn raw(self) -> usize {
        self.raw.into()
    }

    /// Where it ends among the folded letters.
    pub(super) fn end(self) -> usize {
        usize::from(self.start).saturating_add(self.len.into())
    }

    /// Bytes of it, folded.
    pub(super) fn len(self) -> usize {
        self.len.into()
    }
}

/// A text as folded words. The letters of all words follow each other without gaps.
#[derive(Debug, Default)]
pub(super) struct Text {
    letters: Vec<u8>,
    /// The words in their order.
    pub(super) words: Vec<Word>,
    /// Some word has a digit.
    pub(super) digits: bool,
    /// Some letter is a capital.
    pub(super) capitals: bool,
    /// Some letter is outside ASCII.
    pub(super) foreign: bool,
    /// Some letter is of ASCII.
    pub(super) latin: bool,
}

impl Text {
    /// Reads a text.
    pub(super) fn read(raw: &str, fold: Fold) -> Self {
        let mut reader = Reader {
            text: Self {
                letters: Vec::with_capacity(raw.len()),
                words: Vec::with_capacity((raw.len() / 4).saturating_add(2)),
                ..Self::default()
            },
            fold,
            word: None,
        };
        reader.all(raw);
        reader.text
    }

    /// The folded letters of a word.
    pub(super) fn letters_of(&self, word: Word) -> &[u8] {
        self.letters.get(word.start.into()..word.end()).unwrap_or_default()
    }

    /// The folded letters from the first of these words to the last, without gaps.
    pub(super) fn squeezed(&self, words: &[Word]) -> &[u8] {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return &[] };
        self.letters.get(first.start.into()..last.end()).unwrap_or_default()
    }

    /// The runs of whole words whose letters together are `squeezed`, however they are spaced.
    pub(super) fn runs(&self, squeezed: &[u8]) -> impl Iterator<Item = &[Word]> {
        let lead = squeezed.first().copied();
        self.words.iter().enumerate().filter_map(move |(at, word)| {
            let from = usize::from(word.start);
            if self.letters.get(from).copied() != lead || lead.is_none() {
                return None;
            }
            if !self.letters.get(from..)?.starts_with(squeezed) {
                return None;
            }
            let end = from.saturating_add(squeezed.len());
            let rest = self.words.get(at..)?;
            let last = rest.iter().position(|word| word.end() >= end)?;
            (rest.get(last)?.end() == end).then(|| rest.get(..=last))?
        })
    }

    /// Where a word stands, alone.
    pub(super) fn find(&self, letters: &[u8]) -> impl Iterator<Item = usize> {
        let len = letters.len();
        let same = move |word: &Word| word.len() == len && self.letters_of(*word) == letters;
        self.words.iter().enumerate().filter(move |(_, word)| same(word)).map(|(at, _)| at)
    }

    /// Where a word of another text stands, alone. Typed without its accents it is the same.
    pub(super) fn find_plain(&self, other: &Self, word: Word) -> impl Iterator<Item = usize> {
        let letters = other.letters_of(word);
        let accents = !letters.is_ascii() && word.key != 0 && word.len() > 4;
        let same = move |found: &Word| {
            let typed = || self.letters_of(*found);
            let plain = accents && found.key == word.key && typed().is_ascii();
            plain || (found.len() == letters.len() && typed() == letters)
        };
        self.words.iter().enumerate().filter(move |(_, found)| same(found)).map(|(at, _)| at)
    }
}

/// A letter or digit of ASCII as it is read.
#[derive(Debug, Clone, Copy, Default)]
struct Read {
    /// Folded.
    letter: u8,
    /// What it is, in bits.
    is: u8,
}

impl Read {
    const DIGIT: u8 = 1;
    const CAPITAL: u8 = 1 << 1;
    /// It is a digit and stands for no letter.
    const STAYS_DIGIT: u8 = 1 << 2;

    const fn of(byte: u8, fold: Fold) -> Self {
        let digit = byte.is_ascii_digit();
        let plain = digit && matches!(fold, Fold::Plain);
        let letter = if plain { letter_of_digit(byte) } else { byte | 0x20 };
        let mut is = if digit { Self::DIGIT } else { 0 };
        if byte.is_ascii_uppercase() {
            is |= Self::CAPITAL;
        }
        if letter.is_ascii_digit() {
            is |= Self::STAYS_DIGIT;
        }
        Self { letter, is }
    }

    const fn all(fold: Fold) -> [Self; 256] {
        let mut all = [Self { letter: 0, is: 0 }; 256];
        let (mut byte, mut rest) = (0u8, all.as_mut_slice());
        while let Some((slot, more)) = rest.split_first_mut() {
            *slot = Self::of(byte, fold);
            (byte, rest) = (byte.wrapping_add(1), more);
        }
        all
    }
}

static EXACT: [Read; 256] = Read::all(Fold::Exact);
static PLAIN: [Read; 256] = Read::all(Fold::Plain);

struct Reader {
    text: Text,
    fold: Fold,
    word: Option<Word>,
}

impl Reader {
    fn all(&mut self, raw: &str) {
        let mut at = 0;
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty() && at < MAX_BYTES) {
            let bytes = rest.as_bytes();
            let end = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric());
            let (run, _) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or_default();
            if !run.is_empty() {
                self.ascii(at, run);
                at = at.saturating_add(run.len());
                continue;
            }
            if bytes.first() == Some(&b' ') {
                self.end();
                at = at.saturating_add(1);
                continue;
            }
            let Some(c) = rest.chars().next() else { break };
            let after = rest.get(c.len_utf8()..).unwrap_or_default();
            let taken = if c == '\'' || c == '`' {
                self.apostrophe(after)
            } else if c.is_ascii() {
                self.end();
                0
            } else {
                self.other(at, c, after)
            };
            at = at.saturating_add(c.len_utf8()).saturating_add(taken);
        }
        self.end();
    }

    /// Letters and digits of ASCII, one after the other.
    fn ascii(&mut self, at: usize, run: &[u8]) {
        let first = run.first().copied().unwrap_or_default();
        let start = self.text.letters.len();
        let len = u16::try_from(run.len()).unwrap_or(u16::MAX);
        let word = self.word_at(at, start, first.is_ascii_uppercase() || first.is_ascii_digit());
        word.len = word.len.saturating_add(len);
        let (mut key, mut all, mut every) = (word.key, 0, u8::MAX);
        let folded = if self.fold == Fold::Plain { &PLAIN } else { &EXACT };
        self.text.letters.extend(run.iter().map(|byte| {
            let Read { letter, is } = folded.get(usize::from(*byte)).copied().unwrap_or_default();
            all |= is;
            every &= is;
            key = (key << 5) | u64::from(letter & 31);
            letter
        }));
        if let Some(word) = &mut self.word {
            // No list has a word with a digit in it.
            word.key = if word.key == 0 || all & Read::STAYS_DIGIT != 0 { 0 } else { key };
            word.digit |= all & Read::DIGIT != 0;
            word.number &= every & Read::DIGIT != 0;
        }
        self.text.digits |= all & Read::DIGIT != 0;
        self.text.capitals |= all & Read::CAPITAL != 0;
        self.text.latin |= every & Read::DIGIT == 0;
    }

    /// The word that goes on, or a new one.
    fn word_at(&mut self, at: usize, start: usize, capital: bool) -> &mut Word {
        self.word.get_or_insert_with(|| Word {
            key: 1,
            start: u16::try_from(start).unwrap_or(u16::MAX),
            len: 0,
            raw: u16::try_from(at).unwrap_or(u16::MAX),
            digit: false,
            number: true,
            glyph: false,
            capital,
            possessive: false,
        })
    }

    fn end(&mut self) {
        if let Some(word) = self.word.take() {
            self.text.words.push(word);
        }
    }

    /// `Luigi's` is Luigi, `d'acheter` two words, `O'Reilly` and `don't` one.
    /// The bytes of what follows that are read with it.
    fn apostrophe(&mut self, after: &str) -> usize {
        let Some(word) = &mut self.word else { return 0 };
        let mut ahead = after.chars();
        let (next, then) = (ahead.next(), ahead.next());
        if matches!(next, Some('s' | 'S')) && !then.is_some_and(char::is_alphanumeric) {
            word.possessive = true;
            self.end();
            return 1;
        }
        let article = word.len == 1
            && self.text.letters.last().is_some_and(|letter| b"cdjlmnst".contains(letter));
        if article || !next.is_some_and(char::is_alphanumeric) {
            self.end();
        }
        0
    }

    /// A character outside ASCII; the bytes of what follows that are read with it.
    fn other(&mut self, at: usize, c: char, after: &str) -> usize {
        let c = match u32::from(c) {
            // What hides joins what stands beside it, so that it parts no word.
            0xAD
            | 0x34F
            | 0x180E
            | 0x200B..=0x200F
            | 0x202A..=0x202E
            | 0x2060..=0x206F
            | 0xFE00..=0xFE0F
            | 0xFEFF => return 0,
            tag @ 0xE0020..=0xE007E => match char::from_u32(tag.saturating_sub(0xE0000)) {
                Some(c) if self.fold == Fold::Plain => c,
                _ => return 0,
            },
            wide @ 0xFF01..=0xFF5E => char::from_u32(wide.saturating_sub(0xFEE0)).unwrap_or(c),
            0x2018 | 0x2019 | 0x2BC | 0x2032 => '\'',
            _ => c,
        };
        if c == '\'' {
            return self.apostrophe(after);
        }
        if c.is_ascii_alphanumeric() {
            self.one(at, c);
            return 0;
        }
        if self.fold == Fold::Plain {
            if matches!(u32::from(c), 0x300..=0x36F) {
                return 0;
            }
            if let Some(plain) = plain_letter(c) {
                self.one(at, plain);
                return 0;
            }
        }
        if matches!(u32::from(c), 0x300..=0x36F) {
            self.mark(c);
        } else if c.is_alphanumeric() {
            self.foreign(at, c);
        } else {
            self.end();
        }
        0
    }

    fn one(&mut self, at: usize, ascii: char) {
        self.ascii(at, &[u8::try_from(ascii).unwrap_or(b' ')]);
    }

    /// A letter outside ASCII.
    fn foreign(&mut self, at: usize, c: char) {
        self.text.foreign |= base_letter(c).is_none();
        self.text.capitals |= c.is_uppercase();
        let glyph = matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF);
        if glyph {
            self.end();
        }
        let before = self.text.letters.len();
        for lower in c.to_lowercase() {
            self.text.letters.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let grown = self.text.letters.len().saturating_sub(before);
        let word = self.word_at(at, before, !c.is_lowercase());
        word.len = word.len.saturating_add(u16::try_from(grown).unwrap_or_default());
        match base_letter(c) {
            Some(base) if word.key != 0 => {
                word.key = (word.key << 5) | u64::from(u32::from(base) & 31);
            }
            _ => word.key = 0,
        }
        word.number = false;
        word.glyph = glyph;
        if glyph {
            self.end();
        }
    }

    /// A combining accent: composed with the letter before it where Latin has such a letter, else
    /// part of the word as it is.
    fn mark(&mut self, mark: char) {
        let Some(word) = &mut self.word else { return };
        let composed = self.text.letters.last().and_then(|b| compose(*b, mark));
        if composed.is_some() {
            self.text.letters.pop();
            word.len = word.len.saturating_sub(1);
        } else {
            self.text.foreign = true;
            word.key = 0;
        }
        let pushed = composed.unwrap_or(mark);
        self.text.letters.extend_from_slice(pushed.encode_utf8(&mut [0; 4]).as_bytes());
        let grown = u16::try_from(pushed.len_utf8()).unwrap_or_default();
        word.len = word.len.saturating_add(grown);
    }
}

/// Accented letters, their base and the combining mark between them.
const ACCENTED: [(char, char, char); 50] = [
    ('à', 'a', '\u{300}'),
    ('á', 'a', '\u{301}'),
    ('â', 'a', '\u{302}'),
    ('ã', 'a', '\u{303}'),
    ('ä', 'a', '\u{308}'),
    ('å', 'a', '\u{30a}'),
    ('ą', 'a', '\u{328}'),
    ('ç', 'c', '\u{327}'),
    ('ć', 'c', '\u{301}'),
    ('č', 'c', '\u{30c}'),
    ('ď', 'd', '\u{30c}'),
    ('è', 'e', '\u{300}'),
    ('é', 'e', '\u{301}'),
    ('ê', 'e', '\u{302}'),
    ('ë', 'e', '\u{308}'),
    ('ę', 'e', '\u{328}'),
    ('ě', 'e', '\u{30c}'),
    ('ğ', 'g', '\u{306}'),
    ('ì', 'i', '\u{300}'),
    ('í', 'i', '\u{301}'),
    ('î', 'i', '\u{302}'),
    ('ï', 'i', '\u{308}'),
    ('ñ', 'n', '\u{303}'),
    ('ń', 'n', '\u{301}'),
    ('ň', 'n', '\u{30c}'),
    ('ò', 'o', '\u{300}'),
    ('ó', 'o', '\u{301}'),
    ('ô', 'o', '\u{302}'),
    ('õ', 'o', '\u{303}'),
    ('ö', 'o', '\u{308}'),
    ('ő', 'o', '\u{30b}'),
    ('ř', 'r', '\u{30c}'),
    ('ś', 's', '\u{301}'),
    ('š', 's', '\u{30c}'),
    ('ş', 's', '\u{327}'),
    ('ť', 't', '\u{30c}'),
    ('ù', 'u', '\u{300}'),
    ('ú', 'u', '\u{301}'),
    ('û', 'u', '\u{302}'),
    ('ü', 'u', '\u{308}'),
    ('ů', 'u', '\u{30a}'),
    ('ű', 'u', '\u{30b}'),
    ('ý', 'y', '\u{301}'),
    ('ÿ', 'y', '\u{308}'),
    ('ź', 'z', '\u{301}'),
    ('ż', 'z', '\u{307}'),
    ('ž', 'z', '\u{30c}'),
    ('ł', 'l', '\u{335}'),
    ('ø', 'o', '\u{338}'),
    ('ß', 's', '\u{335}'),
];

/// The plain letter under an accent, in lower case.
fn base_letter(c: char) -> Option<char> {
    if !matches!(u32::from(c), 0xC0..=0x17F) {
        return None;
    }
    let lower = c.to_lowercase().next()?;
    ACCENTED.iter().find(|(accented, ..)| *accented == lower).map(|(_, base, _)| *base)
}

fn compose(base: u8, mark: char) -> Option<char> {
    let with = |(_, under, over): &&(char, char, char)| {
        *over == mark && u32::from(*under) == u32::from(base)
    };
    ACCENTED.iter().find(with).map(|(accented, ..)| *accented)
}

/// The digit read as the letter that it is often put for.
const fn letter_of_digit(digit: u8) -> u8 {
    match digit {
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' => b'a',
        b'5' => b's',
        b'7' => b't',
        other => other,
    }
}

/// Cyrillic and Greek letters that look like Latin ones, in pairs.
const LOOK_ALIKE: &str = "аaвbсcԁdеeғfһhнhіiјjкkӏlмmоoԛqрpѕsтtуyѵvԝwхxΑaΒbΕeΖzΗhΙiΚkΜmΝnΟo\
    ΡpΤtΥyΧxαaβbεeηnιiκkνvοoρpτtυuχxγyωwАaВbСcЕeНhІiЈjКkМmОoРpЅsТtХxУy";

/// The Latin letter that another letter looks like, in lower case.
fn plain_letter(c: char) -> Option<char> {
    match u32::from(c) {
        0xC0..=0x17F => base_letter(c).or((c == 'ı').then_some('i')),
        0x370..=0x52F => {
            let mut pairs = LOOK_ALIKE.chars();
            while let (Some(strange), Some(plain)) = (pairs.next(), pairs.next()) {
                if strange == c {
                    return Some(plain);
                }
            }
            None
        }
        // Bold, italic, script, … letters of mathematics: thirteen alphabets of 52.
        math @ 0x1D400..=0x1D6A3 => {
            let letter = math.checked_sub(0x1D400)?.checked_rem(26)?;
            char::from_u32(letter.checked_add(u32::from('a'))?)
        }
        // Letters in circles.
        circled @ 0x24B6..=0x24E9 => {
            let letter = circled.checked_sub(0x24B6)?.checked_rem(26)?;
            char::from_u32(letter.checked_add(u32::from('a'))?)
        }
        _ => None,
    }
}

/// Words with classes, each class a bit. Accents don't count in it.
#[derive(Debug)]
pub(super) struct Lexicon {
    keys: Vec<u64>,
    classes: Vec<u32>,
}

impl Lexicon {
    /// A lexicon of lists of words, separated by white space, lower case, plain letters.
    pub(super) fn new(lists: &[(u32, &str)]) -> Self {
        let count: usize = lists.iter().map(|(_, list)| list.split_whitespace().count()).sum();
        // A quarter full at most: nearly every word that is not in it is told at the first look.
        let size = count.saturating_mul(4).next_power_of_two();
        let mut lexicon = Self { keys: vec![0; size], classes: vec![0; size] };
        for (class, list) in lists {
            for word in list.split_whitespace() {
                lexicon.insert(key_of(word), *class);
            }
        }
        lexicon
    }

    fn insert(&mut self, key: u64, class: u32) {
        let at = self.slot(key);
        if let (Some(slot), Some(classes)) = (self.keys.get_mut(at), self.classes.get_mut(at)) {
            *slot = key;
            *classes |= class;
        }
    }

    /// The slot of a key, or the free one where it would be.
    fn slot(&self, key: u64) -> usize {
        let mask = self.keys.len().wrapping_sub(1);
        let spread = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let mut at = usize::try_from(spread).unwrap_or_default() & mask;
        while self.keys.get(at).is_some_and(|held| *held != key && *held != 0) {
            at = at.wrapping_add(1) & mask;
        }
        at
    }

    /// The classes of a word; 0 when it is in no list.
    pub(super) fn of(&self, word: Word) -> u32 {
        if word.key == 0 {
            return 0;
        }
        self.classes.get(self.slot(word.key)).copied().unwrap_or_default()
    }
}

/// The key of a word in plain letters.
pub(super) fn key_of(word: &str) -> u64 {
    word.bytes().fold(1, |key, letter| (key << 5) | u64::from(letter & 31))
}
