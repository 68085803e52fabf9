//! Calls that have no place somewhere, each with what to use instead.

use crate::Finding;
use crate::lex::has_word;
use crate::tree::{File, Purpose, Tree};

struct Ban {
    rule: &'static str,
    calls: &'static [&'static str],
    holds: fn(&File, usize) -> bool,
    instead: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        rule: "clock",
        calls: &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "Utc::now"],
        holds: |file, line| file.is_shipped(line) && !has_timer_clock(file),
        instead: "the time comes in with the command, or from the wallet's clock",
    },
    Ban {
        rule: "sleep",
        calls: &["thread::sleep", "time::sleep", "sleep_until"],
        holds: File::is_test,
        instead: "wait for an event, or use `purser_tests::wait::until`",
    },
    Ban {
        rule: "unwrap",
        calls: &[".unwrap()", ".expect("],
        holds: File::is_shipped,
        instead: "return the error: a wallet does not stop halfway",
    },
    Ban { rule: "debug", calls: &["dbg!"], holds: |_, _| true, instead: "take it out" },
    Ban {
        rule: "print",
        calls: &["println!", "print!", "eprintln!", "eprint!"],
        holds: |file, line| file.is_shipped(line) && !file.path.starts_with(CLI),
        instead: "use `tracing`, or return what should be shown",
    },
    Ban {
        rule: "hash-order",
        calls: &["HashMap", "HashSet"],
        holds: |file, _| PURE.iter().any(|pure| file.path.starts_with(pure)),
        instead: "use `BTreeMap` or `BTreeSet`, whose order is the same in every run",
    },
    Ban {
        rule: "leftover",
        calls: &["todo!", "unimplemented!"],
        holds: |_, _| true,
        instead: "write it, or leave the feature out",
    },
];

const CLI: &str = "src-tauri/crates/cli/";
const PURE: [&str; 2] = ["src-tauri/crates/domain/src/", "src-tauri/crates/engine/src/"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust().flat_map(|file| [banned(file), ignored(file)].concat()).collect()
}

fn banned(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (line, code) in file.code() {
        for ban in BANS.iter().filter(|ban| (ban.holds)(file, line)) {
            for call in ban.calls.iter().filter(|call| has_call(code, call)) {
                let words = format!("`{call}`: {}", ban.instead);
                found.push(Finding::new(ban.rule, &file.path, line, words));
            }
        }
    }
    found
}

/// The clock of tokio's timers is for deadlines: tests can stop it, and it tells no time of day.
fn has_timer_clock(file: &File) -> bool {
    let mut imports = file.masked().split("tokio::time::").skip(1);
    imports.any(|after| {
        let end = after.find([';', '(', '}']).unwrap_or(after.len());
        after.get(..end).is_some_and(|names| has_word(names, "Instant"))
    })
}

fn has_call(code: &str, call: &str) -> bool {
    if call.starts_with('.') { code.contains(call) } else { has_word(code, call) }
}

/// A test that is not run says under which issue it will be again: `#[ignore = "#12: why"]`, or
/// that it is a tool that writes golden files: `#[ignore = "tool: what it writes"]`.
fn ignored(file: &File) -> Vec<Finding> {
    let mark = "#[ignore";
    let switched_off = file.code().filter(|(_, code)| code.contains(mark)).map(|(line, _)| line);
    let names_issue = |line: usize| {
        let text = file.lines().find(|(at, _)| *at == line).map_or("", |(_, text)| text);
        text.contains("\"tool: ")
            || text.split('#').skip(2).any(|part| part.starts_with(|c: char| c.is_ascii_digit()))
    };
    switched_off
        .filter(|line| !names_issue(*line))
        .map(|line| {
            let words = "say under which issue, `\"#12: why\"`, or that it is a `\"tool: …\"`";
            Finding::new("ignored-test", &file.path, line, words)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::broken;

    const WALLET: &str = "src-tauri/crates/wallet/src/a.rs";
    const TEST: &str = "src-tauri/crates/wallet/tests/a.rs";

    #[test]
    fn every_ban_finds_its_calls() {
        let samples = [
            ("clock", WALLET, "let t = SystemTime::now();"),
            ("clock", WALLET, "let t = std::time::Instant::now();"),
            ("clock", WALLET, "tokio::time::sleep(Instant::now());"),
            ("sleep", TEST, "thread::sleep(x);"),
            ("sleep", TEST, "tokio::time::sleep(x).await;"),
            ("unwrap", WALLET, "a.unwrap();"),
            ("unwrap", WALLET, "a.expect(\"b\");"),
            ("debug", TEST, "dbg!(a);"),
            ("print", WALLET, "println!(\"a\");"),
            ("print", "src-tauri/src/lib.rs", "eprintln!(\"a\");"),
            ("hash-order", "src-tauri/crates/engine/src/a.rs", "use std::collections::HashMap;"),
            ("hash-order", "src-tauri/crates/domain/src/a.rs", "HashSet::<u8>::new();"),
            ("leftover", WALLET, "unimplemented!();"),
        ];
        for (rule, path, text) in samples {
            assert_eq!(broken(check, path, &format!("\n{text}")), [(rule, 2)], "{text}");
        }
    }

    #[test]
    fn what_is_allowed_passes() {
        let samples = [
            (TEST, "Instant::now(); a.unwrap(); println!(\"x\");"),
            (WALLET, "use tokio::time::{Instant, timeout_at};\nInstant::now();"),
            (WALLET, "let a = tokio::time::Instant::now();"),
            (WALLET, "// Instant::now() would be wrong\nlet a = \"dbg!\"; b.unwrap_or(1);"),
            (WALLET, "#[cfg(test)]\nmod tests {\n  fn a() { b.unwrap(); }\n}"),
            (WALLET, "use std::collections::HashMap;\ntokio::time::sleep(x).await;"),
            ("src-tauri/crates/cli/src/main.rs", "println!(\"a\");"),
            ("src-tauri/build.rs", "println!(\"cargo::rerun-if-changed=x\");"),
            ("src-tauri/crates/engine/examples/decide.rs", "Instant::now(); println!(\"x\");"),
        ];
        for (path, text) in samples {
            assert_eq!(broken(check, path, text), [], "{text}");
        }
    }

    #[test]
    fn a_test_is_ignored_only_under_an_issue() {
        assert_eq!(broken(check, TEST, "#[ignore]"), [("ignored-test", 1)]);
        assert_eq!(broken(check, TEST, "#[ignore = \"slow\"]"), [("ignored-test", 1)]);
        assert_eq!(broken(check, TEST, "#[ignore = \"#12: needs a device\"]"), []);
        assert_eq!(broken(check, TEST, "#[ignore = \"tool: writes the golden log\"]"), []);
    }

    #[test]
    fn tools_are_no_shipped_code() {
        let tree = Tree::of(&[("src-tauri/build.rs", "")]);
        assert!(tree.files.iter().all(|file| file.purpose == Purpose::Tool));
    }
}
