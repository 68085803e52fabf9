//! Collects changes, by the kind of field.

use super::{Change, Direction};
use std::collections::BTreeSet;
use std::fmt::Display;

use Direction::{Loosens, Neutral, Tightens};

#[derive(Default)]
pub struct Changes(Vec<Change>);

/// A value in words.
pub fn words(value: &impl Display) -> Option<String> {
    Some(value.to_string())
}

impl Changes {
    pub fn into_list(self) -> Vec<Change> {
        self.0
    }

    pub fn push(
        &mut self,
        path: &str,
        (from, to): (Option<String>, Option<String>),
        direction: Direction,
    ) {
        self.0.push(Change { path: path.to_owned(), from, to, direction });
    }

    /// A number of which more lets more through.
    pub fn ceiling<T: PartialOrd + Display>(&mut self, path: &str, old: &T, new: &T) {
        if old != new {
            let direction = if new < old { Tightens } else { Loosens };
            self.push(path, (words(old), words(new)), direction);
        }
    }

    /// A number of which more stops more.
    pub fn floor<T: PartialOrd + Display>(&mut self, path: &str, old: &T, new: &T) {
        if old != new {
            let direction = if new > old { Tightens } else { Loosens };
            self.push(path, (words(old), words(new)), direction);
        }
    }

    /// A ceiling that may be absent, and then holds nothing back.
    pub fn ceiling_if_any<T: PartialOrd + Display>(
        &mut self,
        path: &str,
        old: Option<&T>,
        new: Option<&T>,
    ) {
        match (old, new) {
            (Some(old), Some(new)) => self.ceiling(path, old, new),
            (None, Some(new)) => self.push(path, (None, words(new)), Tightens),
            (Some(old), None) => self.push(path, (words(old), None), Loosens),
            (None, None) => {}
        }
    }

    /// A switch that lets more through when it is `on`.
    pub fn switch(&mut self, path: &str, (old, new): (bool, bool), on: bool) {
        if old != new {
            let direction = if new == on { Loosens } else { Tightens };
            self.push(path, (words(&old), words(&new)), direction);
        }
    }

    /// A value that lets nothing through and stops nothing.
    pub fn neutral<T: PartialEq + Display>(
        &mut self,
        path: &str,
        old: Option<&T>,
        new: Option<&T>,
    ) {
        if old != new {
            self.push(path, (old.and_then(words), new.and_then(words)), Neutral);
        }
    }

    /// A value of which any other may let more through.
    pub fn untold<T: PartialEq + Display>(&mut self, path: &str, old: &T, new: &T) {
        if old != new {
            self.push(path, (words(old), words(new)), Loosens);
        }
    }

    /// A list that allows only what is on it, and everything when it is empty.
    pub fn allow_list<T: Ord + Display>(&mut self, path: &str, old: &[T], new: &[T]) {
        let before = self.0.len();
        match (old.is_empty(), new.is_empty()) {
            (true, false) => self.push(path, (words(&"all"), Some(joined(new))), Tightens),
            (false, true) => self.push(path, (Some(joined(old)), words(&"all")), Loosens),
            _ => self.items(path, (old, new), (Loosens, Tightens)),
        }
        self.reordered(path, before, old == new);
    }

    /// A list that stops what is on it.
    pub fn block_list<T: Ord + Display>(&mut self, path: &str, old: &[T], new: &[T]) {
        let before = self.0.len();
        self.items(path, (old, new), (Tightens, Loosens));
        self.reordered(path, before, old == new);
    }

    fn items<T: Ord + Display>(
        &mut self,
        path: &str,
        (old, new): (&[T], &[T]),
        (added, removed): (Direction, Direction),
    ) {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
        for item in old.difference(&new) {
            self.push(path, (words(item), None), removed);
        }
        for item in new.difference(&old) {
            self.push(path, (None, words(item)), added);
        }
    }

    /// Notes that a list holds the same in another way, when nothing else was noted of it.
    pub fn reordered(&mut self, path: &str, before: usize, same: bool) {
        if !same && self.0.len() == before {
            self.push(path, (None, None), Neutral);
        }
    }

    /// How many changes there are so far, for [`Changes::reordered`].
    pub const fn count(&self) -> usize {
        self.0.len()
    }
}

/// Items in words, with commas.
pub fn joined<T: Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
