//! JSON as a dump has it: values one after another, read with a place for every fault.

pub(in crate::load) mod cursor;
pub(in crate::load) mod gaps;
pub(in crate::load) mod lines;
mod reader;
pub(in crate::load) mod split;
