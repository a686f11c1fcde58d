//! The tables of `kubectl get`: one a kind, laid out as kubectl lays several out.

use std::collections::HashMap;
use std::io::Write;

use anyhow::Result;
use selq::kubernetes::columns::{self, KubectlColumn, KubectlTable};
use selq::kubernetes::kinds;
use selq::{Dump, ObjectRef};

use super::columns::{push_labels, read_columns};
use super::subject::ColumnSubject;
use super::{OutputFormat, Rows, ShowLabels, View, names};
use crate::terminal::printer::Printer;
use crate::terminal::table::{self, Cell, Grid, Layout, key_heading};

/// What kubectl takes for a good many kinds.
const ALL: &str = "all";
/// The narrowest that kubectl makes a column, without the gap behind it.
const MIN_WIDTH: usize = 3;
/// The widest cell that widens its column. kubectl knows no bound, and has images and selectors of some hundred characters.
const MAX_SHARED_WIDTH: usize = 4096;

/// How kubectl lays out a table.
pub(super) fn layout(view: &View) -> Layout {
    Layout {
        headers: view.headers,
        min_width: MIN_WIDTH,
        max_shared_width: MAX_SHARED_WIDTH,
        ..Layout::default()
    }
}

/// Writes the tables of all kinds, in the order in which these come first.
pub(super) fn write(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut Printer<impl Write>) -> Result<()> {
    let read = read_columns(dump, rows, view);
    let tables = by_kind(rows);
    let has_many = tables.len() > 1 || rows.iter().next().is_some_and(|object| asks_for_others(view, object));
    let layout = layout(view);
    for (nth, objects) in tables.into_iter().enumerate() {
        // Where nothing stands above the columns, kubectl has nothing between the tables either.
        if nth > 0 && view.headers {
            out.raw().write_all(b"\n")?;
        }
        let table = KindRows::new(dump, objects, &read, view, has_many);
        table::write(&table, &layout, out.raw())?;
    }
    Ok(())
}

/// Whether other kinds were asked for than that of an object, which kubectl then names, though no object of them is there.
fn asks_for_others(view: &View, object: ObjectRef<'_>) -> bool {
    let is_other = |name: &String| !kinds::is_called(object.identity(), name);
    // One name alone is that of the kind, also a short one that only the cluster knows.
    let is_of_many = view.asked_kinds.len() > 1 || view.asked_kinds == [ALL];
    is_of_many && view.asked_kinds.iter().any(is_other)
}

/// An object of an answer, with its place there.
type PlacedObject<'s> = (usize, ObjectRef<'s>);

/// The objects of each kind and version, which kubectl asks for one after another.
fn by_kind<'s>(rows: &Rows<'s>) -> Vec<Vec<PlacedObject<'s>>> {
    let (mut kinds, mut places) = (Vec::new(), HashMap::new());
    for (nth, object) in rows.iter().enumerate() {
        let kind = (object.api_version().to_owned(), object.kind().to_owned());
        let place = *places.entry(kind).or_insert_with(|| {
            kinds.push(Vec::new());
            kinds.len() - 1
        });
        kinds[place].push((nth, object));
    }
    kinds
}

/// A column of a kind.
enum TableColumn<'v> {
    Namespace,
    /// One of kubectl's own, with its number.
    Own(usize, &'static KubectlColumn),
    /// What else was asked for; of what is read of the objects, with its number.
    Label(&'v str),
    Read(usize, String),
    Labels,
}

impl TableColumn<'_> {
    fn name(&self) -> &str {
        match self {
            TableColumn::Namespace => "Namespace",
            TableColumn::Own(_, column) => column.name(),
            TableColumn::Label(key) => key,
            TableColumn::Read(_, heading) => heading,
            TableColumn::Labels => "Labels",
        }
    }
}

/// The objects of one kind.
struct KindRows<'a, 's> {
    dump: &'a Dump,
    objects: Vec<PlacedObject<'s>>,
    columns: Vec<TableColumn<'a>>,
    /// kubectl's own cells, row by row.
    cells: Vec<Vec<String>>,
    /// All cells of the rows that have tabs in them, by their number.
    with_tabs: HashMap<usize, Vec<String>>,
    /// What was read of all objects of the answer besides.
    read: &'a [Vec<Option<String>>],
    /// Whether there are other kinds, so that names say which they are of.
    has_many: bool,
}

impl<'a, 's> KindRows<'a, 's> {
    fn new(
        dump: &'a Dump,
        objects: Vec<PlacedObject<'s>>,
        read: &'a [Vec<Option<String>>],
        view: &'a View,
        has_many: bool,
    ) -> KindRows<'a, 's> {
        let (api_version, kind) =
            objects.first().map_or(("", ""), |(_, object)| (object.api_version(), object.kind()));
        let table = columns::of(api_version, kind);
        let own = own_columns(table, view);
        let ids: Vec<_> = objects.iter().map(|(_, object)| object.id()).collect();
        let mut cells = table.rows(dump, &ids, &own, view.context.now());
        cells.iter_mut().flatten().for_each(make_harmless);
        // Of a kind that is not built in the objects tell whether it is in namespaces.
        let is_namespaced = columns::is_namespaced(api_version, kind)
            .unwrap_or_else(|| objects.iter().any(|(_, object)| !object.namespace().is_empty()));
        let namespace = (is_namespaced && !view.is_of_one_namespace).then_some(TableColumn::Namespace);
        let own = own.into_iter().enumerate().map(|(nth, column)| TableColumn::Own(nth, column));
        let columns = namespace.into_iter().chain(own).chain(more_columns(view)).collect();
        let rows = KindRows { dump, objects, columns, cells, with_tabs: HashMap::new(), read, has_many };
        rows.with_tabs_spread()
    }

