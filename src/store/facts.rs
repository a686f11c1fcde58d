//! Facts about the data: which keys, values, kinds and namespaces occur, and how often.
//!
//! Each fact is about all objects or, with a set of ids, about some of them; nothing that does not occur
//! among them is listed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::ids::{KeyId, LabelId};
use super::{ObjectId, Store, group_of};

/// A label key that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyFacts<'s> {
    /// The key.
    pub key: &'s str,
    /// How many objects have it.
    pub n_objects: u64,
    /// How many distinct values it has.
    pub n_values: usize,
}

/// A value that occurs under some key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueFacts<'s> {
    /// The value.
    pub value: &'s str,
    /// How many objects have it.
    pub n_objects: u64,
}

/// A label key that occurs, without what is known of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyCount<'s> {
    /// The key.
    pub key: &'s str,
    /// How many objects have it.
    pub n_objects: u64,
}

/// A kind that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KindFacts<'s> {
    /// `apps/v1`, `v1`, …; empty for objects that have none.
    pub api_version: &'s str,
    /// `Pod`, …; empty for objects that have none.
    pub kind: &'s str,
    /// How many objects are of it.
    pub n_objects: u64,
}

impl<'s> KindFacts<'s> {
    /// The API group: `apps` of `apps/v1`, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &'s str {
        group_of(self.api_version)
    }
}

/// A namespace that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamespaceFacts<'s> {
    /// The namespace; empty for objects that have none.
    pub namespace: &'s str,
    /// How many objects are in it.
    pub n_objects: u64,
}

