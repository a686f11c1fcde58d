//! Objects by what they are.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{ObjectId, ObjectIdentity};

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
        let other = self.remove(identity, &of);
        let IdentityIndex { ids, hasher } = self;
        let hash = |id: ObjectId| hasher.hash_one(IdentityKey::of(of(id)));
        ids.insert_unique(hash(id), id, |&id| hash(id));
        other
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
}