    /// The same with the rows that have tabs in them as kubectl prints them, whose tables are made of tabs: each begins another
    /// cell, and what is left of the row behind the last column stands there.
    fn with_tabs_spread(mut self) -> Self {
        let has_tab = |(nth, _): &(usize, _)| self.cells[*nth].iter().any(|cell| cell.contains('\t'));
        let spread =
            self.rows().filter(has_tab).map(|row| (row.0, spread(&self.texts(&row), self.columns.len())));
        self.with_tabs = spread.collect();
        self
    }

    /// The cells of a row as they are shown.
    fn texts(&self, row: &<Self as Grid>::Row) -> Vec<String> {
        let text = |column| match self.cell(row, column, &mut String::new()) {
            Cell::Text(text) => text.to_owned(),
            Cell::Number(number) => number.to_string(),
            Cell::Null => table::ABSENT.to_owned(),
        };
        (0..self.columns.len()).map(text).collect()
    }

    /// The name, and before it the kind where there are several.
    fn name<'c>(&self, object: &ObjectRef<'_>, cell: &'c str, scratch: &'c mut String) -> &'c str {
        let is_named = !object.name().is_empty();
        if is_named && !self.has_many {
            return cell;
        }
        names::push_name(object.identity(), || self.dump.index(object.id()), scratch);
        // What kubectl has behind a name stays there, as in `gp2 (default)`.
        scratch.push_str(cell.strip_prefix(object.name()).filter(|_| is_named).unwrap_or_default());
        scratch
    }
}

/// Cells for so many columns out of some that have tabs in them.
fn spread(texts: &[String], n_columns: usize) -> Vec<String> {
    let mut cells: Vec<String> = texts.join("\t").split('\t').map(str::to_owned).collect();
    let mut behind = cells.split_off(n_columns.min(cells.len()) - 1);
    let last = behind.pop().unwrap_or_default();
    let gap = " ".repeat(Layout::default().gap);
    let before: String = behind.iter().map(|cell| format!("{cell:<MIN_WIDTH$}{gap}")).collect();
    cells.push(before + &last);
    cells
}

/// Cuts a cell at its first line break, and writes the character that begins what steers a terminal as kubectl does.
fn make_harmless(cell: &mut String) {
    if cell.contains('\u{1b}') {
        *cell = cell.replace('\u{1b}', "^[");
    }
    if let Some(end) = cell.find(['\n', '\r', '\u{c}']) {
        cell.truncate(end);
        cell.push_str("...");
    }
}

fn own_columns(table: &'static KubectlTable, view: &View) -> Vec<&'static KubectlColumn> {
    match view.format {
        OutputFormat::KubectlWide => table.columns().iter().collect(),
        _ => table.narrow().collect(),
    }
}

/// The columns behind kubectl's own.
fn more_columns(view: &View) -> impl Iterator<Item = TableColumn<'_>> {
    let mut n_read = 0;
    let asked = view.columns.iter().map(move |column| match column {
        ColumnSubject::Label(key) => TableColumn::Label(key),
        ColumnSubject::Read(_) => {
            n_read += 1;
            TableColumn::Read(n_read - 1, column.heading())
        }
    });
    asked.chain((view.show_labels == ShowLabels::Always).then_some(TableColumn::Labels))
}

impl<'s> Grid for KindRows<'_, 's> {
    /// The number of an object of the kind, and the object with its place.
    type Row = (usize, PlacedObject<'s>);

    fn header(&self) -> Vec<&str> {
        self.columns.iter().map(TableColumn::name).collect()
    }

    fn heading(&self, column: usize) -> String {
        match &self.columns[column] {
            TableColumn::Label(key) => key_heading(key),
            column => column.name().to_owned(),
        }
    }

    fn rows(&self) -> impl Iterator<Item = Self::Row> {
        self.objects.iter().copied().enumerate()
    }

    fn cell<'c>(&'c self, row: &'c Self::Row, column: usize, scratch: &'c mut String) -> Cell<'c> {
        let (nth, (place, object)) = row;
        if let Some(cells) = self.with_tabs.get(nth) {
            return Cell::Text(&cells[column]);
        }
        let text = match &self.columns[column] {
            TableColumn::Namespace => object.namespace(),
            TableColumn::Own(0, _) => self.name(object, &self.cells[*nth][0], scratch),
            TableColumn::Own(own, _) => &self.cells[*nth][*own],
            // kubectl tells none from the empty value by nothing.
            TableColumn::Label(key) => object.label(key).unwrap_or_default(),
            TableColumn::Read(read, _) => {
                let cells = self.read.get(*place).map_or(&[][..], Vec::as_slice);
                return cells.get(*read).and_then(Option::as_deref).map_or(Cell::Null, Cell::Text);
            }
            TableColumn::Labels => {
                push_labels(object, scratch);
                if scratch.is_empty() {
                    return Cell::Null;
                }
                scratch
            }
        };
        Cell::Text(text)
    }
}
