//! Where the bytes of a dump come from: files, folders, archives, standard input, compressed streams.

pub(in crate::load) mod budget;
pub(in crate::load) mod bundle;
pub(in crate::load) mod compress;
pub(in crate::load) mod mmap;
pub(in crate::load) mod peek;
pub(in crate::load) mod pipe;
pub(in crate::load) mod queue;
pub(in crate::load) mod reread;
pub(in crate::load) mod rest;
pub(in crate::load) mod source;
pub(in crate::load) mod written;
