//! Loading in bulk: first every object, then the index in one go.

use std::sync::OnceLock;

use super::ids::{KeyId, LabelId};
use super::index::Index;
use super::table::ObjectTable;
use super::{ObjectId, ObjectIdentity, Store};
use crate::Label;

/// Collects objects and indexes them all at once in [`finish`](StoreBuilder::finish).
///
/// A type of its own, because a bulk load wants another order of work than later changes: labels are
/// interned as they come, and the postings are built when their sizes are known.
///
/// # Limits
/// A store numbers up to 2³² − 1 objects and as many distinct labels, and panics beyond. Their numbers alone
/// would take tens of gibibytes.
#[derive(Debug, Default)]
pub struct StoreBuilder {
    table: ObjectTable,
    interner: LabelInterner,
}

impl StoreBuilder {
    /// A builder without objects.
    #[must_use]
    pub fn new() -> StoreBuilder {
        StoreBuilder::default()
    }

    /// A builder that goes on with the objects of a store. Their index is built anew.
    pub(crate) fn of(store: Store) -> StoreBuilder {
        StoreBuilder { table: store.table, interner: store.interner }
    }

    /// Adds an object; ids count from 0 in the order of the calls. The last of two equal keys wins.
    ///
    /// Costs one hash per label, none for labels that the object before it had at the same place, as
    /// replicas do.
    pub fn push<L>(&mut self, identity: ObjectIdentity<'_>, labels: L) -> ObjectId
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let labels = self.interner.intern(&mut self.table, labels);
        self.table.push(identity, labels)
    }

    /// Gives an object another `apiVersion`, kind and labels. Its place, namespace and name stay: an
    /// object of another name is another object. An object that was removed stays so.
    pub fn replace<L>(&mut self, id: ObjectId, api_version: &str, kind: &str, labels: L)
    where
        L: IntoIterator,
        L::Item: Label,
    {
        // Rows are walked without a look at which objects are there: one that was removed has none.
        if self.table.live().contains(id.0) {
            self.table.set_kind(id, api_version, kind);
            let labels = self.interner.intern(&mut self.table, labels);
            self.table.rows.set(id, labels);
        }
    }

    /// Adds all objects of another builder after its own, in their order, and returns by how much their
    /// ids have grown: how many ids this builder had given out before.
    ///
    /// Parts of a dump can be read on several threads this way. Costs one look-up per distinct label of
    /// the other builder, and one step per label of its objects.
    pub fn append(&mut self, other: StoreBuilder) -> usize {
        let offset = self.table.n_ids();
        self.table.append(&other.table);
        offset
    }

    /// Sets the kind of an object that was added before its kind was known, as in a list whose own kind
    /// comes after its items. Does nothing when no object was added with this id.
    pub fn set_kind(&mut self, id: ObjectId, api_version: &str, kind: &str) {
        if id.index() < self.n_ids() {
            self.table.set_kind(id, api_version, kind);
        }
    }

    /// Takes an object away; its id is not used again. False when it was away already.
    pub fn remove(&mut self, id: ObjectId) -> bool {
        self.table.remove(id)
    }

    /// What an object is; nothing but empty texts when no object was added with this id.
    #[must_use]
    pub fn identity(&self, id: ObjectId) -> ObjectIdentity<'_> {
        if id.index() < self.n_ids() { self.table.identity(id) } else { ObjectIdentity::default() }
    }

    /// Whether an object with this id was added and not removed.
    #[must_use]
    pub fn contains(&self, id: ObjectId) -> bool {
        self.table.live().contains(id.0)
    }

    /// How many ids were given out, removed objects included.
    #[must_use]
    pub fn n_ids(&self) -> usize {
        self.table.n_ids()
    }

    /// The objects without an index.
    #[cfg(test)]
    pub(super) fn into_table(self) -> ObjectTable {
        self.table
    }

    /// Builds the index. Linear in the number of labels.
    #[must_use]
    pub fn finish(mut self) -> Store {
        // Before the index takes memory, so that what was set aside is not held beside it.
        self.table.shrink_to_fit();
        let (index, identities) = (Index::build(&self.table), OnceLock::new());
        Store { index, table: self.table, interner: self.interner, identities }
    }
}

/// Turns the labels of one object into numbers with distinct keys.
#[derive(Debug, Clone, Default)]
pub(super) struct LabelInterner {
    /// The labels of the object before, in their order: the best guess at the next one's.
    previous: Vec<LabelId>,
    current: Vec<LabelId>,
    /// The last call in which every key was seen, and where: finds repeated keys at no cost.
    seen: Vec<(u64, usize)>,
    n_calls: u64,
}

