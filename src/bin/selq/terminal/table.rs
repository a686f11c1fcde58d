//! What every list of rows is, a header and cells, and the one layout of tables: columns as wide as their widest cell, three spaces apart, as `kubectl get` has them.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::sanitize::{is_plain, push_escaped};

/// What stands where there is nothing, as in kubectl.
pub(crate) const ABSENT: &str = "<none>";
/// More spaces than any gap needs at once.
const SPACES: &str = "                                                                ";
/// The least that is left of a column that has to be cut.
const MIN_WIDTH: usize = 6;
/// The least that is left of all labels before other columns give way.
const MIN_LABELS_WIDTH: usize = 16;

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'c> {
    /// Nothing is there. An empty text is something.
    Null,
    Text(&'c str),
    Number(u64),
}

/// Rows of cells. A table asks for them twice, first for the widths, so that no row is kept.
pub(crate) trait Grid {
    type Row;

    /// What each column is called: `namespace`, or a whole label key.
    fn header(&self) -> Vec<&str>;

    /// What stands above a column in a table.
    fn heading(&self, column: usize) -> String {
        key_heading(self.header()[column])
    }

    fn rows(&self) -> impl Iterator<Item = Self::Row>;

    /// A cell, its text perhaps put together in `scratch`, which is empty.
    fn cell<'c>(&'c self, row: &'c Self::Row, column: usize, scratch: &'c mut String) -> Cell<'c>;
}

/// How a table is laid out.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) headers: bool,
    pub(crate) headings: Headings,
    /// How wide a column is at least.
    pub(crate) min_width: usize,
    /// How wide the table may be before its cells are cut; `None` if nobody looks at it on a screen.
    pub(crate) max_width: Option<usize>,
    /// Whether the last column, of all labels, is cut before others are.
    pub(crate) last_is_labels: bool,
    /// How many spaces there are between columns.
    pub(crate) gap: usize,
    /// The widest cell that widens its whole column: padding all cells to a name of megabytes would make gigabytes.
    pub(crate) max_shared_width: usize,
    /// Where the last column stands.
    pub(crate) last: Align,
    /// How an empty text is shown.
    pub(crate) empty: &'static str,
}

/// How what stands above the columns is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headings {
    /// In upper case, as in kubectl.
    Upper,
    /// As somebody wrote them.
    AsWritten,
}

/// The side of its column that a cell stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            headers: true,
            headings: Headings::Upper,
            min_width: 0,
            max_width: None,
            last_is_labels: false,
            gap: 3,
            max_shared_width: 256,
            last: Align::Left,
            empty: "",
        }
    }
}

/// Writes a table; nothing if it has no rows. Nothing in a cell steers a terminal or ends its line, whoever reads it.
pub(crate) fn write(grid: &impl Grid, layout: &Layout, out: &mut impl Write) -> io::Result<()> {
    let heading = |nth| heading(&grid.heading(nth), layout.headings);
    let header: Vec<String> = (0..grid.header().len()).map(heading).collect();
    let Some(widths) = widths(grid, &header, layout) else { return Ok(()) };
    let mut line = TableLine { widths, layout, out };
    let (mut shown, mut scratch) = (CellText::new(layout), String::new());
    if layout.headers {
        header.iter().enumerate().try_for_each(|(nth, name)| line.write_cell(nth, name))?;
    }
    for row in grid.rows() {
        for nth in 0..header.len() {
            scratch.clear();
            line.write_cell(nth, shown.show(grid.cell(&row, nth, &mut scratch)))?;
        }
    }
    Ok(())
}

/// The lines of a table.
pub(crate) fn lines(grid: &impl Grid, layout: &Layout) -> Vec<String> {
    let mut out = Vec::new();
    match write(grid, layout, &mut out) {
        Ok(()) => String::from_utf8_lossy(&out).lines().map(str::to_owned).collect(),
        // Memory takes everything.
        Err(_) => Vec::new(),
    }
}

/// Of a label key only the name, as in kubectl.
pub(crate) fn key_heading(key: &str) -> String {
    key.rsplit('/').next().unwrap_or(key).to_owned()
}

fn heading(name: &str, headings: Headings) -> String {
    let mut heading = String::new();
    match headings {
        Headings::Upper => push_escaped(&mut heading, &name.to_uppercase()),
        Headings::AsWritten => push_escaped(&mut heading, name),
    }
    heading
}

/// How wide each column is; `None` if there are no rows.
fn widths(grid: &impl Grid, header: &[String], layout: &Layout) -> Option<Vec<usize>> {
    let of_heading = |heading: &String| {
        if layout.headers { heading.width().max(layout.min_width) } else { layout.min_width }
    };
    let mut widths: Vec<usize> = header.iter().map(of_heading).collect();
    // A last column at the left is not padded, so its width is of no interest unless it may have to be cut.
    let last_counts = layout.max_width.is_some() || layout.last == Align::Right;
    let n_measured = widths.len() - usize::from(!last_counts);
    let (mut shown, mut scratch, mut has_rows) = (CellText::new(layout), String::new(), false);
    for row in grid.rows() {
        has_rows = true;
        for (nth, width) in widths.iter_mut().enumerate().take(n_measured) {
            scratch.clear();
            let of_cell = width_of(shown.show(grid.cell(&row, nth, &mut scratch)));
            let is_shared = of_cell <= layout.max_shared_width || layout.max_width.is_some();
            *width = (*width).max(if is_shared { of_cell.min(layout.max_shared_width) } else { 0 });
        }
    }
    if let Some(max) = layout.max_width {
        narrow(&mut widths, max, layout);
    }
    has_rows.then_some(widths)
}

