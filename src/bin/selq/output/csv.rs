//! Values separated by commas or tabs, for other programs.

use std::io::{self, Write};

use selq::Dump;

use super::{Column, Rows, View};
use crate::terminal::sanitize::push_escaped;

/// Writes CSV as RFC 4180 has it, quoted where needed. What an object does not have is empty.
pub(super) fn write_csv(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    write_records(dump, rows, view, |cells| writer.write_record(cells).map_err(io_error))?;
    writer.flush()
}

/// The error of the writer below, which says whether the reader has gone away.
pub(crate) fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Writes one row a line, cells separated by tabs. Tab, line feed, carriage return and backslash inside a
/// cell are `\t`, `\n`, `\r` and `\\`.
pub(super) fn write_tsv(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    let mut line = String::new();
    write_raw_records(dump, rows, view, |cells| {
        line.clear();
        for (nth, cell) in cells.iter().enumerate() {
            if nth > 0 {
                line.push('\t');
            }
            push_tsv_cell(&mut line, cell, view.on_terminal);
        }
        line.push('\n');
        out.write_all(line.as_bytes())
    })
}

/// Appends a cell in which nothing ends it before its time, nor steers a terminal.
fn push_tsv_cell(line: &mut String, cell: &str, on_terminal: bool) {
    for (nth, part) in cell.split('\\').enumerate() {
        if nth > 0 {
            line.push_str(r"\\");
        }
        match on_terminal {
            true => push_escaped(line, part),
            false => push_line_ends_escaped(line, part),
        }
    }
}

/// Appends a text with what would end its cell or its line escaped, and everything else as it is.
pub(crate) fn push_line_ends_escaped(line: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['\t', '\n', '\r']) {
        line.push_str(&rest[..at]);
        line.push_str(match rest.as_bytes()[at] {
            b'\t' => r"\t",
            b'\n' => r"\n",
            _ => r"\r",
        });
        rest = &rest[at + 1..];
    }
    line.push_str(rest);
}

/// Gives the header and then each row to `write`, in memory that is used again. Escaped where a terminal would act
/// on what is in it.
fn write_records(
    dump: &Dump,
    rows: &Rows<'_>,
    view: &View,
    mut write: impl FnMut(&[String]) -> io::Result<()>,
) -> io::Result<()> {
    let mut shown = Vec::new();
    write_raw_records(dump, rows, view, |cells| {
        if !view.on_terminal {
            return write(cells);
        }
        shown.resize(cells.len(), String::new());
        for (shown, cell) in shown.iter_mut().zip(cells) {
            shown.clear();
            push_escaped(shown, cell);
        }
        write(&shown)
    })
}

/// Gives the header and then each row to `write`, as they are in the dump.
fn write_raw_records(
    dump: &Dump,
    rows: &Rows<'_>,
    view: &View,
    mut write: impl FnMut(&[String]) -> io::Result<()>,
) -> io::Result<()> {
    let columns = Column::of(dump, view);
    if view.headers {
        write(&columns.iter().map(|column| column.name().to_owned()).collect::<Vec<_>>())?;
    }
    let (mut cells, mut scratch) = (vec![String::new(); columns.len()], String::new());
    for object in rows.iter() {
        for (column, cell) in columns.iter().zip(&mut cells) {
            cell.clear();
            scratch.clear();
            cell.push_str(column.cell(dump, &object, &mut scratch).unwrap_or_default());
        }
        write(&cells)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, on_terminal: bool) -> String {
        let mut line = String::new();
        push_tsv_cell(&mut line, text, on_terminal);
        line
    }

    #[test]
    fn a_cell_of_tsv_stays_in_its_place() {
        assert_eq!(cell("a\tb\\c\nd\r", false), r"a\tb\\c\nd\r");
    }

    #[test]
    fn a_cell_of_tsv_is_escaped_once() {
        assert_eq!(cell("a\tb\\c\nd\u{1b}", true), r"a\tb\\c\nd\u{1b}");
        assert_eq!(cell("\u{1b}", false), "\u{1b}");
    }
}
