//! The objects by number: what each is and which labels it has.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::bitmap::Bitmap;
use super::dict::Dict;
use super::ends::Ends;
use super::ids::{KeyId, KindId, LabelId, NamespaceId};
use super::rows::{LabelIds, LabelRows};
use super::{ObjectId, ObjectIdentity};
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer, TextBuffer};

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
    /// The kind and namespace of every object, as one number: there are few combinations.
    places: KindsAndNamespaces,
    names: ObjectNames,
    pub(super) rows: LabelRows,
    /// The ids of the objects that are there.
    live: Bitmap,
}

impl ObjectTable {
    /// Appends an object whose labels are already interned and have distinct keys.
    ///
    /// # Panics
    /// After 2³² − 1 objects.
    pub(super) fn push(&mut self, identity: ObjectIdentity<'_>, labels: &[LabelId]) -> ObjectId {
        let id = ObjectId(u32::try_from(self.n_ids()).expect("fewer than 2^32 objects"));
        let (kind, namespace) = self.intern_place(identity);
        self.places.push(kind, namespace);
        self.names.push(identity.name);
        self.rows.push(labels.iter().copied());
        self.live.insert(id.0);
        id
    }

    /// Appends the objects of another table, removed ones included, so that every number grows by as much.
    ///
    /// # Panics
    /// After 2³² − 1 objects.
    pub(super) fn append(&mut self, other: &ObjectTable) {
        let n_ids = self.n_ids() + other.n_ids();
        // Before anything is added, so that the table is whole after a panic.
        assert!(u32::try_from(n_ids).is_ok(), "fewer than 2^32 objects");
        let offset = self.n_ids() as u32;
        let renumbering = Renumbering::new(self, other);
        for id in (0..other.n_ids()).map(|index| ObjectId(index as u32)) {
            let kind = renumbering.kinds[other.kind_of(id).0 as usize];
            let namespace = renumbering.namespaces[other.namespace_of(id).0 as usize];
            self.places.push(kind, namespace);
            // Only a forged index has labels that there are not.
            let labels = other.labels_of(id).filter_map(|label| renumbering.labels.get(label.0 as usize));
            self.rows.push(labels.copied());
        }
        self.names.append(&other.names);
        // All ids at once, so that words of the bitmap are made anew once, not changed for each.
        self.live.extend(other.live.iter().map(|id| offset + id));
    }

    /// Takes an object away; its number stays used. False when it was not there.
    pub(super) fn remove(&mut self, id: ObjectId) -> bool {
        let was_there = self.live.remove(id.0);
        if was_there {
            // Rows are walked without a look at which objects are there: theirs must be empty.
            self.rows.set(id, &[]);
        }
        was_there
    }

    pub(super) fn encode(&self, out: &mut Encoder) {
        for dict in [&self.keys, &self.labels, &self.api_versions, &self.kinds, &self.namespaces] {
            dict.encode(out);
        }
        self.places.encode(out);
        self.names.encode(out);
        self.rows.encode(out);
        let mut live = Vec::new();
        self.live.serialize_into(&mut live).expect("memory can be written");
        out.bytes(&live);
    }

    /// Reads a table.
    pub(super) fn decode(bytes: &mut Decoder) -> Result<ObjectTable, Malformed> {
        let table = ObjectTable {
            keys: Dict::decode(bytes)?.with_own_text(),
            labels: Dict::decode(bytes)?,
            api_versions: Dict::decode(bytes)?.with_own_text(),
            kinds: Dict::decode(bytes)?.with_own_text(),
            namespaces: Dict::decode(bytes)?.with_own_text(),
            places: KindsAndNamespaces::decode(bytes)?,
            names: ObjectNames::decode(bytes)?,
            rows: LabelRows::decode(bytes)?,
            live: RoaringBitmap::deserialize_from(&*bytes.bytes()?)
                .map_err(|_| Malformed("the ids of objects"))?
                .into(),
        };
        Malformed::unless(table.is_complete(), "as many of everything")?;
        Ok(table)
    }

    /// Whether every column has every object.
    fn is_complete(&self) -> bool {
        let n_ids = self.n_ids();
        self.names.ends.len() == n_ids
            && self.rows.len() == n_ids
            && self.live.max().is_none_or(|last| (last as usize) < n_ids)
            // What leads to no combination means the first kind and namespace, which then exist.
            && (n_ids == 0 || !self.places.combinations.is_empty())
            && self.places.combinations.iter().all(|(kind, namespace)| {
                (kind.0 as usize) < self.kinds.len() && (namespace.0 as usize) < self.namespaces.len()
            })
    }

    pub(super) fn set_kind(&mut self, id: ObjectId, api_version: &str, kind: &str) {
        let kind = self.intern_kind(api_version, kind);
        self.places.set(id, kind, self.namespace_of(id));
    }

