//! `selq ls`: what there is in dumps, folders and archives.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::io::Write;

use anyhow::Result;
use selq::kubernetes::{ObjectJson, Reads, status};
use selq::{Dump, ObjectRef};

use crate::args::LsArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::grid::{self, GridFormat};
use crate::terminal::printer::Printer;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::{Cell, Grid, Layout};

pub(crate) fn run(args: &LsArgs, config: &Config) -> Result<ExitStatus> {
    let loaded = input::load(&args.input, config)?;
    let (places, states) = (places(&loaded.dump), states(&loaded.dump));
    let layout = Layout { headers: !args.no_headers, max_width: config.stdout_columns, ..Layout::default() };
    print_to_stdout(config, |out| Ok(write(&[places, states], args.output, &layout, out)?))?;
    Ok(loaded.status(config, ExitStatus::of_match(!loaded.dump.store().is_empty())))
}

/// Writes lists one after another where the format can have several: a file of columns has one header.
fn write(
    lists: &[Counts<'_>; 2],
    format: GridFormat,
    layout: &Layout,
    out: &mut Printer<impl Write>,
) -> std::io::Result<()> {
    let [places, states] = lists;
    grid::write(places, format, layout, out)?;
    if format == GridFormat::Table && !states.rows.is_empty() {
        out.raw().write_all(b"\n")?;
    }
    match format {
        GridFormat::Table | GridFormat::Jsonl => grid::write(states, format, layout, out),
        GridFormat::Csv | GridFormat::Tsv => Ok(()),
    }
}

/// How many objects have the same in some columns.
struct Counts<'d> {
    header: Vec<&'static str>,
    rows: Vec<([Option<Cow<'d, str>>; MAX_COLUMNS], u64)>,
}

/// The most columns besides the count.
const MAX_COLUMNS: usize = 4;

/// The objects of each source by kind and namespace, in the order of the sources.
fn places(dump: &Dump) -> Counts<'_> {
    let key = |object: ObjectRef<'_>| {
        let source = dump.place(object.id()).map(|(source, _)| source);
        (source, dump.cluster(object.id()), object.kind().to_owned(), object.namespace().to_owned())
    };
    let sources: Vec<&str> = dump.sources().collect();
    let mut counts: Vec<_> = count(dump.store().objects().map(key)).into_iter().collect();
    counts.sort();
    let mut header = vec!["cluster", "source", "kind", "namespace", "objects"];
    let n_left_out = usize::from(dump.clusters().is_empty());
    header.drain(..n_left_out);
    let row = |((source, cluster, kind, namespace), n): ((Option<usize>, Option<_>, String, String), u64)| {
        let source = source.and_then(|source| sources.get(source)).map(|&name| Cow::Borrowed(name));
        let mut texts = [cluster.map(Cow::Borrowed), source, some(kind), some(namespace)];
        texts.rotate_left(n_left_out);
        (texts, n)
    };
    Counts { header, rows: counts.into_iter().map(row).collect() }
}

/// The objects by kind and status, of each kind the most frequent status first.
fn states(dump: &Dump) -> Counts<'_> {
    let reads = Reads::of([status::READS]);
    let key = |object: ObjectRef<'_>| {
        let json = dump.json(object.id());
        // The kind may be one that only the list says.
        let read = ObjectJson::reading(&json, &reads).with_kind(object.api_version(), object.kind());
        let status = status::of(&read).map(|status| status.into_owned());
        (object.kind().to_owned(), status)
    };
    let mut counts: Vec<_> = count(dump.store().objects().map(key)).into_iter().collect();
    counts.sort_by(|((kind, status), n), ((other_kind, other_status), m)| {
        kind.cmp(other_kind).then(m.cmp(n)).then_with(|| status.cmp(other_status))
    });
    let row = |((kind, status), n): ((String, Option<String>), u64)| {
        ([some(kind), status.map(Cow::Owned), None, None], n)
    };
    Counts { header: vec!["kind", "status", "objects"], rows: counts.into_iter().map(row).collect() }
}

fn count<K: Eq + Hash>(keys: impl Iterator<Item = K>) -> HashMap<K, u64> {
    let mut counts = HashMap::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

/// A text that is there.
fn some<'d>(text: String) -> Option<Cow<'d, str>> {
    (!text.is_empty()).then_some(Cow::Owned(text))
}

impl Grid for Counts<'_> {
    /// The number of a row.
    type Row = usize;

    fn header(&self) -> Vec<&str> {
        self.header.clone()
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.rows.len()
    }

    fn cell<'c>(&'c self, &row: &'c usize, column: usize, _: &'c mut String) -> Cell<'c> {
        let (texts, n_objects) = &self.rows[row];
        match texts.get(column) {
            // The count stands behind as many columns as the header has before it.
            Some(text) if column + 1 < self.header.len() => text.as_deref().map_or(Cell::Null, Cell::Text),
            _ => Cell::Number(*n_objects),
        }
    }
}
