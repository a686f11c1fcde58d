//! Names and what there is to say about each, in two columns.

use std::io::Write;

use anyhow::Result;

use super::super::session::Session;
use crate::output::grid::{self, Layout, Table};

/// Writes two columns without headings.
pub(super) fn write_pairs(session: &Session, rows: Vec<(String, String)>, out: &mut dyn Write) -> Result<()> {
    let layout = Layout {
        headers: vec![String::new(); 2],
        shows_headers: false,
        max_width: session.voice.screen.as_ref().map(|screen| screen.columns),
        last_is_labels: false,
    };
    session.voice.write_long(out, |mut out| Ok(grid::write(&Pairs(rows), &layout, &mut out)?))
}

struct Pairs(Vec<(String, String)>);

impl Table for Pairs {
    type Row = usize;

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.0.len()
    }

    fn cell<'c>(&'c self, &row: &'c usize, column: usize, _: &'c mut String) -> Option<&'c str> {
        let (first, second) = &self.0[row];
        Some(if column == 0 { first } else { second })
    }
}