    /// Objects mostly have the kind and namespace of the one before, which costs no look-up to see.
    fn intern_place(&mut self, identity: ObjectIdentity<'_>) -> (KindId, NamespaceId) {
        let before = self.places.last();
        let kind = before.map(|(kind, _)| kind).filter(|&kind| self.is_kind(kind, identity));
        let namespace = before.map(|(_, namespace)| namespace);
        let namespace = namespace.filter(|it| self.namespaces.has_text(it.0, identity.namespace));
        (
            kind.unwrap_or_else(|| self.intern_kind(identity.api_version, identity.kind)),
            namespace.unwrap_or_else(|| self.intern_namespace(identity.namespace)),
        )
    }

    fn is_kind(&self, kind: KindId, identity: ObjectIdentity<'_>) -> bool {
        // The kind first, which differs more often than its version and is found more directly.
        self.kinds.has_text(kind.0, identity.kind)
            && self.api_versions.has_text(self.kinds.scope(kind.0), identity.api_version)
    }

    fn intern_namespace(&mut self, namespace: &str) -> NamespaceId {
        NamespaceId(self.namespaces.intern(UNSCOPED, namespace))
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
        // The value first: objects mostly have the same keys at the same places, and other values.
        self.labels.has_text(label.0, value) && self.keys.has_text(self.labels.scope(label.0), key)
    }

    pub(crate) fn key_of(&self, label: LabelId) -> KeyId {
        KeyId(self.labels.scope(label.0))
    }

    /// The labels with this key that ever occurred, by number.
    pub(super) fn labels_with(&self, key: KeyId) -> NumberBuffer<u32> {
        self.labels.ids_in(key.0)
    }

