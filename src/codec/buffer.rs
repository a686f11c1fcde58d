//! Buffers: the numbers or texts of very many things, in memory or where they stand in a mapped file.
//!
//! A saved index is not copied when it is opened: its buffers are read in place, and only one that is changed
//! becomes memory of its own.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, Range};

use bytemuck::Pod;
use bytes::Bytes;

/// A number that a buffer can hold.
pub(crate) trait Number: Pod + fmt::Debug {
    /// The number whose bytes, least significant first, were taken for this processor's.
    fn from_le(number: Self) -> Self;
}

impl Number for u8 {
    fn from_le(number: u8) -> u8 {
        number
    }
}

impl Number for u32 {
    fn from_le(number: u32) -> u32 {
        u32::from_le(number)
    }
}

impl Number for u64 {
    fn from_le(number: u64) -> u64 {
        u64::from_le(number)
    }
}

/// Numbers, one after another. Reads like the slice that it is.
#[derive(Clone)]
pub(crate) enum NumberBuffer<T> {
    /// In memory of its own.
    Owned(Vec<T>),
    /// In a mapped file, which stays mapped as long as any of its buffers.
    Mapped(Mapped<T>),
}

/// Bytes that were checked to be whole numbers of this type.
#[derive(Clone)]
pub(crate) struct Mapped<T> {
    bytes: Bytes,
    numbers: PhantomData<T>,
}

impl<T: Number> NumberBuffer<T> {
    /// The numbers that these bytes are. They stay where they are if this processor can read them there.
    pub(super) fn new(bytes: Bytes) -> NumberBuffer<T> {
        // Lists are aligned within a file, and a file where it is mapped. Bytes that were read into
        // memory may begin anywhere, and are copied.
        if cfg!(target_endian = "little") && bytemuck::try_cast_slice::<u8, T>(&bytes).is_ok() {
            return NumberBuffer::Mapped(Mapped { bytes, numbers: PhantomData });
        }
        NumberBuffer::Owned(
            bytemuck::pod_collect_to_vec::<u8, T>(&bytes).into_iter().map(T::from_le).collect(),
        )
    }

    /// Some of the numbers, without a copy of those that are mapped.
    pub(crate) fn slice(&self, range: Range<usize>) -> NumberBuffer<T> {
        match self {
            NumberBuffer::Owned(numbers) => NumberBuffer::Owned(numbers[range].to_vec()),
            NumberBuffer::Mapped(mapped) => {
                // Whole numbers from a whole number on, so that these are read in place as well.
                let bytes = mapped.bytes.slice(range.start * size_of::<T>()..range.end * size_of::<T>());
                NumberBuffer::Mapped(Mapped { bytes, numbers: PhantomData })
            }
        }
    }

    /// The numbers to be changed. Copies those that are mapped.
    #[inline]
    pub(crate) fn to_mut(&mut self) -> &mut Vec<T> {
        if let NumberBuffer::Mapped(_) = self {
            self.copy();
        }
        match self {
            NumberBuffer::Owned(numbers) => numbers,
            NumberBuffer::Mapped(_) => unreachable!("just copied"),
        }
    }

    #[cold]
    fn copy(&mut self) {
        // Out of the way of `to_mut`, which is asked for each number that is added.
        *self = NumberBuffer::Owned(self.to_vec());
    }

    /// Gives back memory that was set aside for more.
    pub(crate) fn shrink_to_fit(&mut self) {
        if let NumberBuffer::Owned(numbers) = self {
            numbers.shrink_to_fit();
        }
    }

    /// How many bytes of memory it takes, of its own or of the mapped file.
    pub(crate) fn memory(&self) -> u64 {
        match self {
            NumberBuffer::Owned(numbers) => (numbers.capacity() * size_of::<T>()) as u64,
            NumberBuffer::Mapped(mapped) => mapped.bytes.len() as u64,
        }
    }
}

impl<T: Number> Deref for NumberBuffer<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            NumberBuffer::Owned(numbers) => numbers,
            // This cannot fail: `new` has tried it, and bytes that are shared never move.
            NumberBuffer::Mapped(mapped) => bytemuck::cast_slice(&mapped.bytes),
        }
    }
}

