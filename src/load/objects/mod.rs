//! The objects in the JSON of a dump: found, read, and handed on.

pub(in crate::load) mod envelope;
pub(in crate::load) mod file_sort;
pub(in crate::load) mod head;
pub(in crate::load) mod labels;
pub(in crate::load) mod lists;
pub(in crate::load) mod parts;
pub(in crate::load) mod runs;
pub(in crate::load) mod scout;
pub(in crate::load) mod server;
pub(in crate::load) mod sink;
pub(in crate::load) mod walk;
pub(in crate::load) mod watch;
pub(in crate::load) mod windows;
