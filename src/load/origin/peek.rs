//! A reader that looks ahead and knows how far it is.

use crate::load::error::unreadable;
use std::io::{self, BufRead, Read};
use std::sync::{Mutex, PoisonError};

/// How much is read at once, if there is so much.
const BUFFER: usize = 1 << 17;

/// Reads what a compressed stream is made of.
pub(in crate::load) struct PeekReader {
    /// The lock is never taken: it lets what only one thread can read be a part of what several can share.
    reader: Mutex<Box<dyn Read + Send>>,
    buffer: Vec<u8>,
    /// Where the next byte is in the buffer.
    start: usize,
    /// Where the buffer is filled to.
    end: usize,
    /// How many bytes came before those in the buffer.
    n_before: usize,
}

impl PeekReader {
    pub(in crate::load) fn new(reader: Box<dyn Read + Send>) -> PeekReader {
        PeekReader { reader: Mutex::new(reader), buffer: vec![0; BUFFER], start: 0, end: 0, n_before: 0 }
    }

    /// How many bytes were taken.
    pub(in crate::load) fn pos(&self) -> usize {
        self.n_before + self.start
    }

    /// The next `n` bytes, or as many as there are; perhaps more.
    pub(in crate::load) fn peek(&mut self, n: usize) -> io::Result<&[u8]> {
        while self.end - self.start < n && self.read_more()? > 0 {}
        Ok(&self.buffer[self.start..self.end])
    }

    /// The same as they would be read, without being taken.
    pub(in crate::load) fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn read_more(&mut self) -> io::Result<usize> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.n_before += self.start;
        (self.start, self.end) = (0, self.end - self.start);
        let reader = self.reader.get_mut().unwrap_or_else(PoisonError::into_inner);
        loop {
            match reader.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Not damage of what is read.
                Err(error) => return Err(unreadable(&error).into()),
                Ok(n_read) => {
                    self.end += n_read;
                    return Ok(n_read);
                }
            }
        }
    }
}

impl Read for PeekReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.fill_buf()?.read(buffer)?;
        self.consume(n_read);
        Ok(n_read)
    }
}

impl BufRead for PeekReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, n: usize) {
        self.start = self.end.min(self.start + n);
    }
}
