//! The table of `kubectl get`, with what tells the objects of other dumps apart.

use std::io::{self, Write};

use selq::{Dump, ObjectRef};

use super::grid::{self, Layout, Table};
use super::{Column, Rows, ShowLabels, View};
use crate::terminal::sanitize::push_escaped;

/// Writes the table.
pub(super) fn write(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    let columns = columns(dump, rows, view);
    let layout = Layout {
        headers: columns.iter().map(header).collect(),
        shows_headers: view.headers,
        max_width: view.max_width,
        last_is_labels: columns.last() == Some(&Column::Labels),
    };
    grid::write(&Objects { dump, rows, columns }, &layout, out)
}

/// The columns of the view. Where no object has a namespace, name or kind, as those of dumps that are not Kubernetes',
/// one column tells them apart instead of three that say nothing; what they are is said by their labels.
fn columns(dump: &Dump, rows: &Rows<'_>, view: &View) -> Vec<Column> {
    let mut columns = Column::of(dump, view);
    if rows.iter().all(|object| is_anonymous(&object)) {
        let says_nothing = |it: &Column| matches!(it, Column::Namespace | Column::Name | Column::Kind);
        columns.retain(|column| !says_nothing(column));
        columns.insert(0, Column::Object);
        let has_labels = || rows.iter().any(|object| object.labels().next().is_some());
        if view.show_labels == ShowLabels::OfAnonymous && view.label_columns.is_empty() && has_labels() {
            columns.push(Column::Labels);
        }
    }
    columns
}

fn is_anonymous(object: &ObjectRef<'_>) -> bool {
    [object.namespace(), object.name(), object.kind()].into_iter().all(str::is_empty)
}

/// Upper case, and of a label key only the name, as in kubectl.
fn header(column: &Column) -> String {
    let name = column.name();
    let mut header = String::new();
    push_escaped(&mut header, &name.rsplit('/').next().unwrap_or(name).to_uppercase());
    header
}

/// The objects of an answer.
struct Objects<'a, 's> {
    dump: &'a Dump,
    rows: &'a Rows<'s>,
    columns: Vec<Column>,
}

impl<'s> Table for Objects<'_, 's> {
    type Row = ObjectRef<'s>;

    fn rows(&self) -> impl Iterator<Item = ObjectRef<'s>> {
        self.rows.iter()
    }

    fn cell<'c>(
        &'c self,
        object: &'c ObjectRef<'s>,
        column: usize,
        scratch: &'c mut String,
    ) -> Option<&'c str> {
        match &self.columns[column] {
            // Without a name, an object goes by its index.
            Column::Name if object.name().is_empty() => Column::Object.cell(self.dump, object, scratch),
            column => column.cell(self.dump, object, scratch),
        }
    }
}
