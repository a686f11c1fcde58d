//! What a plan found.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::FusedIterator;

use roaring::RoaringBitmap;

use super::ids::{IdIter, Ids};
use crate::query::{Columns, Subject};
use crate::store::{KeyCount, KeyFacts, KindFacts, ObjectId, ObjectRef, Store, ValueFacts};
use crate::syntax::Function;

/// The objects that a plan found, in the order in which they were put into the store.
///
/// A set of numbers, not of copies: cheap to keep while the store is borrowed.
#[derive(Clone)]
pub struct Matches<'s> {
    store: &'s Store,
    ids: Ids<'s>,
}

impl<'s> Matches<'s> {
    pub(super) fn new(store: &'s Store, ids: Ids<'s>) -> Matches<'s> {
        Matches { store, ids }
    }

    /// How many objects there are. At most one step per 65,536 objects of the store.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len() as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether this object is among them.
    #[must_use]
    pub fn contains(&self, id: ObjectId) -> bool {
        self.ids.contains(id.0)
    }

    /// Their numbers, ascending.
    #[must_use]
    pub fn ids(&self) -> ObjectIds<'_> {
        ObjectIds(self.ids.iter())
    }

    /// Their numbers as a set.
    pub(crate) fn to_bitmap(&self) -> RoaringBitmap {
        self.ids.to_bitmap().into_owned()
    }

    /// The objects, in the order in which they were put into the store.
    #[must_use]
    pub fn iter(&self) -> Objects<'_, 's> {
        self.into_iter()
    }

    /// The keys that occur among these objects, most frequent first, then by name.
    ///
    /// One step per label of these objects, or per distinct label of the store if those are fewer.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyFacts<'s>> {
        self.store.keys_within(&self.ids.to_bitmap())
    }

    /// The values of a key that occur among these objects, most frequent first, then by text.
    ///
    /// One intersection per value, or one step per object if those are fewer.
    #[must_use]
    pub fn values(&self, key: &str) -> Vec<ValueFacts<'s>> {
        self.store.values_within(key, &self.ids.to_bitmap())
    }

    /// The keys that occur among these objects, in no particular order and without their numbers of values, which are
    /// what takes [`Matches::keys`] its time: fast enough to be asked on every key stroke.
    ///
    /// One intersection per key.
    #[must_use]
    pub fn key_counts(&self) -> Vec<KeyCount<'s>> {
        self.store.key_counts_within(&self.ids.to_bitmap())
    }

    /// What [`Matches::values`] tells of the values that are wanted, in no particular order: fast enough to be asked on
    /// every key stroke of a key with very many values, which would be counted and sorted in vain.
    ///
    /// One call of `wanted` and perhaps one intersection per value, or one step per object if those are fewer.
    #[must_use]
    pub fn value_counts(&self, key: &str, wanted: impl Fn(&str) -> bool) -> Vec<ValueFacts<'s>> {
        self.store.value_counts_within(key, &self.ids.to_bitmap(), wanted)
    }

    /// What [`Matches::value_counts`] tells of a key, of any subject; nothing of one that needs to be read and is not in
    /// `columns`. Kinds are told by their names without a group.
    ///
    /// One call of `wanted` and perhaps one intersection per value.
    #[must_use]
    pub fn subject_counts<'c>(
        &self,
        columns: &'c Columns,
        subject: &Subject,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<ValueFacts<'c>>
    where
        's: 'c,
    {
        match subject {
            Subject::Label(key) => return self.value_counts(key.as_str(), wanted),
            Subject::Function(call) if call.function() == Function::Kind => {
                let kinds = self.kind_counts().into_iter().map(|fact| (fact.kind, fact.n_objects));
                return summed(kinds.filter(|(kind, _)| !kind.is_empty() && wanted(kind)));
            }
            Subject::Function(call) if call.function() == Function::Namespace => {
                return self.store.namespace_counts_within(&self.ids.to_bitmap(), wanted);
            }
            _ => {}
        }
        let Some((_, column)) = columns.about(subject) else { return Vec::new() };
        let set = self.ids.to_bitmap();
        let is_all = set.len() == self.store.len() as u64;
        let count = |n| if is_all { column.having(n).len() } else { column.having(n).intersection_len(&set) };
        let wanted = (0..column.len()).filter(|&n| wanted(column.value(n)));
        let facts = wanted.map(|n| ValueFacts { value: column.value(n), n_objects: count(n) });
        facts.filter(|fact| fact.n_objects > 0).collect()
    }

    /// The kinds of these objects, in no particular order. One intersection per kind.
    #[must_use]
    pub fn kind_counts(&self) -> Vec<KindFacts<'s>> {
        self.store.kind_counts_within(&self.ids.to_bitmap())
    }
}

/// One fact for each value.
fn summed<'c>(counts: impl Iterator<Item = (&'c str, u64)>) -> Vec<ValueFacts<'c>> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (value, n_objects) in counts {
        *sums.entry(value).or_default() += n_objects;
    }
    sums.into_iter().map(|(value, n_objects)| ValueFacts { value, n_objects }).collect()
}

impl<'m, 's> IntoIterator for &'m Matches<'s> {
    type Item = ObjectRef<'s>;
    type IntoIter = Objects<'m, 's>;

    fn into_iter(self) -> Objects<'m, 's> {
        Objects { store: self.store, ids: self.ids.iter() }
    }
}

/// The objects of [`Matches`], in the order in which they were put into the store.
#[derive(Clone)]
pub struct Objects<'m, 's> {
    store: &'s Store,
    ids: IdIter<'m>,
}

impl<'s> Iterator for Objects<'_, 's> {
    type Item = ObjectRef<'s>;

    fn next(&mut self) -> Option<ObjectRef<'s>> {
        self.ids.next().map(|id| ObjectRef::new(self.store, ObjectId(id)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ids.size_hint()
    }

    fn fold<B, F: FnMut(B, ObjectRef<'s>) -> B>(self, init: B, mut f: F) -> B {
        let store = self.store;
        // The fold is passed on, as ids fold a batch at a time and the default would call `next`
        // for each.
        self.ids.fold(init, |value, id| f(value, ObjectRef::new(store, ObjectId(id))))
    }
}

impl ExactSizeIterator for Objects<'_, '_> {}

// A refill that finds nothing leaves an empty batch, so that `None` is all that `next` gives from
// then on.
impl FusedIterator for Objects<'_, '_> {}

impl fmt::Debug for Objects<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A copy is walked, so that printing takes nothing from what is still to come.
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The numbers of the objects of [`Matches`], ascending.
#[derive(Clone)]
pub struct ObjectIds<'m>(IdIter<'m>);

impl Iterator for ObjectIds<'_> {
    type Item = ObjectId;

    #[inline]
    fn next(&mut self) -> Option<ObjectId> {
        self.0.next().map(ObjectId)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }

    fn fold<B, F: FnMut(B, ObjectId) -> B>(self, init: B, mut f: F) -> B {
        self.0.fold(init, |value, id| f(value, ObjectId(id)))
    }
}

impl ExactSizeIterator for ObjectIds<'_> {}

impl FusedIterator for ObjectIds<'_> {}

impl fmt::Debug for ObjectIds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.clone()).finish()
    }
}

impl fmt::Debug for Matches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.ids.iter()).finish()
    }
}
