//! Turning columns round: from what every object has to every value's objects.

use std::ops::Range;

use roaring::RoaringBitmap;

use super::postings::Postings;
use super::table::ObjectTable;

/// How many ids are sorted into lists at a time, at least: 8 MiB of them. More need another walk over the column,
/// which costs less than the memory would.
const MIN_GATHERED: usize = 2 << 20;

/// How many walks that takes at most, so that the time stays linear in the ids. From there on the memory for them
/// grows: a quarter of what they take in the end.
const MAX_WALKS: usize = 4;

/// From which share of all objects on a value's ids are collected as bits. There can be few values of that many objects in
/// a column, so that their bits need little memory.
// A bit for every object is at most two bytes for each of these ids, half of what a gathered id takes.
const DENSE_SHARE: usize = 16;

/// Something that objects have, as numbers.
pub(super) trait Attribute {
    /// How many numbers there are.
    fn n_numbers(&self) -> usize;

    /// Gives every object's id with each of its numbers, ids ascending.
    fn walk(&self, visit: impl FnMut(u32, u32));
}

/// The labels of the objects.
pub(super) struct LabelsOf<'t>(pub(super) &'t ObjectTable);

impl Attribute for LabelsOf<'_> {
    fn n_numbers(&self) -> usize {
        self.0.n_distinct_labels()
    }

    fn walk(&self, mut visit: impl FnMut(u32, u32)) {
        for (id, labels) in self.0.rows.iter() {
            labels.for_each(|label| visit(id.0, label.0));
        }
    }
}

/// The keys of the objects' labels.
pub(super) struct KeysOf<'t>(pub(super) &'t ObjectTable);

impl Attribute for KeysOf<'_> {
    fn n_numbers(&self) -> usize {
        self.0.n_keys()
    }

    fn walk(&self, mut visit: impl FnMut(u32, u32)) {
        LabelsOf(self.0).walk(|id, label| visit(id, self.0.key_number(label)));
    }
}

/// The kinds of the objects.
pub(super) struct KindsOf<'t>(pub(super) &'t ObjectTable);

impl Attribute for KindsOf<'_> {
    fn n_numbers(&self) -> usize {
        self.0.kind_ids().len()
    }

    fn walk(&self, mut visit: impl FnMut(u32, u32)) {
        self.0.live_ids().for_each(|id| visit(id.0, self.0.kind_of(id).0));
    }
}

/// The namespaces of the objects.
pub(super) struct NamespacesOf<'t>(pub(super) &'t ObjectTable);

impl Attribute for NamespacesOf<'_> {
    fn n_numbers(&self) -> usize {
        self.0.namespace_ids().len()
    }

    fn walk(&self, mut visit: impl FnMut(u32, u32)) {
        self.0.live_ids().for_each(|id| visit(id.0, self.0.namespace_of(id).0));
    }
}

/// The postings of every number of a column of `n_ids` objects. Takes a few walks over the column.
pub(super) fn postings(column: &impl Attribute, n_ids: usize) -> Vec<Postings> {
    let inverter = Inverter::new(column, n_ids);
    let n_gathered: usize = (0..column.n_numbers()).map(|number| inverter.n_gathered(number)).sum();
    inverter.postings(MIN_GATHERED.max(n_gathered / MAX_WALKS))
}

struct Inverter<'c, C> {
    column: &'c C,
    n_ids: usize,
    /// How many objects have each number.
    counts: Vec<u32>,
}

