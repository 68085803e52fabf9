//! Small numbers for texts that budgets are counted by.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The number of a text. Numbers are given in the order of the log, so replay gives the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Id(u32);

impl Id {
    /// No text: a request without session, category or host; a limit that is not split by it.
    pub const NONE: Self = Self(u32::MAX);
    /// A text that nothing was counted under yet.
    pub const UNSEEN: Self = Self(u32::MAX - 1);
    /// A text that was forgotten: a session that was over long ago.
    pub const FORGOTTEN: Self = Self(u32::MAX - 2);
    /// The number before all others.
    pub const FIRST: Self = Self(0);
}

/// Texts and their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interner<T: Ord> {
    ids: BTreeMap<Arc<T>, Id>,
    texts: BTreeMap<Id, Arc<T>>,
    next: u32,
}

impl<T: Ord> Default for Interner<T> {
    fn default() -> Self {
        Self { ids: BTreeMap::new(), texts: BTreeMap::new(), next: 0 }
    }
}

impl<T: Ord + Serialize> Serialize for Interner<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<(Id, &T)> =
            self.texts.iter().map(|(id, text)| (*id, text.as_ref())).collect();
        (self.next, texts).serialize(serializer)
    }
}

impl<'de, T: Ord + Deserialize<'de>> Deserialize<'de> for Interner<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (next, texts): (u32, Vec<(Id, T)>) = Deserialize::deserialize(deserializer)?;
        let texts = texts.into_iter().map(|(id, text)| (id, Arc::new(text)));
        let texts: BTreeMap<Id, Arc<T>> = texts.collect();
        let ids = texts.iter().map(|(id, text)| (Arc::clone(text), *id)).collect();
        Ok(Self { ids, texts, next })
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
        let id = Id(self.next);
        if id >= Id::FORGOTTEN {
            return Id::UNSEEN;
        }
        self.next = self.next.saturating_add(1);
        let text = Arc::new(text.clone());
        self.texts.insert(id, Arc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    /// The text of a number.
    pub fn text(&self, id: Id) -> Option<&T> {
        self.texts.get(&id).map(AsRef::as_ref)
    }

    /// Forgets a text. Its number is not given again.
    pub fn forget(&mut self, text: &T) -> Option<Id> {
        let id = self.ids.remove(text)?;
        self.texts.remove(&id);
        Some(id)
    }
}
