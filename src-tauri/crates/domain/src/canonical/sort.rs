//! The canonical form of JSON text that serde_json wrote, several times faster than the general
//! way.
//!
//! RFC 8785 asks for members in order, shortest strings and JavaScript's numbers. serde_json
//! writes everything but the order already, as long as numbers are short integers and member
//! names plain ASCII, which everything here keeps to; so its output only needs sorting. What is
//! outside of that goes the general way, and a test compares the two.

use std::ops::Range;

/// Digits that JavaScript's numbers hold exactly, whichever they are.
const DIGITS_MAX: usize = 15;

/// The text with the members of its objects in order; `None` when it needs more than sorting.
pub(super) fn sorted(text: &[u8]) -> Option<Vec<u8>> {
    Sorter::sort(text)
}

/// A member of an object, in the output: its name without quotes, and all of it with a comma.
struct Member {
    name: Range<usize>,
    whole: Range<usize>,
}

/// Copies JSON text as serde_json writes it, sorting the members of its objects.
struct Sorter<'a> {
    text: &'a [u8],
    at: usize,
    out: Vec<u8>,
    // The members of the objects that are being read, outermost first.
    members: Vec<Member>,
    unsorted: Vec<u8>,
}

impl<'a> Sorter<'a> {
    /// `None` when the text needs more than sorting.
    fn sort(text: &'a [u8]) -> Option<Vec<u8>> {
        let out = Vec::with_capacity(text.len());
        let (members, unsorted) = (Vec::with_capacity(32), Vec::with_capacity(text.len()));
        let mut sorter = Self { text, at: 0, out, members, unsorted };
        sorter.value()?;
        (sorter.at == text.len()).then_some(sorter.out)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, expected: u8) -> Option<()> {
        (self.peek()? == expected).then(|| self.at = self.at.saturating_add(1))
    }