impl Store {
    /// The keys that occur, most frequent first, then by name. One step per key.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyFacts<'_>> {
        let facts = self.index.keys().map(|key| KeyFacts {
            key: self.table.key(key),
            n_objects: self.index.key(key).len(),
            n_values: self.index.n_values(key),
        });
        most_frequent_first(facts.collect(), |fact| (fact.n_objects, fact.key))
    }

    /// The values of a key, most frequent first, then by text; none when the key does not occur. One
    /// step per value.
    #[must_use]
    pub fn values(&self, key: &str) -> Vec<ValueFacts<'_>> {
        self.value_facts(key, |label| self.index.label(label).len())
    }

    /// How many objects have the key. One look-up.
    #[must_use]
    pub fn count_key(&self, key: &str) -> u64 {
        self.table.key_id(key).map_or(0, |key| self.index.key(key).len())
    }

    /// How many objects have this label. One look-up.
    #[must_use]
    pub fn count_label(&self, key: &str, value: &str) -> u64 {
        let label = self.table.key_id(key).and_then(|key| self.table.label_id(key, value));
        label.map_or(0, |label| self.index.label(label).len())
    }

    /// The kinds that occur, most frequent first, then by name.
    #[must_use]
    pub fn kinds(&self) -> Vec<KindFacts<'_>> {
        let facts = self.table.kind_ids().map(|id| {
            let (api_version, kind) = self.table.kind(id);
            KindFacts { api_version, kind, n_objects: self.index.kind(id).len() }
        });
        let facts = facts.filter(|fact| fact.n_objects > 0).collect();
        most_frequent_first(facts, |fact| (fact.n_objects, (fact.kind, fact.api_version)))
    }

    /// The kinds of the objects of `set`, in no particular order. One intersection per kind.
    pub(crate) fn kind_counts_within(&self, set: &RoaringBitmap) -> Vec<KindFacts<'_>> {
        let facts = self.table.kind_ids().map(|id| {
            let (api_version, kind) = self.table.kind(id);
            KindFacts { api_version, kind, n_objects: self.index.kind(id).intersection_len(set) }
        });
        facts.filter(|fact| fact.n_objects > 0).collect()
    }

    /// The wanted namespaces of the objects of `set`, in no particular order. One intersection per namespace.
    pub(crate) fn namespace_counts_within(
        &self,
        set: &RoaringBitmap,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<ValueFacts<'_>> {
        let facts = self.table.namespace_ids().map(|id| ValueFacts {
            value: self.table.namespace(id),
            n_objects: self.index.namespace(id).intersection_len(set),
        });
        facts.filter(|it| it.n_objects > 0 && !it.value.is_empty() && wanted(it.value)).collect()
    }

    /// The namespaces that occur, most frequent first, then by name.
    #[must_use]
    pub fn namespaces(&self) -> Vec<NamespaceFacts<'_>> {
        let facts = self.table.namespace_ids().map(|id| NamespaceFacts {
            namespace: self.table.namespace(id),
            n_objects: self.index.namespace(id).len(),
        });
        let facts = facts.filter(|fact| fact.n_objects > 0).collect();
        most_frequent_first(facts, |fact| (fact.n_objects, fact.namespace))
    }

    /// As [`Store::keys`], among the objects of `set` alone.
    ///
    /// Walks either the objects' labels or every label's postings, whichever are fewer.
    pub(crate) fn keys_within(&self, set: &RoaringBitmap) -> Vec<KeyFacts<'_>> {
        let mut n_values: BTreeMap<KeyId, usize> = BTreeMap::new();
        for label in self.labels_within(set) {
            *n_values.entry(self.table.key_of(label)).or_default() += 1;
        }
        let facts = n_values.into_iter().map(|(key, n_values)| KeyFacts {
            key: self.table.key(key),
            n_objects: self.index.key(key).intersection_len(set),
            n_values,
        });
        most_frequent_first(facts.collect(), |fact| (fact.n_objects, fact.key))
    }

    /// As [`Store::values`], among the objects of `set` alone.
    pub(crate) fn values_within(&self, key: &str, set: &RoaringBitmap) -> Vec<ValueFacts<'_>> {
        let facts = self.value_counts_within(key, set, |_| true);
        most_frequent_first(facts, |fact| (fact.n_objects, fact.value))
    }

    /// The keys that objects of `set` have, in no particular order. One intersection per key.
    pub(crate) fn key_counts_within(&self, set: &RoaringBitmap) -> Vec<KeyCount<'_>> {
        let is_all = self.is_all(set);
        let n_objects = |key| {
            let objects = self.index.key(key);
            if is_all { objects.len() } else { objects.intersection_len(set) }
        };
        let facts =
            self.index.keys().map(|key| KeyCount { key: self.table.key(key), n_objects: n_objects(key) });
        facts.filter(|fact| fact.n_objects > 0).collect()
    }

    /// The wanted values that objects of `set` have under a key, in no particular order.
    ///
    /// Looks at the objects or at every wanted value's postings, whichever are fewer.
    pub(crate) fn value_counts_within(
        &self,
        key: &str,
        set: &RoaringBitmap,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<ValueFacts<'_>> {
        let Some(key) = self.table.key_id(key) else { return Vec::new() };
        if self.is_all(set) {
            // Postings know how many ids they have, so that nothing has to be intersected.
            return self.value_counts_by(key, wanted, |label| self.index.label(label).len());
        }
        // A key such as `pod-template-hash` has very many values, of which few objects have few.
        if set.len() < self.index.n_values(key) as u64 {
            return self.value_counts_of(key, set, wanted);
        }
        self.value_counts_by(key, wanted, |label| self.index.label(label).intersection_len(set))
    }

    fn value_facts(&self, key: &str, n_objects: impl Fn(LabelId) -> u64) -> Vec<ValueFacts<'_>> {
        let facts = self.table.key_id(key).map(|key| self.value_counts_by(key, |_| true, n_objects));
        most_frequent_first(facts.unwrap_or_default(), |fact| (fact.n_objects, fact.value))
    }

    fn value_counts_by(
        &self,
        key: KeyId,
        wanted: impl Fn(&str) -> bool,
        n_objects: impl Fn(LabelId) -> u64,
    ) -> Vec<ValueFacts<'_>> {
        let facts = self.index.labels_of(key).filter(|&label| wanted(self.table.value(label)));
        let facts =
            facts.map(|label| ValueFacts { value: self.table.value(label), n_objects: n_objects(label) });
        facts.filter(|fact| fact.n_objects > 0).collect()
    }

    /// The values of `key` as the objects' own labels tell them.
    fn value_counts_of(
        &self,
        key: KeyId,
        objects: &RoaringBitmap,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<ValueFacts<'_>> {
        let labels = objects.iter().flat_map(|id| self.table.labels_of(ObjectId(id)));
        let mut labels: Vec<LabelId> = labels.filter(|&label| self.table.key_of(label) == key).collect();
        labels.sort_unstable();
        let runs = labels.chunk_by(|a, b| a == b);
        let facts =
            runs.map(|run| ValueFacts { value: self.table.value(run[0]), n_objects: run.len() as u64 });
        // Asked last, once for each value and not for each object that has it.
        facts.filter(|fact| wanted(fact.value)).collect()
    }

    /// Whether `set`, which holds ids of this store, holds all of them.
    fn is_all(&self, set: &RoaringBitmap) -> bool {
        // A subset of the same size is the same set.
        set.len() == self.table.live().len()
    }

    /// The labels that the objects of `set` have, each once.
    fn labels_within(&self, set: &RoaringBitmap) -> Vec<LabelId> {
        // Rounded up, so that objects with less than a label each still cost a step.
        let labels_per_object = self.n_labels() / self.len().max(1) + 1;
        if set.len().saturating_mul(labels_per_object as u64) < self.table.n_distinct_labels() as u64 {
            let rows = set.iter().flat_map(|id| self.table.labels_of(ObjectId(id)));
            let mut labels: Vec<LabelId> = rows.collect();
            labels.sort_unstable();
            labels.dedup();
            labels
        } else {
            let occurs = |&label: &LabelId| self.index.label(label).intersects(set);
            self.table.label_ids().filter(occurs).collect()
        }
    }
}

/// Sorts by count, largest first, and by name where counts are equal.
fn most_frequent_first<'a, T: Copy, N: Ord>(mut facts: Vec<T>, rank: impl Fn(T) -> (u64, N) + 'a) -> Vec<T> {
    // No two facts have the same name, so that the order is the same in every run.
    facts.sort_unstable_by_key(|&fact| {
        let (n_objects, name) = rank(fact);
        (Reverse(n_objects), name)
    });
    facts
}
