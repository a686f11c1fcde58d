//! Watch events: what `kubectl get --watch --output-watch-events -o json` writes.

use crate::store::IdentityIndex;
use crate::{ObjectId, ObjectIdentity, StoreBuilder};
use std::collections::HashMap;

/// What a watch event says of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) enum EventType {
    /// `ADDED` or `MODIFIED`: this is what the object looks like now.
    Put,
    /// `DELETED`: the object is gone.
    Deleted,
    /// `BOOKMARK`: only a resource version.
    Bookmark,
    /// `ERROR`: the watch failed, the object is a `Status`.
    Error,
}

impl EventType {
    /// The event's type by its name in the Kubernetes API.
    pub(in crate::load) fn from_name(name: &str) -> Option<EventType> {
        match name {
            "ADDED" | "MODIFIED" => Some(EventType::Put),
            "DELETED" => Some(EventType::Deleted),
            "BOOKMARK" => Some(EventType::Bookmark),
            "ERROR" => Some(EventType::Error),
            _ => None,
        }
    }
}

/// The objects of one source by identity.
#[derive(Debug, Default)]
pub(in crate::load) struct KnownObjects {
    ids: IdentityIndex,
    /// The older looks of objects that were listed before under the same identity, as in two lists.
    older: HashMap<ObjectId, Vec<ObjectId>>,
}

impl KnownObjects {
    /// Knows these objects, and the last of several with one identity.
    pub(in crate::load) fn new(builder: &StoreBuilder, ids: impl Iterator<Item = ObjectId>) -> KnownObjects {
        let mut known = KnownObjects::default();
        ids.for_each(|id| known.insert(builder, id));
        known
    }

    /// Gets to know an object, instead of any other with its identity.
    pub(in crate::load) fn insert(&mut self, builder: &StoreBuilder, id: ObjectId) {
        if let Some(older) = self.ids.insert(id, |id| builder.identity(id)) {
            // The list moves from look to look and is never walked here, so that an object that is
            // listed again and again costs no more each time.
            let mut all = self.older_looks(older);
            all.push(older);
            self.older.insert(id, all);
        }
    }

    /// The object with this identity.
    pub(in crate::load) fn get(
        &self,
        builder: &StoreBuilder,
        identity: ObjectIdentity<'_>,
    ) -> Option<ObjectId> {
        self.ids.get(identity, |id| builder.identity(id))
    }

    /// The objects that were listed before this one under its identity. Forgets them.
    pub(in crate::load) fn older_looks(&mut self, id: ObjectId) -> Vec<ObjectId> {
        self.older.remove(&id).unwrap_or_default()
    }

    /// Forgets the object with this identity.
    pub(in crate::load) fn remove(&mut self, builder: &StoreBuilder, identity: ObjectIdentity<'_>) {
        self.ids.remove(identity, |id| builder.identity(id));
    }
}
