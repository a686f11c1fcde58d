//! Numbers, texts and lists as bytes and back: little-endian, every list after its length.
//!
//! What is read back may be anything: a [`Decoder`] never reads beyond its bytes, and sets memory aside only for
//! what is there. Lists begin at multiples of eight bytes, so that their numbers can be read where they stand.

mod buffer;

use bytes::Bytes;

pub(crate) use buffer::{Number, NumberBuffer, TextBuffer};

/// What an index file begins with: a byte that no text has, and both sorts of line ends, as in PNG.
pub(crate) const INDEX_MAGIC: [u8; 8] = *b"\x8Fselq\r\n\n";
/// The bytes of the widest numbers: every list takes a multiple of them.
const ALIGNMENT: usize = size_of::<u64>();

/// Bytes that do not hold what they should, and what that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

impl Malformed {
    /// An error unless `holds`.
    pub(crate) fn unless(holds: bool, what: &'static str) -> Result<(), Malformed> {
        if holds { Ok(()) } else { Err(Malformed(what)) }
    }
}

/// Collects bytes.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn u64(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.u64(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
        self.align();
    }

    pub(crate) fn u32s(&mut self, numbers: impl ExactSizeIterator<Item = u32>) {
        self.u64(numbers.len() as u64);
        numbers.for_each(|number| self.bytes.extend_from_slice(&number.to_le_bytes()));
        self.align();
    }

    pub(crate) fn u64s(&mut self, numbers: impl ExactSizeIterator<Item = u64>) {
        self.u64(numbers.len() as u64);
        // As wide as the alignment, so that the next list begins where it should.
        numbers.for_each(|number| self.u64(number));
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
    }
}

/// Takes apart what an [`Encoder`] wrote, in the same order, without copying it.
#[derive(Debug, Clone)]
pub(crate) struct Decoder {
    rest: Bytes,
}

impl Decoder {
    pub(crate) fn new(bytes: Bytes) -> Decoder {
        Decoder { rest: bytes }
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        let number = self.rest.first_chunk().copied().ok_or(Malformed("a number"))?;
        self.take(size_of::<u64>());
        Ok(u64::from_le_bytes(number))
    }

    /// A number of things, or the place of one.
    pub(crate) fn size(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.u64()?).map_err(|_| Malformed("a size"))
    }

    pub(crate) fn bytes(&mut self) -> Result<Bytes, Malformed> {
        self.list(1)
    }

    pub(crate) fn text(&mut self) -> Result<TextBuffer, Malformed> {
        self.bytes().map(TextBuffer::Mapped)
    }

    pub(crate) fn numbers<T: Number>(&mut self) -> Result<NumberBuffer<T>, Malformed> {
        self.list(size_of::<T>()).map(NumberBuffer::new)
    }

    /// Whether nothing is left.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        Malformed::unless(self.rest.is_empty(), "the end")
    }

    /// The bytes of a list whose elements have `size` bytes.
    fn list(&mut self, size: usize) -> Result<Bytes, Malformed> {
        let n_bytes = usize::try_from(self.u64()?).ok().and_then(|len| len.checked_mul(size));
        // A forged length may be anything, and is compared before anything relies on it.
        let n_bytes = n_bytes.filter(|&n_bytes| n_bytes <= self.rest.len()).ok_or(Malformed("a list"))?;
        let list = self.take(n_bytes);
        // Only forged bytes end before the padding does.
        self.take(self.rest.len().min(n_bytes.next_multiple_of(ALIGNMENT) - n_bytes));
        Ok(list)
    }

    /// The next `n_bytes` bytes.
    fn take(&mut self, n_bytes: usize) -> Bytes {
        self.rest.split_to(n_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut out = Encoder::default();
        out.u32s([1, u32::MAX].into_iter());
        out.bytes("ü".as_bytes());
        out.u64s([u64::MAX].into_iter());
        let mut read = Decoder::new(out.into_bytes().into());
        assert_eq!(read.numbers::<u32>().unwrap()[..], [1, u32::MAX]);
        assert_eq!(read.clone().text().unwrap().get(0..2), "ü");
        assert_eq!(read.bytes().unwrap(), "ü".as_bytes());
        assert_eq!(read.numbers::<u64>().unwrap()[..], [u64::MAX]);
        assert_eq!(read.end(), Ok(()));
    }

    #[test]
    fn lengths_are_not_believed() {
        for len in [1, 8, u64::MAX, u64::MAX / 4 + 1] {
            let mut out = Encoder::default();
            out.u64(len);
            let mut read = Decoder::new(out.into_bytes().into());
            assert_eq!(read.clone().numbers::<u32>().err(), Some(Malformed("a list")), "{len}");
            assert_eq!(read.bytes(), Err(Malformed("a list")), "{len}");
        }
        let read = |bytes: &'static [u8]| Decoder::new(Bytes::from_static(bytes));
        assert_eq!(read(b"1234567").u64(), Err(Malformed("a number")));
        assert_eq!(read(b"1").end(), Err(Malformed("the end")));
    }
}
