//! Work that ends when the user has had enough.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Error;

/// The error of what the user stopped.
pub(crate) const STOPPED: &str = "stopped by the user";

/// Whether an error says that the user stopped the work.
pub(crate) fn is_stop(error: &Error) -> bool {
    // By its text, since it comes as an error of input or output as well as by itself.
    error.chain().any(|cause| cause.to_string() == STOPPED)
}

/// Output that ends when the user has had enough.
pub(crate) struct Stoppable<'s, W> {
    out: W,
    stop: &'s AtomicBool,
    /// Whether what was written last is no whole line.
    pub(crate) is_in_line: bool,
}

impl<'s, W> Stoppable<'s, W> {
    pub(crate) fn new(out: W, stop: &'s AtomicBool) -> Stoppable<'s, W> {
        Stoppable { out, stop, is_in_line: false }
    }
}

impl<W: Write> Write for Stoppable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            // Not as `Interrupted`, after which `write_all` would go on.
            return Err(io::Error::other(STOPPED));
        }
        let n_bytes = self.out.write(bytes)?;
        if let Some(last) = bytes[..n_bytes].last() {
            self.is_in_line = *last != b'\n';
        }
        Ok(n_bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
