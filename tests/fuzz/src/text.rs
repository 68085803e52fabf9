//! What is asked of texts and values wherever they come from.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The input as text, if it is any.
pub fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// What is read can be written, and is read as the same again, also in its canonical form.
pub fn same_again<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_vec(value).unwrap();
    let again: T = serde_json::from_slice(&json)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&json)));
    assert_eq!(*value, again, "{}", String::from_utf8_lossy(&json));
    let canonical = purser_domain::canonical_json(value).unwrap();
    let again: T = serde_json::from_slice(&canonical)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&canonical)));
    assert_eq!(*value, again, "{}", String::from_utf8_lossy(&canonical));
    // The domain has a faster way to the same bytes.
    assert_eq!(canonical, serde_json_canonicalizer::to_vec(value).unwrap(), "one form");
}

/// Whether a character does not show, or changes how others show. From the general categories of
/// Unicode 16 (Cc, Cf but the marks that are seen, Zs but the space, Zl, Zp, Co), its
/// non-characters and default ignorable code points; not from the table of the code under test.
pub const fn is_unseen(c: char) -> bool {
    let code = c as u32;
    let control = (code < 0x20 && code != 0x09 && code != 0x0A) || (code >= 0x7F && code < 0xA0);
    let format = matches!(
        code,
        0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064
            | 0x2066..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0001 | 0xE0020..=0xE007F
    );
    let space = matches!(
        code,
        0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000
    );
    let own_use = matches!(code, 0xE000..=0xF8FF | 0xF0000..=0xFFFFD | 0x10_0000..=0x10_FFFD);
    let none = (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
    let ignorable = matches!(
        code,
        0x34F | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x2065 | 0x3164
            | 0xFE00..=0xFE0F | 0xFFA0 | 0xFFF0..=0xFFF8 | 0xE0000..=0xE0FFF
    );
    control || format || space || own_use || none || ignorable
}
