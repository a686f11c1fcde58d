//! What is known of single objects, by their numbers.

use crate::ObjectId;

/// A value of some of the objects of a dump. It takes memory for all of them, and no hash.
#[derive(Debug)]
pub(super) struct OfObjects<T> {
    values: Vec<Option<T>>,
}

impl<T: Copy> OfObjects<T> {
    pub(super) fn new() -> OfObjects<T> {
        OfObjects { values: Vec::new() }
    }

    pub(super) fn get(&self, id: ObjectId) -> Option<T> {
        self.values.get(id.index()).copied().flatten()
    }

    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.get(id).is_some()
    }

    /// Gives an object a value; the one that it had before.
    pub(super) fn insert(&mut self, id: ObjectId, value: T) -> Option<T> {
        if self.values.len() <= id.index() {
            self.values.resize(id.index() + 1, None);
        }
        self.values[id.index()].replace(value)
    }
}

impl FromIterator<ObjectId> for OfObjects<()> {
    fn from_iter<I: IntoIterator<Item = ObjectId>>(ids: I) -> OfObjects<()> {
        let mut set = OfObjects::new();
        ids.into_iter().for_each(|id| _ = set.insert(id, ()));
        set
    }
}
