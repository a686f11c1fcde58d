//! The way from labels to objects: postings of every key, label, kind and namespace.

use super::ObjectId;
use super::invert;
use super::memory::{postings_bytes, vec_bytes};
use super::postings::{self, Postings};
use super::table::{KeyId, KindId, LabelId, NamespaceId, ObjectTable};
use crate::both::both;
use crate::wire::{Decoder, Encoder, Malformed};

/// From how many labels on a second thread is worth starting.
const MIN_FOR_THREADS: usize = 100_000;

/// Postings by number. What stands here is always what one pass over the [`ObjectTable`] would give.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    labels: Vec<Postings>,
    keys: Vec<KeyPostings>,
    kinds: Vec<Postings>,
    namespaces: Vec<Postings>,
}

#[derive(Debug, Clone, Default)]
struct KeyPostings {
    /// The objects that have the key.
    objects: Postings,
    /// The labels with this key that ever occurred.
    labels: Vec<LabelId>,
    /// How many of them an object has now.
    n_values: usize,
}

impl KeyPostings {
    fn new(objects: Postings) -> KeyPostings {
        KeyPostings { objects, ..KeyPostings::default() }
    }
}

impl Index {
    /// Indexes a whole table. Linear in its labels; large ones take two threads.
    pub(super) fn build(table: &ObjectTable) -> Index {
        let labels = || invert::postings(&invert::Labels(table), table.n_ids());
        let (labels, mut index) = if table.rows.n_labels() < MIN_FOR_THREADS {
            (labels(), Index::without_labels(table))
        } else {
            {
                let (index, labels) = both(|| Index::without_labels(table), labels);
                (labels, index)
            }
        };
        index.labels = labels;
        index.link_labels(table);
        index
    }

    /// Gives every key its labels.
    fn link_labels(&mut self, table: &ObjectTable) {
        for label in table.label_ids() {
            let key = &mut self.keys[table.key_of(label).0 as usize];
            key.labels.push(label);
            key.n_values += usize::from(!self.labels[label.0 as usize].is_empty());
        }
    }

    /// Writes the postings of so many objects.
    pub(super) fn encode(&self, n_ids: usize, out: &mut Encoder) {
        out.u64(n_ids as u64);
        postings::encode(self.labels.iter(), out);
        postings::encode(self.keys.iter().map(|key| &key.objects), out);
        postings::encode(self.kinds.iter(), out);
        postings::encode(self.namespaces.iter(), out);
    }

    /// Reads the postings of an index, and of how many objects they are.
    pub(super) fn decode(bytes: &mut Decoder<'_>) -> Result<(Index, usize), Malformed> {
        let n_ids = usize::try_from(bytes.u64()?).map_err(|_| Malformed("a number of objects"))?;
        let mut read = || postings::decode(bytes, n_ids);
        let labels = read()?;
        let keys = read()?.into_iter().map(KeyPostings::new).collect();
        Ok((Index { labels, keys, kinds: read()?, namespaces: read()? }, n_ids))
    }

    /// Completes an index that was read, if it is that of a table in which so many objects have each label.
    pub(super) fn of(mut self, table: &ObjectTable, n_objects: &[u32]) -> Result<Index, Malformed> {
        let has_all = self.labels.len() == table.n_distinct_labels()
            && self.keys.len() == table.n_keys()
            && self.kinds.len() == table.kind_ids().len()
            && self.namespaces.len() == table.namespace_ids().len();
        Malformed::unless(has_all, "as many postings")?;
        self.link_labels(table);
        Malformed::unless(self.agrees(table, n_objects), "the index of these objects")?;
        Ok(self)
    }

    /// Whether every object that is there has one kind, one namespace and at most one label of a key, as counts
    /// rely on, and every label as many objects as the rows say.
    fn agrees(&self, table: &ObjectTable, n_objects: &[u32]) -> bool {
        let live = table.live();
        let mut labels = self.labels.iter().zip(n_objects);
        labels.all(|(postings, &n)| postings.len() == u64::from(n))
            && postings::are_partition(live, self.kinds.iter())
            && postings::are_partition(live, self.namespaces.iter())
            && self.keys.iter().all(|key| {
                let objects = key.objects.to_bitmap();
                objects.is_subset(live)
                    && postings::are_partition(&objects, key.labels.iter().map(|&label| self.label(label)))
            })
    }

    fn without_labels(table: &ObjectTable) -> Index {
        let keys = invert::postings(&invert::Keys(table), table.n_ids());
        Index {
            labels: Vec::new(),
            keys: keys.into_iter().map(KeyPostings::new).collect(),
            kinds: invert::postings(&invert::Kinds(table), table.n_ids()),
            namespaces: invert::postings(&invert::Namespaces(table), table.n_ids()),
        }
    }

    /// Makes room for keys, labels, kinds and namespaces that are new in the table.
    fn grow(&mut self, table: &ObjectTable) {
        self.keys.resize_with(table.n_keys(), KeyPostings::default);
        for label in table.label_ids_from(self.labels.len()) {
            self.keys[table.key_of(label).0 as usize].labels.push(label);
        }
        self.labels.resize_with(table.n_distinct_labels(), Postings::default);
        self.kinds.resize_with(table.kind_ids().len(), Postings::default);
        self.namespaces.resize_with(table.namespace_ids().len(), Postings::default);
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
        for label in table.labels_of(id) {
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
        for label in table.labels_of(id) {
            let key = &mut self.keys[table.key_of(label).0 as usize];
            let postings = &mut self.labels[label.0 as usize];
            let had_objects = !postings.is_empty();
            postings.remove(id.0);
            key.n_values -= usize::from(had_objects && postings.is_empty());
            key.objects.remove(id.0);
        }
    }

    /// How much memory the labels' postings take.
    pub(super) fn bytes(&self) -> u64 {
        vec_bytes(&self.labels) + self.labels.iter().map(postings_bytes).sum::<u64>()
    }

    /// How many labels some object has now.
    pub(super) fn n_distinct_labels(&self) -> usize {
        self.keys.iter().map(|key| key.n_values).sum()
    }

    /// The objects with this label.
    pub(crate) fn label(&self, label: LabelId) -> &Postings {
        &self.labels[label.0 as usize]
    }

    /// The objects with this key, whatever its value.
    pub(crate) fn key(&self, key: KeyId) -> &Postings {
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
    pub(crate) fn kind(&self, kind: KindId) -> &Postings {
        &self.kinds[kind.0 as usize]
    }

    /// The objects in this namespace.
    pub(crate) fn namespace(&self, namespace: NamespaceId) -> &Postings {
        &self.namespaces[namespace.0 as usize]
    }
}
