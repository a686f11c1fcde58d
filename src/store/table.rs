//! The objects by number: what each is and which labels it has.

use roaring::RoaringBitmap;

use super::dict::Dict;
use super::rows::Rows;
use super::{ObjectId, ObjectIdentity};

/// A label key that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KeyId(pub(super) u32);

/// A label that occurs: a key together with one of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LabelId(pub(super) u32);

/// A kind together with its `apiVersion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KindId(pub(super) u32);

/// A namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NamespaceId(pub(super) u32);

/// The scope of texts that stand for themselves.
const UNSCOPED: u32 = 0;

/// Objects → identity and labels. The way back, labels → objects, is the `Index`'s.
#[derive(Debug, Clone, Default)]
pub(crate) struct ObjectTable {
    keys: Dict,
    /// Values, each in the scope of its key.
    labels: Dict,
    api_versions: Dict,
    /// Kinds, each in the scope of its `apiVersion`.
    kinds: Dict,
    namespaces: Dict,
    names: Names,
    records: Vec<Record>,
    pub(super) rows: Rows,
    /// The ids of the objects that are there.
    live: RoaringBitmap,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    kind: KindId,
    namespace: NamespaceId,
}

impl ObjectTable {
    /// Appends an object whose labels are already interned and have distinct keys.
    ///
    /// # Panics
    /// After 2³² − 1 objects.
    pub(super) fn push(&mut self, identity: ObjectIdentity<'_>, labels: &[LabelId]) -> ObjectId {
        let id = ObjectId(u32::try_from(self.records.len()).expect("fewer than 2^32 objects"));
        let kind = self.intern_kind(identity.api_version, identity.kind);
        let namespace = NamespaceId(self.namespaces.intern(UNSCOPED, identity.namespace));
        self.records.push(Record { kind, namespace });
        self.names.push(identity.name);
        self.rows.push(labels);
        self.live.insert(id.0);
        id
    }

    /// Appends the objects of another table, removed ones included, so that every number grows by as much.
    ///
    /// # Panics
    /// After 2³² − 1 objects.
    pub(super) fn append(&mut self, other: ObjectTable) {
        let offset = u32::try_from(self.records.len()).expect("fewer than 2^32 objects");
        let n_ids = offset as u64 + other.records.len() as u64;
        assert!(n_ids <= u64::from(u32::MAX), "fewer than 2^32 objects");
        let labels: Vec<LabelId> = other
            .label_ids()
            .map(|label| {
                let (key, value) = other.label(label);
                self.intern_label(key, value)
            })
            .collect();
        let kinds: Vec<KindId> = other
            .kind_ids()
            .map(|kind| {
                let (api_version, kind) = other.kind(kind);
                self.intern_kind(api_version, kind)
            })
            .collect();
        let namespaces: Vec<NamespaceId> = other
            .namespace_ids()
            .map(|id| NamespaceId(self.namespaces.intern(UNSCOPED, other.namespace(id))))
            .collect();
        self.records.extend(other.records.iter().map(|record| Record {
            kind: kinds[record.kind.0 as usize],
            namespace: namespaces[record.namespace.0 as usize],
        }));
        self.names.append(&other.names);
        self.rows.append_mapped(&other.rows, |label| labels[label.0 as usize]);
        self.live.extend(other.live.iter().map(|id| offset + id));
    }

    /// Takes an object away; its number stays used. False when it was not there.
    pub(super) fn remove(&mut self, id: ObjectId) -> bool {
        let was_there = self.live.remove(id.0);
        if was_there {
            self.rows.set(id, &[]);
        }
        was_there
    }

    pub(super) fn set_kind(&mut self, id: ObjectId, api_version: &str, kind: &str) {
        self.records[id.index()].kind = self.intern_kind(api_version, kind);
    }

    fn intern_kind(&mut self, api_version: &str, kind: &str) -> KindId {
        let api_version = self.api_versions.intern(UNSCOPED, api_version);
        KindId(self.kinds.intern(api_version, kind))
    }

