//! The in-memory label store: objects and their labels, indexed both ways.
//!
//! An `ObjectTable` holds what goes from an object to its labels, an
//! `Index` what goes from a label to its objects. The store knows nothing of selectors;
//! `plan` asks the two for what it needs.

mod bitmap;
mod builder;
mod column;
mod dict;
mod ends;
mod facts;
mod heap;
mod identity;
mod ids;
mod index;
mod invert;
mod iter;
mod memory;
mod object;
mod pairs;
mod persist;
mod postings;
mod postings_table;
mod rows;
mod shared;
mod table;

use std::fmt;
use std::sync::OnceLock;

pub(crate) use bitmap::{Bitmap, WORD, Words, grouped};
pub use builder::StoreBuilder;
pub(crate) use column::{Column, ColumnBuilder, SavedColumns};
pub(crate) use dict::Dict;
pub use facts::{KeyCount, KeyFacts, KindFacts, NamespaceFacts, ValueFacts};
pub(crate) use identity::IdentityIndex;
pub(crate) use ids::{KeyId, KindId, LabelId, NamespaceId, group_of};
pub use ids::{ObjectId, ObjectIdentity};
pub(crate) use index::Index;
pub use iter::StoreObjects;
pub use memory::StoreMemory;
pub use object::{Object, ObjectLabels, ObjectRef};
pub(crate) use pairs::{PairBlock, PairEnd, PairSet};
pub(crate) use postings::PostingsView;
pub use shared::{SharedStore, StoreEdit};
pub(crate) use table::ObjectTable;

use crate::Label;
use builder::LabelInterner;
use identity::Identities;

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
    // Kept from one change to the next, as objects that come one after another are often alike.
    interner: LabelInterner,
    /// Made when an object is first asked for by identity, and kept up with every change from then on: most stores are
    /// never asked, and pay nothing.
    identities: OnceLock<Identities>,
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
    /// Panics after 2³² − 1 objects, those that were taken away since included.
    pub fn insert(&mut self, object: Object) -> ObjectId {
        let labels = self.interner.intern(&mut self.table, &object.labels);
        let id = self.table.push(object.identity(), labels);
        self.learn(id);
        id
    }

    /// Puts an object in, or gives the one with its [identity](ObjectIdentity) that is there already its `apiVersion`
    /// and labels, as [`find`](Store::find) finds it. Returns the object's number, which stays what it was. An object
    /// without a name is always new.
    ///
    /// Costs time in proportion to the labels before and after, once an object was looked for.
    ///
    /// ```
    /// use selq::{Object, Store};
    ///
    /// let mut store = Store::new();
    /// let pod = |env| Object::new("Pod", "shop", "web-0").with_labels([("env", env)]);
    /// let id = store.upsert(pod("prod"));
    /// assert_eq!(store.upsert(pod("qa")), id);
    /// let found = store.find(pod("").identity()).expect("it was put in");
    /// assert_eq!((store.len(), found.id(), found.label("env")), (1, id, Some("qa")));
    /// ```
    ///
    /// # Panics
    ///
    /// As [`insert`](Store::insert).
    pub fn upsert(&mut self, object: Object) -> ObjectId {
        let Some(id) = self.find(object.identity()).map(|known| known.id()) else {
            return self.insert(object);
        };
        let ObjectIdentity { api_version, kind, .. } = object.identity();
        self.replace(id, api_version, kind, object.labels());
        id
    }

    /// The object with this group, kind, namespace and name; if there are several, the one that was put in last. The
    /// version may be another one. `None` for what has no name.
    ///
    /// One look-up. The first call on a store takes one step per object besides, and from then on the store keeps 5 to 10
    /// bytes an object for it, and a look-up more for each change.
    #[must_use]
    pub fn find(&self, identity: ObjectIdentity<'_>) -> Option<ObjectRef<'_>> {
        let identities = self.identities.get_or_init(|| Identities::new(&self.table));
        identities.get(&self.table, identity).map(|id| ObjectRef::new(self, id))
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
        // Before the row changes, which says from whose postings the object has to go. What it is
        // called stays, so that nothing else has to learn of it.
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
        // Mostly only labels change, and another kind costs leaving and entering everything.
        if (object.api_version(), object.kind()) != (api_version, kind) {
            self.set_kind(id, api_version, kind);
        }
        self.relabel(id, labels)
    }

    fn set_kind(&mut self, id: ObjectId, api_version: &str, kind: &str) {
        self.forget(id);
        self.table.set_kind(id, api_version, kind);
        self.learn(id);
    }

    /// Puts an object that is in the table into what finds objects.
    fn learn(&mut self, id: ObjectId) {
        self.index.insert(&self.table, id);
        if let Some(identities) = self.identities.get_mut() {
            identities.insert(&self.table, id);
        }
    }

    /// Takes an object out of what finds objects, before it changes in the table.
    fn forget(&mut self, id: ObjectId) {
        self.index.remove(&self.table, id);
        if let Some(identities) = self.identities.get_mut() {
            identities.remove(&self.table, id);
        }
    }

    /// Takes an object away; its number is not used again. False when it is not there.
    ///
    /// Costs time in proportion to the object's labels.
    pub fn remove(&mut self, id: ObjectId) -> bool {
        if !self.table.live().contains(id.0) {
            return false;
        }
        self.forget(id);
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
    #[must_use]
    pub fn objects(&self) -> StoreObjects<'_> {
        StoreObjects::new(self)
    }

    /// Builds the store afresh from the objects that are there, which are numbered from 0 again.
    pub(crate) fn rebuild(&mut self) {
        let mut builder = Store::builder();
        for object in self.objects() {
            builder.push(object.identity(), object.labels());
        }
        // What finds objects by identity goes too, as it knows them by their old numbers.
        *self = builder.finish();
    }

    /// How many numbers of objects and labels are surely of no use any more.
    pub(crate) fn n_useless(&self) -> usize {
        // At least so many, as each label that is worn counts once or more. To know which ones are
        // not worn would take a walk over all.
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
