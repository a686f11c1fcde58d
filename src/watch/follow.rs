//! What following a stream does to a store, whoever keeps that.

use super::ObjectChange;
use crate::label::owned;
use crate::load::WatchEvent;
use crate::store::StoreEdit;
use crate::{Object, ObjectId, ObjectIdentity, Store};

/// As many numbers as this may always be of no use: building a small store afresh would not pay.
pub(super) const MIN_USELESS: usize = 1 << 10;

/// A store that a stream changes: one of its own, or the next state of a shared one.
pub(super) trait Following {
    fn store(&self) -> &Store;
    fn insert(&mut self, object: Object) -> ObjectId;
    /// Makes a known object what `object` says.
    fn replace(&mut self, id: ObjectId, object: &Object);
    fn remove(&mut self, id: ObjectId);
    fn rebuild(&mut self);
}

/// Implements [`Following`] by the methods of the same names.
macro_rules! follow {
    ($store:ty, $as_store:expr) => {
        impl Following for $store {
            fn store(&self) -> &Store {
                $as_store(self)
            }

            fn insert(&mut self, object: Object) -> ObjectId {
                <$store>::insert(self, object)
            }

            fn replace(&mut self, id: ObjectId, object: &Object) {
                let ObjectIdentity { api_version, kind, .. } = object.identity();
                <$store>::replace(self, id, api_version, kind, object.labels());
            }

            fn remove(&mut self, id: ObjectId) {
                <$store>::remove(self, id);
            }

            fn rebuild(&mut self) {
                <$store>::rebuild(self);
            }
        }
    };
}

follow!(Store, |store| store);
follow!(StoreEdit, StoreEdit::store);

/// The position in the stream of every object of a store, by its number: that of the event that first had it.
#[derive(Debug, Clone, Default)]
pub(super) struct Indices(Vec<u64>);

impl Indices {
    /// Does to the store what an event says, and tells what that changes.
    pub(super) fn apply(&mut self, store: &mut impl Following, event: WatchEvent) -> Option<ObjectChange> {
        let change = match event {
            WatchEvent::Put { index, object } => Some(self.put(store, index, object)),
            WatchEvent::Deleted { object, .. } => self.delete(store, object),
            WatchEvent::Bookmark | WatchEvent::Failed { .. } | WatchEvent::Remark { .. } => None,
        };
        self.tidy(store);
        change
    }

    fn put(&mut self, store: &mut impl Following, index: u64, object: Object) -> ObjectChange {
        let Some(known) = store.store().find(object.identity()) else {
            let id = store.insert(object.clone());
            self.set(id, index);
            return ObjectChange::added(index, object);
        };
        let (id, before) = (known.id(), owned(known.labels()));
        store.replace(id, &object);
        ObjectChange::modified(self.get(id), object, before)
    }

    fn delete(&mut self, store: &mut impl Following, object: Object) -> Option<ObjectChange> {
        let known = store.store().find(object.identity())?;
        let (id, before) = (known.id(), owned(known.labels()));
        store.remove(id);
        Some(ObjectChange::deleted(self.get(id), object, before))
    }

    /// Notes the position of a new object. Those of objects that never were published, as their update did not come to
    /// its end, are of no object and go.
    fn set(&mut self, id: ObjectId, index: u64) {
        self.0.truncate(id.index());
        self.0.push(index);
    }

    fn get(&self, id: ObjectId) -> u64 {
        self.0.get(id.index()).copied().unwrap_or_default()
    }

    /// Builds the store afresh when most of it is of no use any more, so that it does not grow for ever. That takes
    /// at most as long as the changes took that made it useless.
    fn tidy(&mut self, store: &mut impl Following) {
        let now = store.store();
        let n_useful = now.len() + now.n_labels();
        // Half of what the store holds is of use at least, so that its memory is at most twice what it has to be.
        if now.n_useless() > MIN_USELESS.max(n_useful) {
            // Before the store is built afresh, which then numbers its objects in this order.
            self.0 = now.objects().map(|object| self.get(object.id())).collect();
            store.rebuild();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