    /// Copies the next `len` bytes.
    fn copy(&mut self, len: usize) -> Option<()> {
        let end = self.at.checked_add(len)?;
        self.out.extend_from_slice(self.text.get(self.at..end)?);
        self.at = end;
        Some(())
    }

    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => self.string(),
            b't' | b'n' => self.copy(4),
            b'f' => self.copy(5),
            _ => self.number(),
        }
    }

    fn string(&mut self) -> Option<()> {
        let text = self.text.get(self.at..)?;
        let mut next = 1usize;
        loop {
            let rest = text.get(next..)?;
            let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            next = next.saturating_add(found).saturating_add(1);
            if rest.get(found) == Some(&b'"') {
                return self.copy(next);
            }
            // What is escaped ends no string.
            next = next.saturating_add(1);
        }
    }

    fn number(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest.iter().skip(sign).take_while(|byte| byte.is_ascii_digit()).count();
        let end = sign.checked_add(digits)?;
        let integer = !matches!(rest.get(end), Some(b'.' | b'e' | b'E'));
        if !integer || digits == 0 || digits > DIGITS_MAX {
            return None;
        }
        self.copy(end)
    }

    fn array(&mut self) -> Option<()> {
        self.copy(1)?;
        while self.peek()? != b']' {
            self.value()?;
            if self.peek()? == b',' {
                self.copy(1)?;
            }
        }
        self.copy(1)
    }

    fn object(&mut self) -> Option<()> {
        let first = self.members.len();
        self.copy(1)?;
        let start = self.out.len();
        while self.peek()? != b'}' {
            let whole = self.out.len();
            self.string()?;
            let name = whole.checked_add(1)?..self.out.len().checked_sub(1)?;
            self.copy(1)?;
            self.value()?;
            self.out.push(b',');
            self.members.push(Member { name, whole: whole..self.out.len() });
            if self.peek()? == b',' {
                self.take(b',')?;
            }
        }
        self.sort_members(first, start)?;
        self.members.truncate(first);
        if self.out.len() > start {
            // The comma after the last member.
            self.out.pop();
        }
        self.copy(1)
    }

    /// Puts the members from number `first` on, which stand in the output from `start` on, into
    /// order.
    fn sort_members(&mut self, first: usize, start: usize) -> Option<()> {
        let members = self.members.get_mut(first..)?;
        let plain = |byte: &u8| byte.is_ascii() && *byte != b'\\';
        // Many are in order as they are written, and need no copy.
        let written = |member: &Member| self.out.get(member.name.clone());
        if !members.iter().all(|m| written(m).is_some_and(|name| name.iter().all(plain))) {
            return None;
        }
        if members.is_sorted_by(|a, b| written(a) < written(b)) {
            return Some(());
        }
        self.unsorted.clear();
        self.unsorted.extend_from_slice(self.out.get(start..)?);
        let unsorted = &self.unsorted;
        // Empty only if the ranges were wrong, which the checks above refuse.
        let part = |range: &Range<usize>| {
            let (from, to) = (range.start.checked_sub(start)?, range.end.checked_sub(start)?);
            unsorted.get(from..to)
        };
        members.sort_unstable_by(|a, b| part(&a.name).cmp(&part(&b.name)));
        if members.windows(2).any(|pair| matches!(pair, [a, b] if part(&a.name) == part(&b.name))) {
            return None;
        }
        self.out.truncate(start);
        for member in members {
            self.out.extend_from_slice(part(&member.whole)?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::general_form;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    fn sorted(value: &Value) -> Option<String> {
        Sorter::sort(&serde_json::to_vec(value).unwrap())
            .map(|bytes| String::from_utf8(bytes).unwrap())
    }

    fn general(value: &Value) -> String {
        String::from_utf8(general_form(value).unwrap()).unwrap()
    }

    /// serde_json's own map is sorted, so the text is written unsorted here.
    fn unsorted(members: &[(String, Value)]) -> String {
        let write = |(name, value): &(String, Value)| format!("{}:{value}", json!(name));
        format!("{{{}}}", members.iter().map(write).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn what_needs_more_than_sorting_goes_the_general_way() {
        for text in [
            r#"{"a":1.5}"#,
            r#"{"a":1e3}"#,
            r#"{"a":9007199254740993}"#,
            r#"{"é":1}"#,
            r#"{"a\n":1}"#,
            r#"{"b":1,"a":1,"a":2}"#,
            r#"{"a":1"#,
            r#"{"a":"#,
            r#""a"#,
            "",
            "{}x",
        ] {
            assert_eq!(Sorter::sort(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn members_are_sorted_at_every_depth() {
        let text = r#"{"b":[{"z":-1,"y":{}},[]],"ab":"}\",{","a":{"d":null,"c":true},"B":false}"#;
        let want = r#"{"B":false,"a":{"c":true,"d":null},"ab":"}\",{","b":[{"y":{},"z":-1},[]]}"#;
        assert_eq!(Sorter::sort(text.as_bytes()).unwrap(), want.as_bytes());
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map("[ -\\[\\]-~]{0,6}", inner, 0..6)
                    .prop_map(|members| Value::Object(Map::from_iter(members))),
            ]
        })
    }

    proptest! {
        #[test]
        fn both_ways_agree(value in values()) {
            // A name with a quote goes the general way.
            if let Some(text) = sorted(&value) {
                prop_assert_eq!(text, general(&value));
            } else {
                prop_assert!(value.to_string().contains('\\'));
            }
        }

        #[test]
        fn the_order_of_writing_does_not_matter(
            members in proptest::collection::btree_map("[a-z_]{1,4}", values(), 0..8)
                .prop_map(|map| map.into_iter().collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let value = Value::Object(Map::from_iter(members.clone()));
            if let Some(bytes) = Sorter::sort(unsorted(&members).as_bytes()) {
                prop_assert_eq!(String::from_utf8(bytes).unwrap(), general(&value));
            } else {
                prop_assert!(value.to_string().contains('\\'));
            }
        }
    }
}
