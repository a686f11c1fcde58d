//! Turning rows round: from every object's labels to every label's objects.

use std::ops::Range;

use roaring::RoaringBitmap;

use super::postings::Postings;
use super::table::{LabelId, ObjectTable};

/// How many ids are sorted into lists at a time: 8 MiB of them. More need another walk over all rows, which
/// costs less than the memory would.
const MAX_GATHERED: usize = 2 << 20;

/// From which share of the objects on a label's ids go straight into a bitmap. There can be few such labels, so
/// that the ends of their bitmaps stay in the cache while the rows are walked.
const DENSE_SHARE: usize = 64;

/// The postings of every label. Linear in the labels of all objects.
pub(super) fn postings(table: &ObjectTable) -> Vec<Postings> {
    postings_in_batches(table, MAX_GATHERED)
}

fn postings_in_batches(table: &ObjectTable, max_gathered: usize) -> Vec<Postings> {
    let counts = counts(table);
    let mut postings = dense(table, &counts);
    for labels in batches(&counts, max_gathered, |label| is_dense(table, counts[label])) {
        gather(table, &counts, labels, &mut postings);
    }
    postings
}

/// How many objects have each label.
fn counts(table: &ObjectTable) -> Vec<u32> {
    let mut counts = vec![0; table.n_distinct_labels()];
    for (_, labels) in table.rows.iter() {
        labels.for_each(|label| counts[label.0 as usize] += 1);
    }
    counts
}

fn is_dense(table: &ObjectTable, count: u32) -> bool {
    count as usize > (table.n_ids() / DENSE_SHARE).max(1024)
}

/// Postings with those of the dense labels filled in.
fn dense(table: &ObjectTable, counts: &[u32]) -> Vec<Postings> {
    const NOT_DENSE: u32 = u32::MAX;
    let mut bitmaps: Vec<RoaringBitmap> = Vec::new();
    let mut places = vec![NOT_DENSE; counts.len()];
    for (place, _) in places.iter_mut().zip(counts).filter(|(_, count)| is_dense(table, **count)) {
        *place = bitmaps.len() as u32;
        bitmaps.push(RoaringBitmap::new());
    }
    if !bitmaps.is_empty() {
        for (id, labels) in table.rows.iter() {
            for label in labels {
                if let Some(bitmap) = bitmaps.get_mut(places[label.0 as usize] as usize) {
                    push(bitmap, id.0);
                }
            }
        }
    }
    let mut bitmaps = bitmaps.into_iter();
    let filled = |place| if place == NOT_DENSE { None } else { bitmaps.next().map(Postings::Many) };
    places.into_iter().map(filled).map(Option::unwrap_or_default).collect()
}

/// Adds an id that is larger than all before it.
pub(super) fn push(bitmap: &mut RoaringBitmap, id: u32) {
    bitmap.try_push(id).expect("rows are walked in ascending order");
}

/// Runs of labels that together have few enough ids, those to be passed over not counted.
fn batches(counts: &[u32], max_gathered: usize, pass_over: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut n_ids) = (0, 0);
    for (label, &count) in counts.iter().enumerate() {
        let count = if pass_over(label) { 0 } else { count as usize };
        if n_ids > 0 && n_ids + count > max_gathered {
            batches.push(start..label);
            (start, n_ids) = (label, 0);
        }
        n_ids += count;
    }
    if n_ids > 0 {
        batches.push(start..counts.len());
    }
    batches
}

/// Fills in the postings of a run of labels, those not filled in yet, by a counting sort.
fn gather(table: &ObjectTable, counts: &[u32], labels: Range<usize>, postings: &mut [Postings]) {
    const FILLED: usize = usize::MAX;
    let mut n_ids = 0;
    let mut places: Vec<usize> = Vec::with_capacity(labels.len());
    for label in labels.clone() {
        let is_filled = is_dense(table, counts[label]);
        places.push(if is_filled { FILLED } else { n_ids });
        n_ids += if is_filled { 0 } else { counts[label] as usize };
    }
    let mut ids = vec![0; n_ids];
    let place_of =
        |label: LabelId| (label.0 as usize).checked_sub(labels.start).filter(|at| *at < labels.len());
    for (id, row) in table.rows.iter() {
        for at in row.filter_map(place_of) {
            if let Some(slot) = ids.get_mut(places[at]) {
                *slot = id.0;
                places[at] += 1;
            }
        }
    }
    for (&end, label) in places.iter().zip(labels).filter(|(end, _)| **end != FILLED) {
        postings[label] = Postings::from_sorted(&ids[end - counts[label] as usize..end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::postings::PostingsView;
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
        for (id, labels) in table.rows.iter() {
            labels.for_each(|label| expected[label.0 as usize].push(id.0));
        }
        for max_gathered in [1, 64, 1000, MAX_GATHERED] {
            let postings = postings_in_batches(&table, max_gathered);
            let found = postings.iter().map(|postings| match postings.view() {
                PostingsView::Few(ids) => ids.to_vec(),
                PostingsView::Many(ids) => ids.iter().collect(),
            });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{max_gathered} at a time");
        }
    }

    #[test]
    fn batches_have_no_more_than_they_may_unless_a_label_has() {
        let batches = |counts: &[u32]| batches(counts, 10, |label| label == 1);
        assert_eq!(batches(&[]), []);
        assert_eq!(batches(&[5, 99, 5, 1, 20, 3]), [0..3, 3..4, 4..5, 5..6]);
    }
}
