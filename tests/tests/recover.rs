//! The recipe of docs/RECOVER.md, as it stands there, against an export that Purser wrote.
#![cfg(test)]

use purser_tests::repository;
use std::path::Path;
use std::process::{Command, Output};

const FILES: [&str; 3] = ["entries.jsonl", "checkpoint", "log.vkey"];

/// The Python block of the page, without its indentation.
fn recipe() -> String {
    let page = std::fs::read_to_string(repository().join("docs/RECOVER.md")).unwrap();
    let block = page.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let lines = block.lines().map(|line| line.strip_prefix("   ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn check(folder: &Path) -> Output {
    let arguments = ["-c", &recipe(), &folder.display().to_string()];
    Command::new("python3").args(arguments).output().unwrap()
}

fn copy_with(change: impl Fn(&str, String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in FILES {
        let path = repository().join("tests/vectors/log-export").join(name);
        let text = change(name, std::fs::read_to_string(path).unwrap());
        let mut file = std::fs::File::create(folder.path().join(name)).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    }
    folder
}

#[test]
fn a_whole_export_passes() {
    let output = check(copy_with(|_, text| text).path());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("purser.local/vector: 13 entries"), "{said}");
}

#[test]
fn every_kind_of_damage_is_found() {
    type Change = fn(&str, String) -> String;
    let changes: [(&str, &str, Change); 4] = [
        ("a changed entry", "the root differs", |name, text| {
            if name == "entries.jsonl" {
                text.replace("wallet_unfrozen", "wallet_undrozen")
            } else {
                text
            }
        }),
        ("a missing entry", "here are 12", |name, text| {
            let last = text.trim_end().rfind('\n').map_or(0, |at| at.saturating_add(1));
            if name == "entries.jsonl" { text.chars().take(last).collect() } else { text }
        }),
        ("a changed signature", "pkeyutl", |name, text| {
            if name == "checkpoint" { text.replace("WhRl8Ls", "WhRl8Lt") } else { text }
        }),
        ("another key", "the key was changed", |name, text| {
            if name == "log.vkey" { text.replacen("+45fddb71", "+45fddb72", 1) } else { text }
        }),
    ];
    for (what, words, change) in changes {
        let output = check(copy_with(change).path());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{what} was not found");
        assert!(said.contains(words), "{what}: {said}");
    }
}
