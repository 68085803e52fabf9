//! Text that an agent or a merchant supplied. It is a claim: bounded, never trusted, and shown
//! with what hides or reorders made visible (I12). Look-alike letters are not told apart here.

use crate::read::from_text;
use serde::{Deserialize, Deserializer, Serialize};

/// Why a text can't be taken as a claim.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Longer than its field allows.
    #[error("the text has {bytes} bytes; this field takes at most {max}; shorten it")]
    TooLong {
        /// Bytes given, in UTF-8.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Holds a NUL.
    #[error("the text holds a NUL character; remove it")]
    Nul,
}

/// A stretch of a claim, for showing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum TextPart {
    /// Characters that show as themselves.
    Plain(String),
    /// One character that would not show or would change how others show, as `U+202E`.
    Hidden(String),
}

/// Text that somebody outside the wallet wrote. At most [`Claim::MAX_BYTES`] of UTF-8, no NUL.
/// It has no `Display`: whoever shows it goes through [`Claim::parts`] or [`Claim::visible`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Claim(String);

impl Claim {
    /// Longest claim of any field, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 8192;
    /// Longest name of a payee or an agent, in bytes of UTF-8.
    pub const MAX_NAME_BYTES: usize = 256;

    /// Takes a text of at most `max` bytes as a claim.
    ///
    /// # Errors
    /// When it is longer, or holds a NUL.
    pub fn new(text: &str, max: usize) -> Result<Self, ClaimError> {
        if text.len() > max {
            return Err(ClaimError::TooLong { bytes: text.len(), max });
        }
        if text.contains('\0') {
            return Err(ClaimError::Nul);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text as it came. For comparing and hashing, never for showing.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds characters that would not show or would reorder others.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        // Nearly all texts are told by their bytes, which is done many at a time.
        let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
        let all_plain = self.0.bytes().fold(true, |all, byte| all & plain(byte));
        !all_plain && self.0.chars().any(is_hidden)
    }

    /// The text cut into what shows as itself and what hides.
    #[must_use]
    pub fn parts(&self) -> Vec<TextPart> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut chars = self.0.chars().peekable();
        while let Some(c) = chars.next() {
            if !is_hidden(c) {
                plain.push(c);
                continue;
            }
            if !plain.is_empty() {
                parts.push(TextPart::Plain(std::mem::take(&mut plain)));
            }
            // A run of one character is told once: thousands of them must not fill a screen.
            let mut times = 1usize;
            while chars.next_if_eq(&c).is_some() {
                times = times.saturating_add(1);
            }
            let code = format!("U+{:04X}", u32::from(c));
            parts.push(TextPart::Hidden(if times == 1 {
                code
            } else {
                format!("{code} ×{times}")
            }));
        }
        if !plain.is_empty() {
            parts.push(TextPart::Plain(plain));
        }
        parts
    }

    /// The text on one line for terminals and notifications: hidden characters as `<U+202E>`,
    /// line breaks as spaces, at most `max_chars` characters and an ellipsis.
    #[must_use]
    pub fn visible(&self, max_chars: usize) -> String {
        let mut shown = String::new();
        for part in self.parts() {
            match part {
                TextPart::Plain(text) => shown.push_str(&text.replace(['\n', '\t'], " ")),
                TextPart::Hidden(code) => {
                    shown.push('<');
                    shown.push_str(&code);
                    shown.push('>');
                }
            }
        }
        if shown.chars().count() > max_chars {
            shown = shown.chars().take(max_chars.saturating_sub(1)).collect();
            shown.push('…');
        }
        shown
    }
}

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, |text| Self::new(text, Self::MAX_BYTES))
    }
}

/// Characters that show as nothing, as something else, or that reorder their neighbours: controls
/// but line feed and tab, the bidirectional controls of UAX #9, the default ignorable characters
/// of Unicode (invisible, joiners, variation selectors, tags, fillers), format controls that join
/// hieroglyphs or notes, unusual spaces, line and paragraph separators, private use and
/// non-characters.
const fn is_hidden(c: char) -> bool {
    let code = c as u32;
    // The last two of each plane are no characters.
    code & 0xFFFE == 0xFFFE
        || matches!(code,
        0x00..=0x08 | 0x0B..=0x1F | 0x7F..=0x9F
        | 0xA0 | 0xAD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x1680 | 0x17B4..=0x17B5
        | 0x180B..=0x180F | 0x2000..=0x200F | 0x2028..=0x202F | 0x205F..=0x206F
        | 0x2800 | 0x3000 | 0x3164 | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF | 0xF0000..=0x10_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(text: &str) -> Claim {
        Claim::new(text, Claim::MAX_BYTES).unwrap()
    }

    #[test]
    fn bounds_and_nul_are_refused() {
        let long = "x".repeat(257);
        assert_eq!(Claim::new(&long, 256), Err(ClaimError::TooLong { bytes: 257, max: 256 }));
        assert_eq!(Claim::new("a\0b", 256), Err(ClaimError::Nul));
        assert!(serde_json::from_str::<Claim>(&format!("\"{}\"", "x".repeat(8193))).is_err());
    }

    #[test]
    fn what_hides_or_reorders_is_marked() {
        for (text, visible) in [
            ("plain", "plain"),
            ("moc.live\u{202e}evil.com", "moc.live<U+202E>evil.com"),
            ("a\u{200b}b", "a<U+200B>b"),
            ("a\u{1b}[31mred", "a<U+001B>[31mred"),
            ("tag\u{e0041}", "tag<U+E0041>"),
            ("two\nlines", "two lines"),
            ("a\u{1fffe}b", "a<U+1FFFE>b"),
            ("a\u{13430}b", "a<U+13430>b"),
            ("a\u{7f}\u{7f}\u{7f}b", "a<U+007F ×3>b"),
            ("<b>markup</b>", "<b>markup</b>"),
        ] {
            assert_eq!(claim(text).visible(80), visible);
            assert_eq!(claim(text).has_hidden(), visible.contains("U+"), "{visible}");
        }
        assert_eq!(claim("abcdef").visible(4), "abc…");
    }
}
