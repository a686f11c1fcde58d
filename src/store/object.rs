//! Objects as they go into a store and as they are seen in it.

use std::fmt;
use std::sync::Arc;

use super::ids::{ObjectId, ObjectIdentity};
use super::rows::LabelIds;
use super::{ObjectTable, Store};
use crate::Label;
use crate::label::owned;

/// An object to put into a [`Store`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    // A list, as the store sorts out repeated keys, and nothing here looks one up.
    pub(super) labels: Vec<(String, String)>,
    /// What a store has no use for, and whoever asks more of the object than its labels.
    json: Option<Arc<str>>,
}

impl Object {
    /// An object without labels. Empty texts stand for what it does not have.
    pub fn new(kind: impl Into<String>, namespace: impl Into<String>, name: impl Into<String>) -> Object {
        Object { kind: kind.into(), namespace: namespace.into(), name: name.into(), ..Object::default() }
    }

    /// The same object with this `apiVersion`, such as `apps/v1`.
    #[must_use]
    pub fn with_api_version(mut self, api_version: impl Into<String>) -> Object {
        self.api_version = api_version.into();
        self
    }

    /// The same object with these labels more. The last of two equal keys wins, as in JSON.
    ///
    /// Keys and values are not checked: a store holds what real dumps hold, also what no API server
    /// would take.
    #[must_use]
    pub fn with_labels<L>(mut self, labels: L) -> Object
    where
        L: IntoIterator,
        L::Item: Label,
    {
        self.labels.extend(owned(labels));
        self
    }

    /// The same object with the JSON that it was read from. A store does not keep it.
    #[must_use]
    pub fn with_json(self, json: impl Into<Arc<str>>) -> Object {
        Object { json: Some(json.into()), ..self }
    }

    /// The JSON that it was read from, if that is known.
    #[must_use]
    pub fn json(&self) -> Option<&str> {
        self.json.as_deref()
    }

    /// Says what an object is whose list names its kind. Its own `apiVersion` stays if it has one.
    pub(crate) fn infer_kind(&mut self, api_version: &str, kind: &str) {
        if self.api_version.is_empty() {
            self.api_version = api_version.to_owned();
        }
        self.kind = kind.to_owned();
    }

    /// The labels as key and value, in the order they were given, repeated keys too.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// What it is, apart from its labels.
    #[must_use]
    pub fn identity(&self) -> ObjectIdentity<'_> {
        ObjectIdentity {
            api_version: &self.api_version,
            kind: &self.kind,
            namespace: &self.namespace,
            name: &self.name,
        }
    }
}

/// An object seen in its store.
#[derive(Clone, Copy)]
pub struct ObjectRef<'s> {
    store: &'s Store,
    id: ObjectId,
}

impl<'s> ObjectRef<'s> {
    pub(crate) fn new(store: &'s Store, id: ObjectId) -> ObjectRef<'s> {
        ObjectRef { store, id }
    }

    /// Its number in the store.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// What it is, apart from its labels.
    #[must_use]
    pub fn identity(&self) -> ObjectIdentity<'s> {
        self.store.table.identity(self.id)
    }

    /// `apps/v1`, `v1`, …; empty when the object had none.
    #[must_use]
    pub fn api_version(&self) -> &'s str {
        self.store.table.kind(self.store.table.kind_of(self.id)).0
    }

    /// `Pod`, `Deployment`, …; empty when the object had none.
    #[must_use]
    pub fn kind(&self) -> &'s str {
        self.store.table.kind(self.store.table.kind_of(self.id)).1
    }

    /// The namespace; empty when the object had none.
    #[must_use]
    pub fn namespace(&self) -> &'s str {
        self.store.table.namespace(self.store.table.namespace_of(self.id))
    }

    /// The name; empty when the object had none.
    #[must_use]
    pub fn name(&self) -> &'s str {
        self.store.table.name(self.id)
    }

    /// Its labels as key and value, in the order they were read.
    #[must_use]
    pub fn labels(&self) -> ObjectLabels<'s> {
        ObjectLabels::new(&self.store.table, self.id)
    }

    /// The value of the label `key`, if the object has one. Looks through the object's labels.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'s str> {
        let table = &self.store.table;
        // One look-up turns the key into a number, and the labels are compared by number.
        let key = table.key_id(key)?;
        // The first is the only one: keys of a row are distinct.
        let label = table.labels_of(self.id).find(|&label| table.key_of(label) == key)?;
        Some(table.value(label))
    }
}

impl fmt::Debug for ObjectRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectRef")
            .field("id", &self.id)
            .field("identity", &self.identity())
            .field("labels", &self.labels().collect::<Vec<_>>())
            .finish()
    }
}

/// The labels of an [`ObjectRef`] as key and value, in the order they were read.
#[derive(Clone)]
pub struct ObjectLabels<'s> {
    table: &'s ObjectTable,
    labels: LabelIds<'s>,
}

impl<'s> ObjectLabels<'s> {
    pub(super) fn new(table: &'s ObjectTable, id: ObjectId) -> ObjectLabels<'s> {
        ObjectLabels { table, labels: table.labels_of(id) }
    }
}

impl<'s> Iterator for ObjectLabels<'s> {
    type Item = (&'s str, &'s str);

    #[inline]
    fn next(&mut self) -> Option<(&'s str, &'s str)> {
        self.labels.next().map(|label| self.table.label(label))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.labels.size_hint()
    }
}

impl ExactSizeIterator for ObjectLabels<'_> {}

impl fmt::Debug for ObjectLabels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
