//! The table of `kubectl get`: columns as wide as their widest cell, three spaces apart.

use std::io::{self, Write};

use selq::{Dump, ObjectRef};
use unicode_width::UnicodeWidthStr;

use super::sanitize::{is_plain, push_escaped};
use super::{Column, Rows, View};

const GAP: usize = 3;
/// What stands where an object has nothing, as in kubectl.
const ABSENT: &str = "<none>";
/// More spaces than any gap needs at once.
const SPACES: &str = "                                                                ";

/// Writes the table. Walks the rows twice, first for the widths, so that no row is kept.
pub(super) fn write(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    if rows.len() == 0 {
        return Ok(());
    }
    let columns = Column::of(dump, view);
    let headers: Vec<String> = columns.iter().map(header).collect();
    let mut widths: Vec<usize> = headers.iter().map(|it| if view.headers { it.width() } else { 0 }).collect();
    let mut cell = Cell::default();
    // The last column is not padded, so its width is of no interest.
    let padded = &columns[..columns.len() - 1];
    for object in rows.iter() {
        for (column, width) in padded.iter().zip(&mut widths) {
            *width = (*width).max(width_of(cell.fill(column, dump, &object)));
        }
    }
    if view.headers {
        for (nth, header) in headers.iter().enumerate() {
            write_cell(out, header, padding(&widths, nth))?;
        }
        out.write_all(b"\n")?;
    }
    for object in rows.iter() {
        for (nth, column) in columns.iter().enumerate() {
            let text = cell.fill(column, dump, &object);
            write_cell(out, text, padding(&widths, nth))?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The width to pad a column to; none for the last.
fn padding(widths: &[usize], nth: usize) -> Option<usize> {
    (nth + 1 < widths.len()).then(|| widths[nth])
}

fn write_cell(out: &mut impl Write, text: &str, padded: Option<usize>) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    let Some(padded) = padded else { return Ok(()) };
    let mut missing = padded.saturating_sub(width_of(text)) + GAP;
    while missing > 0 {
        let n = missing.min(SPACES.len());
        out.write_all(&SPACES.as_bytes()[..n])?;
        missing -= n;
    }
    Ok(())
}

/// How wide a cell is on a terminal. It holds no control characters, so that of ASCII every byte is a column.
fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Upper case, and of a label key only the name, as in kubectl.
fn header(column: &Column) -> String {
    let name = column.name();
    let mut header = String::new();
    push_escaped(&mut header, &name.rsplit('/').next().unwrap_or(name).to_uppercase());
    header
}

/// The text of one cell, in memory that is used again.
#[derive(Default)]
struct Cell {
    raw: String,
    shown: String,
}

impl Cell {
    fn fill(&mut self, column: &Column, dump: &Dump, object: &ObjectRef<'_>) -> &str {
        self.raw.clear();
        if !column.push_cell(dump, object, &mut self.raw) {
            return ABSENT;
        }
        if is_plain(&self.raw) {
            return &self.raw;
        }
        self.shown.clear();
        push_escaped(&mut self.shown, &self.raw);
        &self.shown
    }
}