/// Lines of cells.
struct TableLine<'o, W> {
    widths: Vec<usize>,
    layout: &'o Layout,
    out: &'o mut W,
}

impl<W: Write> TableLine<'_, W> {
    /// Writes the next cell, and after the last one the end of the line.
    fn write_cell(&mut self, nth: usize, text: &str) -> io::Result<()> {
        let (width, is_last) = (self.widths[nth], nth + 1 == self.widths.len());
        // Where a screen is too narrow, cells that are wider than their column are cut.
        let (text, ellipsis) = if self.layout.max_width.is_some() { cut(text, width) } else { (text, "") };
        let missing = || width.saturating_sub(width_of(text) + width_of(ellipsis));
        if is_last && self.layout.last == Align::Right {
            pad(self.out, missing())?;
        }
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(ellipsis.as_bytes())?;
        if is_last { self.out.write_all(b"\n") } else { pad(self.out, missing() + self.layout.gap) }
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

/// Memory for the texts of cells, which is used again.
#[derive(Default)]
pub(crate) struct Scratch {
    cell: String,
    number: String,
}

impl Scratch {
    /// The text of a cell; `None` where nothing is there.
    pub(crate) fn text<'c, G: Grid>(
        &'c mut self,
        grid: &'c G,
        row: &'c G::Row,
        column: usize,
    ) -> Option<&'c str> {
        self.cell.clear();
        match grid.cell(row, column, &mut self.cell) {
            Cell::Null => None,
            Cell::Text(text) => Some(text),
            Cell::Number(number) => {
                self.number.clear();
                self.number.push_str(&number.to_string());
                Some(&self.number)
            }
        }
    }
}

/// Memory for a cell that cannot be shown as it is.
struct CellText<'l> {
    layout: &'l Layout,
    made: String,
}

impl<'l> CellText<'l> {
    fn new(layout: &'l Layout) -> CellText<'l> {
        CellText { layout, made: String::new() }
    }

    /// The cell as it is shown.
    fn show<'s>(&'s mut self, cell: Cell<'s>) -> &'s str {
        self.made.clear();
        match cell {
            Cell::Null => return ABSENT,
            Cell::Text("") => return self.layout.empty,
            Cell::Text(text) if is_plain(text) => return text,
            Cell::Text(text) => push_escaped(&mut self.made, text),
            Cell::Number(number) => self.made.push_str(&number.to_string()),
        }
        &self.made
    }
}

/// Takes width from the widest columns until all fit into `max`, as far as that goes. All labels, in the last
/// column, give way first.
fn narrow(widths: &mut [usize], max: usize, layout: &Layout) {
    let room = max.saturating_sub(layout.gap * (widths.len() - 1));
    if layout.last_is_labels
        && let Some((last, others)) = widths.split_last_mut()
    {
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
pub(crate) mod tests {
    use super::*;

    /// Rows of a text that may be absent and a number.
    pub(crate) struct CountRows<'t>(pub(crate) Vec<(Option<&'t str>, u64)>);

    impl<'t> Grid for CountRows<'t> {
        type Row = (Option<&'t str>, u64);

        fn header(&self) -> Vec<&str> {
            vec!["a/name", "n"]
        }

        fn rows(&self) -> impl Iterator<Item = (Option<&'t str>, u64)> {
            self.0.iter().copied()
        }

        fn cell<'c>(&'c self, row: &'c Self::Row, column: usize, scratch: &'c mut String) -> Cell<'c> {
            match (column, row.0) {
                (0, None) => Cell::Null,
                (0, Some(text)) => {
                    scratch.push_str(text);
                    Cell::Text(scratch)
                }
                _ => Cell::Number(row.1),
            }
        }
    }

    fn written(rows: Vec<(Option<&str>, u64)>, layout: &Layout) -> String {
        let mut out = Vec::new();
        write(&CountRows(rows), layout, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_very_wide_cell_does_not_widen_the_others() {
        let long = "n".repeat(400_000);
        let rows = || {
            let short = std::iter::repeat_n((Some("web"), 1), 4_000);
            short.chain([(Some(long.as_str()), 1)]).collect()
        };
        let table = written(rows(), &Layout::default());
        assert!(table.starts_with("NAME   N\nweb    1\n") && table.len() < 500_000);
        assert!(table.ends_with(&format!("{long}   1\n")), "nothing is cut off a terminal");
        let table = written(rows(), &Layout { max_width: Some(40), ..Layout::default() });
        assert!(table.lines().all(|line| width_of(line) <= 40));
        assert!(table.ends_with("n…   1\n"));
    }

    #[test]
    fn what_is_absent_or_steers_is_shown() {
        let rows = || vec![(None, 1), (Some(""), 2), (Some("a\u{1b}"), 3)];
        let table = written(rows(), &Layout::default());
        assert_eq!(table, "NAME      N\n<none>    1\n          2\na\\u{1b}   3\n");
        let table = written(rows(), &Layout { headers: false, empty: "-", ..Layout::default() });
        assert_eq!(table, "<none>    1\n-         2\na\\u{1b}   3\n");
        assert_eq!(written(Vec::new(), &Layout::default()), "");
    }

    #[test]
    fn the_last_column_may_stand_at_the_right() {
        let layout = Layout { gap: 1, last: Align::Right, ..Layout::default() };
        let table = written(vec![(Some("a"), 5), (Some("bb"), 1_000)], &layout);
        assert_eq!(table, "NAME    N\na       5\nbb   1000\n");
    }

    #[test]
    fn the_widest_columns_give_way() {
        let narrowed_to = |widths: &[usize], max, last_is_labels| {
            let mut widths = widths.to_vec();
            narrow(&mut widths, max, &Layout { last_is_labels, ..Layout::default() });
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
