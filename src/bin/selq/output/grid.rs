//! The one layout of tables: columns as wide as their widest cell, three spaces apart, as `kubectl get` has them.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::sanitize::{is_plain, push_escaped};

const GAP: usize = 3;
/// Cells that are wider set no width: padding all others to one name of megabytes would make gigabytes.
const MAX_SHARED_WIDTH: usize = 256;
/// What stands where there is nothing, as in kubectl.
const ABSENT: &str = "<none>";
/// More spaces than any gap needs at once.
const SPACES: &str = "                                                                ";
/// The least that is left of a column that has to be cut.
const MIN_WIDTH: usize = 6;
/// The least that is left of all labels before other columns give way.
const MIN_LABELS_WIDTH: usize = 16;

/// What a table shows. It is asked twice, first for the widths, so that no row is kept.
pub(crate) trait Table {
    type Row;

    fn rows(&self) -> impl Iterator<Item = Self::Row>;

    /// The text of a cell, perhaps put together in `scratch`, which is empty; `None` if there is nothing.
    fn cell<'c>(&'c self, row: &'c Self::Row, column: usize, scratch: &'c mut String) -> Option<&'c str>;
}

/// How a table is laid out.
pub(crate) struct Layout {
    /// The heading of each column.
    pub(crate) headers: Vec<String>,
    pub(crate) shows_headers: bool,
    /// How wide the table may be before its cells are cut; `None` if nobody looks at it on a screen.
    pub(crate) max_width: Option<usize>,
    /// Whether the last column, of all labels, is cut before others are.
    pub(crate) last_is_labels: bool,
}

/// Writes a table; nothing if it has no rows.
pub(crate) fn write(table: &impl Table, layout: &Layout, out: &mut impl Write) -> io::Result<()> {
    let Some(widths) = widths(table, layout) else { return Ok(()) };
    let mut line = Line { widths, is_cut: layout.max_width.is_some(), out };
    let (mut shown, mut scratch) = (Shown::default(), String::new());
    if layout.shows_headers {
        for (nth, header) in layout.headers.iter().enumerate() {
            line.write_cell(nth, shown.show(Some(header)))?;
        }
    }
    for row in table.rows() {
        for nth in 0..layout.headers.len() {
            scratch.clear();
            line.write_cell(nth, shown.show(table.cell(&row, nth, &mut scratch)))?;
        }
    }
    Ok(())
}

/// How wide each column is; `None` if there are no rows.
fn widths(table: &impl Table, layout: &Layout) -> Option<Vec<usize>> {
    let of_header = |header: &String| if layout.shows_headers { header.width() } else { 0 };
    let mut widths: Vec<usize> = layout.headers.iter().map(of_header).collect();
    // The last column is not padded, so its width is of no interest unless it may have to be cut.
    let n_measured = widths.len() - usize::from(layout.max_width.is_none());
    let (mut shown, mut scratch, mut has_rows) = (Shown::default(), String::new(), false);
    for row in table.rows() {
        has_rows = true;
        for (nth, width) in widths.iter_mut().enumerate().take(n_measured) {
            scratch.clear();
            let of_cell = width_of(shown.show(table.cell(&row, nth, &mut scratch)));
            let is_shared = of_cell <= MAX_SHARED_WIDTH || layout.max_width.is_some();
            *width = (*width).max(if is_shared { of_cell.min(MAX_SHARED_WIDTH) } else { 0 });
        }
    }
    if let Some(max) = layout.max_width {
        narrow(&mut widths, max, layout.last_is_labels);
    }
    has_rows.then_some(widths)
}

/// Lines of cells.
struct Line<'o, W> {
    widths: Vec<usize>,
    /// Whether cells that are wider than their column are cut.
    is_cut: bool,
    out: &'o mut W,
}

impl<W: Write> Line<'_, W> {
    /// Writes the next cell, and after the last one the end of the line.
    fn write_cell(&mut self, nth: usize, text: &str) -> io::Result<()> {
        let width = self.widths[nth];
        let (text, ellipsis) = if self.is_cut { cut(text, width) } else { (text, "") };
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(ellipsis.as_bytes())?;
        if nth + 1 == self.widths.len() {
            return self.out.write_all(b"\n");
        }
        pad(self.out, width.saturating_sub(width_of(text) + width_of(ellipsis)) + GAP)
    }
}

