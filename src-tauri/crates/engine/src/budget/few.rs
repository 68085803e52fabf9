//! A map that mostly holds one row, kept where it stands: with thousands of agents it is memory
//! that deciding waits for, and a row of its own somewhere else is one more wait.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Rows in the order of their keys. In a snapshot it is as a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Few<K: Ord, V> {
    #[default]
    None,
    One(K, V),
    /// Two or more.
    Many(BTreeMap<K, V>),
}

impl<K: Ord, V> Few<K, V> {
    /// The row of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        match self {
            Self::None => None,
            Self::One(only, row) => (only == key).then_some(row),
            Self::Many(rows) => rows.get(key),
        }
    }

    /// The row of a key, to change it.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match self {
            Self::None => None,
            Self::One(only, row) => (only == key).then_some(row),
            Self::Many(rows) => rows.get_mut(key),
        }
    }

    /// Sets the row of a key.
    pub fn insert(&mut self, key: K, row: V) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(key, row),
            Self::One(only, _) if only == key => Self::One(key, row),
            Self::One(only, before) => Self::Many(BTreeMap::from([(only, before), (key, row)])),
            Self::Many(mut rows) => {
                rows.insert(key, row);
                Self::Many(rows)
            }
        };
    }

    /// Removes the row of a key.
    pub fn remove(&mut self, key: &K) {
        *self = match std::mem::take(self) {
            Self::One(only, row) if only != *key => Self::One(only, row),
            Self::None | Self::One(..) => Self::None,
            Self::Many(mut rows) => {
                rows.remove(key);
                Self::of(rows)
            }
        };
    }

    /// Removes the rows of all other keys than these.
    pub fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        *self = match std::mem::take(self) {
            Self::One(only, row) if keep(&only) => Self::One(only, row),
            Self::None | Self::One(..) => Self::None,
            Self::Many(mut rows) => {
                rows.retain(|key, _| keep(key));
                Self::of(rows)
            }
        };
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let (one, many) = match self {
            Self::None => (None, None),
            Self::One(only, row) => (Some((only, row)), None),
            Self::Many(rows) => (None, Some(rows)),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// Its only form, so that equal maps are equal.
    fn of(mut rows: BTreeMap<K, V>) -> Self {
        match rows.len() {
            0 => Self::None,
            1 => rows.pop_first().map_or(Self::None, |(only, row)| Self::One(only, row)),
            _ => Self::Many(rows),
        }
    }
}

impl<K: Ord + Serialize, V: Serialize> Serialize for Few<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => BTreeMap::<K, V>::new().serialize(serializer),
            Self::One(only, row) => serializer.collect_map([(only, row)]),
            Self::Many(rows) => rows.serialize(serializer),
        }
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Few<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(of: &impl Serialize) -> Vec<u8> {
        rmp_serde::to_vec_named(of).unwrap()
    }

    proptest! {
        /// Whatever is done to it, it is as the map that anybody would take.
        #[test]
        fn it_is_as_a_map(
            steps in proptest::collection::vec((0u8..4, 0u8..4, any::<u8>()), 0..40),
        ) {
            let (mut few, mut map) = (Few::default(), BTreeMap::new());
            for (what, key, row) in steps {
                match what {
                    0 | 1 => {
                        few.insert(key, row);
                        map.insert(key, row);
                    }
                    2 => {
                        few.remove(&key);
                        map.remove(&key);
                    }
                    _ => {
                        few.retain(|other| *other > key);
                        map.retain(|other, _| *other > key);
                    }
                }
                prop_assert_eq!(few.get(&key), map.get(&key));
                prop_assert_eq!(few.get_mut(&key), map.get_mut(&key));
                prop_assert!(few.iter().eq(map.iter()));
                // One form for what is the same, in memory and as bytes.
                prop_assert_eq!(&few, &Few::of(map.clone()));
                prop_assert_eq!(bytes(&few), bytes(&map));
                let read: Few<u8, u8> = rmp_serde::from_slice(&bytes(&map)).unwrap();
                prop_assert_eq!(&read, &few);
            }
        }
    }
}
