//! How an answer is written: the one path from a plan to rows, whoever asks.

pub(crate) mod replace;

pub(crate) mod csv;
pub(crate) mod grid;
pub(crate) mod json;
pub(crate) mod names;
pub(crate) mod sort;
mod table;

use std::io::Write;

use anyhow::Result;
use clap::ValueEnum;
use selq::{Dump, Matches, ObjectId, ObjectRef, Plan, Store};

use crate::terminal::message;
use sort::{SortKey, Sorted};

/// The formats of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Columns for people
    Table,
    /// The table with API version, source and index; what a watch event changed keeps its index
    Wide,
    /// kind.group/name, one a line
    Name,
    /// The objects as a List, as they were
    Json,
    /// One object a line
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
}

/// How an answer is shown.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) format: OutputFormat,
    /// Label keys that have a column of their own.
    pub(crate) label_columns: Vec<String>,
    /// All labels in a last column.
    pub(crate) show_labels: ShowLabels,
    pub(crate) headers: bool,
    /// What ends a name.
    pub(crate) name_end: NameEnd,
    pub(crate) sort_by: Option<SortKey>,
    pub(crate) limit: Option<usize>,
    /// How wide a table may be before its cells are cut, where people read it on a screen.
    pub(crate) max_width: Option<usize>,
    /// Whether a terminal would act on control characters.
    pub(crate) on_terminal: bool,
}

impl View {
    /// Whether the rows show the labels with this key, or are sorted by labels, which are then told about if there are
    /// none.
    pub(crate) fn needs_label(&self, key: &str) -> bool {
        self.show_labels != ShowLabels::Never
            || self.label_columns.iter().any(|column| column == key)
            || matches!(self.sort_by, Some(SortKey::Label(_)))
    }
}

/// Of which objects a table shows all labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShowLabels {
    Never,
    /// Of those that have nothing else to be known by: no namespace, name or kind.
    OfAnonymous,
    Always,
}

/// What ends each line of `-o name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameEnd {
    Newline,
    Nul,
}

/// Runs the plan and writes what it finds. Gives the number of rows written.
pub(crate) fn answer(dump: &Dump, plan: &Plan<'_>, view: &View, out: &mut impl Write) -> Result<u64> {
    write_rows(dump, &Rows::of(dump, plan, view), view, out)
}

/// Writes rows in the view's format. Gives their number.
pub(crate) fn write_rows(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> Result<u64> {
    match view.format {
        OutputFormat::Table | OutputFormat::Wide => table::write(dump, rows, view, out)?,
        OutputFormat::Name => names::write(dump, rows, view, out)?,
        OutputFormat::Json => json::write_list(dump, rows, view, out)?,
        OutputFormat::Jsonl => json::write_lines(dump, rows, view, out)?,
        OutputFormat::Csv => csv::write_csv(dump, rows, view, out)?,
        OutputFormat::Tsv => csv::write_tsv(dump, rows, view, out)?,
    }
    Ok(rows.len())
}

/// The objects to write, in the order to write them. Walked twice by the table, which needs widths first.
pub(crate) enum Rows<'s> {
    InInputOrder(Matches<'s>),
    Listed(Vec<ObjectRef<'s>>),
}

impl<'s> Rows<'s> {
    /// The rows that a view shows. Says so where none has what they are to be sorted by, which nobody would see who does
    /// not expect it.
    pub(crate) fn of(dump: &Dump, plan: &Plan<'s>, view: &View) -> Rows<'s> {
        Rows::of_while(dump, plan, view, || true)
    }

    /// The same, or some of them, once `go_on` has said no: what they are sorted by may take long to read.
    pub(crate) fn of_while(dump: &Dump, plan: &Plan<'s>, view: &View, go_on: impl Fn() -> bool) -> Rows<'s> {
        match (&view.sort_by, view.limit) {
            (None, None) => Rows::InInputOrder(plan.run()),
            (None, Some(limit)) => Rows::InInputOrder(plan.take(limit)),
            (Some(key), limit) => {
                let Sorted { mut rows, is_by_key } =
                    sort::sorted(dump, plan.run().iter().take_while(|_| go_on()), key);
                if !is_by_key && go_on() {
                    message::print(&sort::absence(key, dump.store()));
                }
                rows.truncate(limit.unwrap_or(usize::MAX));
                Rows::Listed(rows)
            }
        }
    }

    /// The objects of an answer that was given before, in its order.
    pub(crate) fn listed(store: &'s Store, ids: &[ObjectId]) -> Rows<'s> {
        Rows::Listed(ids.iter().filter_map(|&id| store.get(id)).collect())
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Rows::InInputOrder(matches) => matches.len() as u64,
            Rows::Listed(rows) => rows.len() as u64,
        }
    }

    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = ObjectRef<'s>> + '_> {
        match self {
            Rows::InInputOrder(matches) => Box::new(matches.iter()),
            Rows::Listed(rows) => Box::new(rows.iter().copied()),
        }
    }

    pub(crate) fn ids(&self) -> Vec<ObjectId> {
        match self {
            Rows::InInputOrder(matches) => matches.ids().collect(),
            Rows::Listed(rows) => rows.iter().map(ObjectRef::id).collect(),
        }
    }
}

/// A column of a table or of CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    /// What an object without a name goes by.
    Object,
    Namespace,
    Name,
    Kind,
    ApiVersion,
    Source,
    Index,
    Label(String),
    Labels,
}

impl Column {
    /// The columns of a view, in the order of `kubectl get`.
    pub(crate) fn of(dump: &Dump, view: &View) -> Vec<Column> {
        let wide = view.format == OutputFormat::Wide;
        let mut columns = vec![Column::Namespace, Column::Name, Column::Kind];
        if wide {
            columns.push(Column::ApiVersion);
        }
        if wide || dump.sources().len() > 1 {
            columns.push(Column::Source);
        }
        if wide {
            columns.push(Column::Index);
        }
        columns.extend(view.label_columns.iter().cloned().map(Column::Label));
        if view.show_labels == ShowLabels::Always {
            columns.push(Column::Labels);
        }
        columns
    }

    /// The name of the column: `namespace`, or a whole label key.
    pub(crate) fn name(&self) -> &str {
        match self {
            Column::Object => "object",
            Column::Namespace => "namespace",
            Column::Name => "name",
            Column::Kind => "kind",
            Column::ApiVersion => "api-version",
            Column::Source => "source",
            Column::Index => "index",
            Column::Label(key) => key,
            Column::Labels => "labels",
        }
    }

    /// What the column says of an object, perhaps put together in `scratch`, which is empty. `None` when the object has
    /// nothing there.
    pub(crate) fn cell<'c>(
        &self,
        dump: &'c Dump,
        object: &ObjectRef<'c>,
        scratch: &'c mut String,
    ) -> Option<&'c str> {
        let text = match self {
            Column::Object => {
                names::push_name(object.identity(), || dump.index(object.id()), scratch);
                scratch
            }
            Column::Namespace => object.namespace(),
            Column::Name => object.name(),
            Column::Kind => object.kind(),
            Column::ApiVersion => object.api_version(),
            Column::Source => dump.source(object.id()),
            Column::Index => {
                scratch.push_str(&dump.index(object.id()).to_string());
                scratch
            }
            // An empty value is a value.
            Column::Label(key) => return object.label(key),
            Column::Labels => {
                push_labels(object, scratch);
                scratch
            }
        };
        (!text.is_empty()).then_some(text)
    }
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
