//! Ways through a store and into one, as the standard library's collections have them.

use std::fmt;
use std::iter::FusedIterator;

use super::{Object, ObjectId, ObjectRef, Store, StoreBuilder};

/// All objects of a [`Store`], in the order they were put in.
#[derive(Clone)]
pub struct StoreObjects<'s> {
    store: &'s Store,
    ids: roaring::bitmap::Iter<'s>,
}

impl<'s> StoreObjects<'s> {
    pub(super) fn new(store: &'s Store) -> StoreObjects<'s> {
        StoreObjects { store, ids: store.live().iter() }
    }
}

impl<'s> Iterator for StoreObjects<'s> {
    type Item = ObjectRef<'s>;

    #[inline]
    fn next(&mut self) -> Option<ObjectRef<'s>> {
        self.ids.next().map(|id| ObjectRef::new(self.store, ObjectId(id)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ids.size_hint()
    }

    // roaring folds a container at a time, and does not ask at each id whether that ends.
    fn fold<B, F: FnMut(B, ObjectRef<'s>) -> B>(self, init: B, mut f: F) -> B {
        let store = self.store;
        self.ids.fold(init, |value, id| f(value, ObjectRef::new(store, ObjectId(id))))
    }
}

impl DoubleEndedIterator for StoreObjects<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.ids.next_back().map(|id| ObjectRef::new(self.store, ObjectId(id)))
    }
}

impl ExactSizeIterator for StoreObjects<'_> {}

impl FusedIterator for StoreObjects<'_> {}

impl fmt::Debug for StoreObjects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'s> IntoIterator for &'s Store {
    type Item = ObjectRef<'s>;
    type IntoIter = StoreObjects<'s>;

    fn into_iter(self) -> StoreObjects<'s> {
        self.objects()
    }
}

/// Objects are [inserted](Store::insert), so that the same one twice is two.
impl Extend<Object> for Store {
    fn extend<I: IntoIterator<Item = Object>>(&mut self, objects: I) {
        for object in objects {
            self.insert(object);
        }
    }
}

/// Loads in bulk, as a [`StoreBuilder`] does.
impl FromIterator<Object> for Store {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Store {
        let mut builder = StoreBuilder::new();
        builder.extend(objects);
        builder.finish()
    }
}

impl Extend<Object> for StoreBuilder {
    fn extend<I: IntoIterator<Item = Object>>(&mut self, objects: I) {
        for object in objects {
            self.push(object.identity(), object.labels());
        }
    }
}
