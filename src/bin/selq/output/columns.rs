//! The columns of objects: what a table, CSV and TSV say of each.

use selq::query::SubjectReader;
use selq::{Dump, ObjectRef};

use super::subject::{ColumnSubject, cell_text};
use super::{OutputFormat, Rows, ShowLabels, View, names};
use crate::terminal::table::{Cell, Grid, key_heading};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ObjectColumn {
    /// What an object without a name goes by.
    Object,
    Namespace,
    Name,
    /// The name, or without one what the object goes by.
    NameOrObject,
    Kind,
    ApiVersion,
    Cluster,
    Source,
    Index,
    Label(String),
    /// A field or function, with its number among those that were read.
    Read {
        nth: usize,
        name: String,
        heading: String,
    },
    Labels,
}

impl ObjectColumn {
    /// The columns of a view, in the order of `kubectl get`.
    fn of(dump: &Dump, view: &View) -> Vec<ObjectColumn> {
        let wide = view.format == OutputFormat::Wide;
        // A program would take `object/3` for a name that the object has.
        let name = if view.format.is_table() { ObjectColumn::NameOrObject } else { ObjectColumn::Name };
        let mut columns = vec![ObjectColumn::Namespace, name, ObjectColumn::Kind];
        if wide {
            columns.push(ObjectColumn::ApiVersion);
        }
        if !dump.clusters().is_empty() {
            columns.push(ObjectColumn::Cluster);
        }
        if wide || dump.sources().len() > 1 {
            columns.push(ObjectColumn::Source);
        }
        if wide {
            columns.push(ObjectColumn::Index);
        }
        let mut n_read = 0;
        columns.extend(view.columns.iter().map(|column| match column {
            ColumnSubject::Label(key) => ObjectColumn::Label(key.clone()),
            ColumnSubject::Read(subject) => {
                n_read += 1;
                let (name, heading) = (subject.to_string(), column.heading());
                ObjectColumn::Read { nth: n_read - 1, name, heading }
            }
        }));
        if view.show_labels == ShowLabels::Always {
            columns.push(ObjectColumn::Labels);
        }
        columns
    }

    /// The name of the column: `namespace`, or a whole label key.
    fn name(&self) -> &str {
        match self {
            ObjectColumn::Object => "object",
            ObjectColumn::Namespace => "namespace",
            ObjectColumn::Name | ObjectColumn::NameOrObject => "name",
            ObjectColumn::Kind => "kind",
            ObjectColumn::ApiVersion => "api-version",
            ObjectColumn::Cluster => "cluster",
            ObjectColumn::Source => "source",
            ObjectColumn::Index => "index",
            ObjectColumn::Label(key) => key,
            ObjectColumn::Read { name, .. } => name,
            ObjectColumn::Labels => "labels",
        }
    }

    /// What stands above the column in a table.
    fn heading(&self) -> String {
        match self {
            ObjectColumn::Read { heading, .. } => heading.clone(),
            other => key_heading(other.name()),
        }
    }

    /// The cell of an object of which `read` was read.
    fn cell<'c>(
        &self,
        dump: &'c Dump,
        object: &ObjectRef<'c>,
        read: &'c [Option<String>],
        scratch: &'c mut String,
    ) -> Cell<'c> {
        let text = match self {
            ObjectColumn::Object => called(dump, object, scratch),
            ObjectColumn::NameOrObject if object.name().is_empty() => called(dump, object, scratch),
            ObjectColumn::Namespace => object.namespace(),
            ObjectColumn::Name | ObjectColumn::NameOrObject => object.name(),
            ObjectColumn::Kind => object.kind(),
            ObjectColumn::ApiVersion => object.api_version(),
            ObjectColumn::Cluster => dump.cluster(object.id()).unwrap_or_default(),
            ObjectColumn::Source => dump.source(object.id()),
            ObjectColumn::Index => return Cell::Number(dump.index(object.id())),
            // An empty value is a value.
            ObjectColumn::Label(key) => return object.label(key).map_or(Cell::Null, Cell::Text),
            ObjectColumn::Read { nth, .. } => {
                return read.get(*nth).and_then(Option::as_deref).map_or(Cell::Null, Cell::Text);
            }
            ObjectColumn::Labels => {
                push_labels(object, scratch);
                scratch
            }
        };
        // Names, kinds and namespaces of Kubernetes are never empty: an empty one is not there.
        if text.is_empty() { Cell::Null } else { Cell::Text(text) }
    }
}

/// What an object goes by, put together in `scratch`.
fn called<'c>(dump: &Dump, object: &ObjectRef<'_>, scratch: &'c mut String) -> &'c str {
    names::push_name(object.identity(), || dump.index(object.id()), scratch);
    scratch
}

