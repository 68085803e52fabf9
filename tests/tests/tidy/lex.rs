//! Just enough Rust to tell code from comments and strings, functions from the rest, and test code
//! from shipped code.

use std::ops::RangeInclusive;

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// Its lines, from 1, from `fn` to the closing brace.
    pub lines: RangeInclusive<usize>,
}

/// The text with what stands in comments, strings and character literals blanked out. Lines stay.
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut rest = chars.as_slice();
    let mut masked = String::with_capacity(text.len());
    let mut before = ' ';
    while !rest.is_empty() {
        let (length, shown) = piece(rest, before);
        let (piece, after) = rest.split_at(length.clamp(1, rest.len()));
        masked.extend(piece.iter().map(|c| if shown || *c == '\n' { *c } else { ' ' }));
        before = piece.last().copied().unwrap_or(' ');
        rest = after;
    }
    masked
}

/// How long the next piece is and whether it is code.
fn piece(rest: &[char], before: char) -> (usize, bool) {
    let fresh = !is_word(before);
    match rest {
        ['/', '/', ..] => (until(rest, |c| c == '\n'), false),
        ['/', '*', ..] => (block_comment(rest), false),
        ['"', ..] => (quoted(rest, '"'), false),
        ['r', '"' | '#', ..] if fresh => raw(rest, 1),
        ['b' | 'c', 'r', '"' | '#', ..] if fresh => raw(rest, 2),
        ['\'', '\\', ..] => (quoted(rest, '\''), false),
        ['\'', _, '\'', ..] => (3, false),
        _ => (1, true),
    }
}

fn until(rest: &[char], stop: impl Fn(char) -> bool) -> usize {
    rest.iter().position(|c| stop(*c)).unwrap_or(rest.len())
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut skip = false;
    for (at, pair) in rest.windows(2).enumerate() {
        if skip {
            skip = false;
            continue;
        }
        match pair {
            ['/', '*'] => depth = depth.saturating_add(1),
            ['*', '/'] => depth = depth.saturating_sub(1),
            _ => continue,
        }
        skip = true;
        if depth == 0 {
            return at.saturating_add(2);
        }
    }
    rest.len()
}

fn quoted(rest: &[char], quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.iter().enumerate().skip(1) {
        if escaped {
            escaped = false;
        } else if *c == '\\' {
            escaped = true;
        } else if *c == quote {
            return at.saturating_add(1);
        }
    }
    rest.len()
}

/// A raw string whose prefix has `prefix` letters; `r#name` is code.
fn raw(rest: &[char], prefix: usize) -> (usize, bool) {
    let after = rest.get(prefix..).unwrap_or_default();
    let hashes = until(after, |c| c != '#');
    if after.get(hashes) != Some(&'"') {
        return (prefix, true);
    }
    let start = prefix.saturating_add(hashes).saturating_add(1);
    let body = rest.get(start..).unwrap_or_default();
    let mut end = vec!['"'];
    end.extend(std::iter::repeat_n('#', hashes));
    let length = body.windows(end.len()).position(|window| window == end);
    (length.map_or(rest.len(), |at| start.saturating_add(at).saturating_add(end.len())), false)
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where a word stands in a line, as a word of its own.
pub fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at.saturating_add(word.len())..).and_then(|text| text.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Every function with a body, of masked text.
pub fn functions(masked: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in masked.match_indices("fn ") {
        let fresh =
            !masked.get(..at).and_then(|text| text.chars().next_back()).is_some_and(is_word);
        let after = masked.get(at.saturating_add(3)..).unwrap_or_default();
        let name: String = after.trim_start().chars().take_while(|c| is_word(*c)).collect();
        if !fresh || name.is_empty() {
            continue;
        }
        if let Some(length) =
            item_length(after).filter(|item| item.has_body).map(|item| item.length)
        {
            let lines = lines_of(masked, at, at.saturating_add(3).saturating_add(length));
            found.push(Function { name, lines });
        }
    }
    found
}

/// Lines of test code: items under `#[test]`, `#[tokio::test…]` and `#[cfg(test)]`.
pub fn test_lines(masked: &str) -> Vec<RangeInclusive<usize>> {
    let marks = ["#[test]", "#[tokio::test", "#[cfg(test)]", "#[cfg(all(test"];
    let mut found = Vec::new();
    for mark in marks {
        for (at, _) in masked.match_indices(mark) {
            let after = masked.get(at..).unwrap_or_default();
            let length = item_length(after).map_or(after.len(), |item| item.length);
            found.push(lines_of(masked, at, at.saturating_add(length)));
        }
    }
    found
}

/// Modules declared elsewhere and only for tests: `#[cfg(test)] mod name;`.
pub fn test_modules(masked: &str) -> Vec<String> {
    let declared = |(at, mark): (usize, &str)| {
        let after = masked.get(at.saturating_add(mark.len())..)?;
        let item = after.get(..item_length(after).filter(|item| !item.has_body)?.length)?;
        let name = item.trim_end_matches(';').split_whitespace().next_back()?;
        has_word(item, "mod").then(|| name.to_owned())
    };
    masked.match_indices("#[cfg(test)]").filter_map(declared).collect()
}

struct Item {
    length: usize,
    has_body: bool,
}

/// From here to the end of the item: its `;` or its closing brace.
fn item_length(text: &str) -> Option<Item> {
    let mut brackets = 0_usize;
    let mut braces = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => brackets = brackets.saturating_add(1),
            ')' | ']' => brackets = brackets.saturating_sub(1),
            '{' => braces = braces.saturating_add(1),
            '}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        let closed = c == '}' && braces == 0 && brackets == 0;
        if closed || (c == ';' && braces == 0 && brackets == 0) {
            return Some(Item { length: at.saturating_add(1), has_body: closed });
        }
    }
    None
}

fn lines_of(text: &str, start: usize, end: usize) -> RangeInclusive<usize> {
    let breaks = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count());
    let line = |at: usize| breaks(at).saturating_add(1);
    line(start)..=line(end)
}

#[test]
fn comments_strings_and_characters_are_blanked() {
    let text =
        "a // b\nc /* d /* e */ f */ g \"h\\\"i\" r#\"j\"k\"# 'l' '\\'' 'm: b\"n\" br\"o\" r#p";
    let left: String = mask(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(left, "a c g 'm: b r#p");
    assert_eq!(mask("x\n\"y\nz\"\nw").matches('\n').count(), 3);
}

#[test]
fn functions_are_found_with_their_lines() {
    let text =
        "fn one(x: [u8; 2]) -> u8 {\n  { }\n}\ntrait T {\n  fn no(&self);\n}\ntype F = fn(u8);\n";
    let found = functions(&mask(text));
    assert_eq!(found, vec![Function { name: "one".to_owned(), lines: 1..=3 }]);
}

#[test]
fn test_code_is_told_from_shipped_code() {
    let text =
        "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\n#[test]\nfn c() {\n}\nfn d() {}\n";
    let mut lines = test_lines(&mask(text));
    lines.sort_by_key(|range| *range.start());
    assert_eq!(lines, vec![2..=5, 6..=8]);
    let declared =
        "#[cfg(test)]\n#[path = \"x.rs\"]\nmod vault_tests;\n#[cfg(test)]\nmod tests { }\n";
    assert_eq!(test_modules(&mask(declared)), vec!["vault_tests"]);
}

#[test]
fn words_are_whole() {
    assert!(has_word("a dbg!(x)", "dbg!"));
    assert!(has_word("HashMap<u8>", "HashMap"));
    assert!(!has_word("MyHashMap", "HashMap") && !has_word("HashMaps", "HashMap"));
}
