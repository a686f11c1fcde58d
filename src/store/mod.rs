//! The in-memory label store: objects and their labels, indexed both ways.
//!
//! An [`ObjectTable`](table::ObjectTable) holds what goes from an object to its labels, an
//! [`Index`](index::Index) what goes from a label to its objects. The store knows nothing of selectors;
//! `plan` asks the two for what it needs.

mod bitmap;
mod builder;
mod column;
mod dict;
mod ends;
mod facts;
mod identity;
mod ids;
mod index;
mod invert;
mod memory;
mod object;
mod persist;
mod postings;
mod postings_table;
mod rows;
mod shared;
mod table;

use std::fmt;

pub(crate) use bitmap::{Bitmap, WORD, Words, grouped};
pub use builder::StoreBuilder;
pub(crate) use column::{Column, ColumnBuilder};
pub(crate) use dict::Dict;
pub use facts::{KeyCount, KeyFacts, KindFacts, NamespaceFacts, ValueFacts};
pub(crate) use identity::IdentityIndex;
pub(crate) use ids::{KeyId, KindId, LabelId, NamespaceId};
pub(crate) use index::Index;
pub use memory::StoreMemory;
pub(crate) use object::group_of;
pub use object::{Object, ObjectId, ObjectIdentity, ObjectRef};
pub(crate) use postings::PostingsView;
pub use shared::{SharedStore, StoreEdit};
pub(crate) use table::ObjectTable;

use crate::Label;
use builder::LabelInterner;

/// Objects with their labels, held in memory and indexed for selectors.
///
/// ```
/// use selq::{Object, Store};
///
/// let mut store = Store::new();
/// let id = store.insert(Object::new("Pod", "shop", "web-0").with_labels([("env", "prod")]));
/// store.relabel(id, [("env", "qa")]);
/// assert_eq!(store.get(id).and_then(|object| object.label("env")), Some("qa"));
/// ```
///
/// Many objects are loaded faster through [`Store::builder`]. Single changes cost what their labels
/// cost, however many objects there are. Keys and values that no object has any more are forgotten by
/// every answer, though not by the interner: a store that sees ever new values grows by them. So it does by
/// the numbers, names and rows of objects that were taken away, some tens of bytes each. A store that lives long
/// on coming and going objects is best built afresh from its [`objects`](Store::objects) now and then, as
/// [`WatchedStore`](crate::WatchedStore) does by itself.
#[derive(Clone, Default)]
pub struct Store {
    table: ObjectTable,
    index: Index,
    interner: LabelInterner,
}

impl Store {
    /// A store without objects.
    #[must_use]
    pub fn new() -> Store {
        Store::default()
    }

    /// Starts a bulk load.
    #[must_use]
    pub fn builder() -> StoreBuilder {
        StoreBuilder::new()
    }

    /// Puts an object in and returns its number. Objects are not compared: the same one twice is two.
    ///
    /// Costs time in proportion to the object's labels.
    ///
    /// # Panics
    ///
    /// After 2³² − 1 objects, those that were taken away since included.
    pub fn insert(&mut self, object: Object) -> ObjectId {
        let labels = self.interner.intern(&mut self.table, &object.labels);
        let id = self.table.push(object.identity(), labels);
        self.index.insert(&self.table, id);
        id
    }

    /// Replaces all labels of an object. The last of two equal keys wins. False when it is not there.
    ///
    /// Costs time in proportion to the labels before and after.
    pub fn relabel<L>(&mut self, id: ObjectId, labels: L) -> bool
    where
        L: IntoIterator,
        L::Item: Label,
    {
        if !self.table.live().contains(id.0) {
            return false;
        }
        let labels = self.interner.intern(&mut self.table, labels);
        self.index.remove_labels(&self.table, id);
        self.table.rows.set(id, labels);
        self.index.insert_labels(&self.table, id);
        true
    }

    /// Gives an object another `apiVersion`, kind and labels, as [`StoreBuilder::replace`] does. False when it is not
    /// there.
    ///
    /// Costs time in proportion to the labels before and after.
    pub fn replace<L>(&mut self, id: ObjectId, api_version: &str, kind: &str, labels: L) -> bool
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let Some(object) = self.get(id) else { return false };
        if (object.api_version(), object.kind()) != (api_version, kind) {
            self.index.remove(&self.table, id);
            self.table.set_kind(id, api_version, kind);
            self.index.insert(&self.table, id);
        }
        self.relabel(id, labels)
    }

    /// Takes an object away; its number is not used again. False when it is not there.
    ///
    /// Costs time in proportion to the object's labels.
    pub fn remove(&mut self, id: ObjectId) -> bool {
        if !self.table.live().contains(id.0) {
            return false;
        }
        self.index.remove(&self.table, id);
        self.table.remove(id)
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.live().len() as usize
    }

    /// Whether there is no object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.live().is_empty()
    }

    /// How many labels the objects have, all together.
    #[must_use]
    pub fn n_labels(&self) -> usize {
        self.table.rows.n_labels()
    }

    /// The object with this number, if it is there.
    #[must_use]
    pub fn get(&self, id: ObjectId) -> Option<ObjectRef<'_>> {
        self.table.live().contains(id.0).then(|| ObjectRef::new(self, id))
    }

    /// All objects, in the order they were put in.
    pub fn objects(&self) -> impl Iterator<Item = ObjectRef<'_>> {
        self.table.live().iter().map(|id| ObjectRef::new(self, ObjectId(id)))
    }

    /// How many numbers of objects and labels are surely of no use any more.
    pub(crate) fn n_useless(&self) -> usize {
        let n_labels = self.table.n_distinct_labels().saturating_sub(self.n_labels());
        self.table.n_ids() - self.len() + n_labels
    }

    /// Objects by number: what the index was built from.
    pub(crate) fn table(&self) -> &ObjectTable {
        &self.table
    }

    /// Postings by number.
    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// The ids of the objects that are there.
    pub(crate) fn live(&self) -> &Bitmap {
        self.table.live()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("n_objects", &self.len()).field("n_labels", &self.n_labels()).finish()
    }
}
