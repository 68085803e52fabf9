//! What a rule lets pass, and why.

use crate::Finding;

/// `(rule, path, why)`. A path that ends in `/` stands for everything below it.
const HOUSE: &[(&str, &str, &str)] = &[
    ("clock", "src-tauri/crates/wallet/src/clock.rs", "the one clock"),
    ("sleep", "tests/src/wait.rs", "the one place that polls"),
    ("sleep", "src-tauri/crates/ledger/tests/ledger/crash.rs", "kills at a moment of no event"),
    ("control-character", "tests/fuzz/corpus/", "hostile bytes are what it is for"),
];

/// A table of exceptions.
pub struct Exceptions(Vec<(&'static str, &'static str)>);

impl Exceptions {
    pub fn house() -> Self {
        Self::of(HOUSE)
    }

    pub fn of(table: &[(&'static str, &'static str, &'static str)]) -> Self {
        Self(table.iter().map(|(rule, path, _why)| (*rule, *path)).collect())
    }

    pub fn cover(&self, finding: &Finding) -> bool {
        self.0.iter().any(|entry| covers(entry, finding))
    }

    /// Exceptions that no finding needs, as findings.
    pub fn unused(&self, findings: &[Finding]) -> Vec<Finding> {
        let idle = |entry: &&(&str, &str)| !findings.iter().any(|found| covers(entry, found));
        let words = |(rule, path): &(&str, &str)| {
            format!("nothing in `{path}` needs an exception from `{rule}`: take it out")
        };
        self.0
            .iter()
            .filter(idle)
            .map(|entry| {
                Finding::new("exception", "tests/tests/tidy/exceptions.rs", 1, words(entry))
            })
            .collect()
    }
}

fn covers((rule, path): &(&str, &str), finding: &Finding) -> bool {
    let below = path.ends_with('/') && finding.path.starts_with(path);
    *rule == finding.rule && (below || finding.path == *path)
}

#[test]
fn an_exception_covers_its_rule_and_path_only() {
    let table = Exceptions::of(&[("sleep", "a/b.rs", "why"), ("clock", "c/", "why")]);
    assert!(table.cover(&Finding::new("sleep", "a/b.rs", 3, "")));
    assert!(table.cover(&Finding::new("clock", "c/d/e.rs", 3, "")));
    assert!(!table.cover(&Finding::new("clock", "a/b.rs", 3, "")));
    assert!(!table.cover(&Finding::new("sleep", "a/b.rs.old", 3, "")));
}

#[test]
fn an_idle_exception_is_a_finding() {
    let table = Exceptions::of(&[("sleep", "a/b.rs", "why"), ("clock", "c/", "why")]);
    let unused = table.unused(&[Finding::new("sleep", "a/b.rs", 3, "")]);
    assert_eq!(unused.len(), 1);
    assert!(unused[0].words.contains("`clock`"));
}
