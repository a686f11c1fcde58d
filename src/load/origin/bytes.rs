//! Bytes of a source, wherever they are.

use memmap2::Mmap;

/// A mapped file, or memory.
pub(in crate::load) enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Bytes {
    pub(in crate::load) fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
        }
    }
}