fn pad(out: &mut impl Write, mut missing: usize) -> io::Result<()> {
    while missing > 0 {
        let n = missing.min(SPACES.len());
        out.write_all(&SPACES.as_bytes()[..n])?;
        missing -= n;
    }
    Ok(())
}

/// Memory for a cell that cannot be shown as it is.
#[derive(Default)]
struct Shown(String);

impl Shown {
    /// The text as it is shown.
    fn show<'s>(&'s mut self, text: Option<&'s str>) -> &'s str {
        let text = text.unwrap_or(ABSENT);
        if is_plain(text) {
            return text;
        }
        self.0.clear();
        push_escaped(&mut self.0, text);
        &self.0
    }
}

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

/// How wide a cell is on a terminal. It holds no control characters, so that of ASCII every byte is a column.
fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// What of a text fits into `max` columns, and the ellipsis that says so if that is not all.
fn cut(text: &str, max: usize) -> (&str, &'static str) {
    // No character takes more columns than bytes, so that most texts need not be measured.
    if text.len() <= max || width_of(text) <= max {
        return (text, "");
    }
    let room = max.saturating_sub(1);
    let mut width = 0;
    let end = text.char_indices().find(|(_, character)| {
        width += character.width().unwrap_or(0);
        width > room
    });
    end.map_or((text, ""), |(end, _)| (&text[..end], "…"))
}

/// Cuts a text that is wider than `max` columns, and says so with an ellipsis at its end.
pub(crate) fn cut_to_width(text: &mut String, max: usize) {
    let (kept, ellipsis) = cut(text, max);
    let n_kept = kept.len();
    text.truncate(n_kept);
    text.push_str(ellipsis);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Texts(Vec<[String; 2]>);

    impl Table for Texts {
        type Row = [String; 2];

        fn rows(&self) -> impl Iterator<Item = [String; 2]> {
            self.0.iter().cloned()
        }

        fn cell<'c>(&'c self, row: &'c [String; 2], column: usize, _: &'c mut String) -> Option<&'c str> {
            Some(row[column].as_str()).filter(|text| !text.is_empty())
        }
    }

    fn written(rows: &[[&str; 2]], max_width: Option<usize>) -> String {
        let layout = Layout {
            headers: vec!["NAME".to_owned(), "X".to_owned()],
            shows_headers: true,
            max_width,
            last_is_labels: false,
        };
        let mut out = Vec::new();
        let table = Texts(rows.iter().map(|row| row.map(str::to_owned)).collect());
        write(&table, &layout, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_very_wide_cell_does_not_widen_the_others() {
        let long = "n".repeat(400_000);
        let rows: Vec<[&str; 2]> =
            std::iter::repeat_n(["web", "1"], 4_000).chain([[long.as_str(), "1"]]).collect();
        let table = written(&rows, None);
        assert!(table.starts_with("NAME   X\nweb    1\n") && table.len() < 500_000);
        assert!(table.ends_with(&format!("{long}   1\n")), "nothing is cut off a terminal");
        let table = written(&rows, Some(40));
        assert!(table.lines().all(|line| width_of(line) <= 40));
        assert!(table.ends_with("n…   1\n"));
    }

    #[test]
    fn what_is_absent_or_steers_is_shown() {
        assert_eq!(written(&[["", "a\u{1b}"]], None), "NAME     X\n<none>   a\\u{1b}\n");
        assert_eq!(written(&[], None), "");
    }

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
        for (text, expected) in
            [("名前空間", "名…"), ("web-0", "web…"), ("web0", "web0"), ("e\u{301}ab", "e\u{301}ab")]
        {
            let mut text = text.to_owned();
            cut_to_width(&mut text, 4);
            assert_eq!(text, expected);
        }
        // A megabyte is walked once.
        assert_eq!(cut(&"é".repeat(1 << 20), 4), ("ééé", "…"));
    }
}