impl<'c, C: Attribute> Inverter<'c, C> {
    fn new(column: &'c C, n_ids: usize) -> Inverter<'c, C> {
        let mut counts = vec![0; column.n_numbers()];
        column.walk(|_, number| counts[number as usize] += 1);
        Inverter { column, n_ids, counts }
    }

    fn postings(&self, max_gathered: usize) -> Vec<Postings> {
        let mut postings = self.dense();
        for numbers in self.batches(max_gathered) {
            self.gather(numbers, &mut postings);
        }
        postings
    }

    fn is_dense(&self, number: usize) -> bool {
        // In a small store any value has a large share of the objects, and a bitmap of its own would not pay.
        self.counts[number] as usize > (self.n_ids / DENSE_SHARE).max(1024)
    }

    /// Postings with those of the dense numbers filled in.
    fn dense(&self) -> Vec<Postings> {
        let mut postings = vec![Postings::default(); self.counts.len()];
        let dense: Vec<usize> = (0..self.counts.len()).filter(|&number| self.is_dense(number)).collect();
        if dense.is_empty() {
            return postings;
        }
        let mut places = vec![usize::MAX; self.counts.len()];
        dense.iter().enumerate().for_each(|(place, &number)| places[number] = place);
        let mut bits = vec![vec![0_u8; self.n_ids.div_ceil(8)]; dense.len()];
        self.column.walk(|id, number| {
            if let Some(bits) = bits.get_mut(places[number as usize]) {
                bits[id as usize / 8] |= 1 << (id % 8);
            }
        });
        for (number, bits) in dense.into_iter().zip(bits) {
            postings[number] = Postings::many(RoaringBitmap::from_lsb0_bytes(0, &bits));
        }
        postings
    }

    /// Runs of numbers whose ids, those of dense numbers not counted, are few enough together.
    fn batches(&self, max_gathered: usize) -> Vec<Range<usize>> {
        let mut batches = Vec::new();
        let (mut start, mut n_ids) = (0, 0);
        for number in 0..self.counts.len() {
            let count = self.n_gathered(number);
            if n_ids > 0 && n_ids + count > max_gathered {
                batches.push(start..number);
                (start, n_ids) = (number, 0);
            }
            n_ids += count;
        }
        if n_ids > 0 {
            batches.push(start..self.counts.len());
        }
        batches
    }

    fn n_gathered(&self, number: usize) -> usize {
        if self.is_dense(number) { 0 } else { self.counts[number] as usize }
    }

    /// Fills in the postings of a run of numbers, those not filled in yet, by a counting sort.
    fn gather(&self, numbers: Range<usize>, postings: &mut [Postings]) {
        // Where the next id of each number goes. Beyond the end for dense numbers, so that theirs are dropped: one look-up
        // then serves all numbers, without asking for each whether it is dense.
        let mut n_ids = 0;
        let mut places: Vec<usize> = Vec::with_capacity(numbers.len());
        for number in numbers.clone() {
            places.push(if self.is_dense(number) { usize::MAX } else { n_ids });
            n_ids += self.n_gathered(number);
        }
        let mut ids = vec![0; n_ids];
        self.column.walk(|id, number| {
            if let Some(place) =
                (number as usize).checked_sub(numbers.start).and_then(|at| places.get_mut(at))
                && let Some(slot) = ids.get_mut(*place)
            {
                *slot = id;
                *place += 1;
            }
        });
        let mut rest = ids.as_slice();
        for number in numbers {
            let (own, others) = rest.split_at(self.n_gathered(number));
            rest = others;
            if !own.is_empty() {
                postings[number] = Postings::from_sorted(own);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ObjectId, ObjectIdentity, StoreBuilder};

    /// Labels that all objects have, that some have and that one has.
    fn table() -> ObjectTable {
        let mut builder = StoreBuilder::new();
        for n in 0..3000_u32 {
            let (host, zone) = (format!("h{n}"), format!("z{}", n % 100));
            let labels = [("env", "prod"), ("host", &host), ("zone", &zone)];
            builder.push(ObjectIdentity::default(), labels.into_iter().skip(n as usize % 2));
        }
        builder.remove(ObjectId(7));
        builder.into_table()
    }

    #[test]
    fn every_batch_size_gives_the_postings_of_the_rows() {
        let table = table();
        let mut expected = vec![Vec::new(); table.n_distinct_labels()];
        LabelsOf(&table).walk(|id, label| expected[label as usize].push(id));
        for max_gathered in [1, 64, 1000, MIN_GATHERED] {
            let postings = Inverter::new(&LabelsOf(&table), table.n_ids()).postings(max_gathered);
            let found = postings.iter().map(|postings| postings.view().to_vec());
            assert_eq!(found.collect::<Vec<_>>(), expected, "{max_gathered} at a time");
        }
    }

    #[test]
    fn removed_objects_are_nowhere() {
        let table = table();
        let lens = |postings: Vec<Postings>| postings.iter().map(|it| it.view().len()).collect::<Vec<_>>();
        assert_eq!(lens(postings(&KindsOf(&table), 3000)), [2999]);
        assert_eq!(lens(postings(&NamespacesOf(&table), 3000)), [2999]);
        assert_eq!(lens(postings(&KeysOf(&table), 3000)), [1500, 2999, 2999]);
    }
}
