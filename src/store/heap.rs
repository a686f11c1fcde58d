//! What lists take of the heap.

/// The bytes that a list takes, with the room it has for more.
pub(super) fn vec_bytes<T>(list: &Vec<T>) -> u64 {
    (list.capacity() * size_of::<T>()) as u64
}
