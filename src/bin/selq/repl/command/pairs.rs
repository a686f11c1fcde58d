//! Names and what there is to say about each, in two columns.

use std::io::Write;

use anyhow::Result;

use super::super::session::Session;
use crate::terminal::table::{self, Cell, Grid, Layout};

/// Writes two columns without headings.
pub(super) fn write_pairs(session: &Session, rows: Vec<(String, String)>, out: &mut dyn Write) -> Result<()> {
    let layout = Layout {
        headers: false,
        max_width: session.voice.screen.as_ref().map(|screen| screen.columns),
        ..Layout::default()
    };
    session.voice.write_long(out, |mut out| Ok(table::write(&Pairs(rows), &layout, &mut out)?))
}

struct Pairs(Vec<(String, String)>);

impl Grid for Pairs {
    type Row = usize;

    fn header(&self) -> Vec<&str> {
        // Not shown, but there are as many columns as headings.
        vec!["name", "value"]
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.0.len()
    }

    fn cell<'c>(&'c self, &row: &'c usize, column: usize, _: &'c mut String) -> Cell<'c> {
        let (first, second) = &self.0[row];
        Cell::Text(if column == 0 { first } else { second })
    }
}