/// Appends `a=1,b=2`, sorted as kubectl does: by whole labels, so that `a-b=1` comes before `a=1`.
pub(super) fn push_labels(object: &ObjectRef<'_>, cell: &mut String) {
    let mut labels: Vec<(&str, &str)> = object.labels().collect();
    let bytes = |&(key, value): &(&'_ str, &'_ str)| {
        key.bytes().chain([b'=']).chain(value.bytes()).collect::<Vec<u8>>()
    };
    labels.sort_by_cached_key(bytes);
    for (nth, (key, value)) in labels.iter().enumerate() {
        if nth > 0 {
            cell.push(',');
        }
        cell.push_str(key);
        cell.push('=');
        cell.push_str(value);
    }
}

/// The objects of an answer in the columns of its view.
pub(super) struct ObjectRows<'a, 's> {
    dump: &'a Dump,
    rows: &'a Rows<'s>,
    columns: Vec<ObjectColumn>,
    /// What the rows have under the columns that are read of the objects, row by row.
    read: Vec<Vec<Option<String>>>,
}

impl<'a, 's> ObjectRows<'a, 's> {
    pub(super) fn new(dump: &'a Dump, rows: &'a Rows<'s>, view: &View) -> ObjectRows<'a, 's> {
        let mut columns = ObjectColumn::of(dump, view);
        // The first object that has a name ends the search, which in dumps of Kubernetes is the
        // first one.
        if view.format.is_table() && rows.iter().all(|object| is_anonymous(&object)) {
            tell_apart(&mut columns, rows, view);
        }
        ObjectRows { dump, rows, columns, read: read_columns(dump, rows, view) }
    }

    /// Which of the columns that are read no row has, in words.
    pub(super) fn absent_columns(&self) -> Vec<String> {
        let names = self.columns.iter().filter_map(|column| match column {
            ObjectColumn::Read { nth, name, .. } => Some((*nth, name)),
            _ => None,
        });
        let is_absent = |nth: usize| !self.read.is_empty() && self.read.iter().all(|row| row[nth].is_none());
        names
            .filter(|(nth, _)| is_absent(*nth))
            .map(|(_, name)| format!("none of these objects has {name}"))
            .collect()
    }

    /// Whether the last column is that of all labels.
    pub(super) fn end_in_labels(&self) -> bool {
        self.columns.last() == Some(&ObjectColumn::Labels)
    }
}

/// What is read of the objects for columns. Nothing where there are none.
pub(super) fn read_columns(dump: &Dump, rows: &Rows<'_>, view: &View) -> Vec<Vec<Option<String>>> {
    let subjects: Vec<_> = view.columns.iter().filter_map(ColumnSubject::read).cloned().collect();
    if subjects.is_empty() {
        return Vec::new();
    }
    let reader = SubjectReader::new(subjects, view.context);
    reader.read_all(dump, &rows.ids(), |_, values| values.iter().map(|values| cell_text(values)).collect())
}

/// Where no object has a namespace, name or kind, as those of dumps that are not Kubernetes', one column tells them apart
/// instead of three that say nothing; what they are is said by their labels.
fn tell_apart(columns: &mut Vec<ObjectColumn>, rows: &Rows<'_>, view: &View) {
    let says_nothing = |it: &ObjectColumn| {
        matches!(it, ObjectColumn::Namespace | ObjectColumn::NameOrObject | ObjectColumn::Kind)
    };
    columns.retain(|column| !says_nothing(column));
    columns.insert(0, ObjectColumn::Object);
    let has_labels = || rows.iter().any(|object| object.labels().next().is_some());
    // Who has named columns sees those that were asked for.
    if view.show_labels == ShowLabels::OfAnonymous && view.columns.is_empty() && has_labels() {
        columns.push(ObjectColumn::Labels);
    }
}

fn is_anonymous(object: &ObjectRef<'_>) -> bool {
    [object.namespace(), object.name(), object.kind()].into_iter().all(str::is_empty)
}

impl<'s> Grid for ObjectRows<'_, 's> {
    /// An object, and which of the rows it is.
    type Row = (usize, ObjectRef<'s>);

    fn header(&self) -> Vec<&str> {
        self.columns.iter().map(ObjectColumn::name).collect()
    }

    fn heading(&self, column: usize) -> String {
        self.columns[column].heading()
    }

    fn rows(&self) -> impl Iterator<Item = (usize, ObjectRef<'s>)> {
        self.rows.iter().enumerate()
    }

    fn cell<'c>(&'c self, row: &'c Self::Row, column: usize, scratch: &'c mut String) -> Cell<'c> {
        let (nth, object) = row;
        let read = self.read.get(*nth).map_or(&[][..], Vec::as_slice);
        self.columns[column].cell(self.dump, object, read, scratch)
    }
}
