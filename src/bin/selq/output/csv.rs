//! Values separated by commas or tabs, for other programs.

use std::io::{self, Write};

use selq::Dump;

use super::sanitize::push_escaped;
use super::{Column, Rows, View};

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
    write_records(dump, rows, view, |cells| {
        for (nth, cell) in cells.iter().enumerate() {
            if nth > 0 {
                out.write_all(b"\t")?;
            }
            write_tsv_cell(cell, out)?;
        }
        out.write_all(b"\n")
    })
}

pub(crate) fn write_tsv_cell(cell: &str, out: &mut impl Write) -> io::Result<()> {
    let mut rest = cell;
    while let Some(at) = rest.find(['\t', '\n', '\r', '\\']) {
        out.write_all(&rest.as_bytes()[..at])?;
        out.write_all(match rest.as_bytes()[at] {
            b'\t' => br"\t",
            b'\n' => br"\n",
            b'\r' => br"\r",
            _ => br"\\",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_all(rest.as_bytes())
}

/// Gives the header and then each row to `write`, in memory that is used again.
fn write_records(
    dump: &Dump,
    rows: &Rows<'_>,
    view: &View,
    mut write: impl FnMut(&[String]) -> io::Result<()>,
) -> io::Result<()> {
    let columns = Column::of(dump, view);
    if view.headers {
        write(&columns.iter().map(|column| column.name().to_owned()).collect::<Vec<_>>())?;
    }
    let mut cells = vec![String::new(); columns.len()];
    let mut raw = String::new();
    for object in rows.iter() {
        for (column, cell) in columns.iter().zip(&mut cells) {
            cell.clear();
            if view.on_terminal {
                raw.clear();
                column.push_cell(dump, &object, &mut raw);
                push_escaped(cell, &raw);
            } else {
                column.push_cell(dump, &object, cell);
            }
        }
        write(&cells)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_tsv_stays_in_its_place() {
        let mut out = Vec::new();
        write_tsv_cell("a\tb\\c\nd\r", &mut out).expect("a Vec takes all");
        assert_eq!(out, br"a\tb\\c\nd\r");
    }
}
