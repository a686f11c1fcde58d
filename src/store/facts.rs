//! Facts about the data: which keys, values, kinds and namespaces occur, and how often.
//!
//! Each fact is about all objects or, with a set of ids, about some of them; nothing that does not occur
//! among them is listed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::table::{KeyId, LabelId};
use super::{ObjectId, Store, group_of};

/// A label key that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
pub struct ValueFacts<'s> {
    /// The value.
    pub value: &'s str,
    /// How many objects have it.
    pub n_objects: u64,
}

/// A kind that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// As [`Store::values`], among the objects of `set` alone. One intersection per value.
    pub(crate) fn values_within(&self, key: &str, set: &RoaringBitmap) -> Vec<ValueFacts<'_>> {
        self.value_facts(key, |label| self.index.label(label).intersection_len(set))
    }

    fn value_facts(&self, key: &str, n_objects: impl Fn(LabelId) -> u64) -> Vec<ValueFacts<'_>> {
        let labels = self.table.key_id(key).into_iter().flat_map(|key| self.index.labels_of(key));
        let facts =
            labels.map(|label| ValueFacts { value: self.table.value(label), n_objects: n_objects(label) });
        let facts = facts.filter(|fact| fact.n_objects > 0).collect();
        most_frequent_first(facts, |fact| (fact.n_objects, fact.value))
    }

    /// The labels that the objects of `set` have, each once.
    fn labels_within(&self, set: &RoaringBitmap) -> Vec<LabelId> {
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
    facts.sort_unstable_by_key(|&fact| {
        let (n_objects, name) = rank(fact);
        (Reverse(n_objects), name)
    });
    facts
}
