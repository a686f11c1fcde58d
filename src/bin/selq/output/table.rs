//! The table of `kubectl get`: columns as wide as their widest cell, three spaces apart.

use std::io::{self, Write};

use selq::{Dump, ObjectRef};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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
    // The last column is not padded, so its width is of no interest unless it may have to be cut.
    let measured = columns.len() - usize::from(view.max_width.is_none());
    let padded = &columns[..measured];
    for object in rows.iter() {
        for (column, width) in padded.iter().zip(&mut widths) {
            *width = (*width).max(width_of(cell.fill(column, dump, &object)));
        }
    }
    if let Some(max) = view.max_width {
        narrow(&mut widths, max, view.show_labels);
        cell.max_widths = widths.clone();
    }
    if view.headers {
        for (nth, header) in headers.iter().enumerate() {
            cell.shown.clone_from(header);
            write_cell(out, cell.cut(nth), padding(&widths, nth))?;
        }
        out.write_all(b"\n")?;
    }
    for object in rows.iter() {
        for (nth, column) in columns.iter().enumerate() {
            cell.fill(column, dump, &object);
            write_cell(out, cell.cut(nth), padding(&widths, nth))?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The least that is left of a column that has to be cut.
const MIN_WIDTH: usize = 6;

/// The least that is left of all labels before other columns give way.
const MIN_LABELS_WIDTH: usize = 16;

/// Takes width from the widest columns until all fit into `max`, as far as that goes. All labels, in the last
/// column, give way first.
fn narrow(widths: &mut [usize], max: usize, last_is_labels: bool) {
    let room = max.saturating_sub(GAP * (widths.len() - 1));
    if last_is_labels && let Some((last, others)) = widths.split_last_mut() {
        let left = room.saturating_sub(others.iter().sum());
        *last = (*last).min(left.max(MIN_LABELS_WIDTH));
    }
    // The widest columns share what the others leave, each as wide as the next.
    let mut ascending: Vec<usize> = (0..widths.len()).collect();
    ascending.sort_unstable_by_key(|&nth| widths[nth]);
    let mut left = room;
    for (n_done, &nth) in ascending.iter().enumerate() {
        let n_to_come = widths.len() - n_done;
        // What does not divide goes to the columns that come last.
        let share = (left / n_to_come).max(MIN_WIDTH);
        widths[nth] = widths[nth].min(share);
        left = left.saturating_sub(widths[nth]);
    }
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

/// Cuts a text that is wider than `max` columns, and says so with an ellipsis at its end.
pub(crate) fn cut_to_width(text: &mut String, max: usize) {
    // No character takes more columns than bytes, so that most texts need not be measured.
    if text.len() <= max || width_of(text) <= max {
        return;
    }
    let room = max.saturating_sub(1);
    let mut width = 0;
    let end = text.char_indices().find(|(_, character)| {
        width += character.width().unwrap_or(0);
        width > room
    });
    if let Some((end, _)) = end {
        text.truncate(end);
        text.push('…');
    }
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
    /// How wide the cells of each column may be; empty when they may be of any width.
    max_widths: Vec<usize>,
}

impl Cell {
    fn fill(&mut self, column: &Column, dump: &Dump, object: &ObjectRef<'_>) -> &str {
        self.raw.clear();
        let is_there = column.push_cell(dump, object, &mut self.raw);
        self.shown.clear();
        if !is_there {
            self.shown.push_str(ABSENT);
        } else if is_plain(&self.raw) {
            std::mem::swap(&mut self.raw, &mut self.shown);
        } else {
            push_escaped(&mut self.shown, &self.raw);
        }
        &self.shown
    }

    /// The text, cut to the width of its column.
    fn cut(&mut self, nth: usize) -> &str {
        cut_to_width(&mut self.shown, self.max_widths.get(nth).copied().unwrap_or(usize::MAX));
        &self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way() {
        let narrowed_to = |widths: &[usize], max, last_is_labels| {
            let mut widths = widths.to_vec();
            narrow(&mut widths, max, last_is_labels);
            widths
        };
        let narrowed = |widths: &[usize], max| narrowed_to(widths, max, false);
        assert_eq!(narrowed_to(&[10, 30, 200], 76, true), [10, 30, 30]);
        assert_eq!(narrowed_to(&[10, 30, 200], 52, true), [10, 20, 16]);
        assert_eq!(narrowed(&[10, 30, 20], 80), [10, 30, 20]);
        assert_eq!(narrowed(&[10, 30, 20], 46), [10, 15, 15]);
        assert_eq!(narrowed(&[10, 30], 5), [6, 6]);
        assert_eq!(narrowed(&[5_000_000, 30, usize::MAX / 4], 46), [13, 13, 14]);
    }

    #[test]
    fn cells_are_cut_to_columns_not_to_bytes() {
        let mut cell = Cell { max_widths: vec![4], ..Cell::default() };
        for (text, cut) in
            [("名前空間", "名…"), ("web-0", "web…"), ("web0", "web0"), ("e\u{301}ab", "e\u{301}ab")]
        {
            cell.shown = text.to_owned();
            assert_eq!(cell.cut(0), cut);
        }
        // A megabyte is walked once.
        cell.shown = "é".repeat(1 << 20);
        assert_eq!(cell.cut(0), "ééé…");
    }
}
