//! What is still to come of a source of which only the beginning was read.

use crate::load::error::{Fault, unreadable};
use crate::load::origin::budget::Budget;
use crate::load::origin::compress::{Compression, Decompressor};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read between two reports of progress.
const CHUNK: usize = 4 << 20;
/// How many bytes tell a compressed stream.
const MAGIC_LEN: u64 = 4;

/// Where a source can be had from once more.
#[derive(Debug, Clone)]
pub(in crate::load) enum Again {
    File(PathBuf),
    Bytes(bytes::Bytes),
}

/// How many bytes were read of what an input is read from, compressed as they are.
#[derive(Debug, Clone, Default)]
pub(in crate::load) struct ReadCount(Arc<AtomicU64>);

impl ReadCount {
    pub(in crate::load) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts what is read.
struct CountingReader {
    reader: Box<dyn Read + Send>,
    n_read: ReadCount,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.reader.read(buffer)?;
        self.n_read.0.fetch_add(n_read as u64, Ordering::Relaxed);
        Ok(n_read)
    }
}

/// What a text is read from bit by bit, and how much of that was read.
pub(in crate::load) enum ComingText {
    /// The lock is never taken: it lets what only one thread can read be a part of what several can share.
    Plain(Mutex<Box<dyn Read + Send>>, ReadCount),
    Compressed(Box<Decompressor>, ReadCount),
}

impl ComingText {
    /// What the reader gives, decompressed if it begins so.
    pub(in crate::load) fn new(reader: Box<dyn Read + Send>, budget: &Budget) -> io::Result<ComingText> {
        let n_read = ReadCount::default();
        let mut reader = CountingReader { reader, n_read: n_read.clone() };
        let mut magic = Vec::new();
        reader.by_ref().take(MAGIC_LEN).read_to_end(&mut magic)?;
        let compression = Compression::of(&magic);
        let whole = Box::new(io::Cursor::new(magic).chain(reader));
        Ok(match compression {
            None => ComingText::Plain(Mutex::new(whole), n_read),
            Some(compression) => {
                ComingText::Compressed(Box::new(compression.decoder(whole, budget.clone())), n_read)
            }
        })
    }

    /// How many bytes were read of what it is read from.
    pub(in crate::load) fn n_read(&self) -> &ReadCount {
        match self {
            ComingText::Plain(_, n_read) | ComingText::Compressed(_, n_read) => n_read,
        }
    }

    /// Reads on until there are so many bytes, telling `progress` now and then how many were read of what it is read from,
    /// until that wants no more. Tells whether that is all.
    pub(in crate::load) fn read_to(
        &mut self,
        text: &mut Vec<u8>,
        len: usize,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> io::Result<bool> {
        // Read in chunks, since nobody could stop a read to the end of a stream that grows a thousandfold.
        while text.len() < len {
            let chunk = CHUNK.min(len - text.len()) as u64;
            if self.by_ref().take(chunk).read_to_end(text)? == 0 || !progress(self.n_read().get() as usize) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What ended it with this error.
    pub(in crate::load) fn fault(&self, error: io::Error) -> Box<Fault> {
        match self {
            ComingText::Plain(..) => unreadable(&error),
            ComingText::Compressed(decoder, _) => decoder.fault(error),
        }
    }
}

impl Read for ComingText {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            ComingText::Plain(reader, _) => {
                reader.get_mut().unwrap_or_else(PoisonError::into_inner).read(buffer)
            }
            ComingText::Compressed(decoder, _) => decoder.read(buffer),
        }
    }
}
