//! A whole store as bytes, and back.
//!
//! Each part writes and reads itself beside its own invariants. Reading checks everything that later accesses
//! rely on, so that bytes from anywhere give an error or a store that holds together: numbers are in bounds, ids
//! ascend, texts are UTF-8 and distinct, and every label's objects are as many as the objects' rows say. Hash
//! tables are not written but built again, since their seeds differ from run to run.

use super::{Index, LabelInterner, ObjectTable, Store};
use crate::both::both;
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
        let (table, postings) = both(|| ObjectTable::decode(&mut objects), || Index::decode(&mut index));
        let ((table, n_objects), (postings, n_ids)) = (table?, postings?);
        objects.end()?;
        index.end()?;
        Malformed::unless(table.n_ids() == n_ids, "the index of as many objects")?;
        let index = postings.of(&table, &n_objects)?;
        Ok(Store { table, index, interner: LabelInterner::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Object;

    fn store(labels: &[&[(&str, &str)]]) -> Store {
        let mut store = Store::new();
        for &labels in labels {
            store.insert(Object::new("Pod", "shop", "web").with_labels(labels.iter().copied()));
        }
        store
    }

    /// A store of the objects of one and the index of another.
    fn mixed(objects: &Store, index: &Store) -> Result<Store, Malformed> {
        let (mut table, mut postings) = (Encoder::default(), Encoder::default());
        objects.encode_objects(&mut table);
        index.encode_index(&mut postings);
        let (table, postings) = (table.into_bytes(), postings.into_bytes());
        Store::decode(Decoder::new(&table), Decoder::new(&postings))
    }

    #[test]
    fn a_store_that_was_changed_is_read_as_it_is() {
        let mut changed = store(&[&[("env", "prod")], &[("env", "qa"), ("tier", "db")], &[]]);
        let ids: Vec<_> = changed.objects().map(|object| object.id()).collect();
        changed.relabel(ids[1], [("env", "ü")]);
        changed.remove(ids[0]);
        let read = mixed(&changed, &changed).unwrap();
        assert_eq!(
            format!("{:?}", read.objects().collect::<Vec<_>>()),
            format!("{:?}", changed.objects().collect::<Vec<_>>())
        );
        assert_eq!((read.keys(), read.values("env")), (changed.keys(), changed.values("env")));
        assert_eq!((read.kinds(), read.len()), (changed.kinds(), 2));
    }

    #[test]
    fn objects_do_not_take_the_index_of_others() {
        let objects = store(&[&[("env", "prod")], &[("env", "qa")]]);
        assert!(mixed(&objects, &objects).is_ok());
        let mut others = vec![
            store(&[&[("env", "prod")]]),
            store(&[&[("env", "prod")], &[("env", "qa")], &[]]),
            store(&[&[("env", "prod")], &[("env", "prod")]]),
            store(&[&[("env", "prod")], &[("env", "qa"), ("tier", "db")]]),
            store(&[&[("env", "prod"), ("tier", "db")], &[]]),
            objects.clone(),
        ];
        let last = objects.objects().last().map(|object| object.id()).unwrap();
        others[5].remove(last);
        for other in &others {
            assert!(mixed(&objects, other).is_err(), "{other:?}");
            assert!(mixed(other, &objects).is_err(), "{other:?}");
        }
    }
}