    /// The labels of an object, in the order they were read.
    pub(crate) fn labels_of(&self, id: ObjectId) -> LabelIds<'_> {
        self.rows.labels(id)
    }

    /// The number of the key of the label with this number.
    pub(super) fn key_number(&self, label: u32) -> u32 {
        self.labels.scope(label)
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

    pub(crate) fn identity(&self, id: ObjectId) -> ObjectIdentity<'_> {
        let (api_version, kind) = self.kind(self.kind_of(id));
        let namespace = self.namespace(self.namespace_of(id));
        ObjectIdentity { api_version, kind, namespace, name: self.name(id) }
    }

    pub(super) fn name(&self, id: ObjectId) -> &str {
        self.names.get(id.index())
    }

    pub(super) fn kind_of(&self, id: ObjectId) -> KindId {
        self.places.get(id).0
    }

    pub(super) fn namespace_of(&self, id: ObjectId) -> NamespaceId {
        self.places.get(id).1
    }

    /// The ids of the objects that are there.
    pub(crate) fn live(&self) -> &Bitmap {
        &self.live
    }

    /// How much memory the objects take.
    pub(super) fn objects_memory(&self) -> u64 {
        let names = self.names.text.memory() + self.names.ends.memory();
        self.places.objects.memory() + names + self.rows.memory()
    }

    /// How much memory the texts of the labels take.
    pub(super) fn labels_memory(&self) -> u64 {
        self.labels.memory()
    }

    /// Gives back memory that was set aside for more objects.
    pub(super) fn shrink_to_fit(&mut self) {
        // Keys, kinds and namespaces are few, and theirs is too little to move anything for.
        self.labels.shrink_to_fit();
        self.places.objects.shrink_to_fit();
        self.names.text.shrink_to_fit();
        self.names.ends.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// The same in ascending order.
    pub(super) fn live_ids(&self) -> impl Iterator<Item = ObjectId> {
        self.live.iter().map(ObjectId)
    }

    /// How many numbers were given to objects, removed ones included.
    pub(crate) fn n_ids(&self) -> usize {
        self.places.objects.len()
    }

    pub(super) fn n_keys(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn n_distinct_labels(&self) -> usize {
        self.labels.len()
    }

    pub(super) fn key_ids(&self) -> impl Iterator<Item = KeyId> + use<> {
        (0..self.keys.len() as u32).map(KeyId)
    }

    pub(crate) fn kind_ids(&self) -> impl ExactSizeIterator<Item = KindId> + use<> {
        (0..self.kinds.len() as u32).map(KindId)
    }

    pub(crate) fn namespace_ids(&self) -> impl ExactSizeIterator<Item = NamespaceId> + use<> {
        (0..self.namespaces.len() as u32).map(NamespaceId)
    }

    pub(super) fn label_ids(&self) -> impl Iterator<Item = LabelId> + use<> {
        self.label_ids_from(0)
    }

    /// The labels behind the first `n` that were seen.
    pub(super) fn label_ids_from(&self, n: usize) -> impl Iterator<Item = LabelId> + use<> {
        (n as u32..self.labels.len() as u32).map(LabelId)
    }
}

/// The numbers that another table's kinds, namespaces and labels have in a table that takes its objects over.
struct Renumbering {
    kinds: Vec<KindId>,
    namespaces: Vec<NamespaceId>,
    labels: Vec<LabelId>,
}

impl Renumbering {
    fn new(into: &mut ObjectTable, other: &ObjectTable) -> Renumbering {
        let kinds = other.kind_ids().map(|kind| {
            let (api_version, kind) = other.kind(kind);
            into.intern_kind(api_version, kind)
        });
        let kinds = kinds.collect();
        let namespaces = other.namespace_ids().map(|id| into.intern_namespace(other.namespace(id)));
        let namespaces = namespaces.collect();
        let labels = other.label_ids().map(|label| {
            let (key, value) = other.label(label);
            into.intern_label(key, value)
        });
        Renumbering { kinds, namespaces, labels: labels.collect() }
    }
}

/// The kind and namespace of every object: one number for each, since few combinations occur.
#[derive(Debug, Clone, Default)]
struct KindsAndNamespaces {
    objects: NumberBuffer<u32>,
    combinations: Vec<(KindId, NamespaceId)>,
    numbers: HashMap<(KindId, NamespaceId), u32>,
}

impl KindsAndNamespaces {
    fn push(&mut self, kind: KindId, namespace: NamespaceId) {
        let number = self.number(kind, namespace);
        self.objects.to_mut().push(number);
    }

    fn encode(&self, out: &mut Encoder) {
        out.u32s(self.objects.iter().copied());
        out.u32s(self.combinations.iter().map(|(kind, _)| kind.0));
        out.u32s(self.combinations.iter().map(|(_, namespace)| namespace.0));
    }

    fn decode(bytes: &mut Decoder) -> Result<KindsAndNamespaces, Malformed> {
        let objects = bytes.numbers()?;
        let kinds: NumberBuffer<u32> = bytes.numbers()?;
        let namespaces: NumberBuffer<u32> = bytes.numbers()?;
        let pairs = kinds.iter().zip(namespaces.iter());
        let combinations: Vec<_> =
            pairs.map(|(&kind, &namespace)| (KindId(kind), NamespaceId(namespace))).collect();
        Malformed::unless(kinds.len() == namespaces.len(), "places")?;
        // Not saved, as they follow from the combinations, of which there are few.
        let numbers = combinations.iter().copied().zip(0..).collect();
        Ok(KindsAndNamespaces { objects, combinations, numbers })
    }

    fn set(&mut self, id: ObjectId, kind: KindId, namespace: NamespaceId) {
        let number = self.number(kind, namespace);
        self.objects.to_mut()[id.index()] = number;
    }

    fn get(&self, id: ObjectId) -> (KindId, NamespaceId) {
        let number = self.objects.get(id.index()).copied().unwrap_or_default();
        self.combinations.get(number as usize).copied().unwrap_or((KindId(0), NamespaceId(0)))
    }

    /// The kind and namespace of the last object.
    fn last(&self) -> Option<(KindId, NamespaceId)> {
        self.combinations.get(*self.objects.last()? as usize).copied()
    }

    fn number(&mut self, kind: KindId, namespace: NamespaceId) -> u32 {
        // Objects mostly come sorted by both.
        if let Some(&last) = self.objects.last()
            && self.combinations.get(last as usize) == Some(&(kind, namespace))
        {
            return last;
        }
        *self.numbers.entry((kind, namespace)).or_insert_with(|| {
            self.combinations.push((kind, namespace));
            (self.combinations.len() - 1) as u32
        })
    }
}

/// The objects' names, one after another. Most are unique, so they are not interned.
#[derive(Debug, Clone, Default)]
struct ObjectNames {
    text: TextBuffer,
    ends: Ends,
}

impl ObjectNames {
    fn push(&mut self, name: &str) {
        let text = self.text.to_mut();
        text.push_str(name);
        self.ends.push(text.len());
    }

    fn append(&mut self, other: &ObjectNames) {
        let offset = self.text.len();
        // In one piece, as names are not interned: only their ends have to be moved.
        self.text.to_mut().push_str(other.text.get(0..other.text.len()));
        for index in 0..other.ends.len() {
            self.ends.push(offset + other.ends.range(index).end);
        }
    }

    fn encode(&self, out: &mut Encoder) {
        out.bytes(self.text.as_bytes());
        self.ends.encode(out);
    }

    fn decode(bytes: &mut Decoder) -> Result<ObjectNames, Malformed> {
        let text = bytes.text()?;
        let ends = Ends::decode(bytes, text.len())?;
        Ok(ObjectNames { text, ends })
    }

    /// A name. Empty where there is none, which only forged numbers ask for.
    fn get(&self, index: usize) -> &str {
        self.text.get(self.ends.range(index))
    }
}
