//! The way from labels to objects: postings of every key, label, kind and namespace.

use roaring::RoaringBitmap;

use super::ObjectId;
use super::postings::Postings;
use super::table::{KeyId, KindId, LabelId, NamespaceId, ObjectTable};

/// Postings by number. What stands here is always what one pass over the [`ObjectTable`] would give.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    labels: Vec<Postings>,
    keys: Vec<KeyPostings>,
    kinds: Vec<RoaringBitmap>,
    namespaces: Vec<RoaringBitmap>,
}

#[derive(Debug, Clone, Default)]
struct KeyPostings {
    /// The objects that have the key.
    objects: RoaringBitmap,
    /// The labels with this key that ever occurred.
    labels: Vec<LabelId>,
    /// How many of them an object has now.
    n_values: usize,
}

impl Index {
    /// Indexes a whole table. Linear in its labels; needs four bytes for each of them meanwhile.
    pub(super) fn build(table: &ObjectTable) -> Index {
        let mut index = Index::default();
        index.grow(table);
        for (postings, ids) in index.labels.iter_mut().zip(Inverted::of(table).lists()) {
            *postings = Postings::from_sorted(ids);
        }
        for label in table.label_ids() {
            let key = &mut index.keys[table.key_of(label).0 as usize];
            key.n_values += usize::from(!index.labels[label.0 as usize].is_empty());
        }
        for (id, labels) in table.rows.iter() {
            for &label in labels {
                index.keys[table.key_of(label).0 as usize].objects.insert(id.0);
            }
        }
        for id in table.live() {
            index.insert_identity(table, ObjectId(id));
        }
        index
    }

    /// Makes room for keys, labels, kinds and namespaces that are new in the table.
    fn grow(&mut self, table: &ObjectTable) {
        self.keys.resize_with(table.n_keys(), KeyPostings::default);
        for label in table.label_ids().skip(self.labels.len()) {
            self.keys[table.key_of(label).0 as usize].labels.push(label);
        }
        self.labels.resize_with(table.n_distinct_labels(), Postings::default);
        self.kinds.resize_with(table.kind_ids().count(), RoaringBitmap::new);
        self.namespaces.resize_with(table.namespace_ids().count(), RoaringBitmap::new);
    }

    /// Adds an object that is in the table. Costs its labels.
    pub(super) fn insert(&mut self, table: &ObjectTable, id: ObjectId) {
        self.grow(table);
        self.insert_identity(table, id);
        self.insert_labels(table, id);
    }

    fn insert_identity(&mut self, table: &ObjectTable, id: ObjectId) {
        self.kinds[table.kind_of(id).0 as usize].insert(id.0);
        self.namespaces[table.namespace_of(id).0 as usize].insert(id.0);
    }

    /// Adds the labels that the table gives an object. Costs its labels.
    pub(super) fn insert_labels(&mut self, table: &ObjectTable, id: ObjectId) {
        self.grow(table);
        for &label in table.labels_of(id) {
            let key = &mut self.keys[table.key_of(label).0 as usize];
            let postings = &mut self.labels[label.0 as usize];
            key.n_values += usize::from(postings.is_empty());
            postings.insert(id.0);
            key.objects.insert(id.0);
        }
    }

    /// Takes an object away that is still in the table. Costs its labels.
    pub(super) fn remove(&mut self, table: &ObjectTable, id: ObjectId) {
        self.kinds[table.kind_of(id).0 as usize].remove(id.0);
        self.namespaces[table.namespace_of(id).0 as usize].remove(id.0);
        self.remove_labels(table, id);
    }

    /// Takes away the labels that the table still gives an object. Costs its labels.
    pub(super) fn remove_labels(&mut self, table: &ObjectTable, id: ObjectId) {
        for &label in table.labels_of(id) {
            let key = &mut self.keys[table.key_of(label).0 as usize];
            let postings = &mut self.labels[label.0 as usize];
            postings.remove(id.0);
            key.n_values -= usize::from(postings.is_empty());
            key.objects.remove(id.0);
        }
    }

    /// The objects with this label.
    pub(crate) fn label(&self, label: LabelId) -> &Postings {
        &self.labels[label.0 as usize]
    }

    /// The objects with this key, whatever its value.
    pub(crate) fn key(&self, key: KeyId) -> &RoaringBitmap {
        &self.keys[key.0 as usize].objects
    }

    /// The labels with this key that some object has now.
    pub(crate) fn labels_of(&self, key: KeyId) -> impl Iterator<Item = LabelId> {
        self.keys[key.0 as usize].labels.iter().copied().filter(|&label| !self.label(label).is_empty())
    }

    /// How many distinct values the key has now.
    pub(super) fn n_values(&self, key: KeyId) -> usize {
        self.keys[key.0 as usize].n_values
    }

    /// The keys that some object has now.
    pub(crate) fn keys(&self) -> impl Iterator<Item = KeyId> {
        (0..self.keys.len() as u32).map(KeyId).filter(|&key| !self.key(key).is_empty())
    }

    /// The objects of this kind.
    pub(crate) fn kind(&self, kind: KindId) -> &RoaringBitmap {
        &self.kinds[kind.0 as usize]
    }

    /// The objects in this namespace.
    pub(crate) fn namespace(&self, namespace: NamespaceId) -> &RoaringBitmap {
        &self.namespaces[namespace.0 as usize]
    }
}

/// The table's rows turned round by a counting sort: for every label its object ids, ascending.
struct Inverted {
    ids: Vec<u32>,
    ends: Vec<usize>,
}

impl Inverted {
    fn of(table: &ObjectTable) -> Inverted {
        let mut ends = vec![0; table.n_distinct_labels()];
        for (_, labels) in table.rows.iter() {
            labels.iter().for_each(|label| ends[label.0 as usize] += 1);
        }
        // From counts to the place where each list begins; filling moves it on to where the list ends.
        let mut next = 0;
        for end in &mut ends {
            (*end, next) = (next, next + *end);
        }
        let mut ids = vec![0; next];
        for (id, labels) in table.rows.iter() {
            for label in labels {
                let place = &mut ends[label.0 as usize];
                ids[*place] = id.0;
                *place += 1;
            }
        }
        Inverted { ids, ends }
    }

    fn lists(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.ids[start..end])
    }
}
