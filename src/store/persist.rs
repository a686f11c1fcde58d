//! A whole store as bytes, and back.
//!
//! Each part writes and reads itself beside its own invariants. Reading checks everything that later accesses
//! rely on, so that bytes from anywhere give an error or a store that holds together: numbers are in bounds, ids
//! ascend, texts are UTF-8 and distinct, and every label's objects are as many as the objects' rows say. Hash
//! tables are not written but built again, since their seeds differ from run to run.

use super::{Index, LabelInterner, ObjectTable, Store};
use crate::wire::{Decoder, Encoder, Malformed};

impl Store {
    /// Writes the objects.
    pub(crate) fn encode_objects(&self, out: &mut Encoder) {
        self.table.encode(out);
    }

    /// Writes the index over the objects.
    pub(crate) fn encode_index(&self, out: &mut Encoder) {
        self.index.encode(out);
    }

    /// Reads what the other two wrote. Costs a copy of the bytes, a step for every label of an object and a hash
    /// for every distinct one.
    pub(crate) fn decode(mut objects: Decoder<'_>, mut index: Decoder<'_>) -> Result<Store, Malformed> {
        let (table, n_objects) = ObjectTable::decode(&mut objects)?;
        objects.end()?;
        let read = Index::decode(&mut index, &table, &n_objects)?;
        index.end()?;
        Ok(Store { table, index: read, interner: LabelInterner::default() })
    }
}
