//! The rules of the house that no compiler checks, over every file that git knows or would add.
//!
//! Each rule is a function from the tree to findings; each is tried here on a small bad sample
//! first, since a check that can't fail is worth nothing. What a rule must let pass stands in
//! `exceptions.rs` with its reason, and an exception that nothing needs is a finding itself.
#![cfg(test)]

mod exceptions;
mod lex;
mod rules;
mod tree;

use exceptions::Exceptions;
use tree::Tree;

/// One place that breaks a rule, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the top of the tree.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The rule's short name.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub words: String,
}

impl Finding {
    /// A finding.
    pub fn new(
        rule: &'static str,
        path: impl Into<String>,
        line: usize,
        words: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), line, rule, words: words.into() }
    }
}

#[test]
fn the_tree_is_tidy() {
    let tree = Tree::load(purser_tests::repository()).unwrap();
    assert!(tree.files.len() > 20, "git lists only {} files", tree.files.len());
    let mut findings = rules::all(&tree);
    findings.extend(rules::edges::check(&tree.packages));
    let exceptions = Exceptions::house();
    let unused = exceptions.unused(&findings);
    findings.retain(|finding| !exceptions.cover(finding));
    findings.extend(unused);
    findings.sort();
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let Finding { path, line, rule, words } = finding;
            format!("{path}:{line}: {rule}: {words}")
        })
        .collect();
    assert!(lines.is_empty(), "{} findings:\n{}", lines.len(), lines.join("\n"));
}
