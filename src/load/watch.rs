//! Watch events: what `kubectl get --watch --output-watch-events -o json` writes.

use crate::{ObjectId, ObjectIdentity, StoreBuilder};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// What a watch event says of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventType {
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
    pub(super) fn from_name(name: &str) -> Option<EventType> {
        match name {
            "ADDED" | "MODIFIED" => Some(EventType::Put),
            "DELETED" => Some(EventType::Deleted),
            "BOOKMARK" => Some(EventType::Bookmark),
            "ERROR" => Some(EventType::Error),
            _ => None,
        }
    }
}

/// The objects of one source by identity: group, kind, namespace and name. An object without a name has none.
#[derive(Debug)]
pub(super) struct Known {
    ids: HashTable<ObjectId>,
    /// For objects that were listed before under the same identity, as in two lists: those older looks.
    older: HashMap<ObjectId, Vec<ObjectId>>,
    hasher: RandomState,
}

impl Known {
    /// Knows these objects. Of several with one identity, the last.
    pub(super) fn new(builder: &StoreBuilder, ids: impl Iterator<Item = ObjectId>) -> Known {
        let mut known =
            Known { ids: HashTable::new(), older: HashMap::new(), hasher: RandomState::default() };
        ids.for_each(|id| known.insert(builder, id));
        known
    }

    /// Gets to know an object, instead of any other with its identity.
    pub(super) fn insert(&mut self, builder: &StoreBuilder, id: ObjectId) {
        let identity = builder.identity(id);
        if identity.name.is_empty() {
            return;
        }
        if let Some(older) = self.remove(builder, identity) {
            let mut all = self.older_looks(older);
            all.push(older);
            self.older.insert(id, all);
        }
        let Known { ids, hasher, .. } = self;
        ids.insert_unique(hash(hasher, identity), id, |&id| hash(hasher, builder.identity(id)));
    }

    /// The object with this identity.
    pub(super) fn get(&self, builder: &StoreBuilder, identity: ObjectIdentity<'_>) -> Option<ObjectId> {
        let same = |&id: &ObjectId| key(builder.identity(id)) == key(identity);
        self.ids.find(hash(&self.hasher, identity), same).copied()
    }

    /// The objects that were listed before this one under its identity. Forgets them.
    pub(super) fn older_looks(&mut self, id: ObjectId) -> Vec<ObjectId> {
        self.older.remove(&id).unwrap_or_default()
    }

    /// Forgets the object with this identity, and tells which it was.
    pub(super) fn remove(
        &mut self,
        builder: &StoreBuilder,
        identity: ObjectIdentity<'_>,
    ) -> Option<ObjectId> {
        let same = |&id: &ObjectId| key(builder.identity(id)) == key(identity);
        let entry = self.ids.find_entry(hash(&self.hasher, identity), same).ok()?;
        Some(entry.remove().0)
    }
}

/// What makes two objects the same one. The version is left out: an object can be read in several.
fn key<'a>(identity: ObjectIdentity<'a>) -> (&'a str, &'a str, &'a str, &'a str) {
    (identity.group(), identity.kind, identity.namespace, identity.name)
}

fn hash(hasher: &RandomState, identity: ObjectIdentity<'_>) -> u64 {
    hasher.hash_one(key(identity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_is_group_kind_namespace_and_name() {
        let pod = |api_version, name| ObjectIdentity { api_version, kind: "Pod", namespace: "n", name };
        let mut builder = StoreBuilder::new();
        let first = builder.push(pod("v1", "a"), []);
        let last = builder.push(pod("v1", "a"), []);
        let unnamed = builder.push(pod("v1", ""), []);
        let mut known = Known::new(&builder, [first, last, unnamed].into_iter());
        assert_eq!(known.get(&builder, pod("v2", "a")), Some(last));
        assert_eq!(known.get(&builder, pod("apps/v1", "a")), None);
        assert_eq!(known.get(&builder, pod("v1", "")), None);
        assert_eq!(known.remove(&builder, pod("v1", "a")), Some(last));
        assert_eq!(known.get(&builder, pod("v1", "a")), None);
    }
}