    /// The number of a label, new if it never occurred.
    pub(super) fn intern_label(&mut self, key: &str, value: &str) -> LabelId {
        let key = self.intern_key(key);
        self.intern_value(key, value)
    }

    pub(super) fn intern_key(&mut self, key: &str) -> KeyId {
        KeyId(self.keys.intern(UNSCOPED, key))
    }

    pub(super) fn intern_value(&mut self, key: KeyId, value: &str) -> LabelId {
        LabelId(self.labels.intern(key.0, value))
    }

    /// The key with this text, if it ever occurred.
    pub(crate) fn key_id(&self, key: &str) -> Option<KeyId> {
        self.keys.get(UNSCOPED, key).map(KeyId)
    }

    /// The label with this key and value, if it ever occurred.
    pub(crate) fn label_id(&self, key: KeyId, value: &str) -> Option<LabelId> {
        self.labels.get(key.0, value).map(LabelId)
    }

    /// The namespace with this name, if it ever occurred.
    pub(crate) fn namespace_id(&self, namespace: &str) -> Option<NamespaceId> {
        self.namespaces.get(UNSCOPED, namespace).map(NamespaceId)
    }

    /// Whether `label` is this key with this value.
    pub(super) fn is_label(&self, label: LabelId, key: &str, value: &str) -> bool {
        self.labels.text(label.0) == value && self.key(self.key_of(label)) == key
    }

    pub(crate) fn key_of(&self, label: LabelId) -> KeyId {
        KeyId(self.labels.scope(label.0))
    }

    /// The labels of an object, in the order they were read.
    pub(crate) fn labels_of(&self, id: ObjectId) -> &[LabelId] {
        self.rows.labels(id)
    }

    pub(crate) fn key(&self, key: KeyId) -> &str {
        self.keys.text(key.0)
    }

    pub(crate) fn value(&self, label: LabelId) -> &str {
        self.labels.text(label.0)
    }

    /// A label's key and value.
    pub(crate) fn label(&self, label: LabelId) -> (&str, &str) {
        (self.key(self.key_of(label)), self.value(label))
    }

    /// A kind's `apiVersion` and name.
    pub(crate) fn kind(&self, kind: KindId) -> (&str, &str) {
        (self.api_versions.text(self.kinds.scope(kind.0)), self.kinds.text(kind.0))
    }

    pub(crate) fn namespace(&self, namespace: NamespaceId) -> &str {
        self.namespaces.text(namespace.0)
    }

    pub(super) fn identity(&self, id: ObjectId) -> ObjectIdentity<'_> {
        let (api_version, kind) = self.kind(self.kind_of(id));
        let namespace = self.namespace(self.namespace_of(id));
        ObjectIdentity { api_version, kind, namespace, name: self.names.get(id.index()) }
    }

    pub(super) fn kind_of(&self, id: ObjectId) -> KindId {
        self.records[id.index()].kind
    }

    pub(super) fn namespace_of(&self, id: ObjectId) -> NamespaceId {
        self.records[id.index()].namespace
    }

    /// The ids of the objects that are there.
    pub(crate) fn live(&self) -> &RoaringBitmap {
        &self.live
    }

    /// How many numbers were given to objects, removed ones included.
    pub(super) fn n_ids(&self) -> usize {
        self.records.len()
    }

    pub(super) fn n_keys(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn n_distinct_labels(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn kind_ids(&self) -> impl Iterator<Item = KindId> + use<> {
        (0..self.kinds.len() as u32).map(KindId)
    }

    pub(super) fn namespace_ids(&self) -> impl Iterator<Item = NamespaceId> + use<> {
        (0..self.namespaces.len() as u32).map(NamespaceId)
    }

    pub(super) fn label_ids(&self) -> impl Iterator<Item = LabelId> + use<> {
        (0..self.labels.len() as u32).map(LabelId)
    }
}

/// The objects' names, one after another. Most are unique, so they are not interned.
#[derive(Debug, Clone, Default)]
struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    fn append(&mut self, other: &Names) {
        let offset = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| offset + end));
    }

    fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}
