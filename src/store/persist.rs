//! A whole store as bytes, and back.
//!
//! Each part writes and reads itself beside its own invariants. Reading checks everything that later accesses
//! rely on, so that bytes from anywhere give an error or a store that holds together: numbers are in bounds, ids
//! ascend, texts are UTF-8 and distinct, and every label's objects are as many as the objects' rows say. Hash
//! tables are not written but built again, since their seeds differ from run to run.

use std::thread;

use super::{Index, LabelInterner, ObjectTable, Store};
use crate::wire::{Decoder, Encoder, Malformed};

impl Store {
    /// Writes the objects.
    pub(crate) fn encode_objects(&self, out: &mut Encoder) {
        self.table.encode(out);
    }

    /// Writes the index over the objects.
    pub(crate) fn encode_index(&self, out: &mut Encoder) {
        self.index.encode(self.table.n_ids(), out);
    }

    /// Reads what the other two wrote, on two threads. Costs a copy of the bytes, a step for every label of an
    /// object and a hash for every distinct one.
    pub(crate) fn decode(mut objects: Decoder<'_>, mut index: Decoder<'_>) -> Result<Store, Malformed> {
        let (table, postings) = thread::scope(|scope| {
            let postings = scope.spawn(|| Index::decode(&mut index));
            (ObjectTable::decode(&mut objects), postings.join().expect("reading does not panic"))
        });
        let ((table, n_objects), (postings, n_ids)) = (table?, postings?);
        objects.end()?;
        index.end()?;
        Malformed::unless(table.n_ids() == n_ids, "the index of as many objects")?;
        let index = postings.of(&table, &n_objects)?;
        Ok(Store { table, index, interner: LabelInterner::default() })
    }
}
