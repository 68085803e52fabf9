//! Lock files name what is installed, never from which host.

use crate::Finding;
use crate::tree::{File, Tree};

const CARGO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let wrong: fn(&str) -> bool = match name {
        "package-lock.json" => |text| text.contains("\"resolved\"") && text.contains("http"),
        "Cargo.lock" => |text| text.starts_with("source") && text != CARGO,
        ".npmrc" => |text| text.contains("registry"),
        "config.toml" => |text| text.contains("replace-with") || text.contains("[source"),
        _ => return Vec::new(),
    };
    let words = "a host of one machine: take it out (npm: `omit-lockfile-registry-resolved`)";
    let found = file.lines().filter(|(_, text)| wrong(text));
    found.map(|(line, _)| Finding::new("lock", &file.path, line, words)).collect()
}

#[test]
fn hosts_in_lock_files_are_found() {
    use crate::rules::broken;
    let resolved = "\n  \"resolved\": \"http://127.0.0.1:1/a.tgz\",";
    assert_eq!(broken(check, "ui/package-lock.json", resolved), [("lock", 2)]);
    assert_eq!(broken(check, "ui/package-lock.json", "\"resolved\": \"../local\""), []);
    assert_eq!(broken(check, "Cargo.lock", CARGO), []);
    assert_eq!(broken(check, "Cargo.lock", "source = \"git+https://x\""), [("lock", 1)]);
    assert_eq!(broken(check, "ui/.npmrc", "registry=https://x"), [("lock", 1)]);
    assert_eq!(broken(check, ".cargo/config.toml", "replace-with = \"x\""), [("lock", 1)]);
}
