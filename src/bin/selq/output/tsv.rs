//! Tab-separated values, for other programs.

use std::io::{self, Write};

use crate::config::Audience;
use crate::terminal::printer::Printer;
use crate::terminal::table::{Grid, Scratch};

/// Writes one row a line, cells separated by tabs. Tab, line feed, carriage return and backslash inside a cell are `\t`,
/// `\n`, `\r` and `\\`. What is absent is empty.
pub(super) fn write(grid: &impl Grid, headers: bool, out: &mut Printer<impl Write>) -> io::Result<()> {
    let (audience, header) = (out.audience(), grid.header());
    let (mut line, mut scratch) = (String::new(), Scratch::default());
    if headers {
        header.iter().enumerate().for_each(|(nth, name)| push_cell(audience, nth, name, &mut line));
        write_line(&mut line, out)?;
    }
    for row in grid.rows() {
        for nth in 0..header.len() {
            let text = scratch.text(grid, &row, nth).unwrap_or_default();
            push_cell(audience, nth, text, &mut line);
        }
        write_line(&mut line, out)?;
    }
    Ok(())
}

fn write_line(line: &mut String, out: &mut Printer<impl Write>) -> io::Result<()> {
    line.push('\n');
    out.raw().write_all(line.as_bytes())?;
    line.clear();
    Ok(())
}

/// Appends a cell in which nothing ends it before its time, nor steers a terminal.
fn push_cell(audience: Audience, nth: usize, cell: &str, line: &mut String) {
    if nth > 0 {
        line.push('\t');
    }
    // Doubled, so that a `\t` of the cell's own is not read as a tab.
    for (nth, part) in cell.split('\\').enumerate() {
        if nth > 0 {
            line.push_str(r"\\");
        }
        audience.push_inside_line(part, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(audience: Audience, text: &str) -> String {
        let mut line = String::new();
        push_cell(audience, 0, text, &mut line);
        line
    }

    #[test]
    fn a_cell_stays_in_its_place() {
        assert_eq!(cell(Audience::Program, "a\tb\\c\nd\r"), r"a\tb\\c\nd\r");
    }

    #[test]
    fn a_cell_is_escaped_once() {
        assert_eq!(cell(Audience::Terminal, "a\tb\\c\nd\u{1b}"), r"a\tb\\c\nd\u{1b}");
        assert_eq!(cell(Audience::Program, "\u{1b}"), "\u{1b}");
    }
}
