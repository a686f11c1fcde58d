//! What lists take of the heap.

/// The bytes that so many things of a list take.
pub(super) fn vec_bytes<T>(list: &Vec<T>) -> u64 {
    (list.capacity() * size_of::<T>()) as u64
}
