//! The way from labels to objects: postings of every key, label, kind and namespace.

use super::ObjectId;
use super::ids::{KeyId, KindId, LabelId, NamespaceId};
use super::invert;
use super::postings::{Postings, PostingsView};
use super::postings_table::PostingsTable;
use super::table::ObjectTable;
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer};
use crate::parallel::both;

/// From how many labels on a second thread is worth starting.
const MIN_FOR_THREADS: usize = 100_000;

/// Postings by number. What stands here is always what one pass over the [`ObjectTable`] would give.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    labels: PostingsTable,
    keys: PostingsTable,
    /// The labels of every key.
    key_labels: Vec<KeyLabels>,
    kinds: PostingsTable,
    namespaces: PostingsTable,
}

#[derive(Debug, Clone, Default)]
struct KeyLabels {
    /// Those that ever occurred, by number.
    ever: NumberBuffer<u32>,
    /// How many of them an object has now.
    n_now: usize,
}

impl Index {
    /// Indexes a whole table. Linear in its labels; large ones take two threads.
    pub(super) fn build(table: &ObjectTable) -> Index {
        let labels = || invert::postings(&invert::LabelsOf(table), table.n_ids());
        // The labels stay on this thread, since each asks for memory of its own: see [`both`].
        let (mut index, labels) = if table.rows.n_labels() < MIN_FOR_THREADS {
            (Index::without_labels(table), labels())
        } else {
            both(|| Index::without_labels(table), labels)
        };
        index.labels = labels.into();
        index.link_labels(table);
        index
    }

    /// Gives every key its labels.
    fn link_labels(&mut self, table: &ObjectTable) {
        self.key_labels.resize_with(table.n_keys(), KeyLabels::default);
        for label in table.label_ids() {
            let labels = &mut self.key_labels[table.key_of(label).0 as usize];
            labels.ever.to_mut().push(label.0);
            labels.n_now += usize::from(!self.labels.get(label.0).is_empty());
        }
    }

    /// Writes the postings of the objects with ids below `n_ids`.
    pub(super) fn encode(&self, n_ids: usize, out: &mut Encoder) {
        out.u64(n_ids as u64);
        for postings in [&self.labels, &self.keys, &self.kinds, &self.namespaces] {
            postings.encode(out);
        }
        out.u64s(self.key_labels.iter().map(|labels| labels.n_now as u64));
    }

    /// Reads the index of a table.
    pub(super) fn decode(bytes: &mut Decoder, table: &ObjectTable) -> Result<Index, Malformed> {
        // The bitmaps are made later, one by one, and are then checked against it.
        let n_ids = bytes.size()?;
        let mut read = || PostingsTable::decode(bytes, n_ids);
        let (labels, keys, kinds, namespaces) = (read()?, read()?, read()?, read()?);
        let n_now: NumberBuffer<u64> = bytes.numbers()?;
        let has_all = n_ids == table.n_ids()
            && labels.len() == table.n_distinct_labels()
            && keys.len() == table.n_keys()
            && kinds.len() == table.kind_ids().len()
            && namespaces.len() == table.namespace_ids().len()
            && n_now.len() == table.n_keys();
        Malformed::unless(has_all, "the index of these objects")?;
        let key_labels = table.key_ids().zip(n_now.iter()).map(|(key, &n_now)| {
            let ever = table.labels_with(key);
            // Only a forged index says more, which would be more values than are listed.
            KeyLabels { n_now: ever.len().min(n_now as usize), ever }
        });
        Ok(Index { key_labels: key_labels.collect(), labels, keys, kinds, namespaces })
    }

    fn without_labels(table: &ObjectTable) -> Index {
        let n_ids = table.n_ids();
        Index {
            keys: invert::postings(&invert::KeysOf(table), n_ids).into(),
            kinds: invert::postings(&invert::KindsOf(table), n_ids).into(),
            namespaces: invert::postings(&invert::NamespacesOf(table), n_ids).into(),
            ..Index::default()
        }
    }

    /// Makes room for keys, labels, kinds and namespaces that are new in the table.
    fn grow(&mut self, table: &ObjectTable) {
        self.keys.to_mut().resize_with(table.n_keys(), Postings::default);
        self.key_labels.resize_with(table.n_keys(), KeyLabels::default);
        // Before the labels' postings grow, whose number says which labels are new.
        for label in table.label_ids_from(self.labels.len()) {
            self.key_labels[table.key_of(label).0 as usize].ever.to_mut().push(label.0);
        }
        self.labels.to_mut().resize_with(table.n_distinct_labels(), Postings::default);
        self.kinds.to_mut().resize_with(table.kind_ids().len(), Postings::default);
        self.namespaces.to_mut().resize_with(table.namespace_ids().len(), Postings::default);
    }

