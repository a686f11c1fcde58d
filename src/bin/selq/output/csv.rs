//! Comma-separated values, for other programs.

use std::io::{self, Write};

use crate::terminal::printer::Printer;
use crate::terminal::table::{Grid, Scratch};

/// Writes CSV as RFC 4180 has it, quoted where needed. What is absent is empty.
pub(super) fn write(grid: &impl Grid, headers: bool, out: &mut Printer<impl Write>) -> io::Result<()> {
    let (audience, header) = (out.audience(), grid.header());
    let mut writer = ::csv::Writer::from_writer(out.raw());
    let mut scratch = Scratch::default();
    if headers {
        writer.write_record(header.iter().map(|name| audience.text(name).into_owned())).map_err(io_error)?;
    }
    for row in grid.rows() {
        for nth in 0..header.len() {
            let text = scratch.text(grid, &row, nth).unwrap_or_default();
            writer.write_field(audience.text(text).as_bytes()).map_err(io_error)?;
        }
        // Ends the record of the fields before.
        writer.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    writer.flush()
}

/// The error of the writer below, which says whether the reader has gone away.
fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
