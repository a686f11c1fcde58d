//! How much memory a store takes.

use super::Store;
use super::identity::Identities;

/// The memory of a [`Store`], in bytes, and what it is for.
///
/// What was set aside and not used yet counts as well. Left out is what only a few things have: keys, kinds,
/// namespaces. For a store that is read where a saved index is mapped, those bytes of the file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreMemory {
    /// What every object takes: its name, kind and namespace, and the numbers of its labels.
    pub objects: u64,
    /// What every distinct label takes: its text, and which objects have it.
    pub labels: u64,
    /// What it takes to find objects by identity; 0 as long as nobody asked for one.
    pub identities: u64,
}

impl Store {
    /// How much memory the objects and their labels take. One step per distinct label.
    #[must_use]
    pub fn memory(&self) -> StoreMemory {
        StoreMemory {
            objects: self.table.objects_memory() + self.table.live().memory(),
            labels: self.table.labels_memory() + self.index.memory(),
            // To ask what it takes must not be what makes it.
            identities: self.identities.get().map_or(0, Identities::memory),
        }
    }

    /// How many distinct labels, a key with a value each, some object has.
    #[must_use]
    pub fn n_distinct_labels(&self) -> usize {
        self.index.n_distinct_labels()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectIdentity, StoreBuilder};

    fn memory(n_objects: usize, n_values: usize) -> StoreMemory {
        let mut builder = StoreBuilder::new();
        for n in 0..n_objects {
            let value = format!("value-{:05}", n % n_values);
            builder.push(
                ObjectIdentity { name: "web-0", ..ObjectIdentity::default() },
                [("key", value.as_str())],
            );
        }
        builder.finish().memory()
    }

    #[test]
    fn memory_grows_with_what_it_is_for() {
        let (few, more_objects, more_values) =
            (memory(10_000, 10), memory(20_000, 10), memory(20_000, 5_000));
        assert!(more_objects.objects >= few.objects + 10_000 * ("web-0".len() + 9) as u64);
        assert!(more_objects.labels < few.labels * 3);
        assert!(more_values.labels >= more_objects.labels + 4_990 * "value-00000".len() as u64);
        assert_eq!(memory(0, 1).labels, 0);
    }
}