impl LabelInterner {
    /// The labels' numbers; of labels with equal keys the last wins, at the place of the first.
    pub(super) fn intern<L>(&mut self, table: &mut ObjectTable, labels: L) -> &[LabelId]
    where
        L: IntoIterator,
        L::Item: Label,
    {
        // A new number makes the marks of all objects before stale, so that none has to be cleared.
        self.n_calls += 1;
        // Two lists change places, so that no object asks for memory.
        std::mem::swap(&mut self.previous, &mut self.current);
        self.current.clear();
        for (place, label) in labels.into_iter().enumerate() {
            let (key, value) = (label.key(), label.value());
            let label =
                self.guess(table, place, key, value).unwrap_or_else(|| table.intern_label(key, value));
            self.put(table.key_of(label), label);
        }
        &self.current
    }

    fn guess(&self, table: &ObjectTable, place: usize, key: &str, value: &str) -> Option<LabelId> {
        let guess = *self.previous.get(place)?;
        table.is_label(guess, key, value).then_some(guess)
    }

    fn put(&mut self, key: KeyId, label: LabelId) {
        let key = key.0 as usize;
        if key >= self.seen.len() {
            self.seen.resize(key + 1, (0, 0));
        }
        match self.seen[key] {
            (call, place) if call == self.n_calls => self.current[place] = label,
            _ => {
                self.seen[key] = (self.n_calls, self.current.len());
                self.current.push(label);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let mut builder = StoreBuilder::new();
        let id = builder.push(ObjectIdentity::default(), [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]);
        let other = builder.push(ObjectIdentity::default(), [("b", "2"), ("a", "1")]);
        let store = builder.finish();
        let labels = |id| store.get(id).map(|object| object.labels().collect::<Vec<_>>());
        assert_eq!(labels(id), Some(vec![("a", "4"), ("b", "2")]));
        assert_eq!(labels(other), Some(vec![("b", "2"), ("a", "1")]));
    }

    #[test]
    fn builders_are_joined_in_order() {
        let named =
            |name| ObjectIdentity { kind: "Pod", namespace: "shop", name, ..ObjectIdentity::default() };
        let mut first = StoreBuilder::new();
        first.push(named("a"), [("env", "prod"), ("tier", "db")]);
        let mut second = StoreBuilder::new();
        let gone = second.push(named("b"), [("zone", "x")]);
        second.push(named("c"), [("tier", "web"), ("env", "prod")]);
        second.remove(gone);
        assert_eq!(first.append(second), 1);
        assert_eq!(first.push(named("d"), [("tier", "web")]).index(), 3);
        let store = first.finish();
        let seen: Vec<_> = store.objects().map(|it| (it.name(), it.labels().collect::<Vec<_>>())).collect();
        assert_eq!(
            seen,
            [
                ("a", vec![("env", "prod"), ("tier", "db")]),
                ("c", vec![("tier", "web"), ("env", "prod")]),
                ("d", vec![("tier", "web")]),
            ]
        );
        assert_eq!(
            store.keys().iter().map(|it| (it.key, it.n_objects)).collect::<Vec<_>>(),
            [("tier", 3), ("env", 2)]
        );
    }

    #[test]
    fn changes_before_the_index_is_built() {
        let mut builder = StoreBuilder::new();
        let pod = ObjectIdentity { kind: "Pod", name: "web", ..ObjectIdentity::default() };
        let kept = builder.push(pod, [("env", "prod")]);
        let gone = builder.push(pod, [("env", "prod"), ("tier", "db")]);
        builder.replace(kept, "v1", "Pod", [("env", "qa"), ("x", "")]);
        assert!(builder.remove(gone) && !builder.remove(gone));
        builder.replace(gone, "v1", "Pod", [("env", "prod")]);
        assert_eq!((builder.contains(kept), builder.contains(gone), builder.n_ids()), (true, false, 2));
        let store = builder.finish();
        assert_eq!(store.len(), 1);
        assert_eq!(store.keys().iter().map(|key| key.key).collect::<Vec<_>>(), ["env", "x"]);
        assert_eq!(store.values("env").iter().map(|value| value.value).collect::<Vec<_>>(), ["qa"]);
        let foreign = ObjectId(99);
        let mut other = StoreBuilder::new();
        other.set_kind(foreign, "v1", "Pod");
        other.replace(foreign, "v1", "Pod", [("a", "b")]);
        assert!(!other.remove(foreign));
        assert_eq!(other.identity(foreign), ObjectIdentity::default());
        assert!(store.get(gone).is_none());
        assert_eq!(store.get(kept).map(|object| object.api_version()), Some("v1"));
    }
}
