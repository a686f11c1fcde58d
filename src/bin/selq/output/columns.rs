//! The columns of objects: what a table, CSV and TSV say of each.

use selq::{Dump, ObjectRef};

use super::{OutputFormat, Rows, ShowLabels, View, names};
use crate::terminal::table::{Cell, Grid};

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
    Source,
    Index,
    Label(String),
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
        if wide || dump.sources().len() > 1 {
            columns.push(ObjectColumn::Source);
        }
        if wide {
            columns.push(ObjectColumn::Index);
        }
        columns.extend(view.label_columns.iter().cloned().map(ObjectColumn::Label));
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
            ObjectColumn::Source => "source",
            ObjectColumn::Index => "index",
            ObjectColumn::Label(key) => key,
            ObjectColumn::Labels => "labels",
        }
    }

    fn cell<'c>(&self, dump: &'c Dump, object: &ObjectRef<'c>, scratch: &'c mut String) -> Cell<'c> {
        let text = match self {
            ObjectColumn::Object => called(dump, object, scratch),
            ObjectColumn::NameOrObject if object.name().is_empty() => called(dump, object, scratch),
            ObjectColumn::Namespace => object.namespace(),
            ObjectColumn::Name | ObjectColumn::NameOrObject => object.name(),
            ObjectColumn::Kind => object.kind(),
            ObjectColumn::ApiVersion => object.api_version(),
            ObjectColumn::Source => dump.source(object.id()),
            ObjectColumn::Index => return Cell::Number(dump.index(object.id())),
            // An empty value is a value.
            ObjectColumn::Label(key) => return object.label(key).map_or(Cell::Null, Cell::Text),
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

/// Appends `a=1,b=2`, sorted by key as kubectl does.
fn push_labels(object: &ObjectRef<'_>, cell: &mut String) {
    let mut labels: Vec<(&str, &str)> = object.labels().collect();
    labels.sort_unstable();
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
}

impl<'a, 's> ObjectRows<'a, 's> {
    pub(super) fn new(dump: &'a Dump, rows: &'a Rows<'s>, view: &View) -> ObjectRows<'a, 's> {
        let mut columns = ObjectColumn::of(dump, view);
        // The first object that has a name ends the search, which in dumps of Kubernetes is the
        // first one.
        if view.format.is_table() && rows.iter().all(|object| is_anonymous(&object)) {
            tell_apart(&mut columns, rows, view);
        }
        ObjectRows { dump, rows, columns }
    }

    /// Whether the last column is that of all labels.
    pub(super) fn end_in_labels(&self) -> bool {
        self.columns.last() == Some(&ObjectColumn::Labels)
    }
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
    if view.show_labels == ShowLabels::OfAnonymous && view.label_columns.is_empty() && has_labels() {
        columns.push(ObjectColumn::Labels);
    }
}

fn is_anonymous(object: &ObjectRef<'_>) -> bool {
    [object.namespace(), object.name(), object.kind()].into_iter().all(str::is_empty)
}

impl<'s> Grid for ObjectRows<'_, 's> {
    type Row = ObjectRef<'s>;

    fn header(&self) -> Vec<&str> {
        self.columns.iter().map(ObjectColumn::name).collect()
    }

    fn rows(&self) -> impl Iterator<Item = ObjectRef<'s>> {
        self.rows.iter()
    }

    fn cell<'c>(&'c self, object: &'c ObjectRef<'s>, column: usize, scratch: &'c mut String) -> Cell<'c> {
        self.columns[column].cell(self.dump, object, scratch)
    }
}
