//! Numbers, texts and lists as bytes and back: little-endian, every list after its length.
//!
//! What is read back may be anything: a [`Decoder`] never reads beyond its bytes, and sets memory aside only for
//! what is there.

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
    }

    pub(crate) fn u32s(&mut self, numbers: impl ExactSizeIterator<Item = u32>) {
        self.u64(numbers.len() as u64);
        numbers.for_each(|number| self.bytes.extend_from_slice(&number.to_le_bytes()));
    }

    pub(crate) fn u64s(&mut self, numbers: impl ExactSizeIterator<Item = u64>) {
        self.u64(numbers.len() as u64);
        numbers.for_each(|number| self.u64(number));
    }
}

/// Takes apart what an [`Encoder`] wrote, in the same order.
#[derive(Debug, Clone)]
pub(crate) struct Decoder<'b> {
    rest: &'b [u8],
}

impl<'b> Decoder<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Decoder<'b> {
        Decoder { rest: bytes }
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        let (number, rest) = self.rest.split_first_chunk().ok_or(Malformed("a number"))?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*number))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], Malformed> {
        self.list(1)
    }

    pub(crate) fn text(&mut self) -> Result<&'b str, Malformed> {
        str::from_utf8(self.bytes()?).map_err(|_| Malformed("a text"))
    }

    pub(crate) fn u32s(&mut self) -> Result<Vec<u32>, Malformed> {
        let (numbers, _) = self.list(size_of::<u32>())?.as_chunks();
        Ok(numbers.iter().copied().map(u32::from_le_bytes).collect())
    }

    pub(crate) fn u64s(&mut self) -> Result<impl ExactSizeIterator<Item = u64> + Clone + use<'b>, Malformed> {
        let (numbers, _) = self.list(size_of::<u64>())?.as_chunks();
        Ok(numbers.iter().copied().map(u64::from_le_bytes))
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), Malformed> {
        Malformed::unless(self.rest.is_empty(), "the end")
    }

    /// The bytes of a list whose elements have `size` bytes.
    fn list(&mut self, size: usize) -> Result<&'b [u8], Malformed> {
        let n_bytes = usize::try_from(self.u64()?).ok().and_then(|len| len.checked_mul(size));
        let parts = n_bytes.and_then(|n_bytes| self.rest.split_at_checked(n_bytes));
        let (list, rest) = parts.ok_or(Malformed("a list"))?;
        self.rest = rest;
        Ok(list)
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
        let bytes = out.into_bytes();
        let mut read = Decoder::new(&bytes);
        assert_eq!(read.u32s(), Ok(vec![1, u32::MAX]));
        assert_eq!(read.clone().text(), Ok("ü"));
        assert_eq!(read.bytes(), Ok("ü".as_bytes()));
        assert!(read.u64s().is_ok_and(|numbers| numbers.eq([u64::MAX])));
        assert_eq!(read.end(), Ok(()));
    }

    #[test]
    fn lengths_are_not_believed() {
        for len in [1, 8, u64::MAX, u64::MAX / 4 + 1] {
            let mut out = Encoder::default();
            out.u64(len);
            let bytes = out.into_bytes();
            assert_eq!(Decoder::new(&bytes).u32s(), Err(Malformed("a list")), "{len}");
            assert_eq!(Decoder::new(&bytes).bytes(), Err(Malformed("a list")), "{len}");
        }
        assert_eq!(Decoder::new(b"1234567").u64(), Err(Malformed("a number")));
        assert_eq!(Decoder::new(b"1").end(), Err(Malformed("the end")));
    }
}
