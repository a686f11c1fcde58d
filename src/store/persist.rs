//! A whole store as bytes, and back.
//!
//! Each part writes and reads itself. Reading copies nothing: columns stay where they are mapped, and each becomes
//! memory of its own when it changes. Reading does not look at every number either, which would cost more than most
//! queries: the checksum says whether they are the numbers that were written. What is checked is that all columns are as
//! long as they should be; and whoever follows a number takes one that leads nowhere for nothing, so that forged bytes
//! give wrong answers at worst.

use std::sync::OnceLock;

use super::{Index, LabelInterner, ObjectTable, Store};
use crate::codec::{Decoder, Encoder, Malformed};

impl Store {
    /// Writes the objects.
    pub(crate) fn encode_objects(&self, out: &mut Encoder) {
        self.table.encode(out);
    }

    /// Writes the index over the objects.
    pub(crate) fn encode_index(&self, out: &mut Encoder) {
        self.index.encode(self.table.n_ids(), out);
    }

    /// Reads what the other two wrote. Costs by the keys and by the bitmaps, not by the objects.
    pub(crate) fn decode(mut objects: Decoder, mut index: Decoder) -> Result<Store, Malformed> {
        let table = ObjectTable::decode(&mut objects)?;
        let postings = Index::decode(&mut index, &table)?;
        objects.end()?;
        index.end()?;
        // The last two are not saved: one only guesses, the other is made when it is asked for.
        Ok(Store { table, index: postings, interner: LabelInterner::default(), identities: OnceLock::new() })
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
        let bytes = |out: Encoder| Decoder::new(out.into_bytes().into());
        Store::decode(bytes(table), bytes(postings))
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
    fn a_store_that_was_read_changes_as_any_other() {
        // So many pods that some labels have bitmaps.
        let mut loaded = store(&[&[("env", "prod"), ("tier", "db")][..]; 100]);
        loaded.insert(Object::new("Node", "", "a").with_labels([("zone", "x")]));
        let mut read = mixed(&loaded, &loaded).unwrap();
        for store in [&mut loaded, &mut read] {
            let ids: Vec<_> = store.objects().map(|object| object.id()).collect();
            store.relabel(ids[7], [("env", "ü"), ("new", "")]);
            store.replace(ids[8], "apps/v1", "Deployment", [("tier", "web")]);
            assert!(store.remove(ids[100]) && !store.remove(ids[100]));
            store.insert(Object::new("Pod", "other", "b").with_labels([("env", "prod"), ("zone", "y")]));
            assert_eq!(store.count_label("env", "prod"), 99);
        }
        let seen = |store: &Store| format!("{:?}", store.objects().collect::<Vec<_>>());
        assert_eq!(seen(&read), seen(&loaded));
        assert_eq!(read.keys(), loaded.keys());
        for key in loaded.keys() {
            assert_eq!(read.values(key.key), loaded.values(key.key));
        }
        assert_eq!((read.kinds(), read.namespaces()), (loaded.kinds(), loaded.namespaces()));
        assert_eq!(
            (read.n_labels(), read.n_distinct_labels()),
            (loaded.n_labels(), loaded.n_distinct_labels())
        );
    }

    #[test]
    fn objects_do_not_take_the_index_of_others() {
        let objects = store(&[&[("env", "prod")], &[("env", "qa")]]);
        assert!(mixed(&objects, &objects).is_ok());
        let others = [
            store(&[&[("env", "prod")]]),
            store(&[&[("env", "prod")], &[("env", "qa")], &[]]),
            store(&[&[("env", "prod")], &[("env", "prod")]]),
            store(&[&[("env", "prod")], &[("env", "qa"), ("tier", "db")]]),
            store(&[&[("env", "prod"), ("tier", "db")], &[]]),
        ];
        for other in &others {
            assert!(mixed(&objects, other).is_err(), "{other:?}");
            assert!(mixed(other, &objects).is_err(), "{other:?}");
        }
    }
}
