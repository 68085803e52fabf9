//! Making claims of texts of any length, and the two kinds of resolution that carry one.

use purser_domain::{Claim, Resolution};
use serde::de::{DeserializeOwned, Error as _};

/// Longest detail of a resolution, in bytes.
const MAX_DETAIL_BYTES: usize = 1024;

/// A text as a claim: cut at `max` bytes, NUL (which no claim may hold) as U+FFFD, every other
/// hidden character kept for whoever shows it to mark.
pub fn clamp(text: &str, max: usize) -> Claim {
    let mut kept = String::new();
    for c in text.chars().map(|c| if c == '\0' { '\u{fffd}' } else { c }) {
        if kept.len().saturating_add(c.len_utf8()) > max {
            break;
        }
        kept.push(c);
    }
    Claim::new(&kept, max).unwrap_or_default()
}

/// Reads a JSON object. Serde alone would take a list for the fields in their order.
pub fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(serde_json::Error::custom("not an object"));
    }
    serde_json::from_slice(json)
}

/// The money did not move and can't any more.
pub fn failed(problem: &str, detail: &str) -> Resolution {
    Resolution::Failed { problem: problem.to_owned(), detail: clamp(detail, MAX_DETAIL_BYTES) }
}

/// Nobody knows yet.
pub fn unknown(problem: &str, detail: &str) -> Resolution {
    Resolution::Unknown { problem: problem.to_owned(), detail: clamp(detail, MAX_DETAIL_BYTES) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_no_object() {
        #[derive(serde::Deserialize)]
        struct One {
            #[allow(dead_code, reason = "only read")]
            one: u8,
        }
        assert!(object::<One>(b" {\"one\":1}").is_ok());
        assert!(object::<One>(b"[1]").is_err());
    }

    #[test]
    fn a_clamp_cuts_between_characters_and_keeps_what_hides() {
        assert_eq!(clamp("aéé", 4).raw(), "aé");
        assert_eq!(clamp("a\0b\u{202e}", 64).raw(), "a\u{fffd}b\u{202e}");
        assert!(clamp("\0", 2).is_empty(), "three bytes of U+FFFD don't fit in two");
    }
}
