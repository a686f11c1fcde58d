//! Objects by what they are.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;
use std::mem;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::{ObjectId, ObjectIdentity, ObjectTable};

/// Finds objects by identity: group, kind, namespace and name. An object without a name is never found.
///
/// Holds ids alone: what an object is stays with whoever numbered it, and every method is told how to ask.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdentityIndex {
    ids: HashTable<ObjectId>,
    hasher: RandomState,
}

/// What makes two objects of one source the same. The version is left out: an object can be read in several.
#[derive(PartialEq, Eq, Hash)]
struct IdentityKey<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> IdentityKey<'a> {
    fn of(identity: ObjectIdentity<'a>) -> IdentityKey<'a> {
        let ObjectIdentity { kind, namespace, name, .. } = identity;
        IdentityKey { group: identity.group(), kind, namespace, name }
    }
}

impl IdentityIndex {
    /// An empty one with room for so many objects.
    pub(crate) fn with_capacity(n_objects: usize) -> IdentityIndex {
        IdentityIndex { ids: HashTable::with_capacity(n_objects), hasher: RandomState::default() }
    }

    /// The object with this identity.
    pub(crate) fn get<'s>(
        &self,
        identity: ObjectIdentity<'_>,
        of: impl Fn(ObjectId) -> ObjectIdentity<'s>,
    ) -> Option<ObjectId> {
        let key = IdentityKey::of(identity);
        self.ids.find(self.hasher.hash_one(&key), |&id| IdentityKey::of(of(id)) == key).copied()
    }

    /// Puts an object in, instead of any other with its identity, and tells which that was.
    pub(crate) fn insert<'s>(
        &mut self,
        id: ObjectId,
        of: impl Fn(ObjectId) -> ObjectIdentity<'s>,
    ) -> Option<ObjectId> {
        let identity = of(id);
        if identity.name.is_empty() {
            return None;
        }
        let (key, hasher) = (IdentityKey::of(identity), &self.hasher);
        let is_it = |&id: &ObjectId| IdentityKey::of(of(id)) == key;
        let hash = |&id: &ObjectId| hasher.hash_one(IdentityKey::of(of(id)));
        match self.ids.entry(hasher.hash_one(&key), is_it, hash) {
            Entry::Occupied(mut entry) => Some(mem::replace(entry.get_mut(), id)),
            Entry::Vacant(entry) => {
                entry.insert(id);
                None
            }
        }
    }

    /// Forgets the object with this identity, and tells which it was.
    pub(crate) fn remove<'s>(
        &mut self,
        identity: ObjectIdentity<'_>,
        of: impl Fn(ObjectId) -> ObjectIdentity<'s>,
    ) -> Option<ObjectId> {
        let key = IdentityKey::of(identity);
        let is_it = |&id: &ObjectId| IdentityKey::of(of(id)) == key;
        let entry = self.ids.find_entry(self.hasher.hash_one(&key), is_it).ok()?;
        Some(entry.remove().0)
    }
}

/// The objects of a table by identity, also where several have the same one, as a store does not keep them apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Identities {
    /// The last object of each identity, which is the one that is found.
    last: IdentityIndex,
    /// The other objects of each identity that several have, by the last one. The sets are moved from last to last and never
    /// walked, so that a dump in which all objects are the same takes no longer than any other.
    others: HashMap<ObjectId, BTreeSet<ObjectId>>,
}

impl Identities {
    /// Knows all objects of a table. Linear in their number.
    pub(super) fn new(table: &ObjectTable) -> Identities {
        let mut identities = Identities::default();
        table.live_ids().for_each(|id| identities.insert(table, id));
        identities
    }

    /// The last object with this identity.
    pub(super) fn get(&self, table: &ObjectTable, identity: ObjectIdentity<'_>) -> Option<ObjectId> {
        self.last.get(identity, |id| table.identity(id))
    }

    /// Gets to know an object of the table.
    pub(super) fn insert(&mut self, table: &ObjectTable, id: ObjectId) {
        let Some(last) = self.get(table, table.identity(id)) else {
            self.last.insert(id, |id| table.identity(id));
            return;
        };
        let mut others = self.others.remove(&last).unwrap_or_default();
        // An object whose kind changed comes again with an old number, and need not be the last.
        others.insert(last.min(id));
        self.others.insert(last.max(id), others);
        self.last.insert(last.max(id), |id| table.identity(id));
    }

    /// Forgets an object, which still has the identity in the table that it was put in with.
    pub(super) fn remove(&mut self, table: &ObjectTable, id: ObjectId) {
        let Some(last) = self.get(table, table.identity(id)) else { return };
        let mut others = self.others.remove(&last).unwrap_or_default();
        if last == id {
            self.last.remove(table.identity(id), |id| table.identity(id));
        }
        // The set belongs to the last object: where that goes, the next one takes it over.
        let next = if last == id { others.pop_last() } else { others.remove(&id).then_some(last) };
        let Some(next) = next else { return };
        // Where the last one stays this puts in what is there.
        self.last.insert(next, |id| table.identity(id));
        if !others.is_empty() {
            self.others.insert(next, others);
        }
    }

    /// How much memory it takes.
    pub(super) fn memory(&self) -> u64 {
        let n_others: usize = self.others.values().map(BTreeSet::len).sum();
        let sets = self.others.capacity() * size_of::<(ObjectId, BTreeSet<ObjectId>)>();
        (self.last.ids.allocation_size() + sets + n_others * size_of::<ObjectId>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_is_group_kind_namespace_and_name() {
        let pod = |api_version, name| ObjectIdentity { api_version, kind: "Pod", namespace: "n", name };
        let objects = [pod("v1", "a"), pod("v1", "a"), pod("v1", "")];
        let of = |id: ObjectId| objects[id.index()];
        let mut index = IdentityIndex::default();
        assert_eq!(index.insert(ObjectId(0), of), None);
        assert_eq!(index.insert(ObjectId(1), of), Some(ObjectId(0)));
        assert_eq!(index.insert(ObjectId(2), of), None);
        assert_eq!(index.get(pod("v2", "a"), of), Some(ObjectId(1)));
        assert_eq!(index.get(pod("apps/v1", "a"), of), None);
        assert_eq!(index.get(pod("v1", ""), of), None);
        assert_eq!(index.remove(pod("v1", "a"), of), Some(ObjectId(1)));
        assert_eq!(index.get(pod("v1", "a"), of), None);
    }
    #[test]
    fn the_last_of_many_that_are_the_same_is_found_fast() {
        const N: u32 = 100_000;
        let mut table = ObjectTable::default();
        let identity = ObjectIdentity { kind: "Pod", name: "web", ..ObjectIdentity::default() };
        for _ in 0..N {
            table.push(identity, &[]);
        }
        let mut identities = Identities::new(&table);
        for id in (0..N).step_by(2).chain((1..N).step_by(2).rev()) {
            assert!(identities.get(&table, identity).is_some_and(|last| last >= ObjectId(id)));
            identities.remove(&table, ObjectId(id));
        }
        assert_eq!(identities.get(&table, identity), None);
        assert!(identities.others.is_empty());
    }
}
