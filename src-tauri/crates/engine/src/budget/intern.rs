//! Small numbers for texts that budgets are counted by.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The number of a text. Numbers are given in the order of the log, so replay gives the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(u32);

impl Id {
    /// No text: a request without session, category or host; a limit that is not split by it.
    pub const NONE: Self = Self(u32::MAX);
    /// A text that nothing was counted under yet.
    pub const UNSEEN: Self = Self(u32::MAX - 1);
}

/// Texts and their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interner<T: Ord> {
    ids: BTreeMap<Arc<T>, Id>,
    texts: Vec<Arc<T>>,
}

impl<T: Ord> Default for Interner<T> {
    fn default() -> Self {
        Self { ids: BTreeMap::new(), texts: Vec::new() }
    }
}

impl<T: Ord + Clone> Interner<T> {
    /// The number of a text, [`Id::UNSEEN`] when it has none, [`Id::NONE`] for no text.
    pub fn find(&self, text: Option<&T>) -> Id {
        text.map_or(Id::NONE, |text| self.ids.get(text).copied().unwrap_or(Id::UNSEEN))
    }

    /// The number of a text, given now if it has none.
    pub fn intern(&mut self, text: Option<&T>) -> Id {
        let Some(text) = text else { return Id::NONE };
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let Some(id) = u32::try_from(self.texts.len()).ok().map(Id).filter(|id| *id < Id::UNSEEN)
        else {
            return Id::UNSEEN;
        };
        let text = Arc::new(text.clone());
        self.texts.push(Arc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    /// The text of a number.
    pub fn text(&self, id: Id) -> Option<&T> {
        self.texts.get(usize::try_from(id.0).ok()?).map(AsRef::as_ref)
    }
}