    /// Adds an object that is in the table. Costs its labels.
    pub(super) fn insert(&mut self, table: &ObjectTable, id: ObjectId) {
        self.grow(table);
        self.insert_identity(table, id);
        self.insert_labels(table, id);
    }

    fn insert_identity(&mut self, table: &ObjectTable, id: ObjectId) {
        self.kinds.to_mut()[table.kind_of(id).0 as usize].insert(id.0);
        self.namespaces.to_mut()[table.namespace_of(id).0 as usize].insert(id.0);
    }

    /// Adds the labels that the table gives an object. Costs its labels.
    pub(super) fn insert_labels(&mut self, table: &ObjectTable, id: ObjectId) {
        self.grow(table);
        self.change_labels(table, id, Postings::insert);
    }

    /// Takes an object away that is still in the table. Costs its labels.
    pub(super) fn remove(&mut self, table: &ObjectTable, id: ObjectId) {
        self.kinds.to_mut()[table.kind_of(id).0 as usize].remove(id.0);
        self.namespaces.to_mut()[table.namespace_of(id).0 as usize].remove(id.0);
        self.remove_labels(table, id);
    }

    /// Takes away the labels that the table still gives an object. Costs its labels.
    pub(super) fn remove_labels(&mut self, table: &ObjectTable, id: ObjectId) {
        self.change_labels(table, id, Postings::remove);
    }

    fn change_labels(&mut self, table: &ObjectTable, id: ObjectId, change: impl Fn(&mut Postings, u32)) {
        let (labels, keys) = (self.labels.to_mut(), self.keys.to_mut());
        for label in table.labels_of(id) {
            let key = table.key_of(label).0 as usize;
            // Only a forged index has labels or keys that there are not.
            let (Some(postings), Some(of_key), Some(KeyLabels { n_now, .. })) =
                (labels.get_mut(label.0 as usize), keys.get_mut(key), self.key_labels.get_mut(key))
            else {
                continue;
            };
            let had_objects = !postings.is_empty();
            change(postings, id.0);
            change(of_key, id.0);
            // Added first, as the number has no sign. It falls below 0 for a forged index alone.
            *n_now = (*n_now + usize::from(!postings.is_empty())).saturating_sub(usize::from(had_objects));
        }
    }

    /// How much memory the labels' postings take.
    pub(super) fn memory(&self) -> u64 {
        self.labels.memory()
    }

    /// How many labels some object has now.
    pub(super) fn n_distinct_labels(&self) -> usize {
        self.key_labels.iter().map(|labels| labels.n_now).sum()
    }

    /// The objects with this label.
    pub(crate) fn label(&self, label: LabelId) -> PostingsView<'_> {
        self.labels.get(label.0)
    }

    /// The objects with this key, whatever its value.
    pub(crate) fn key(&self, key: KeyId) -> PostingsView<'_> {
        self.keys.get(key.0)
    }

    /// The labels with this key that some object has now.
    pub(crate) fn labels_of(&self, key: KeyId) -> impl Iterator<Item = LabelId> {
        let ever = self.key_labels.get(key.0 as usize).map_or(&[][..], |labels| &labels.ever);
        ever.iter().copied().map(LabelId).filter(|&label| !self.label(label).is_empty())
    }

    /// How many distinct values the key has now.
    pub(super) fn n_values(&self, key: KeyId) -> usize {
        self.key_labels.get(key.0 as usize).map_or(0, |labels| labels.n_now)
    }

    /// The keys that some object has now.
    pub(crate) fn keys(&self) -> impl Iterator<Item = KeyId> {
        (0..self.keys.len() as u32).map(KeyId).filter(|&key| !self.key(key).is_empty())
    }

    /// The objects of this kind.
    pub(crate) fn kind(&self, kind: KindId) -> PostingsView<'_> {
        self.kinds.get(kind.0)
    }

    /// The objects in this namespace.
    pub(crate) fn namespace(&self, namespace: NamespaceId) -> PostingsView<'_> {
        self.namespaces.get(namespace.0)
    }
}