impl<T> Default for NumberBuffer<T> {
    fn default() -> NumberBuffer<T> {
        NumberBuffer::Owned(Vec::new())
    }
}

impl<T> From<Vec<T>> for NumberBuffer<T> {
    fn from(numbers: Vec<T>) -> NumberBuffer<T> {
        NumberBuffer::Owned(numbers)
    }
}

impl<T: Number> fmt::Debug for NumberBuffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Texts, one after another, without a sign where one ends.
#[derive(Debug, Clone)]
pub(crate) enum TextBuffer {
    /// In memory of its own.
    Owned(String),
    /// In a mapped file. Each text is checked to be UTF-8 when it is asked for.
    Mapped(Bytes),
}

impl TextBuffer {
    /// The text at this place. Empty where there is none.
    #[inline]
    pub(crate) fn get(&self, range: Range<usize>) -> &str {
        let text = match self {
            TextBuffer::Owned(text) => text.get(range),
            TextBuffer::Mapped(bytes) => bytes.get(range).and_then(|bytes| str::from_utf8(bytes).ok()),
        };
        text.unwrap_or_default()
    }

    /// All of it, to compare and to copy.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            TextBuffer::Owned(text) => text.as_bytes(),
            TextBuffer::Mapped(bytes) => bytes,
        }
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// The text to be changed. Copies one that is mapped.
    #[inline]
    pub(crate) fn to_mut(&mut self) -> &mut String {
        if let TextBuffer::Mapped(_) = self {
            self.copy();
        }
        match self {
            TextBuffer::Owned(text) => text,
            TextBuffer::Mapped(_) => unreachable!("just copied"),
        }
    }

    #[cold]
    fn copy(&mut self) {
        // Only a forged index holds what is no UTF-8. All its texts are empty then.
        *self = TextBuffer::Owned(String::from_utf8(self.as_bytes().to_vec()).unwrap_or_default());
    }

    /// Gives back memory that was set aside for more.
    pub(crate) fn shrink_to_fit(&mut self) {
        if let TextBuffer::Owned(text) = self {
            text.shrink_to_fit();
        }
    }

    /// How many bytes of memory it takes, of its own or of the mapped file.
    pub(crate) fn memory(&self) -> u64 {
        match self {
            TextBuffer::Owned(text) => text.capacity() as u64,
            TextBuffer::Mapped(bytes) => bytes.len() as u64,
        }
    }
}

impl Default for TextBuffer {
    fn default() -> TextBuffer {
        TextBuffer::Owned(String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_wherever_they_stand() {
        let bytes: Vec<u8> = (0..20).collect();
        for start in 0..4 {
            let buffer = NumberBuffer::<u32>::new(Bytes::from(bytes.clone()).slice(start..start + 8));
            let first = start as u32 * 0x0101_0101 + 0x0302_0100;
            assert_eq!(*buffer, [first, first + 0x0404_0404]);
            assert_eq!(*buffer.slice(1..2), [first + 0x0404_0404]);
        }
    }

    #[test]
    fn only_what_changes_is_copied() {
        let bytes = Bytes::from(vec![0; 64]);
        let aligned = bytes.as_ptr().align_offset(align_of::<u64>());
        let mut buffer = NumberBuffer::<u64>::new(bytes.slice(aligned..aligned + 16));
        let other = buffer.clone();
        assert!(cfg!(target_endian = "big") || matches!(buffer, NumberBuffer::Mapped(_)));
        assert_eq!(buffer.memory(), 16);
        buffer.to_mut().push(7);
        assert_eq!((&*buffer, &*other), (&[0, 0, 7][..], &[0, 0][..]));
        assert!(buffer.memory() >= 24);
    }

    #[test]
    fn a_mapped_text_becomes_its_own_when_it_changes() {
        let mut text = TextBuffer::Mapped("aü".into());
        assert_eq!((text.get(1..3), text.get(0..2), text.get(2..9), text.memory()), ("ü", "", "", 3));
        text.to_mut().push('x');
        assert_eq!((text.get(0..4), text.get(0..2)), ("aüx", ""));
        assert!(matches!(text, TextBuffer::Owned(_)));
    }
}
