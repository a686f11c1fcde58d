//! A list of rows in any of its formats: for people, and as CSV and JSON lines for programs.

use std::io;
use std::io::Write;

use clap::ValueEnum;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{OutputFormat, csv, tsv};
use crate::terminal::printer::Printer;
use crate::terminal::table::{self, Cell, Grid, Layout};

/// The formats of a list whose rows are no objects of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GridFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
    /// One JSON object a line
    Jsonl,
}

impl GridFormat {
    /// The same format of a list, where that has it.
    pub(crate) fn of(format: OutputFormat) -> Option<GridFormat> {
        match format {
            OutputFormat::Table => Some(GridFormat::Table),
            OutputFormat::Csv => Some(GridFormat::Csv),
            OutputFormat::Tsv => Some(GridFormat::Tsv),
            OutputFormat::Jsonl => Some(GridFormat::Jsonl),
            _ => None,
        }
    }
}

/// Writes a list in one of its formats; `layout` is that of the table.
pub(crate) fn write(
    grid: &impl Grid,
    format: GridFormat,
    layout: &Layout,
    out: &mut Printer<impl Write>,
) -> io::Result<()> {
    match format {
        // A table escapes its cells by itself, whoever reads it.
        GridFormat::Table => table::write(grid, layout, out.raw()),
        GridFormat::Csv => csv::write(grid, layout.headers, out),
        GridFormat::Tsv => tsv::write(grid, layout.headers, out),
        GridFormat::Jsonl => write_json_lines(grid, out),
    }
}

/// Writes a row a line, each an object with a field for every column.
fn write_json_lines(grid: &impl Grid, out: &mut Printer<impl Write>) -> io::Result<()> {
    let header = grid.header();
    grid.rows().try_for_each(|row| out.json_line(&JsonRow { grid, header: &header, row: &row }))
}

struct JsonRow<'g, G: Grid> {
    grid: &'g G,
    header: &'g [&'g str],
    row: &'g G::Row,
}

impl<G: Grid> Serialize for JsonRow<'_, G> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.header.len()))?;
        // A row is serialized by reference, so that memory of the rows before cannot be lent to it.
        let mut scratch = String::new();
        for (nth, name) in self.header.iter().enumerate() {
            scratch.clear();
            map.serialize_entry(name, &self.grid.cell(self.row, nth, &mut scratch))?;
        }
        map.end()
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Null => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Number(number) => serializer.serialize_u64(*number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Audience;
    use crate::terminal::table::tests::CountRows;

    /// A grid in every format for an audience.
    fn written(audience: Audience) -> String {
        let grid = CountRows(vec![(Some("a\u{9b}\t\\"), 7), (Some(""), 10), (None, 1_000)]);
        let mut out = Vec::new();
        let mut printer = Printer::new(&mut out, audience);
        for format in GridFormat::value_variants() {
            write(&grid, *format, &Layout::default(), &mut printer).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_grid_is_written_in_every_format() {
        let shown = |audience| written(audience).replace('\t', "<tab>").replace('\u{9b}', "<9b>");
        insta::assert_snapshot!(shown(Audience::Terminal), @r#"
        NAME         N
        a\u{9b}\t\   7
                     10
        <none>       1000
        a/name,n
        a\u{9b}\t\,7
        ,10
        ,1000
        a/name<tab>n
        a\u{9b}\t\\<tab>7
        <tab>10
        <tab>1000
        {"a/name":"a\u009b\t\\","n":7}
        {"a/name":"","n":10}
        {"a/name":null,"n":1000}
        "#);
        // Only a table is for people wherever it goes.
        insta::assert_snapshot!(shown(Audience::Program), @r#"
        NAME         N
        a\u{9b}\t\   7
                     10
        <none>       1000
        a/name,n
        a<9b><tab>\,7
        ,10
        ,1000
        a/name<tab>n
        a<9b>\t\\<tab>7
        <tab>10
        <tab>1000
        {"a/name":"a<9b>\t\\","n":7}
        {"a/name":"","n":10}
        {"a/name":null,"n":1000}
        "#);
    }
}
