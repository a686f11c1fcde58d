//! Where the bytes of a dump come from: files, standard input, compressed streams.

pub(in crate::load) mod bytes;
pub(in crate::load) mod compress;
pub(in crate::load) mod mmap;
pub(in crate::load) mod queue;
pub(in crate::load) mod source;
pub(in crate::load) mod written;
