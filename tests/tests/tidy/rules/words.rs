//! Words and characters that no file may hold.

use crate::Finding;
use crate::lex::{has_word, is_word};
use crate::tree::{File, Tree, is_source};

// Put together, so that this file passes its own rule.
const LEFTOVER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const MACHINE: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Use", "rs/")];
const HOSTS: [&str; 6] = [
    concat!("registry.npm", "js.org"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("proxy.golang", ".org"),
    concat!("py", "pi.org"),
    concat!("files.python", "hosted.org"),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut found: Vec<Finding> = tree
        .unreadable
        .iter()
        .map(|path| Finding::new("text", path, 1, "not UTF-8 text: a source file must be"))
        .collect();
    for file in &tree.files {
        for (line, text) in file.lines() {
            let add = |(rule, words)| Finding::new(rule, &file.path, line, words);
            found.extend(in_line(file, text).into_iter().map(add));
        }
        // `lines` above swallows them.
        if file.text.contains("\r\n") {
            let words = "lines end in CR LF: end them in LF";
            found.push(Finding::new("control-character", &file.path, 1, words));
        }
    }
    found
}

fn in_line(file: &File, text: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if is_source(&file.path) && !is_lock(&file.path) {
        // In quotes it is data: ISO 4217 has a currency of that name.
        let bare = |word: &&&str| has_word(&text.replace(&format!("\"{word}\""), ""), word);
        for word in LEFTOVER.iter().filter(bare) {
            found.push(("leftover", format!("`{word}`: do it, or make it an issue")));
        }
    }
    for path in MACHINE.iter().filter(|path| has_path(text, path)) {
        found.push(("machine-path", format!("`{path}`: name no place of one machine")));
    }
    for host in HOSTS.iter().filter(|host| text.contains(*host)) {
        found.push(("registry-host", format!("`{host}`: leave the registry to its client")));
    }
    if let Some(c) = text.chars().find(|c| is_hidden(*c, &file.path)) {
        let words = format!("U+{:04X}: write it as an escape", u32::from(c));
        found.push(("control-character", words));
    }
    found
}

fn is_lock(path: &str) -> bool {
    path.ends_with("package-lock.json") || path.ends_with("Cargo.lock")
}

/// Whether an absolute path begins here; `example.com/home/` and `../work/` are none.
fn has_path(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| is_word(c) || matches!(c, '.' | '-' | '~' | '}' | ')' | '/'))
    })
}

/// Control characters, and those that reorder or hide text.
fn is_hidden(c: char, path: &str) -> bool {
    let tab = c == '\t' && (path.ends_with("Makefile") || !path.ends_with(".rs"));
    (c.is_control() && !tab)
        || matches!(
            c,
            '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{2069}'
                | '\u{FEFF}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

#[test]
fn leftover_words_paths_and_hosts_are_found() {
    use crate::rules::broken;
    for word in LEFTOVER {
        assert_eq!(broken(check, "a.rs", &format!("// {word}: x")), [("leftover", 1)]);
        assert_eq!(broken(check, "a.rs", &format!("// my{word}s")), []);
        assert_eq!(broken(check, "a.rs", &format!("Currency::new(\"{word}\")")), []);
    }
    for path in MACHINE {
        assert_eq!(broken(check, "a.md", &format!("see {path}x")), [("machine-path", 1)]);
        assert_eq!(broken(check, "a.toml", &format!("x = \"{path}x\"")), [("machine-path", 1)]);
        assert_eq!(broken(check, "a.md", &format!("https://example.com{path}")), []);
    }
    for host in HOSTS {
        assert_eq!(broken(check, ".npmrc", &format!("x=https://{host}/")), [("registry-host", 1)]);
    }
}

#[test]
fn hidden_characters_are_found() {
    use crate::rules::broken;
    for c in ['\u{202E}', '\u{200B}', '\u{7}', '\u{FEFF}', '\u{7F}'] {
        assert_eq!(broken(check, "a.ts", &format!("\nx{c}y")), [("control-character", 2)], "{c:?}");
    }
    assert_eq!(broken(check, "a.rs", "\tx"), [("control-character", 1)]);
    assert_eq!(broken(check, "Makefile", "\tx"), []);
    assert_eq!(broken(check, "a.ts", "x\r\n"), [("control-character", 1)]);
}

#[test]
fn a_source_file_that_is_no_text_is_found() {
    let mut tree = Tree::of(&[]);
    tree.unreadable.push("a.rs".to_owned());
    assert_eq!(check(&tree).len(), 1);
}
