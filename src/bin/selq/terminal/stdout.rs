//! Standard output: in large pieces, and of long answers the last piece is written while the next one is made.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::config::Config;
use crate::terminal::closed;
use crate::terminal::printer::Printer;

/// How much is collected before it is written.
const PIECE: usize = 1 << 18;
/// How many pieces may wait to be written.
const N_WAITING: usize = 2;

/// Standard output, and everything is written by the time this returns.
pub(crate) fn with_stdout<T>(write: impl FnOnce(&mut Pieces) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut out = Pieces::new(write_at_once);
    let result = write(&mut out);
    // What was written before an error is to be seen too.
    let finished = out.finish();
    let value = result?;
    finished?;
    Ok(value)
}

/// The same for what is escaped where people read it.
pub(crate) fn print_to_stdout<T>(
    config: &Config,
    print: impl FnOnce(&mut Printer<&mut Pieces>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    with_stdout(|out| print(&mut Printer::new(out, config.stdout)))
}

/// Writes bytes to standard output, and nothing of them waits anywhere.
pub(crate) fn write_at_once(bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let written = match closed::stdout_was_closed() {
        true => Err(io::Error::other("it is closed")),
        false => {
            let mut out = io::stdout().lock();
            out.write_all(bytes).and_then(|()| out.flush())
        }
    };
    // The kind stays: a reader that has gone away is told by it.
    written.map_err(|error| io::Error::new(error.kind(), format!("cannot write to standard output: {error}")))
}

/// How a piece is written.
type WritePiece = fn(&[u8]) -> io::Result<()>;

/// Collects what is to be written. From the second piece on a thread of its own writes them.
pub(crate) struct Pieces {
    piece: Vec<u8>,
    write: WritePiece,
    writer: Option<WriterThread>,
}

/// The thread that writes.
struct WriterThread {
    pieces: SyncSender<Vec<u8>>,
    /// The memory of pieces that are written.
    written: Receiver<Vec<u8>>,
    thread: JoinHandle<io::Result<()>>,
}

impl Pieces {
    fn new(write: WritePiece) -> Pieces {
        Pieces { piece: Vec::new(), write, writer: None }
    }

    /// Hands a piece over to the thread, and waits while too many are waiting there.
    fn hand_over(&mut self) -> io::Result<()> {
        let Some(writer) = self.writer.take().or_else(|| WriterThread::start(self.write)) else {
            return self.write_here();
        };
        // The memory of written pieces is used again: a long answer asks for it a few times only.
        let next = writer.written.try_recv().unwrap_or_default();
        let piece = std::mem::replace(&mut self.piece, next);
        if writer.pieces.send(piece).is_err() {
            return writer.finish();
        }
        self.writer = Some(writer);
        Ok(())
    }

    fn write_here(&mut self) -> io::Result<()> {
        let written = (self.write)(&self.piece);
        self.piece.clear();
        written
    }

    /// Writes what is left.
    fn finish(mut self) -> io::Result<()> {
        self.flush()
    }
}

impl WriterThread {
    /// `None` where there is no thread to be had.
    fn start(write: WritePiece) -> Option<WriterThread> {
        let (pieces, waiting) = sync_channel::<Vec<u8>>(N_WAITING);
        let (give_back, written) = sync_channel(N_WAITING);
        let work = move || {
            for mut piece in waiting {
                write(&piece)?;
                piece.clear();
                // Where nobody wants it back, it is freed.
                let _ = give_back.try_send(piece);
            }
            Ok(())
        };
        let thread = thread::Builder::new().spawn(work).ok()?;
        Some(WriterThread { pieces, written, thread })
    }

    /// Waits until all is written.
    fn finish(self) -> io::Result<()> {
        drop(self.pieces);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A text of megabytes passes through in pieces too.
        let bytes = &bytes[..bytes.len().min(PIECE)];
        if self.piece.len() + bytes.len() > PIECE && !self.piece.is_empty() {
            self.hand_over()?;
        }
        self.piece.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Writes everything now, so that what follows elsewhere, such as a message, comes after it.
    fn flush(&mut self) -> io::Result<()> {
        match self.writer.take() {
            // A short answer needs no thread.
            None => self.write_here(),
            Some(writer) => {
                // If this fails the thread has ended, and says why.
                let _ = writer.pieces.send(std::mem::take(&mut self.piece));
                writer.finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn pieces_are_written_in_order_and_whole() {
        static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        let mut expected: Vec<u8> = Vec::new();
        let mut out = Pieces::new(|piece| {
            assert!(piece.len() <= PIECE);
            WRITTEN.lock().unwrap().write_all(piece)
        });
        for nth in 0..300_000_u32 {
            let line = format!("{nth}\n");
            expected.extend(line.as_bytes());
            out.write_all(line.as_bytes()).unwrap();
        }
        let long = vec![b'x'; 3 * PIECE];
        expected.extend(&long);
        out.write_all(&long).unwrap();
        out.finish().unwrap();
        assert!(*WRITTEN.lock().unwrap() == expected);
    }

    #[test]
    fn what_is_flushed_is_written_at_once() {
        static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        let n_written = || WRITTEN.lock().unwrap().len();
        let mut out = Pieces::new(|piece| WRITTEN.lock().unwrap().write_all(piece));
        out.write_all(b"a\n").unwrap();
        assert_eq!(n_written(), 0);
        out.flush().unwrap();
        assert_eq!(n_written(), 2);
        // Long enough for the thread to write some of it.
        let line = [b'x'; 1 << 12];
        (0..300).for_each(|_| out.write_all(&line).unwrap());
        out.flush().unwrap();
        assert_eq!(n_written(), 2 + 300 * line.len());
        out.write_all(b"b\n").unwrap();
        out.finish().unwrap();
        assert_eq!(n_written(), 4 + 300 * line.len());
    }

    #[test]
    fn short_answers_are_written_without_a_thread() {
        let mut out = Pieces::new(|_| Err(io::ErrorKind::BrokenPipe.into()));
        out.write_all(b"2\n").unwrap();
        assert!(out.writer.is_none());
        assert_eq!(out.finish().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn what_cannot_be_written_ends_a_long_answer() {
        let mut out = Pieces::new(|_| Err(io::ErrorKind::BrokenPipe.into()));
        let line = [b'x'; 4096];
        let failed = (0..100_000).find_map(|_| out.write_all(&line).err());
        assert_eq!(failed.map(|error| error.kind()), Some(io::ErrorKind::BrokenPipe));
    }
}
