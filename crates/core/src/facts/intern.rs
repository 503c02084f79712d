//! A dictionary of values: each gets a number when it first comes, from 0, and keeps it.

use std::borrow::Borrow;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(super) struct Interned<T> {
    values: Vec<T>,
    index: BTreeMap<T, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { values: Vec::new(), index: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> Interned<T> {
    /// The number of a value; a new one is taken in.
    pub fn id<Q>(&mut self, value: &Q) -> u32
    where
        T: Borrow<Q>,
        Q: Ord + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(id) = self.index.get(value) {
            return *id;
        }
        // There are never more than there are responses with a few things each.
        let id = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value.to_owned());
        self.index.insert(value.to_owned(), id);
        id
    }

    /// The value of a number.
    pub fn get(&self, id: u32) -> Option<&T> {
        self.values.get(id as usize)
    }

    /// A dictionary of values that have their numbers already; of equal ones the last is found.
    pub fn of(values: Vec<T>) -> Self {
        let index = values.iter().cloned().zip(0..).collect();
        Self { values, index }
    }

    /// All of them, by their numbers.
    pub fn values(&self) -> &[T] {
        &self.values
    }
}
