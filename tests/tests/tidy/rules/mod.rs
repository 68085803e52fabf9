//! The rules.

mod calls;
pub mod edges;
mod locks;
mod shape;
mod size;
mod window;
mod words;

use crate::Finding;
use crate::tree::Tree;

type Rule = fn(&Tree) -> Vec<Finding>;

const ALL: &[Rule] = &[
    calls::check,
    edges::check_rails,
    locks::check,
    shape::headers,
    shape::orphans,
    shape::refusals,
    size::check,
    window::check,
    words::check,
];

pub fn all(tree: &Tree) -> Vec<Finding> {
    ALL.iter().flat_map(|rule| rule(tree)).collect()
}

/// The rules that a sample file breaks, each once, for the tests of the rules.
#[cfg(test)]
pub fn broken(rule: Rule, path: &str, text: &str) -> Vec<(&'static str, usize)> {
    let found = rule(&Tree::of(&[(path, text)]));
    found.iter().map(|finding| (finding.rule, finding.line)).collect()
}
