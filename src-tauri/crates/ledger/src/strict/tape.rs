//! JSON text as a list of its parts, if it is in canonical form (RFC 8785).

/// How deep values may stand in one another; serde_json reads a little deeper.
const DEPTH_MAX: u32 = 64;
/// Digits that JavaScript's numbers hold exactly, whichever they are.
const DIGITS_MAX: usize = 15;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    True,
    False,
    /// A whole number.
    Number,
    /// A text that stands for itself.
    Plain,
    /// A text with escapes.
    Escaped,
    Array,
    Object,
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// How many items or members.
    pub(super) items: u32,
    /// The part after it and all that stands in it.
    pub(super) next: u32,
    /// Where its name stands, for a member of an object.
    name: (u32, u32),
    /// Where it stands; a text without its quotes.
    span: (u32, u32),
}

/// Room for parts.
#[derive(Default)]
pub(crate) struct Parts(Vec<Part>);

/// Canonical JSON text and its parts: a value before what stands in it.
pub(super) struct Tape<'a> {
    text: &'a str,
    parts: &'a [Part],
}

impl<'a> Tape<'a> {
    /// `None` when the bytes are not canonical JSON, or it is not obvious that they are.
    pub(super) fn of(body: &'a [u8], parts: &'a mut Parts) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        u32::try_from(body.len()).ok()?;
        let parts = &mut parts.0;
        parts.clear();
        let mut reader = Reader { body, at: 0, parts };
        reader.value((0, 0), DEPTH_MAX)?;
        (reader.at == body.len()).then_some(Self { text, parts })
    }

    pub(super) fn part(&self, at: u32) -> Option<Part> {
        self.parts.get(usize::try_from(at).ok()?).copied()
    }

    /// The text of a part. For one with escapes, as it stands in the JSON.
    pub(super) fn text(&self, part: Part) -> &'a str {
        self.slice(part.span)
    }

    pub(super) fn name(&self, part: Part) -> &'a str {
        self.slice(part.name)
    }

    /// The text of a part with escapes.
    pub(super) fn unescaped(&self, part: Part) -> Option<String> {
        let (start, end) = part.span;
        let quoted = self.slice((start.checked_sub(1)?, end.checked_add(1)?));
        serde_json::from_str(quoted).ok()
    }

    fn slice(&self, (start, end): (u32, u32)) -> &'a str {
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }
}

/// How many bytes come before the first that can't stand in a text as it is.
fn plain_len(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // Eight at a time: the high bit of a byte is set in the result if that byte is zero, below
    // 0x20 and so on. Above the first such byte a carry may set more, which is as good.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, _) = text.as_chunks::<8>();
    let plain = words.iter().take_while(|bytes| {
        let word = u64::from_le_bytes(**bytes);
        let control = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word & HIGH;
        let quote = zero(word ^ ONES.wrapping_mul(u64::from(b'"')));
        let escape = zero(word ^ ONES.wrapping_mul(u64::from(b'\\')));
        control | quote | escape == 0
    });
    let start = plain.count().saturating_mul(8);
    let rest = text.get(start..)?;
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    Some(start.saturating_add(end))
}

struct Reader<'a> {
    body: &'a [u8],
    at: usize,
    parts: &'a mut Vec<Part>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.body.get(self.at).copied()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn take(&mut self, word: &[u8]) -> Option<()> {
        let found = self.body.get(self.at..)?.starts_with(word);
        found.then(|| self.skip(word.len()))
    }

    fn place(&self) -> u32 {
        // Fits: the length does.
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    fn value(&mut self, name: (u32, u32), depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let index = self.parts.len();
        let start = self.place();
        self.parts.push(Part { kind: Kind::Null, items: 0, next: 0, name, span: (start, start) });
        let (kind, items) = match self.peek()? {
            b'"' => return self.text_value(index),
            b'{' => (Kind::Object, self.members(depth)?),
            b'[' => (Kind::Array, self.items(depth)?),
            b't' => self.take(b"true").map(|()| (Kind::True, 0))?,
            b'f' => self.take(b"false").map(|()| (Kind::False, 0))?,
            b'n' => self.take(b"null").map(|()| (Kind::Null, 0))?,
            _ => self.number().map(|()| (Kind::Number, 0))?,
        };
        let (end, next) = (self.place(), u32::try_from(self.parts.len()).ok()?);
        let part = self.parts.get_mut(index)?;
        *part = Part { kind, items, next, name, span: (start, end) };
        Some(())
    }

    fn text_value(&mut self, index: usize) -> Option<()> {
        let (kind, span) = self.text()?;
        let next = u32::try_from(self.parts.len()).ok()?;
        let part = self.parts.get_mut(index)?;
        *part = Part { kind, items: 0, next, name: part.name, span };
        Some(())
    }

    /// Reads a text in quotes. Gives where it stands between them.
    fn text(&mut self) -> Option<(Kind, (u32, u32))> {
        self.take(b"\"")?;
        let start = self.place();
        let mut kind = Kind::Plain;
        loop {
            let rest = self.body.get(self.at..)?;
            self.skip(plain_len(rest)?);
            match self.peek()? {
                b'"' => {
                    let end = self.place();
                    self.skip(1);
                    return Some((kind, (start, end)));
                }
                b'\\' => {
                    kind = Kind::Escaped;
                    self.escape()?;
                }
                _ => return None,
            }
        }
    }

    /// An escape that has no shorter form.
    fn escape(&mut self) -> Option<()> {
        let rest = self.body.get(self.at..)?;
        let len = match rest {
            [b'\\', b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'\\', b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..] => {
                let short = *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
                (matches!(low, b'0'..=b'9' | b'a'..=b'f') && !short).then_some(6)?
            }
            _ => return None,
        };
        self.skip(len);
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let rest = self.body.get(self.at..)?;
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest.get(sign..)?;
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let zero = digits.first() == Some(&b'0');
        if count == 0 || count > DIGITS_MAX || (zero && (count > 1 || sign > 0)) {
            return None;
        }
        // A fraction or an exponent is no end of a value, so it is refused by whoever comes next.
        self.skip(count.saturating_add(sign));
        Some(())
    }

    fn items(&mut self, depth: u32) -> Option<u32> {
        self.take(b"[")?;
        let mut count = 0u32;
        if self.take(b"]").is_some() {
            return Some(count);
        }
        loop {
            self.value((0, 0), depth)?;
            count = count.checked_add(1)?;
            if self.take(b",").is_none() {
                self.take(b"]")?;
                return Some(count);
            }
        }
    }

    fn members(&mut self, depth: u32) -> Option<u32> {
        self.take(b"{")?;
        let mut count = 0u32;
        if self.take(b"}").is_some() {
            return Some(count);
        }
        let mut last: &[u8] = b"";
        let body = self.body;
        loop {
            let (kind, name) = self.text()?;
            let range = usize::try_from(name.0).ok()?..usize::try_from(name.1).ok()?;
            let bytes = body.get(range)?;
            // Beyond ASCII, the order is that of UTF-16.
            if kind != Kind::Plain || !bytes.is_ascii() || (count > 0 && bytes <= last) {
                return None;
            }
            last = bytes;
            self.take(b":")?;
            self.value(name, depth)?;
            count = count.checked_add(1)?;
            if self.take(b",").is_none() {
                self.take(b"}")?;
                return Some(count);
            }
        }
    }
}
